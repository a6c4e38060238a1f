using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparse.Encoders.Head;

/// <summary>Which of 64 terms have a dot product above their threshold with one of 16 places, in 16-bit integers, stage by stage.</summary>
/// <remarks>
/// <para>Dimensions come in <see cref="Stages"/>, each followed by a product that bounds all that are left, so that a few terms and places
/// are done with where none of them can be above. The caller sees to it that a bound is never below what comes of the stages it stands
/// for (Cauchy-Schwarz), so that it does not matter which terms and places are looked at together: what is found is what the last
/// stage says of each.</para>
/// <para>Weights are s8 from −63 to 63, places u8 (value + 128): the sum of two products is at most 2 × 255 × 63 = 32,130, so that
/// <c>vpmaddubsw</c> never saturates; of a bound, one product of what is not negative, 127 × 255. Sums are taken modulo 2¹⁶, and the caller sees to it that their values fit 16 bits
/// (|weights| × |place| ≤ 32,767, Cauchy-Schwarz), so it does not matter what overflows on the way: all instruction sets
/// give the same. A lane is one term's sum; nothing is added across lanes. Loops are compiled with full optimisation at once: what the
/// tiers put in their place meanwhile was 5 times slower, for seconds.</para>
/// <para>Weights lie as [stages][pairs of dimensions + bound][64 terms][2], starts as [stages][64], −128 × the sum of a term's weights of the stage, modulo 2¹⁶; places lie as
/// [2][stages][pairs + bound][8], each pair of bytes twice, so that it is broadcast as 32 bits. Of a bound, the second byte is 0.</para>
/// </remarks>
internal static unsafe class GroupDots
{
    /// <summary>Terms of a group.</summary>
    internal const int Terms = 64;

    /// <summary>Stages of the dimensions. 2026-11-30, splade-tiny, AVX2: of 32 terms and 4 places, 72 % go on after the first of four, 51 % after the second
    /// and 28 % after the third; bounds after the second and fourth alone took 6 % longer, after the third and fourth 15 %.</summary>
    internal const int Stages = 4;

    /// <summary>Largest magnitude of a weight.</summary>
    internal const int MaxWeight = 63;

    private const int StepBytes = Terms * 2;
    private const int HalfPlaces = PlaceTiles.Places / 2;

    /// <summary>Compares one group with one tile of places.</summary>
    /// <param name="weights">The group's weights.</param>
    /// <param name="starts">The group's starts.</param>
    /// <param name="thresholds">[64].</param>
    /// <param name="places">The tile's places.</param>
    /// <param name="pairs">Half the dimensions of a stage.</param>
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
            for (int i = 0; i < Terms * PlaceTiles.Places; i++)
            {
                int term = i / PlaceTiles.Places, place = i % PlaceTiles.Places, sum = 0;
                sbyte* w = weights + (term * 2);
                uint* x = places + (place / HalfPlaces * Stages * (pairs + 1) * HalfPlaces) + (place % HalfPlaces);
                bool isAbove = true;
                for (int stage = 0; stage < Stages && isAbove; stage++, x += HalfPlaces, w += StepBytes)
                {
                    sum += starts[(stage * Terms) + term];
                    for (int k = 0; k < pairs; k++, x += HalfPlaces, w += StepBytes)
                    {
                        sum += ((byte)*x * w[0]) + ((byte)(*x >> 8) * w[1]);
                    }

                    isAbove = (short)(sum + ((byte)*x * w[0])) > thresholds[term];
                }

                above |= isAbove ? 1UL << term : 0;
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
                Vector128<short> threshold = Vector128.Load(thresholds + term);
                for (int place = 0; place < PlaceTiles.Places; place += 4)
                {
                    uint* x = places + (place / HalfPlaces * Stages * (pairs + 1) * HalfPlaces) + (place % HalfPlaces);
                    sbyte* w = weights + (term * 2);
                    Vector128<short> a = default, a4 = default, b = default, b4 = default, c = default, c4 = default, d = default, d4 = default, start = default;
                    uint bits = 1;
                    for (int stage = 0; stage < Stages && bits != 0; stage++, x += HalfPlaces, w += StepBytes)
                    {
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

                        start += Vector128.Load(starts + (stage * Terms) + term);
                        (Vector128<short> bound, Vector128<short> bound4) = Vector128.Widen(Vector128.Load(w));
                        Vector128<short> largest = Vector128.Max(
                            Vector128.Max(Whole(a + (Wide(x[0]) * bound), a4 + (Wide(x[0]) * bound4)) + start, Whole(b + (Wide(x[1]) * bound), b4 + (Wide(x[1]) * bound4)) + start),
                            Vector128.Max(Whole(c + (Wide(x[2]) * bound), c4 + (Wide(x[2]) * bound4)) + start, Whole(d + (Wide(x[3]) * bound), d4 + (Wide(x[3]) * bound4)) + start));
                        bits = Vector128.GreaterThan(largest, threshold).ExtractMostSignificantBits();
                    }

                    above |= (ulong)bits << term;
                }
            }
        }

        return above;

        static Vector128<short> Wide(uint pair) => Vector128.WidenLower(Vector128.Create(pair).AsByte()).AsInt16();

        // The two halves of each 32-bit lane added, of 8 terms.
        static Vector128<short> Whole(Vector128<short> low, Vector128<short> high) => Vector128.Narrow(
            low.AsInt32() + Vector128.ShiftRightLogical(low.AsInt32(), 16), high.AsInt32() + Vector128.ShiftRightLogical(high.AsInt32(), 16));
    }

    // 32 terms × 4 places at once, in 16 registers. 2026-11-30: 16 terms × 8 places, which load more, take 8 % longer without bounds, 2 % with.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Wide256(sbyte* weights, short* starts, short* thresholds, uint* places, int pairs)
    {
        ulong above = 0;
        unchecked
        {
            for (int term = 0; term < Terms; term += 32)
            {
                for (int place = 0; place < PlaceTiles.Places; place += 4)
                {
                    uint* x = places + (place / HalfPlaces * Stages * (pairs + 1) * HalfPlaces) + (place % HalfPlaces);
                    sbyte* w = weights + (term * 2);
                    short* start = starts + term;
                    Vector256<short> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
                    for (int stage = 1; ; stage++, start += Terms)
                    {
                        Vector256<short> s0 = Vector256.Load(start), s1 = Vector256.Load(start + 16);
                        a0 += s0;
                        a1 += s1;
                        b0 += s0;
                        b1 += s1;
                        c0 += s0;
                        c1 += s1;
                        d0 += s0;
                        d1 += s1;
                        Vector256<sbyte> w0, w1;
                        Vector256<byte> state;
                        for (int k = pairs; k > 0; k--, x += HalfPlaces, w += StepBytes)
                        {
                            (w0, w1, state) = (Vector256.Load(w), Vector256.Load(w + 32), Vector256.Create(x[0]).AsByte());
                            a0 += Avx2.MultiplyAddAdjacent(state, w0);
                            a1 += Avx2.MultiplyAddAdjacent(state, w1);
                            state = Vector256.Create(x[1]).AsByte();
                            b0 += Avx2.MultiplyAddAdjacent(state, w0);
                            b1 += Avx2.MultiplyAddAdjacent(state, w1);
                            state = Vector256.Create(x[2]).AsByte();
                            c0 += Avx2.MultiplyAddAdjacent(state, w0);
                            c1 += Avx2.MultiplyAddAdjacent(state, w1);
                            state = Vector256.Create(x[3]).AsByte();
                            d0 += Avx2.MultiplyAddAdjacent(state, w0);
                            d1 += Avx2.MultiplyAddAdjacent(state, w1);
                        }

                        (w0, w1, state) = (Vector256.Load(w), Vector256.Load(w + 32), Vector256.Create(x[0]).AsByte());
                        Vector256<short> m0 = a0 + Avx2.MultiplyAddAdjacent(state, w0), m1 = a1 + Avx2.MultiplyAddAdjacent(state, w1);
                        state = Vector256.Create(x[1]).AsByte();
                        (m0, m1) = (Vector256.Max(m0, b0 + Avx2.MultiplyAddAdjacent(state, w0)), Vector256.Max(m1, b1 + Avx2.MultiplyAddAdjacent(state, w1)));
                        state = Vector256.Create(x[2]).AsByte();
                        (m0, m1) = (Vector256.Max(m0, c0 + Avx2.MultiplyAddAdjacent(state, w0)), Vector256.Max(m1, c1 + Avx2.MultiplyAddAdjacent(state, w1)));
                        state = Vector256.Create(x[3]).AsByte();
                        (m0, m1) = (Vector256.Max(m0, d0 + Avx2.MultiplyAddAdjacent(state, w0)), Vector256.Max(m1, d1 + Avx2.MultiplyAddAdjacent(state, w1)));
                        m0 = Vector256.GreaterThan(m0, Vector256.Load(thresholds + term));
                        m1 = Vector256.GreaterThan(m1, Vector256.Load(thresholds + term + 16));
                        if ((m0 | m1) == Vector256<short>.Zero)
                        {
                            break;
                        }

                        if (stage == Stages)
                        {
                            above |= ((ulong)m0.ExtractMostSignificantBits() | ((ulong)m1.ExtractMostSignificantBits() << 16)) << term;
                            break;
                        }

                        x += HalfPlaces;
                        w += StepBytes;
                    }
                }
            }
        }

        return above;
    }

    // 64 terms × 8 places at once: 16 sums in 32 registers. Alone in a method, because with more alive around it the compiler spills them:
    // 2026-11-24, a tenth of the speed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static ulong Wide512(sbyte* weights, short* starts, short* thresholds, uint* places, int pairs)
    {
        ulong above = 0;
        unchecked
        {
            for (int half = 0; half < 2; half++)
            {
                Vector512<short> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
                Vector512<short> e0 = default, e1 = default, f0 = default, f1 = default, g0 = default, g1 = default, h0 = default, h1 = default;
                uint* at = places + (half * Stages * (pairs + 1) * HalfPlaces);
                sbyte* w = weights;
                for (int stage = 0; ; stage++, at += HalfPlaces, w += StepBytes)
                {
                    Vector512<short> s0 = Vector512.Load(starts + (stage * Terms)), s1 = Vector512.Load(starts + (stage * Terms) + 32);
                    a0 += s0;
                    a1 += s1;
                    b0 += s0;
                    b1 += s1;
                    c0 += s0;
                    c1 += s1;
                    d0 += s0;
                    d1 += s1;
                    e0 += s0;
                    e1 += s1;
                    f0 += s0;
                    f1 += s1;
                    g0 += s0;
                    g1 += s1;
                    h0 += s0;
                    h1 += s1;
                    Vector512<sbyte> w0, w1;
                    Vector512<byte> x;
                    for (uint* end = at + (HalfPlaces * pairs); at < end; at += HalfPlaces, w += StepBytes)
                    {
                        (w0, w1, x) = (Vector512.Load(w), Vector512.Load(w + 64), Vector512.Create(at[0]).AsByte());
                        a0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                        a1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                        x = Vector512.Create(at[1]).AsByte();
                        b0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                        b1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                        x = Vector512.Create(at[2]).AsByte();
                        c0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                        c1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                        x = Vector512.Create(at[3]).AsByte();
                        d0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                        d1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                        x = Vector512.Create(at[4]).AsByte();
                        e0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                        e1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                        x = Vector512.Create(at[5]).AsByte();
                        f0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                        f1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                        x = Vector512.Create(at[6]).AsByte();
                        g0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                        g1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                        x = Vector512.Create(at[7]).AsByte();
                        h0 += Avx512BW.MultiplyAddAdjacent(x, w0);
                        h1 += Avx512BW.MultiplyAddAdjacent(x, w1);
                    }

                    (w0, w1, x) = (Vector512.Load(w), Vector512.Load(w + 64), Vector512.Create(at[0]).AsByte());
                    Vector512<short> m0 = a0 + Avx512BW.MultiplyAddAdjacent(x, w0), m1 = a1 + Avx512BW.MultiplyAddAdjacent(x, w1);
                    x = Vector512.Create(at[1]).AsByte();
                    (m0, m1) = (Vector512.Max(m0, b0 + Avx512BW.MultiplyAddAdjacent(x, w0)), Vector512.Max(m1, b1 + Avx512BW.MultiplyAddAdjacent(x, w1)));
                    x = Vector512.Create(at[2]).AsByte();
                    (m0, m1) = (Vector512.Max(m0, c0 + Avx512BW.MultiplyAddAdjacent(x, w0)), Vector512.Max(m1, c1 + Avx512BW.MultiplyAddAdjacent(x, w1)));
                    x = Vector512.Create(at[3]).AsByte();
                    (m0, m1) = (Vector512.Max(m0, d0 + Avx512BW.MultiplyAddAdjacent(x, w0)), Vector512.Max(m1, d1 + Avx512BW.MultiplyAddAdjacent(x, w1)));
                    x = Vector512.Create(at[4]).AsByte();
                    (m0, m1) = (Vector512.Max(m0, e0 + Avx512BW.MultiplyAddAdjacent(x, w0)), Vector512.Max(m1, e1 + Avx512BW.MultiplyAddAdjacent(x, w1)));
                    x = Vector512.Create(at[5]).AsByte();
                    (m0, m1) = (Vector512.Max(m0, f0 + Avx512BW.MultiplyAddAdjacent(x, w0)), Vector512.Max(m1, f1 + Avx512BW.MultiplyAddAdjacent(x, w1)));
                    x = Vector512.Create(at[6]).AsByte();
                    (m0, m1) = (Vector512.Max(m0, g0 + Avx512BW.MultiplyAddAdjacent(x, w0)), Vector512.Max(m1, g1 + Avx512BW.MultiplyAddAdjacent(x, w1)));
                    x = Vector512.Create(at[7]).AsByte();
                    (m0, m1) = (Vector512.Max(m0, h0 + Avx512BW.MultiplyAddAdjacent(x, w0)), Vector512.Max(m1, h1 + Avx512BW.MultiplyAddAdjacent(x, w1)));
                    ulong bits = Vector512.GreaterThan(m0, Vector512.Load(thresholds)).ExtractMostSignificantBits()
                        | (Vector512.GreaterThan(m1, Vector512.Load(thresholds + 32)).ExtractMostSignificantBits() << 32);
                    if (bits == 0 || stage == Stages - 1)
                    {
                        above |= bits;
                        break;
                    }
                }
            }
        }

        return above;
    }
}
