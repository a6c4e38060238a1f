using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sparse.Impacts.Bisection;

/// <summary>One split of a large range by all threads, straight on the caller's rows.</summary>
internal sealed class BisectionWide
{
    private readonly ForwardRows _rows;
    private readonly int[] _order;
    private readonly int _threads;
    private readonly int _chunk;
    private readonly int[][] _counts;
    private readonly int[] _left;
    private readonly int[] _right;
    private readonly int[] _toRight;
    private readonly int[] _toLeft;
    private readonly int[] _keys;
    private readonly int[] _goRight;
    private readonly int[] _goLeft;
    private readonly BisectionExchange _exchange = new();
    private readonly NearDuplicates? _alike;
    private readonly NearDuplicates.Sum[]? _sums;

    public BisectionWide(ForwardRows rows, int[] order, NearDuplicates? alike, int threads, int chunk)
    {
        _alike = alike;
        _sums = alike?.Sums();
        _rows = rows;
        _order = order;
        _threads = threads;
        _chunk = chunk;
        _counts = new int[threads][];
        for (int i = 0; i < threads; i++)
        {
            _counts[i] = new int[rows.TermCount];
        }

        _left = new int[rows.TermCount];
        _right = new int[rows.TermCount];
        _toRight = new int[rows.TermCount];
        _toLeft = new int[rows.TermCount];
        _keys = new int[order.Length];
        _goRight = new int[(order.Length / 2) + 1];
        _goLeft = new int[(order.Length / 2) + 1];
    }

    /// <summary>Marks the terms in enough documents of the whole.</summary>
    /// <param name="kept">[terms], overwritten.</param>
    /// <param name="minDocFrequency">Documents a kept term is in at least.</param>
    public void MarkTerms(bool[] kept, int minDocFrequency)
    {
        Count(_order, _left);
        for (int t = 0; t < kept.Length; t++)
        {
            kept[t] = _left[t] >= minDocFrequency;
        }
    }

    /// <summary>Exchanges documents between the two parts of a range of the order.</summary>
    /// <param name="from">First place of the range.</param>
    /// <param name="leftCount">Places in the left part.</param>
    /// <param name="count">Places in the range.</param>
    /// <param name="kept">[terms], false for ignored terms.</param>
    /// <param name="maxRounds">Rounds at most.</param>
    /// <param name="leafSize">Documents in a leaf.</param>
    /// <param name="postings">Postings of the range.</param>
    /// <param name="cancellation">Looked at once a round.</param>
    public void Split(int from, int leftCount, int count, bool[] kept, int maxRounds, int leafSize, long postings, CancellationToken cancellation)
    {
        Count(_order.AsMemory(from, leftCount), _left);
        Count(_order.AsMemory(from + leftCount, count - leftCount), _right);
        Span<int> order = _order.AsSpan(from, count);
        for (int round = 0; round < maxRounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            BisectionGain.Fill(_left, _right, leftCount, count - leftCount, _toRight, _toLeft);
            for (int t = 0; t < kept.Length; t++)
            {
                if (!kept[t])
                {
                    _toRight[t] = 0;
                    _toLeft[t] = 0;
                }
            }

            Gains(from, 0, leftCount, _toRight);
            Gains(from, leftCount, count, _toLeft);
            int margin = BisectionExchange.Margin(postings, count, leafSize, round);
            _alike?.Share(order, leftCount, margin, _keys.AsSpan(0, count), _sums!);
            int pairs = _exchange.Find(_keys.AsSpan(0, count), leftCount, margin, _goRight, _goLeft);
            for (int i = 0; i < pairs; i++)
            {
                (order[_goRight[i]], order[_goLeft[i]]) = (order[_goLeft[i]], order[_goRight[i]]);
            }

            if (pairs <= BisectionSubtree.FewPairs(count))
            {
                break;
            }

            Update(from, pairs);
        }
    }

    private void Gains(int from, int first, int last, int[] table) =>
        ForEachChunk(last - first, (_, begin, end) =>
        {
            unchecked
            {
                ReadOnlySpan<long> starts = _rows.Starts.Span;
                ref ushort terms = ref MemoryMarshal.GetReference(_rows.Terms.Span);
                ref int gains = ref MemoryMarshal.GetArrayDataReference(table);
                for (int i = first + begin; i < first + end; i++)
                {
                    int doc = _order[from + i];
                    long start = starts[doc];
                    ref ushort row = ref Unsafe.Add(ref terms, (nint)start);
                    _keys[i] = BisectionGain.Sum(ref row, (int)(starts[doc + 1] - start), ref gains);
                }
            }
        });

    private void Count(Memory<int> documents, int[] counts)
    {
        ForEachChunk(documents.Length, (worker, begin, end) => Tally(documents.Span[begin..end], _counts[worker], 1));
        Array.Clear(counts);
        Drain(counts, 1);
    }

    private void Update(int from, int pairs)
    {
        // The orders' places have been exchanged already: what went right now stands at the places that went left.
        ForEachChunk(pairs, (worker, begin, end) =>
        {
            for (int i = begin; i < end; i++)
            {
                Tally(_order.AsSpan(from + _goLeft[i], 1), _counts[worker], 1);
                Tally(_order.AsSpan(from + _goRight[i], 1), _counts[worker], -1);
            }
        });
        for (int t = 0; t < _left.Length; t++)
        {
            int net = 0;
            foreach (int[] counts in _counts)
            {
                net += counts[t];
                counts[t] = 0;
            }

            _left[t] -= net;
            _right[t] += net;
        }
    }

    private void Drain(int[] counts, int sign)
    {
        foreach (int[] partial in _counts)
        {
            for (int t = 0; t < counts.Length; t++)
            {
                counts[t] += sign * partial[t];
            }

            Array.Clear(partial);
        }
    }

    private void Tally(ReadOnlySpan<int> documents, int[] counts, int amount)
    {
        unchecked
        {
            ReadOnlySpan<long> starts = _rows.Starts.Span;
            ref ushort terms = ref MemoryMarshal.GetReference(_rows.Terms.Span);
            ref int table = ref MemoryMarshal.GetArrayDataReference(counts);
            foreach (int doc in documents)
            {
                long start = starts[doc];
                ref ushort row = ref Unsafe.Add(ref terms, (nint)start);
                BisectionGain.Add(ref row, (int)(starts[doc + 1] - start), ref table, amount);
            }
        }
    }

    private void ForEachChunk(int count, Action<int, int, int> work)
    {
        int next = 0;
        int workers = Math.Min(_threads, (count + _chunk - 1) / _chunk);
        if (workers <= 1)
        {
            work(0, 0, count);
            return;
        }

        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, worker =>
        {
            while (true)
            {
                int begin = Interlocked.Add(ref next, _chunk) - _chunk;
                if (begin >= count)
                {
                    break;
                }

                work(worker, begin, Math.Min(count, begin + _chunk));
            }
        });
    }
}
