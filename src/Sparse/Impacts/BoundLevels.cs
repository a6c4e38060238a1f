namespace Sparse.Impacts;

/// <summary>Chooses the 15 bounds that a term's 4-bit block maxima stand for.</summary>
/// <remarks>
/// Least total excess over the true maxima, by dynamic programming; cost(i, j) = values in (i, j] raised to j obeys the
/// quadrangle inequality, so the best split moves one way and a divide-and-conquer pass a level suffices.
/// 2026-11-23: fixed levels (ceilings of 17) lose about a tenth of a typical maximum, levels fitted to the term 2 to 3 %.
/// </remarks>
internal sealed class BoundLevels
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
            _cost[j] = Excess(-1, j);
        }

        for (int level = 2; level < ImpactFormat.Levels; level++)
        {
            Best(level, level - 1, distinct - 1, level - 2, distinct - 2);
            Array.Copy(_next, _cost, distinct);
        }

        int end = distinct - 1;
        for (int level = ImpactFormat.Levels - 1; level >= 1; level--)
        {
            Bounds[level] = _distinct[end];
            end = level > 1 ? _from[level, end] : end;
        }
    }

    private void Best(int level, int low, int high, int fromLow, int fromHigh)
    {
        if (low > high)
        {
            return;
        }

        int middle = (low + high) / 2, best = fromLow;
        long least = long.MaxValue;
        for (int from = fromLow; from <= Math.Min(fromHigh, middle - 1); from++)
        {
            long cost = _cost[from] + Excess(from, middle);
            if (cost < least)
            {
                least = cost;
                best = from;
            }
        }

        _next[middle] = least;
        _from[level, middle] = (byte)best;
        Best(level, low, middle - 1, fromLow, best);
        Best(level, middle + 1, high, best, fromHigh);
    }

    /// <summary>What raising the values after index <paramref name="from"/>, up to <paramref name="to"/>, to the last of them adds.</summary>
    private long Excess(int from, int to)
    {
        long count = _count[to] - (from < 0 ? 0 : _count[from]), sum = _sum[to] - (from < 0 ? 0 : _sum[from]);
        return (count * _distinct[to]) - sum;
    }
}
