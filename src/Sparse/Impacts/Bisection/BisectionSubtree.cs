using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sparse.Impacts.Bisection;

/// <summary>One thread's bisection of a subtree, down to its leaves, on a compact copy of its rows.</summary>
/// <remarks>
/// Two buffers take turns from level to level. On the way down terms are renumbered densely, and those in one document or in
/// all documents of a range, which no exchange within it can help or hurt, are dropped: rows shrink to what decides.
/// </remarks>
internal sealed class BisectionSubtree
{
    private const ushort Dropped = ushort.MaxValue;

    private readonly ForwardRows _rows;
    private readonly bool[] _kept;
    private readonly BisectionOptions _options;
    private readonly Level _even;
    private readonly Level _odd;
    private readonly int[] _left;
    private readonly int[] _right;
    private readonly int[] _toRight;
    private readonly int[] _toLeft;
    private readonly ushort[] _renumbered;
    private readonly int[] _keys;
    private readonly int[] _goRight;
    private readonly int[] _goLeft;
    private readonly BisectionExchange _exchange = new();
    private readonly NearDuplicates? _alike;
    private readonly NearDuplicates.Sum[]? _sums;

    /// <summary>Makes a workspace for subtrees up to a size.</summary>
    /// <param name="rows">The documents' terms.</param>
    /// <param name="kept">[terms], false for ignored terms.</param>
    /// <param name="alike">Documents to keep together; null for none.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="docs">Documents of the largest subtree.</param>
    /// <param name="postings">Postings of the largest subtree.</param>
    public BisectionSubtree(ForwardRows rows, bool[] kept, NearDuplicates? alike, BisectionOptions options, int docs, int postings)
    {
        _alike = alike;
        _sums = alike?.Sums();
        _rows = rows;
        _kept = kept;
        _options = options;
        _even = new Level(docs, postings);
        _odd = new Level(docs, postings);
        _left = new int[rows.TermCount];
        _right = new int[rows.TermCount];
        _toRight = new int[rows.TermCount];
        _toLeft = new int[rows.TermCount];
        _renumbered = new ushort[rows.TermCount];
        _keys = new int[docs];
        _goRight = new int[(docs / 2) + 1];
        _goLeft = new int[(docs / 2) + 1];
    }

    /// <summary>Exchanged pairs of a round that are too few for another one.</summary>
    /// <param name="count">Documents in the range.</param>
    /// <returns>≥ 0.</returns>
    public static int FewPairs(int count) => count >> 9;

    /// <summary>Orders the documents of a subtree.</summary>
    /// <param name="order">Old document numbers, permuted in place.</param>
    /// <param name="progress">Told as levels are done.</param>
    /// <param name="cancellation">Looked at once a split.</param>
    public void Bisect(Span<int> order, BisectionProgress progress, CancellationToken cancellation)
    {
        int terms = 0;
        if (order.Length > _options.LeafSize)
        {
            terms = CopyIn(order);
        }

        Bisect(order, 0, 0, terms, _even, _odd, cancellation);
        progress.Add(order.Length * Math.Max(0, Math.Ceiling(Math.Log2((double)order.Length / _options.LeafSize))));
    }

    private int CopyIn(ReadOnlySpan<int> order)
    {
        ReadOnlySpan<long> starts = _rows.Starts.Span;
        ReadOnlySpan<ushort> terms = _rows.Terms.Span;
        Array.Clear(_left);
        unchecked
        {
            foreach (int doc in order)
            {
                long start = starts[doc];
                foreach (ushort term in Row(terms, start, (int)(starts[doc + 1] - start)))
                {
                    _left[term]++;
                }
            }

            for (int t = 0; t < _left.Length; t++)
            {
                _left[t] = _kept[t] ? _left[t] : 0;
            }

            int kept = Renumber(_left, order.Length);
            int write = 0;
            for (int i = 0; i < order.Length; i++)
            {
                long start = starts[order[i]];
                int length = Copy(Row(terms, start, (int)(starts[order[i] + 1] - start)), _even.Terms.AsSpan(write));
                _even.Starts[i] = write;
                _even.Lengths[i] = length;
                write += length;
            }

            return kept;
        }
    }

    // order: documents of this range; first: its first row in the levels' lists; base: where its postings begin in the buffers.
    private void Bisect(Span<int> order, int first, int start, int terms, Level here, Level below, CancellationToken cancellation)
    {
        int count = order.Length;
        if (count <= _options.LeafSize)
        {
            order.Sort();
            return;
        }

        cancellation.ThrowIfCancellationRequested();
        int leftCount = GraphBisection.LeftCount(count, _options.LeafSize);
        Span<int> left = _left.AsSpan(0, terms);
        Span<int> right = _right.AsSpan(0, terms);
        left.Clear();
        right.Clear();
        for (int i = 0; i < count; i++)
        {
            Add(here, first + i, i < leftCount ? _left : _right, 1);
        }

        Exchange(order, first, leftCount, terms, here);

        // Both halves are copied down before either is split: the tables are free again for the levels below.
        int leftStart = start;
        (int leftTerms, int rightStart) = leftCount > _options.LeafSize
            ? CopyDown(left, first, leftCount, leftStart, here, below)
            : (0, leftStart);
        int rightTerms = count - leftCount > _options.LeafSize
            ? CopyDown(right, first + leftCount, count - leftCount, rightStart, here, below).Terms
            : 0;
        Bisect(order[..leftCount], first, leftStart, leftTerms, below, here, cancellation);
        Bisect(order[leftCount..], first + leftCount, rightStart, rightTerms, below, here, cancellation);
    }

    private void Exchange(Span<int> order, int first, int leftCount, int terms, Level here)
    {
        int count = order.Length;
        Span<int> starts = here.Starts.AsSpan(first, count);
        Span<int> lengths = here.Lengths.AsSpan(first, count);
        Span<int> keys = _keys.AsSpan(0, count);
        ref ushort buffer = ref MemoryMarshal.GetArrayDataReference(here.Terms);
        ref int toRight = ref MemoryMarshal.GetArrayDataReference(_toRight);
        ref int toLeft = ref MemoryMarshal.GetArrayDataReference(_toLeft);
        long postings = 0;
        foreach (int length in lengths)
        {
            postings += length;
        }

        for (int round = 0; round < _options.MaxRounds; round++)
        {
            BisectionGain.Fill(_left.AsSpan(0, terms), _right.AsSpan(0, terms), leftCount, count - leftCount, _toRight, _toLeft);
            unchecked
            {
                for (int i = 0; i < leftCount; i++)
                {
                    keys[i] = BisectionGain.Sum(ref Unsafe.Add(ref buffer, starts[i]), lengths[i], ref toRight);
                }

                for (int i = leftCount; i < count; i++)
                {
                    keys[i] = BisectionGain.Sum(ref Unsafe.Add(ref buffer, starts[i]), lengths[i], ref toLeft);
                }
            }

            int margin = BisectionExchange.Margin(postings, count, _options.LeafSize, round);
            _alike?.Share(order, leftCount, margin, keys, _sums!);
            int pairs = _exchange.Find(keys, leftCount, margin, _goRight, _goLeft);
            bool last = pairs <= FewPairs(count);
            for (int i = 0; i < pairs; i++)
            {
                int a = _goRight[i];
                int b = _goLeft[i];
                (order[a], order[b]) = (order[b], order[a]);
                (starts[a], starts[b]) = (starts[b], starts[a]);
                (lengths[a], lengths[b]) = (lengths[b], lengths[a]);
                Add(here, first + a, _left, 1);
                Add(here, first + a, _right, -1);
                Add(here, first + b, _left, -1);
                Add(here, first + b, _right, 1);
            }

            if (last)
            {
                break;
            }
        }
    }

    private (int Terms, int End) CopyDown(ReadOnlySpan<int> counts, int first, int count, int start, Level here, Level below)
    {
        int kept = Renumber(counts, count);
        int write = start;
        unchecked
        {
            for (int i = first; i < first + count; i++)
            {
                int length = Copy(here.Terms.AsSpan(here.Starts[i], here.Lengths[i]), below.Terms.AsSpan(write));
                below.Starts[i] = write;
                below.Lengths[i] = length;
                write += length;
            }
        }

        return (kept, write);
    }

    private int Renumber(ReadOnlySpan<int> counts, int docs)
    {
        int next = 0;
        for (int t = 0; t < counts.Length; t++)
        {
            bool decides = counts[t] > 1 && counts[t] < docs;
            _renumbered[t] = decides ? (ushort)next++ : Dropped;
        }

        return next;
    }

    // Writes before it knows whether the term stays, so that no branch has to be guessed: never past the source's own length.
    private int Copy(ReadOnlySpan<ushort> source, Span<ushort> target)
    {
        target = target[..source.Length];
        int write = 0;
        unchecked
        {
            foreach (ushort term in source)
            {
                ushort renumbered = _renumbered[term];
                target[write] = renumbered;
                write += renumbered == Dropped ? 0 : 1;
            }
        }

        return write;
    }

    private static void Add(Level level, int row, int[] counts, int amount) =>
        BisectionGain.Add(
            ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(level.Terms), level.Starts[row]),
            level.Lengths[row],
            ref MemoryMarshal.GetArrayDataReference(counts),
            amount);

    private static ReadOnlySpan<ushort> Row(ReadOnlySpan<ushort> terms, long start, int length) => terms.Slice(checked((int)start), length);

    /// <summary>Rows of every other level: the buffer, and where each row begins and how long it is.</summary>
    private sealed class Level(int docs, int postings)
    {
        public readonly ushort[] Terms = new ushort[postings];
        public readonly int[] Starts = new int[docs];
        public readonly int[] Lengths = new int[docs];
    }
}
