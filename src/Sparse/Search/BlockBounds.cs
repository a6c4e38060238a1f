using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static Sparse.Impacts.ImpactFormat;

namespace Sparse.Search;

/// <summary>Kernels over the bounds of all blocks: u16, in units of 2^shift of a score.</summary>
/// <remarks>
/// A nibble is turned into its bound by two byte shuffles (low and high byte of a 16-entry table that already holds weight x
/// level), so no multiplication is left. Each method dispatches once to the widest vectors; the scalar twin is the specification.
/// </remarks>
internal static unsafe class BlockBounds
{
    /// <summary>Blocks whose largest bound is known.</summary>
    public const int GroupBlocks = 256;

    /// <summary>Bins of 64 bounds each.</summary>
    public const int Bins = 1024;

    // Counting eight maxima of 32 bounds a group instead of 32 of eight: above this the counting costs more than it tells.
    private const int ManyBlocks = 1 << 16;

    /// <summary>Adds the dense terms' part of every block's bound.</summary>
    /// <param name="terms">[count] dense terms.</param>
    /// <param name="count">Number of terms, ≥ 0.</param>
    /// <param name="rowBytes">Bytes of a row, a multiple of 64.</param>
    /// <param name="bounds">[2 x rowBytes], added to; aligned to 64.</param>
    public static void AddRows(DenseTerm* terms, int count, int rowBytes, ushort* bounds)
    {
        if (Avx512BW.IsSupported)
        {
            AddRowsVector512(terms, count, rowBytes, bounds);
        }
        else if (Avx2.IsSupported)
        {
            AddRowsVector256(terms, count, rowBytes, bounds);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            AddRowsVector128(terms, count, rowBytes, bounds);
        }
        else
        {
            AddRowsScalar(terms, count, rowBytes, bounds);
        }
    }

    public static void AddRowsScalar(DenseTerm* terms, int count, int rowBytes, ushort* bounds)
    {
        for (int t = 0; t < count; t++)
        {
            for (int i = 0; i < rowBytes; i++)
            {
                int block = (i / RowChunkBytes * RowChunkBlocks) + (i % RowChunkBytes);
                int nibbles = terms[t].Rows[i];
                bounds[block] = unchecked((ushort)(bounds[block] + terms[t].Bounds[nibbles & 15]));
                bounds[block + RowChunkBytes] = unchecked((ushort)(bounds[block + RowChunkBytes] + terms[t].Bounds[nibbles >> 4]));
            }
        }
    }

    public static void AddRowsVector128(DenseTerm* terms, int count, int rowBytes, ushort* bounds)
    {
        Vector128<byte> nibble = Vector128.Create((byte)15);
        for (int i = 0; i < rowBytes; i += 16)
        {
            ushort* to = bounds + (i / RowChunkBytes * RowChunkBlocks) + (i % RowChunkBytes);
            Vector128<ushort> a0 = Vector128.Load(to), a1 = Vector128.Load(to + 8), b0 = Vector128.Load(to + RowChunkBytes), b1 = Vector128.Load(to + RowChunkBytes + 8);
            for (int t = 0; t < count; t++)
            {
                Vector128<byte> v = Vector128.Load(terms[t].Rows + i);
                Vector128<byte> low = Vector128.Load(terms[t].Low), high = Vector128.Load(terms[t].High);
                Vector128<byte> x = v & nibble, y = (v.AsUInt16() >>> 4).AsByte() & nibble;
                // Low and high bytes, widened and joined: lane j is block j.
                (Vector128<ushort> l0, Vector128<ushort> l1) = Vector128.Widen(Vector128.Shuffle(low, x));
                (Vector128<ushort> h0, Vector128<ushort> h1) = Vector128.Widen(Vector128.Shuffle(high, x));
                a0 += l0 + (h0 << 8);
                a1 += l1 + (h1 << 8);
                (l0, l1) = Vector128.Widen(Vector128.Shuffle(low, y));
                (h0, h1) = Vector128.Widen(Vector128.Shuffle(high, y));
                b0 += l0 + (h0 << 8);
                b1 += l1 + (h1 << 8);
            }

            a0.Store(to);
            a1.Store(to + 8);
            b0.Store(to + RowChunkBytes);
            b1.Store(to + RowChunkBytes + 8);
        }
    }

    public static void AddRowsVector256(DenseTerm* terms, int count, int rowBytes, ushort* bounds)
    {
        Vector256<byte> nibble = Vector256.Create((byte)15);
        for (int i = 0; i < rowBytes; i += RowChunkBytes)
        {
            Vector256<ushort> a0 = default, a1 = default, b0 = default, b1 = default;
            for (int t = 0; t < count; t++)
            {
                Vector256<byte> v = Vector256.Load(terms[t].Rows + i);
                Vector256<byte> low = Avx2.BroadcastVector128ToVector256(terms[t].Low), high = Avx2.BroadcastVector128ToVector256(terms[t].High);
                Vector256<byte> x = v & nibble, y = (v.AsUInt16() >>> 4).AsByte() & nibble;
                Vector256<byte> l = Avx2.Shuffle(low, x), h = Avx2.Shuffle(high, x);
                // Unpacking works within 128-bit lanes: a0 = blocks 0-7 and 16-23, a1 = 8-15 and 24-31; b the same, 32 on.
                a0 += Avx2.UnpackLow(l, h).AsUInt16();
                a1 += Avx2.UnpackHigh(l, h).AsUInt16();
                l = Avx2.Shuffle(low, y);
                h = Avx2.Shuffle(high, y);
                b0 += Avx2.UnpackLow(l, h).AsUInt16();
                b1 += Avx2.UnpackHigh(l, h).AsUInt16();
            }

            ushort* to = bounds + (i * 2);
            (Vector256.Load(to) + Vector256.Create(a0.GetLower(), a1.GetLower())).Store(to);
            (Vector256.Load(to + 16) + Vector256.Create(a0.GetUpper(), a1.GetUpper())).Store(to + 16);
            (Vector256.Load(to + 32) + Vector256.Create(b0.GetLower(), b1.GetLower())).Store(to + 32);
            (Vector256.Load(to + 48) + Vector256.Create(b0.GetUpper(), b1.GetUpper())).Store(to + 48);
        }
    }

    public static void AddRowsVector512(DenseTerm* terms, int count, int rowBytes, ushort* bounds)
    {
        Vector512<byte> nibble = Vector512.Create((byte)15);
        for (int i = 0; i < rowBytes; i += 2 * RowChunkBytes)
        {
            Vector512<ushort> a0 = default, a1 = default, b0 = default, b1 = default;
            for (int t = 0; t < count; t++)
            {
                Vector512<byte> v = Vector512.Load(terms[t].Rows + i);
                Vector512<byte> low = Avx512F.BroadcastVector128ToVector512((uint*)terms[t].Low).AsByte(), high = Avx512F.BroadcastVector128ToVector512((uint*)terms[t].High).AsByte();
                Vector512<byte> x = v & nibble, y = (v.AsUInt16() >>> 4).AsByte() & nibble;
                Vector512<byte> l = Avx512BW.Shuffle(low, x), h = Avx512BW.Shuffle(high, x);
                a0 += Avx512BW.UnpackLow(l, h).AsUInt16();
                a1 += Avx512BW.UnpackHigh(l, h).AsUInt16();
                l = Avx512BW.Shuffle(low, y);
                h = Avx512BW.Shuffle(high, y);
                b0 += Avx512BW.UnpackLow(l, h).AsUInt16();
                b1 += Avx512BW.UnpackHigh(l, h).AsUInt16();
            }

            ushort* to = bounds + (i * 2);
            AddHalf(a0.GetLower(), a1.GetLower(), to);
            AddHalf(b0.GetLower(), b1.GetLower(), to + 32);
            AddHalf(a0.GetUpper(), a1.GetUpper(), to + 64);
            AddHalf(b0.GetUpper(), b1.GetUpper(), to + 96);
        }
    }

    /// <summary>Finds the largest bound of each group of 256 blocks, and counts how high the bounds are.</summary>
    /// <param name="bounds">[blocks], 0 up to the next multiple of 256.</param>
    /// <param name="blocks">Number of blocks.</param>
    /// <param name="groups">Overwritten, [blocks / 256, rounded up] and 32 for scratch.</param>
    /// <param name="bins">[1024], overwritten: how many maxima over a few strided blocks lie in each 64 bounds.</param>
    public static void Summarise(ushort* bounds, int blocks, ushort* groups, int* bins)
    {
        new Span<int>(bins, Bins).Clear();
        int count = (blocks + GroupBlocks - 1) / GroupBlocks, lanes = blocks > ManyBlocks ? 8 : 32;
        ushort* maxima = groups + count;
        unchecked
        {
            for (int group = 0; group < count; group++, bounds += GroupBlocks)
            {
                Maxima(bounds, maxima, lanes);
                int largest = 0;
                for (int i = 0; i < lanes; i++)
                {
                    bins[maxima[i] >> 6]++;
                    largest = Math.Max(largest, maxima[i]);
                }

                groups[group] = (ushort)largest;
            }
        }
    }

    /// <summary>A bound that at least so many blocks reach, as high as counted maxima tell.</summary>
    /// <param name="bins">What <see cref="Summarise"/> counted.</param>
    /// <param name="wanted">Number of blocks wanted.</param>
    /// <returns>The bound, ≥ 1.</returns>
    public static int LevelOf(int* bins, int wanted)
    {
        int bin = Bins - 1;
        for (int sum = bins[bin]; bin > 0 && sum < wanted; sum += bins[bin])
        {
            bin--;
        }

        return Math.Max(bin << 6, 1);
    }

    /// <summary>Collects the blocks whose bound lies in a range, in ascending order.</summary>
    /// <param name="bounds">[blocks], 0 up to the next multiple of 256.</param>
    /// <param name="groups">The largest bound of each 256.</param>
    /// <param name="blocks">Number of blocks.</param>
    /// <param name="low">Least bound, ≥ 1.</param>
    /// <param name="high">Largest bound.</param>
    /// <param name="selected">Overwritten, [blocks] at least.</param>
    /// <returns>How many.</returns>
    public static int Select(ushort* bounds, ushort* groups, int blocks, int low, int high, int* selected)
    {
        int count = 0;
        unchecked
        {
            for (int first = 0; first < blocks; first += GroupBlocks)
            {
                if (groups[first / GroupBlocks] < low)
                {
                    continue;
                }

                for (int block = first; block < first + GroupBlocks; block += 32)
                {
                    for (uint mask = InRange(bounds + block, low, high); mask != 0; mask &= mask - 1)
                    {
                        selected[count++] = block + BitOperations.TrailingZeroCount(mask);
                    }
                }
            }
        }

        return count;
    }

    /// <summary>As <see cref="Select"/>, but a bit for each block.</summary>
    /// <param name="bounds">[blocks], 0 up to the next multiple of 256.</param>
    /// <param name="groups">The largest bound of each 256.</param>
    /// <param name="blocks">Number of blocks.</param>
    /// <param name="low">Least bound, ≥ 1.</param>
    /// <param name="high">Largest bound.</param>
    /// <param name="marks">Overwritten, bits up to the next multiple of 256 blocks.</param>
    public static void Mark(ushort* bounds, ushort* groups, int blocks, int low, int high, uint* marks)
    {
        for (int first = 0; first < blocks; first += GroupBlocks)
        {
            bool any = groups[first / GroupBlocks] >= low;
            for (int block = first; block < first + GroupBlocks; block += 32)
            {
                marks[block / 32] = any ? InRange(bounds + block, low, high) : 0;
            }
        }
    }

    /// <summary>Which of 32 bounds lie in a range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint InRange(ushort* bounds, int low, int high)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<ushort> v = Vector512.Load(bounds);
            return (uint)(Vector512.GreaterThanOrEqual(v, Vector512.Create((ushort)low)) & Vector512.LessThanOrEqual(v, Vector512.Create((ushort)high))).ExtractMostSignificantBits();
        }

        uint mask = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            Vector128<ushort> least = Vector128.Create((ushort)low), largest = Vector128.Create((ushort)high);
            for (int i = 0; i < 32; i += 8)
            {
                Vector128<ushort> v = Vector128.Load(bounds + i);
                mask |= (Vector128.GreaterThanOrEqual(v, least) & Vector128.LessThanOrEqual(v, largest)).ExtractMostSignificantBits() << i;
            }

            return mask;
        }

        for (int i = 0; i < 32; i++)
        {
            mask |= bounds[i] >= low && bounds[i] <= high ? 1u << i : 0;
        }

        return mask;
    }

    /// <summary>Maxima of 256 bounds: of every 32nd, or of every 8th.</summary>
    private static void Maxima(ushort* bounds, ushort* maxima, int lanes)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<ushort> v = Vector512.Load(bounds);
            for (int i = 32; i < GroupBlocks; i += 32)
            {
                v = Vector512.Max(v, Vector512.Load(bounds + i));
            }

            if (lanes == 32)
            {
                v.Store(maxima);
                return;
            }

            Vector256<ushort> half = Vector256.Max(v.GetLower(), v.GetUpper());
            Vector128.Max(half.GetLower(), half.GetUpper()).Store(maxima);
            return;
        }

        for (int lane = 0; lane < lanes; lane += 8)
        {
            if (Vector128.IsHardwareAccelerated)
            {
                Vector128<ushort> v = Vector128.Load(bounds + lane);
                for (int i = lanes; i < GroupBlocks; i += lanes)
                {
                    v = Vector128.Max(v, Vector128.Load(bounds + i + lane));
                }

                v.Store(maxima + lane);
                continue;
            }

            for (int j = lane; j < lane + 8; j++)
            {
                maxima[j] = 0;
                for (int i = j; i < GroupBlocks; i += lanes)
                {
                    maxima[j] = Math.Max(maxima[j], bounds[i]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddHalf(Vector256<ushort> first, Vector256<ushort> second, ushort* to)
    {
        (Vector256.Load(to) + Vector256.Create(first.GetLower(), second.GetLower())).Store(to);
        (Vector256.Load(to + 16) + Vector256.Create(first.GetUpper(), second.GetUpper())).Store(to + 16);
    }
}
