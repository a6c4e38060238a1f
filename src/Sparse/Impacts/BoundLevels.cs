using System.Runtime.CompilerServices;

namespace Sparse.Impacts;

/// <summary>Chooses the 15 bounds that a term's 4-bit block maxima stand for.</summary>
/// <remarks>
/// Least total excess over the true maxima, by dynamic programming: level after level, for each value as the last one the best
/// place to split off that level, found on a hull of lines in linear time.
/// 2026-11-23: fixed levels (ceilings of 17) lose about a tenth of a typical maximum, levels fitted to the term 2 to 3 %.
/// </remarks>
internal sealed unsafe class BoundLevels
{
    private const int Values = 256;
    private readonly long[] _count = new long[Values];
    private readonly long[] _sum = new long[Values];
    private readonly byte[] _distinct = new byte[Values];
    private readonly long[] _cost = new long[Values];
    private readonly long[] _next = new long[Values];
    private readonly byte[,] _from = new byte[ImpactFormat.Levels, Values];

    /// <summary>The bound of each nibble; [0] is 0, the used ones ascend, the rest repeat the largest.</summary>
    public byte[] Bounds { get; } = new byte[ImpactFormat.Levels];

    /// <summary>The nibble of each impact; 0 only for 0.</summary>
    public byte[] NibbleOf { get; } = new byte[Values];

    /// <summary>Fits the levels to a histogram.</summary>
    /// <param name="histogram">[256], how many block maxima have each value; [0] is not looked at.</param>
    public void Fit(ReadOnlySpan<int> histogram)
    {
        int distinct = 0;
        long count = 0, sum = 0;
        for (int value = 1; value < Values; value++)
        {
            if (histogram[value] > 0)
            {
                _distinct[distinct] = (byte)value;
                count += histogram[value];
                sum += (long)histogram[value] * value;
                _count[distinct] = count;
                _sum[distinct++] = sum;
            }
        }

        Bounds.AsSpan().Clear();
        if (distinct < ImpactFormat.Levels)
        {
            for (int level = 1; level < ImpactFormat.Levels; level++)
            {
                Bounds[level] = distinct == 0 ? (byte)0 : _distinct[Math.Min(level, distinct) - 1];
            }
        }
        else
        {
            Split(distinct);
        }

        int nibble = 0;
        for (int value = 0; value < Values; value++)
        {
            while (nibble < ImpactFormat.Levels - 1 && Bounds[nibble] < value)
            {
                nibble++;
            }

            NibbleOf[value] = (byte)nibble;
        }
    }

    private void Split(int distinct)
    {
        for (int j = 0; j < distinct; j++)
        {
            _cost[j] = (_count[j] * _distinct[j]) - _sum[j];
        }

        for (int level = 2; level < ImpactFormat.Levels; level++)
        {
            Best(level, distinct);
            Array.Copy(_next, _cost, distinct);
        }

        int end = distinct - 1;
        for (int level = ImpactFormat.Levels - 1; level >= 1; level--)
        {
            Bounds[level] = _distinct[end];
            end = level > 1 ? _from[level, end] : end;
        }
    }

    /// <summary>For each last value the first of the best places to split off a level, and what that costs with all levels before.</summary>
    /// <remarks>
    /// Split after value i, the values up to j cost cost[i] + sum[i] − count[i] × value[j], and a part of j's alone: a line over
    /// value[j], the steeper the later i. Values ascend, so that the best line only moves on along the lower hull of the lines.
    /// 2026-11-24: takes a third of the time of divide and conquer, which was a seventh of a build.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Best(int level, int distinct)
    {
        Line* hull = stackalloc Line[Values];
        Line* best = hull, last = hull - 1;
        fixed (long* count = _count, sum = _sum, cost = _cost, next = _next)
        fixed (byte* values = _distinct, from = &_from[level, 0])
        {
            // Fewer than 2²⁶ blocks: heights stay below 2³⁶, their products with counts below 2⁶². Each level to come takes a value.
            unchecked
            {
                for (int j = level - 1; j <= distinct - ImpactFormat.Levels + level; j++)
                {
                    long value = values[j];
                    var line = new Line { Height = cost[j - 1] + sum[j - 1], Count = count[j - 1], Split = j - 1 };
                    while (last > best && (last->Height - last[-1].Height) * (line.Count - last->Count) >= (line.Height - last->Height) * (last->Count - last[-1].Count))
                    {
                        last--;
                    }

                    *++last = line;
                    long least = best->At(value);
                    while (best < last && best[1].At(value) is var then && then < least)
                    {
                        best++;
                        least = then;
                    }

                    from[j] = (byte)best->Split;
                    next[j] = least + (count[j] * value) - sum[j];
                }
            }
        }
    }

    /// <summary>What a split costs over the last value of the next level.</summary>
    private struct Line
    {
        public long Height;
        public long Count;
        public long Split;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly long At(long value) => unchecked(Height - (Count * value));
    }
}
