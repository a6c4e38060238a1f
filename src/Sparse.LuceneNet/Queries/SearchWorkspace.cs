using Sparse.Search;

namespace Sparse.LuceneNet.Queries;

/// <summary>The memory of a search, kept for the next one: searches that find a workspace idle allocate nothing.</summary>
/// <remarks>
/// Those in use are as many as searches at once; two a processor are kept. A search that throws doesn't give its workspace back:
/// it may have been stopped halfway, and the engine counts on what it left behind.
/// </remarks>
internal sealed class SearchWorkspace : IDisposable
{
    private static readonly SearchWorkspace?[] Idle = new SearchWorkspace?[2 * Environment.ProcessorCount];

    private readonly ImpactSearcher _searcher = new();
    private float[] _contributions = [];
    private ushort[] _weights = [];
    private int[] _ordinals = [];
    private SegmentTarget[] _targets = [];

    /// <summary>Takes an idle workspace, the one that this processor used last where there is one.</summary>
    /// <returns>Owned by the caller until <see cref="Return"/>.</returns>
    public static SearchWorkspace Rent()
    {
        int first = Thread.GetCurrentProcessorId();
        for (int i = 0; i < Idle.Length; i++)
        {
            ref SearchWorkspace? slot = ref Idle[(first + i) % Idle.Length];
            if (Volatile.Read(ref slot) is not null && Interlocked.Exchange(ref slot, null) is { } idle)
            {
                return idle;
            }
        }

        return new SearchWorkspace();
    }

    /// <summary>Gives the workspace back after a search that went well.</summary>
    public void Return()
    {
        int first = Thread.GetCurrentProcessorId();
        for (int i = 0; i < Idle.Length; i++)
        {
            ref SearchWorkspace? slot = ref Idle[(first + i) % Idle.Length];
            if (Volatile.Read(ref slot) is null && Interlocked.CompareExchange(ref slot, this, null) is null)
            {
                return;
            }
        }

        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _searcher.Dispose();

    /// <summary>Searches fields whose segments are all mapped.</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="query">The query.</param>
    /// <param name="filtered">What <see cref="SearchedFields.Accept"/> returned; null without a filter.</param>
    /// <param name="hits">[k ≥ 1] overwritten: integer scores, best first.</param>
    /// <param name="exponent">Score = integer score × 2^exponent.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>How many hits there are.</returns>
    public int Search(SearchedFields fields, SparseQuery query, uint[]?[]? filtered, Span<ScoredDoc> hits, out int exponent, CancellationToken cancellationToken)
    {
        int terms = query.TermBytes.Length, segments = fields.SegmentCount, fieldCount = query.Fields.Count;
        Span<ushort> weights = Reserve(ref _weights, terms);
        Span<int> ordinals = Reserve(ref _ordinals, terms * segments);
        Span<SegmentTarget> targets = Reserve(ref _targets, segments * fieldCount);
        exponent = query.Quantize(fields.Scales, Reserve(ref _contributions, terms), weights);
        fields.Find(query, weights, ordinals);
        fields.Targets(filtered, targets);
        int found = _searcher.TopK(targets, fieldCount, query.FieldOf, ordinals, weights, hits.Length, SweepPolicy.Choose, hits, cancellationToken);

        // The targets only point to what the filter lets through, and a workspace must not keep segments alive.
        GC.KeepAlive(filtered);
        targets.Clear();
        return found;
    }

    private static Span<T> Reserve<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = new T[Math.Max(length, 2 * array.Length)];
        }

        return array.AsSpan(0, length);
    }
}
