using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparse.Encoders.Head;

/// <summary>With which of 16 places each of four terms has a dot product above its threshold, in 16-bit integers and 32-bit sums.</summary>
/// <remarks>
/// As <see cref="GroupDots"/>, but lanes are places and the terms may lie anywhere. The value of each <see cref="ChunkDims"/> dimensions
/// must fit 16 bits; chunks are added in 32. Weights lie as [terms][dims], starts as [terms][chunks], places as [dims / 4][16][4].
/// </remarks>
internal static unsafe class RowDots
{
    /// <summary>Terms of a call.</summary>
    internal const int Terms = 4;

    /// <summary>Dimensions that are summed in 16 bits.</summary>
    internal const int ChunkDims = 128;

    private const int StepBytes = PlaceTiles.Places * 4;

    /// <summary>Compares four terms with one tile of places.</summary>
    /// <param name="weights">Those of all terms.</param>
    /// <param name="starts">Those of all terms.</param>
    /// <param name="thresholds">Those of all terms.</param>
    /// <param name="terms">[4]: which.</param>
    /// <param name="places">The tile's places.</param>
    /// <param name="dims">Dimensions, a multiple of 4.</param>
    /// <returns>16 bits a term, the first term's the lowest: set where its dot product with the place is greater than its threshold.</returns>
    internal static ulong Above(sbyte* weights, int* starts, int* thresholds, int* terms, byte* places, int dims) =>
        Avx512BW.IsSupported ? Wide512(weights, starts, thresholds, terms, places, dims)
        : Avx2.IsSupported ? Wide256(weights, starts, thresholds, terms, places, dims)
        : Vector128.IsHardwareAccelerated ? Wide128(weights, starts, thresholds, terms, places, dims)
        : Scalar(weights, starts, thresholds, terms, places, dims);

    /// <summary>The definition, one product after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static ulong Scalar(sbyte* weights, int* starts, int* thresholds, int* terms, byte* places, int dims)
    {
        int chunks = (dims + ChunkDims - 1) / ChunkDims;
        ulong above = 0;
        unchecked
        {
            for (int i = 0; i < PlaceTiles.Places * Terms; i++)
            {
                int term = terms[i / PlaceTiles.Places], total = 0;
                for (int chunk = 0; chunk < chunks; chunk++)
                {
                    int sum = starts[(term * chunks) + chunk];
                    for (int k = chunk * ChunkDims; k < Math.Min(dims, (chunk + 1) * ChunkDims); k++)
                    {
                        sum += places[(k / 4 * StepBytes) + (i % PlaceTiles.Places * 4) + (k % 4)] * weights[((long)term * dims) + k];
                    }

                    total += (short)sum;
                }

                above |= total > thresholds[term] ? 1UL << i : 0;
            }
        }

        return above;
    }

    // A vector is 4 places × 4 dimensions; products fit 16 bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Wide128(sbyte* weights, int* starts, int* thresholds, int* terms, byte* places, int dims)
    {
        ulong above = 0;
        unchecked
        {
            for (int i = 0; i < PlaceTiles.Places * Terms; i += 4)
            {
                int term = terms[i / PlaceTiles.Places];
                int* start = starts + (term * ((dims + ChunkDims - 1) / ChunkDims));
                sbyte* w = weights + ((long)term * dims);
                byte* x = places + (i % PlaceTiles.Places * 4);
                Vector128<int> total = default;
                for (int from = 0; from < dims; from += ChunkDims)
                {
                    Vector128<short> low = default, high = default;
                    for (int k = Math.Min(ChunkDims, dims - from); k > 0; k -= 4, w += 4, x += StepBytes)
                    {
                        (Vector128<ushort> first, Vector128<ushort> second) = Vector128.Widen(Vector128.Load(x));
                        Vector128<short> row = Vector128.WidenLower(Vector128.Create(*(int*)w).AsSByte());
                        low += first.AsInt16() * row;
                        high += second.AsInt16() * row;
                    }

                    for (int j = 0; j < 4; j++)
                    {
                        Vector128<short> half = j < 2 ? low : high;
                        int at = j % 2 * 4;
                        int sum = half[at] + half[at + 1] + half[at + 2] + half[at + 3] + start[from / ChunkDims];
                        total = total.WithElement(j, total[j] + (short)sum);
                    }
                }

                above |= (ulong)Vector128.GreaterThan(total, Vector128.Create(thresholds[term])).ExtractMostSignificantBits() << i;
            }
        }

        return above;
    }

    // 4 terms × 8 places at once; a 32-bit lane holds the two halves of a sum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Wide256(sbyte* weights, int* starts, int* thresholds, int* terms, byte* places, int dims)
    {
        int chunks = (dims + ChunkDims - 1) / ChunkDims;
        ulong above = 0;
        unchecked
        {
            for (int half = 0; half < 2; half++)
            {
                sbyte* wa = weights + ((long)terms[0] * dims), wb = weights + ((long)terms[1] * dims), wc = weights + ((long)terms[2] * dims), wd = weights + ((long)terms[3] * dims);
                byte* x = places + (half * 32);
                Vector256<int> totalA = default, totalB = default, totalC = default, totalD = default;
                for (int chunk = 0; chunk < chunks; chunk++)
                {
                    Vector256<short> a = Start(starts[(terms[0] * chunks) + chunk]), b = Start(starts[(terms[1] * chunks) + chunk]);
                    Vector256<short> c = Start(starts[(terms[2] * chunks) + chunk]), d = Start(starts[(terms[3] * chunks) + chunk]);
                    for (int k = Math.Min(ChunkDims, dims - (chunk * ChunkDims)); k > 0; k -= 4, x += StepBytes, wa += 4, wb += 4, wc += 4, wd += 4)
                    {
                        Vector256<byte> state = Vector256.Load(x);
                        a += Avx2.MultiplyAddAdjacent(state, Vector256.Create(*(int*)wa).AsSByte());
                        b += Avx2.MultiplyAddAdjacent(state, Vector256.Create(*(int*)wb).AsSByte());
                        c += Avx2.MultiplyAddAdjacent(state, Vector256.Create(*(int*)wc).AsSByte());
                        d += Avx2.MultiplyAddAdjacent(state, Vector256.Create(*(int*)wd).AsSByte());
                    }

                    (totalA, totalB, totalC, totalD) = (totalA + Whole(a), totalB + Whole(b), totalC + Whole(c), totalD + Whole(d));
                }

                above |= (Bits(totalA, thresholds[terms[0]]) | (Bits(totalB, thresholds[terms[1]]) << 16)
                    | (Bits(totalC, thresholds[terms[2]]) << 32) | (Bits(totalD, thresholds[terms[3]]) << 48)) << (8 * half);
            }
        }

        return above;

        static Vector256<short> Start(int value) => Vector256.Create(value & 0xFFFF).AsInt16();

        static Vector256<int> Whole(Vector256<short> lanes) =>
            Vector256.ShiftRightArithmetic(Vector256.ShiftLeft((lanes + Vector256.ShiftRightLogical(lanes.AsInt32(), 16).AsInt16()).AsInt32(), 16), 16);

        static ulong Bits(Vector256<int> totals, int threshold) => Vector256.GreaterThan(totals, Vector256.Create(threshold)).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static ulong Wide512(sbyte* weights, int* starts, int* thresholds, int* terms, byte* places, int dims)
    {
        unchecked
        {
            int chunks = (dims + ChunkDims - 1) / ChunkDims;
            sbyte* wa = weights + ((long)terms[0] * dims), wb = weights + ((long)terms[1] * dims), wc = weights + ((long)terms[2] * dims), wd = weights + ((long)terms[3] * dims);
            Vector512<int> totalA = default, totalB = default, totalC = default, totalD = default;
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                Vector512<short> a = Start(starts[(terms[0] * chunks) + chunk]), b = Start(starts[(terms[1] * chunks) + chunk]);
                Vector512<short> c = Start(starts[(terms[2] * chunks) + chunk]), d = Start(starts[(terms[3] * chunks) + chunk]);
                int count = Math.Min(ChunkDims, dims - (chunk * ChunkDims));
                for (int k = 0; k < count; k += 4, places += StepBytes)
                {
                    Vector512<byte> state = Vector512.Load(places);
                    a += Avx512BW.MultiplyAddAdjacent(state, Vector512.Create(*(int*)(wa + k)).AsSByte());
                    b += Avx512BW.MultiplyAddAdjacent(state, Vector512.Create(*(int*)(wb + k)).AsSByte());
                    c += Avx512BW.MultiplyAddAdjacent(state, Vector512.Create(*(int*)(wc + k)).AsSByte());
                    d += Avx512BW.MultiplyAddAdjacent(state, Vector512.Create(*(int*)(wd + k)).AsSByte());
                }

                (totalA, totalB, totalC, totalD) = (totalA + Whole(a), totalB + Whole(b), totalC + Whole(c), totalD + Whole(d));
                wa += count;
                wb += count;
                wc += count;
                wd += count;
            }

            return Bits(totalA, thresholds[terms[0]]) | (Bits(totalB, thresholds[terms[1]]) << 16)
                | (Bits(totalC, thresholds[terms[2]]) << 32) | (Bits(totalD, thresholds[terms[3]]) << 48);
        }

        static Vector512<short> Start(int value) => Vector512.Create(value & 0xFFFF).AsInt16();

        // The two halves of each lane added, with their sign.
        static Vector512<int> Whole(Vector512<short> lanes) =>
            Vector512.ShiftRightArithmetic(Vector512.ShiftLeft((lanes + Vector512.ShiftRightLogical(lanes.AsInt32(), 16).AsInt16()).AsInt32(), 16), 16);

        static ulong Bits(Vector512<int> totals, int threshold) => Vector512.GreaterThan(totals, Vector512.Create(threshold)).ExtractMostSignificantBits();
    }
}
