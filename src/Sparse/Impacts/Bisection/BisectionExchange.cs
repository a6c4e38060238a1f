using System.Numerics;

namespace Sparse.Impacts.Bisection;

/// <summary>Finds the documents that two halves exchange: the pairs whose gains add up to more than nothing.</summary>
/// <remarks>
/// A left document's key is its gain by moving right, a right document's key is minus its gain by moving left. Pairing the best of both
/// sides while their gains add up to more than 0 is then the same as putting the smallest keys left, so one selection replaces
/// two sorts. Ties fall by position, which lets documents stay.
/// </remarks>
internal sealed class BisectionExchange
{
    private const int Buckets = 1024;
    private readonly int[] _histogram = new int[Buckets + 2];
    private long[] _candidates = new long[64];

    /// <summary>Gain below which a pair stays: 1/20 of a bit a term, and four times that where halves become leaves or pairs of them.</summary>
    /// <remarks>
    /// Gains are counted as if a document moved alone, so when all move at once the small ones mostly undo each other.
    /// 2026-11-23, every 8th bench document, (term, 32-document block) pairs in thousands by margin in bits a document:
    /// 0: 1,191, 1: 1,183, 2: 1,180, 3: 1,177, 4.4: 1,177 (but more bits a gap); 2, and 6 in ranges up to 128 documents: 1,172.
    /// The higher margins also end splits sooner. On all documents 6 loses 1/2 % at 64, 10 loses 8 %, 20 loses 20 %.
    /// Tried besides: 10 rounds 0.9 % more pairs for 2/3 of the time, 40 rounds 0.1 % fewer for 4/3; a random first order no
    /// difference; log2(d + 1) as a term's cost in the last level (what pairs count) 0.6 % more pairs than the log-gap cost.
    /// </remarks>
    /// <param name="postings">Postings in the range.</param>
    /// <param name="count">Documents in the range, ≥ 1.</param>
    /// <param name="leafSize">Documents in a leaf.</param>
    /// <param name="round">Rounds done before: none asks for no margin, so that evenly mixed halves come apart, the fourth for all of it.</param>
    /// <returns>1/1024 bits, ≥ 0.</returns>
    public static int Margin(long postings, int count, int leafSize, int round) =>
        (int)(postings * (count / 4 <= leafSize ? 50 : 12) * Math.Min(round, 4) / count);

    /// <summary>Positions to exchange, each list ascending and of equal length.</summary>
    /// <param name="keys">[documents], the left half first. The right half's are raised by the margin.</param>
    /// <param name="leftCount">Documents in the left half, ≥ 1 and below the number of keys.</param>
    /// <param name="margin">What a pair must gain beyond 0, in 1/1024 bits; see <see cref="Margin"/>.</param>
    /// <param name="goRight">Overwritten from the front with positions in the left half. As long as the smaller half.</param>
    /// <param name="goLeft">Overwritten from the front with positions in the right half. As long as the smaller half.</param>
    /// <returns>Number of pairs.</returns>
    public int Find(Span<int> keys, int leftCount, int margin, Span<int> goRight, Span<int> goLeft)
    {
        ReadOnlySpan<int> left = keys[..leftCount];
        Span<int> right = keys[leftCount..];
        int high = int.MinValue;
        foreach (int key in left)
        {
            high = Math.Max(high, key);
        }

        int low = int.MaxValue;
        foreach (ref int key in right)
        {
            key += margin;
            low = Math.Min(low, key);
        }

        if (high <= low)
        {
            return 0;
        }

        long bound = LastOfLeft(keys, leftCount, low, high);
        int pairs = 0;
        unchecked
        {
            for (int i = 0; i < left.Length; i++)
            {
                if (left[i] > low && Ranked(left[i], i) > bound)
                {
                    goRight[pairs++] = i;
                }
            }

            int back = 0;
            for (int i = 0; i < right.Length; i++)
            {
                if (right[i] < high && Ranked(right[i], leftCount + i) <= bound)
                {
                    goLeft[back++] = leftCount + i;
                }
            }

            System.Diagnostics.Debug.Assert(back == pairs, "the halves keep their sizes");
        }

        // Halves that mirror each other would change places for ever: let at most half of the smaller one go, from opposite ends.
        int most = Math.Max(1, Math.Min(left.Length, right.Length) / 2);
        if (pairs > most)
        {
            goLeft[(pairs - most)..pairs].CopyTo(goLeft);
            return most;
        }

        return pairs;
    }

    private static long Ranked(int key, int position) => ((long)key << 32) | (uint)position;

    // The leftCount-th smallest of (key, position). It lies within low and high: everything below low is left, above high right.
    private long LastOfLeft(ReadOnlySpan<int> keys, int leftCount, int low, int high)
    {
        unchecked
        {
            uint span = (uint)high - (uint)low;
            int shift = Math.Max(0, 32 - BitOperations.LeadingZeroCount(span) - 10);
            int[] histogram = _histogram;
            Array.Clear(histogram);
            foreach (int key in keys)
            {
                histogram[Bucket(key, low, high, shift)]++;
            }

            int bucket = 0;
            int before = 0;
            while (before + histogram[bucket] < leftCount)
            {
                before += histogram[bucket++];
            }

            int count = histogram[bucket];
            if (_candidates.Length < count)
            {
                _candidates = new long[Math.Max(count, _candidates.Length * 2)];
            }

            Span<long> candidates = _candidates.AsSpan(0, count);
            int filled = 0;
            for (int i = 0; i < keys.Length; i++)
            {
                if (Bucket(keys[i], low, high, shift) == bucket)
                {
                    candidates[filled++] = Ranked(keys[i], i);
                }
            }

            candidates.Sort();
            return candidates[leftCount - before - 1];
        }
    }

    private static int Bucket(int key, int low, int high, int shift) =>
        unchecked(key < low ? 0 : key > high ? Buckets + 1 : 1 + (int)(((uint)key - (uint)low) >> shift));
}
