using System.Collections.Concurrent;
using System.Numerics;

namespace Sparse.Impacts.Bisection;

/// <summary>Orders documents so that like stands by like: recursive graph bisection over their terms.</summary>
/// <remarks>
/// Dhulipala et al., Compressing Graphs and Indexes with Recursive Graph Bisection, KDD 2016, arXiv:1602.08820; selection instead of
/// sorting after Mackenzie et al., Faster Index Reordering with Bipartite Graph Partitioning, SIGIR 2021. A range of documents is
/// halved, documents are exchanged between the halves while that shortens the gaps of postings, and each half is treated likewise.
/// Large ranges are split one after another, each by all threads, straight on the caller's rows; the subtrees below are
/// independent, each one thread's work on a compact copy (<see cref="BisectionSubtree"/>), the only copies ever made.
/// </remarks>
internal sealed class GraphBisection
{
    // These shape the result, so none depends on the thread count. Eight subtrees or so: a level costs a subtree a quarter of what it
    // costs all threads together, but its copies take memory and few subtrees leave threads idle.
    // 2026-11-23, 385,000 bench documents, CPU seconds on a machine shared by ten: 64 subtrees, rows in order of exchange: 26.6;
    // 32 subtrees, rows ascending: 15.7; 8 subtrees: 10.2 (process peak 126 MB, of which the vectors 41).
    // Long documents gather, so that a subtree of an eighth of the documents may have a fifth of the postings, and each thread copies
    // one twice: hence a bound on those too. Process peak and CPU seconds by that share's divisor (vectors with impacts 59.5 MB): 8:
    // 178 MB, 12.1; 12: 165 MB, 13.2; 16: 165 MB, 13.8.
    private const int SubtreeShare = 6;
    private const int PostingsShare = 12;
    private const int SmallestWide = 4096;
    private const int Chunk = 512;

    private readonly ForwardRows _rows;
    private readonly BisectionOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly BisectionProgress _progress;
    private readonly int[] _order;
    private readonly bool[] _kept;
    private readonly NearDuplicates? _alike;
    private readonly int _subtreeDocs;
    private readonly List<(int From, int To, long Postings)> _subtrees = [];

    private GraphBisection(ForwardRows rows, BisectionOptions options, IProgress<double>? progress, CancellationToken cancellation)
    {
        _rows = rows;
        _options = options;
        _cancellation = cancellation;
        _order = new int[rows.DocCount];
        _kept = new bool[rows.TermCount];
        _subtreeDocs = Math.Max(SmallestWide, rows.DocCount / SubtreeShare);
        _alike = NearDuplicates.Find(rows, options, cancellation);
        _progress = new BisectionProgress(progress, rows.DocCount, options.LeafSize);
    }

    /// <summary>A permutation that puts like documents together; the same for the same rows, seed and sizes on any number of threads.</summary>
    /// <param name="rows">The documents' terms. Not changed.</param>
    /// <param name="options">Sizes, seed and threads.</param>
    /// <param name="progress">Told the share done, 0 to 1, ascending, from the working threads; null for no one.</param>
    /// <param name="cancellation">Looked at between rounds.</param>
    /// <returns>[documents]: order[new document] = old document. Within a leaf old numbers ascend.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static int[] Order(
        ForwardRows rows, BisectionOptions options, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.LeafSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxRounds);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinDocFrequency, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        cancellation.ThrowIfCancellationRequested();
        return new GraphBisection(rows, options, progress, cancellation).Run();
    }

    /// <summary>Where a range is split: near its middle, on a multiple of the leaf size, so that leaves are whole blocks.</summary>
    /// <remarks>Multiples grow with the range, so that two, four or more leaves make an aligned larger block too.</remarks>
    /// <param name="count">Documents in the range, above the leaf size.</param>
    /// <param name="leafSize">Documents in a leaf.</param>
    /// <returns>Documents in the left half, a multiple of the leaf size, below <paramref name="count"/>.</returns>
    internal static int LeftCount(int count, int leafSize)
    {
        int leaves = (int)(((long)count + leafSize - 1) / leafSize);
        int unit = leaves switch
        {
            2 => 1,
            <= 4 => 2,
            _ => Math.Max(2, (int)BitOperations.RoundUpToPowerOf2((uint)(leaves / 4) + 1) / 2),
        };
        int units = Math.Max(1, ((leaves / 2) + (unit / 2)) / unit);
        return units * unit * leafSize;
    }

    private int[] Run()
    {
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        if (_options.Seed is { } seed)
        {
            new Random(seed).Shuffle(_order);
        }

        if (_order.Length > 0)
        {
            var wide = new BisectionWide(_rows, _order, _alike, _options.Threads, Chunk);
            wide.MarkTerms(_kept, _options.MinDocFrequency);
            SplitWide(wide, 0, _order.Length);
        }

        BisectSubtrees();
        _progress.Finish();
        return _order;
    }

    private void SplitWide(BisectionWide wide, int from, int to)
    {
        int count = to - from;
        long postings = Postings(from, to);
        bool fits = count <= _subtreeDocs && postings <= _rows.Starts.Span[^1] / PostingsShare;
        if (fits || count <= Math.Max(SmallestWide, _options.LeafSize))
        {
            _subtrees.Add((from, to, postings));
            return;
        }

        int left = LeftCount(count, _options.LeafSize);
        wide.Split(from, left, count, _kept, _options.MaxRounds, _options.LeafSize, postings, _cancellation);
        _progress.Add(count);

        // Ascending, so that the rows are read forward: scattered rows cost three times the time at the second level and below.
        _order.AsSpan(from, left).Sort();
        _order.AsSpan(from + left, count - left).Sort();
        SplitWide(wide, from, from + left);
        SplitWide(wide, from + left, to);
    }

    private long Postings(int from, int to)
    {
        ReadOnlySpan<long> starts = _rows.Starts.Span;
        long postings = 0;
        for (int i = from; i < to; i++)
        {
            postings += starts[_order[i] + 1] - starts[_order[i]];
        }

        return postings;
    }

    private void BisectSubtrees()
    {
        // Longest first, so that the last ones to finish are short.
        _subtrees.Sort((a, b) => a.Postings != b.Postings ? b.Postings.CompareTo(a.Postings) : a.From.CompareTo(b.From));
        int docs = 0;
        foreach ((int from, int to, _) in _subtrees)
        {
            docs = Math.Max(docs, to - from);
        }

        // One workspace a thread, large enough for every subtree, made when a thread first needs it.
        int postings = _subtrees.Count == 0 ? 0 : checked((int)_subtrees[0].Postings);
        var idle = new ConcurrentBag<BisectionSubtree>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.Threads, CancellationToken = _cancellation };
        Parallel.ForEach(Partitioner.Create(_subtrees, EnumerablePartitionerOptions.NoBuffering), parallel, subtree =>
        {
            if (!idle.TryTake(out BisectionSubtree? work))
            {
                work = new BisectionSubtree(_rows, _kept, _alike, _options, docs, postings);
            }

            work.Bisect(_order.AsSpan(subtree.From, subtree.To - subtree.From), _progress, _cancellation);
            idle.Add(work);
        });
    }
}
