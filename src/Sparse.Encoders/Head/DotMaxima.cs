using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparse.Encoders.Head;

/// <summary>For each of 64 terms, the largest of its dot products with all places of a text, in 16-bit integers.</summary>
/// <remarks>
/// <para>Weights are s8 from −63 to 63, places u8 (value + 128): the sum of two products is at most 2 × 255 × 63 = 32,130, so that
/// <c>vpmaddubsw</c> never saturates. Sums are taken modulo 2¹⁶, and the caller sees to it that the value of each
/// <see cref="ChunkDims"/> dimensions fits 16 bits (|weights| × |place| ≤ 32,767 by Cauchy-Schwarz), so it does not matter what
/// overflows on the way: all instruction sets give the same integers. Loops are compiled with full
/// optimisation at once: what the tiers put in their place meanwhile was 5 times slower, for seconds. Chunks are added after a shift that makes room for them.</para>
/// <para>2026-11-24, one core of an EPYC (Zen 5), 240 places × 30,528 terms × 128: 512-bit vpmaddubsw + vpaddw, as here, 373
/// GMAC/s alone and 285 with all around it; 256-bit 190; 256-bit AvxVnni, the widest that .NET 10 has, 221. The multipliers' limit is some 410.</para>
/// <para>A group's weights lie as [dims / 4][64 terms][4], its starts as [chunks][64]: −128 × the sum of the weights, modulo 2¹⁶.</para>
/// </remarks>
internal static unsafe class DotMaxima
{
    /// <summary>Terms of a group.</summary>
    internal const int GroupTerms = 64;

    /// <summary>The number of places must be a multiple of this.</summary>
    internal const int TilePlaces = 6;

    /// <summary>Dimensions that are summed in 16 bits before they are shifted.</summary>
    internal const int ChunkDims = 128;

    /// <summary>Largest magnitude of a weight.</summary>
    internal const int MaxWeight = 63;

    private const int StepBytes = GroupTerms * 4;

    /// <summary>Computes the maxima of one group.</summary>
    /// <param name="weights">The group's weights.</param>
    /// <param name="starts">The group's starts.</param>
    /// <param name="places">[count][dims].</param>
    /// <param name="count">Places, a multiple of <see cref="TilePlaces"/>.</param>
    /// <param name="dims">Dimensions, a multiple of 4.</param>
    /// <param name="shift">Of each chunk's sum, before it is added.</param>
    /// <param name="maxima">[64], overwritten.</param>
    internal static void Compute(sbyte* weights, int* starts, byte* places, int count, int dims, int shift, int* maxima)
    {
        if (Avx512BW.IsSupported)
        {
            Wide512(weights, starts, places, count, dims, shift, maxima);
        }
        else if (Avx2.IsSupported)
        {
            Wide256(weights, starts, places, count, dims, shift, maxima);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Wide128(weights, starts, places, count, dims, shift, maxima);
        }
        else
        {
            Scalar(weights, starts, places, count, dims, shift, maxima);
        }
    }

    /// <summary>The definition, one product after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Scalar(sbyte* weights, int* starts, byte* places, int count, int dims, int shift, int* maxima)
    {
        unchecked
        {
            for (int term = 0; term < GroupTerms; term++)
            {
                short largest = short.MinValue;
                for (int place = 0; place < count; place++)
                {
                    short total = 0;
                    for (int from = 0; from < dims; from += ChunkDims)
                    {
                        int sum = starts[(from / ChunkDims * GroupTerms) + term];
                        for (int k = from; k < Math.Min(dims, from + ChunkDims); k++)
                        {
                            sum += places[(place * dims) + k] * weights[(k / 4 * StepBytes) + (term * 4) + (k % 4)];
                        }

                        total += (short)((short)sum >> shift);
                    }

                    largest = Math.Max(largest, total);
                }

                maxima[term] = largest;
            }
        }
    }

    // A vector is 4 terms × 4 dimensions; products fit 16 bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide128(sbyte* weights, int* starts, byte* places, int count, int dims, int shift, int* maxima)
    {
        unchecked
        {
            for (int term = 0; term < GroupTerms; term += 4)
            {
                Vector128<int> largest = Vector128.Create((int)short.MinValue);
                for (int place = 0; place < count; place++)
                {
                    Vector128<int> total = default;
                    for (int from = 0; from < dims; from += ChunkDims)
                    {
                        Vector128<short> low = default, high = default;
                        for (int k = from; k < Math.Min(dims, from + ChunkDims); k += 4)
                        {
                            Vector128<byte> x = Vector128.Create(*(uint*)(places + (place * dims) + k)).AsByte();
                            Vector128<short> wide = Vector128.WidenLower(x).AsInt16();
                            (Vector128<short> first, Vector128<short> second) = Vector128.Widen(Vector128.Load(weights + (k / 4 * StepBytes) + (term * 4)));
                            low += wide * first;
                            high += wide * second;
                        }

                        for (int i = 0; i < 4; i++)
                        {
                            Vector128<short> half = i < 2 ? low : high;
                            int at = i % 2 * 4;
                            int sum = half[at] + half[at + 1] + half[at + 2] + half[at + 3] + starts[(from / ChunkDims * GroupTerms) + term + i];
                            total = total.WithElement(i, (short)(total[i] + ((short)sum >> shift)));
                        }
                    }

                    largest = Vector128.Max(largest, total);
                }

                largest.Store(maxima + term);
            }
        }
    }

    // 32 terms × 3 places at once, in 16 registers; a 32-bit lane holds the two halves of a term's sum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide256(sbyte* weights, int* starts, byte* places, int count, int dims, int shift, int* maxima)
    {
        Vector256<short>* sums = stackalloc Vector256<short>[24];
        Vector256<short>* chunk = sums + 12;
        unchecked
        {
            for (int half = 0; half < GroupTerms; half += 32)
            {
                int* out32 = maxima + half;
                for (int i = 0; i < 32; i++)
                {
                    out32[i] = short.MinValue;
                }

                for (int place = 0; place < count; place += 3)
                {
                    new Span<Vector256<short>>(sums, 12).Clear();
                    for (int from = 0; from < dims; from += ChunkDims)
                    {
                        int* start = starts + (from / ChunkDims * GroupTerms) + half;
                        Vector256<short> a0 = Vector256.Load(start).AsInt16(), a1 = Vector256.Load(start + 8).AsInt16();
                        Vector256<short> a2 = Vector256.Load(start + 16).AsInt16(), a3 = Vector256.Load(start + 24).AsInt16();
                        Vector256<short> b0 = a0, b1 = a1, b2 = a2, b3 = a3, c0 = a0, c1 = a1, c2 = a2, c3 = a3;
                        byte* x = places + (place * dims) + from;
                        sbyte* w = weights + (from / 4 * StepBytes) + (half * 4);
                        for (int k = Math.Min(ChunkDims, dims - from); k > 0; k -= 4, w += StepBytes, x += 4)
                        {
                            Vector256<byte> p = Vector256.Create(*(uint*)x).AsByte(), q = Vector256.Create(*(uint*)(x + dims)).AsByte(), r = Vector256.Create(*(uint*)(x + (2 * dims))).AsByte();
                            Vector256<sbyte> w0 = Vector256.Load(w), w1 = Vector256.Load(w + 32);
                            (a0, b0, c0) = (a0 + Avx2.MultiplyAddAdjacent(p, w0), b0 + Avx2.MultiplyAddAdjacent(q, w0), c0 + Avx2.MultiplyAddAdjacent(r, w0));
                            (a1, b1, c1) = (a1 + Avx2.MultiplyAddAdjacent(p, w1), b1 + Avx2.MultiplyAddAdjacent(q, w1), c1 + Avx2.MultiplyAddAdjacent(r, w1));
                            (w0, w1) = (Vector256.Load(w + 64), Vector256.Load(w + 96));
                            (a2, b2, c2) = (a2 + Avx2.MultiplyAddAdjacent(p, w0), b2 + Avx2.MultiplyAddAdjacent(q, w0), c2 + Avx2.MultiplyAddAdjacent(r, w0));
                            (a3, b3, c3) = (a3 + Avx2.MultiplyAddAdjacent(p, w1), b3 + Avx2.MultiplyAddAdjacent(q, w1), c3 + Avx2.MultiplyAddAdjacent(r, w1));
                        }

                        (chunk[0], chunk[1], chunk[2], chunk[3]) = (a0, a1, a2, a3);
                        (chunk[4], chunk[5], chunk[6], chunk[7]) = (b0, b1, b2, b3);
                        (chunk[8], chunk[9], chunk[10], chunk[11]) = (c0, c1, c2, c3);
                        for (int i = 0; i < 12; i++)
                        {
                            sums[i] += Vector256.ShiftRightArithmetic(chunk[i] + Vector256.ShiftRightLogical(chunk[i].AsInt32(), 16).AsInt16(), shift);
                        }
                    }

                    for (int i = 0; i < 4; i++)
                    {
                        Vector256<short> largest = Vector256.Max(Vector256.Max(sums[i], sums[i + 4]), sums[i + 8]);
                        Vector256.Max(Vector256.Load(out32 + (i * 8)), SignExtend(largest)).Store(out32 + (i * 8));
                    }
                }
            }
        }

        static Vector256<int> SignExtend(Vector256<short> value) => Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(value.AsInt32(), 16), 16);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide512(sbyte* weights, int* starts, byte* places, int count, int dims, int shift, int* maxima)
    {
        Vector512<short>* totals = stackalloc Vector512<short>[52];
        Vector512<short>* sums = totals + 24, largest = sums + 24;
        new Span<Vector512<short>>(largest, 4).Fill(Vector512.Create(short.MinValue));
        unchecked
        {
            for (int place = 0; place < count; place += TilePlaces)
            {
                for (int from = 0; from < dims; from += ChunkDims)
                {
                    Tile512(weights + (from / 4 * StepBytes), starts + (from / ChunkDims * GroupTerms), places + (place * dims) + from, dims, Math.Min(ChunkDims, dims - from), sums);
                    for (int i = 0; dims > ChunkDims && i < 24; i++)
                    {
                        totals[i] = (from == 0 ? default : totals[i]) + Vector512.ShiftRightArithmetic(Whole(sums[i]) & Vector512.Create(0xFFFF).AsInt16(), shift);
                    }
                }

                Vector512<short>* row = dims > ChunkDims ? totals : sums;
                Vector512<short> m0 = largest[0], m1 = largest[1], m2 = largest[2], m3 = largest[3];
                for (Vector512<short>* end = row + 24; row < end; row += 4)
                {
                    (m0, m1) = (Vector512.Max(m0, Whole(row[0])), Vector512.Max(m1, Whole(row[1])));
                    (m2, m3) = (Vector512.Max(m2, Whole(row[2])), Vector512.Max(m3, Whole(row[3])));
                }

                (largest[0], largest[1], largest[2], largest[3]) = (m0, m1, m2, m3);
            }
        }

        for (int i = 0; i < 4; i++)
        {
            Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(largest[i].AsInt32(), 16), 16).Store(maxima + (16 * i));
        }
    }

    // The two halves of a lane, in its lower one; the upper one is of no use afterwards.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Whole(Vector512<short> lanes) => lanes + Vector512.ShiftRightLogical(lanes.AsInt32(), 16).AsInt16();

    // 64 terms × 6 places at once: 24 sums in 32 registers. Alone in a method, because with more alive around it the compiler spills them:
    // 2026-11-24, a tenth of the speed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile512(sbyte* w, int* start, byte* x, int dims, int count, Vector512<short>* sums)
    {
        Vector512<short> a0 = Vector512.Load(start).AsInt16(), a1 = Vector512.Load(start + 16).AsInt16();
        Vector512<short> a2 = Vector512.Load(start + 32).AsInt16(), a3 = Vector512.Load(start + 48).AsInt16();
        Vector512<short> b0 = a0, b1 = a1, b2 = a2, b3 = a3, c0 = a0, c1 = a1, c2 = a2, c3 = a3;
        Vector512<short> d0 = a0, d1 = a1, d2 = a2, d3 = a3, e0 = a0, e1 = a1, e2 = a2, e3 = a3, f0 = a0, f1 = a1, f2 = a2, f3 = a3;
        unchecked
        {
            for (; count > 0; count -= 4, w += StepBytes, x += 4)
            {
                Vector512<sbyte> w0 = Vector512.Load(w), w1 = Vector512.Load(w + 64), w2 = Vector512.Load(w + 128), w3 = Vector512.Load(w + 192);
                Vector512<byte> t = Vector512.Create(*(uint*)x).AsByte();
                a0 += Avx512BW.MultiplyAddAdjacent(t, w0);
                a1 += Avx512BW.MultiplyAddAdjacent(t, w1);
                a2 += Avx512BW.MultiplyAddAdjacent(t, w2);
                a3 += Avx512BW.MultiplyAddAdjacent(t, w3);
                t = Vector512.Create(*(uint*)(x + dims)).AsByte();
                b0 += Avx512BW.MultiplyAddAdjacent(t, w0);
                b1 += Avx512BW.MultiplyAddAdjacent(t, w1);
                b2 += Avx512BW.MultiplyAddAdjacent(t, w2);
                b3 += Avx512BW.MultiplyAddAdjacent(t, w3);
                t = Vector512.Create(*(uint*)(x + (2 * dims))).AsByte();
                c0 += Avx512BW.MultiplyAddAdjacent(t, w0);
                c1 += Avx512BW.MultiplyAddAdjacent(t, w1);
                c2 += Avx512BW.MultiplyAddAdjacent(t, w2);
                c3 += Avx512BW.MultiplyAddAdjacent(t, w3);
                t = Vector512.Create(*(uint*)(x + (3 * dims))).AsByte();
                d0 += Avx512BW.MultiplyAddAdjacent(t, w0);
                d1 += Avx512BW.MultiplyAddAdjacent(t, w1);
                d2 += Avx512BW.MultiplyAddAdjacent(t, w2);
                d3 += Avx512BW.MultiplyAddAdjacent(t, w3);
                t = Vector512.Create(*(uint*)(x + (4 * dims))).AsByte();
                e0 += Avx512BW.MultiplyAddAdjacent(t, w0);
                e1 += Avx512BW.MultiplyAddAdjacent(t, w1);
                e2 += Avx512BW.MultiplyAddAdjacent(t, w2);
                e3 += Avx512BW.MultiplyAddAdjacent(t, w3);
                t = Vector512.Create(*(uint*)(x + (5 * dims))).AsByte();
                f0 += Avx512BW.MultiplyAddAdjacent(t, w0);
                f1 += Avx512BW.MultiplyAddAdjacent(t, w1);
                f2 += Avx512BW.MultiplyAddAdjacent(t, w2);
                f3 += Avx512BW.MultiplyAddAdjacent(t, w3);
            }
        }

        (sums[0], sums[1], sums[2], sums[3]) = (a0, a1, a2, a3);
        (sums[4], sums[5], sums[6], sums[7]) = (b0, b1, b2, b3);
        (sums[8], sums[9], sums[10], sums[11]) = (c0, c1, c2, c3);
        (sums[12], sums[13], sums[14], sums[15]) = (d0, d1, d2, d3);
        (sums[16], sums[17], sums[18], sums[19]) = (e0, e1, e2, e3);
        (sums[20], sums[21], sums[22], sums[23]) = (f0, f1, f2, f3);
    }
}
