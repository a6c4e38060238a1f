using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparse.Encoders.Head;

/// <summary>Which of 64 terms have a dot product above their threshold with one of 16 places, in 16-bit integers.</summary>
/// <remarks>
/// <para>Weights are s8 from −63 to 63, places u8 (value + 128): the sum of two products is at most 2 × 255 × 63 = 32,130, so that
/// <c>vpmaddubsw</c> never saturates. Sums are taken modulo 2¹⁶, and the caller sees to it that their values fit 16 bits
/// (|weights| × |place| ≤ 32,767, Cauchy-Schwarz), so it does not matter what overflows on the way: all instruction sets
/// give the same. A lane is one term's sum; nothing is added across lanes. Loops are compiled with full optimisation at once: what the
/// tiers put in their place meanwhile was 5 times slower, for seconds.</para>
/// <para>Weights lie as [pairs of dimensions][64 terms][2], starts are −128 × the sum of a term's weights, modulo 2¹⁶; places lie as
/// [2][pairs][8], each pair of bytes twice, so that it is broadcast as 32 bits.</para>
/// </remarks>
internal static unsafe class GroupDots
{
    /// <summary>Terms of a group.</summary>
    internal const int Terms = 64;

    /// <summary>Largest magnitude of a weight.</summary>
    internal const int MaxWeight = 63;

    private const int StepBytes = Terms * 2;
    private const int HalfPlaces = PlaceTiles.Places / 2;

    /// <summary>Compares one group with one tile of places.</summary>
    /// <param name="weights">The group's weights.</param>
    /// <param name="starts">[64].</param>
    /// <param name="thresholds">[64].</param>
    /// <param name="places">The tile's places.</param>
    /// <param name="pairs">Half the dimensions.</param>
    /// <returns>A bit for each term: set where its largest dot product is greater than its threshold.</returns>
    internal static ulong Above(sbyte* weights, short* starts, short* thresholds, uint* places, int pairs) =>
        Avx512BW.IsSupported ? Wide512(weights, starts, thresholds, places, pairs)
        : Avx2.IsSupported ? Wide256(weights, starts, thresholds, places, pairs)
        : Vector128.IsHardwareAccelerated ? Wide128(weights, starts, thresholds, places, pairs)
        : Scalar(weights, starts, thresholds, places, pairs);

    /// <summary>The definition, one product after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static ulong Scalar(sbyte* weights, short* starts, short* thresholds, uint* places, int pairs)
    {
        ulong above = 0;
        unchecked
        {
            for (int term = 0; term < Terms; term++)
            {
                for (int place = 0; place < PlaceTiles.Places; place++)
                {
                    uint* x = places + (place / HalfPlaces * pairs * HalfPlaces) + (place % HalfPlaces);
                    int sum = starts[term];
                    for (int k = 0; k < pairs; k++)
                    {
                        sbyte* w = weights + (k * StepBytes) + (term * 2);
                        sum += ((byte)x[k * HalfPlaces] * w[0]) + ((byte)(x[k * HalfPlaces] >> 8) * w[1]);
                    }

                    above |= (short)sum > thresholds[term] ? 1UL << term : 0;
                }
            }
        }

        return above;
    }

    // 8 terms × 4 places at once; products fit 16 bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Wide128(sbyte* weights, short* starts, short* thresholds, uint* places, int pairs)
    {
        ulong above = 0;
        unchecked
        {
            for (int term = 0; term < Terms; term += 8)
            {
                Vector128<short> largest = Vector128.Create(short.MinValue);
                for (int place = 0; place < PlaceTiles.Places; place += 4)
                {
                    uint* x = places + (place / HalfPlaces * pairs * HalfPlaces) + (place % HalfPlaces);
                    sbyte* w = weights + (term * 2);
                    Vector128<short> a = default, a4 = default, b = default, b4 = default, c = default, c4 = default, d = default, d4 = default;
                    for (int k = 0; k < pairs; k++, x += HalfPlaces, w += StepBytes)
                    {
                        (Vector128<short> low, Vector128<short> high) = Vector128.Widen(Vector128.Load(w));
                        Vector128<short> state = Wide(x[0]);
                        (a, a4) = (a + (state * low), a4 + (state * high));
                        state = Wide(x[1]);
                        (b, b4) = (b + (state * low), b4 + (state * high));
                        state = Wide(x[2]);
                        (c, c4) = (c + (state * low), c4 + (state * high));
                        state = Wide(x[3]);
                        (d, d4) = (d + (state * low), d4 + (state * high));
                    }

                    Vector128<short> start = Vector128.Load(starts + term);
                    largest = Vector128.Max(largest, Vector128.Max(Whole(a, a4) + start, Whole(b, b4) + start));
                    largest = Vector128.Max(largest, Vector128.Max(Whole(c, c4) + start, Whole(d, d4) + start));
                }

                above |= (ulong)Vector128.GreaterThan(largest, Vector128.Load(thresholds + term)).ExtractMostSignificantBits() << term;
            }
        }

        return above;

        static Vector128<short> Wide(uint pair) => Vector128.WidenLower(Vector128.Create(pair).AsByte()).AsInt16();

        // The two halves of each 32-bit lane added, of 8 terms.
        static Vector128<short> Whole(Vector128<short> low, Vector128<short> high) => Vector128.Narrow(
            low.AsInt32() + Vector128.ShiftRightLogical(low.AsInt32(), 16), high.AsInt32() + Vector128.ShiftRightLogical(high.AsInt32(), 16));
    }

    // 16 terms × 8 places at once, in 16 registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Wide256(sbyte* weights, short* starts, short* thresholds, uint* places, int pairs)
    {
        ulong above = 0;
        unchecked
        {
            for (int term = 0; term < Terms; term += 16)
            {
                Vector256<short> largest = Vector256.Create(short.MinValue);
                uint* x = places;
                for (int half = 0; half < 2; half++)
                {
                    Vector256<short> a = Vector256.Load(starts + term), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
                    sbyte* w = weights + (term * 2);
                    for (int k = pairs; k > 0; k--, x += HalfPlaces, w += StepBytes)
                    {
                        Vector256<sbyte> row = Vector256.Load(w);
                        a += Avx2.MultiplyAddAdjacent(Vector256.Create(x[0]).AsByte(), row);
                        b += Avx2.MultiplyAddAdjacent(Vector256.Create(x[1]).AsByte(), row);
                        c += Avx2.MultiplyAddAdjacent(Vector256.Create(x[2]).AsByte(), row);
                        d += Avx2.MultiplyAddAdjacent(Vector256.Create(x[3]).AsByte(), row);
                        e += Avx2.MultiplyAddAdjacent(Vector256.Create(x[4]).AsByte(), row);
                        f += Avx2.MultiplyAddAdjacent(Vector256.Create(x[5]).AsByte(), row);
                        g += Avx2.MultiplyAddAdjacent(Vector256.Create(x[6]).AsByte(), row);
                        h += Avx2.MultiplyAddAdjacent(Vector256.Create(x[7]).AsByte(), row);
                    }

                    largest = Vector256.Max(largest, Vector256.Max(Vector256.Max(Vector256.Max(a, b), Vector256.Max(c, d)), Vector256.Max(Vector256.Max(e, f), Vector256.Max(g, h))));
                }

                above |= (ulong)Vector256.GreaterThan(largest, Vector256.Load(thresholds + term)).ExtractMostSignificantBits() << term;
            }
        }

        return above;
    }

    // 64 terms × 8 places at once: 16 sums in 32 registers. Alone in a method, because with more alive around it the compiler spills them:
    // 2026-11-24, a tenth of the speed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static ulong Wide512(sbyte* weights, short* starts, short* thresholds, uint* places, int pairs)
    {
        Vector512<short> m0 = Vector512.Create(short.MinValue), m1 = m0;
        unchecked
        {
            for (int half = 0; half < 2; half++)
            {
                Vector512<short> a0 = Vector512.Load(starts), a1 = Vector512.Load(starts + 32), b0 = a0, b1 = a1, c0 = a0, c1 = a1, d0 = a0, d1 = a1;
                Vector512<short> e0 = a0, e1 = a1, f0 = a0, f1 = a1, g0 = a0, g1 = a1, h0 = a0, h1 = a1;
                sbyte* w = weights;
                for (uint* end = places + (HalfPlaces * pairs); places < end; places += HalfPlaces, w += StepBytes)
                {
                    Vector512<sbyte> w0 = Vector512.Load(w), w1 = Vector512.Load(w + 64);
                    Vector512<byte> x = Vector512.Create(places[0]).AsByte();
                    a0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                    a1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                    x = Vector512.Create(places[1]).AsByte();
                    b0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                    b1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                    x = Vector512.Create(places[2]).AsByte();
                    c0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                    c1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                    x = Vector512.Create(places[3]).AsByte();
                    d0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                    d1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                    x = Vector512.Create(places[4]).AsByte();
                    e0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                    e1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                    x = Vector512.Create(places[5]).AsByte();
                    f0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                    f1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                    x = Vector512.Create(places[6]).AsByte();
                    g0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                    g1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                    x = Vector512.Create(places[7]).AsByte();
                    h0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                    h1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                }

                m0 = Vector512.Max(m0, Vector512.Max(Vector512.Max(Vector512.Max(a0, b0), Vector512.Max(c0, d0)), Vector512.Max(Vector512.Max(e0, f0), Vector512.Max(g0, h0))));
                m1 = Vector512.Max(m1, Vector512.Max(Vector512.Max(Vector512.Max(a1, b1), Vector512.Max(c1, d1)), Vector512.Max(Vector512.Max(e1, f1), Vector512.Max(g1, h1))));
            }
        }

        return Vector512.GreaterThan(m0, Vector512.Load(thresholds)).ExtractMostSignificantBits()
            | (Vector512.GreaterThan(m1, Vector512.Load(thresholds + 32)).ExtractMostSignificantBits() << 32);
    }
}
