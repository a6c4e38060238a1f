using Sparse.Impacts;

namespace Sparse.Search;

/// <summary>What to search in one segment.</summary>
internal unsafe struct SegmentTarget
{
    /// <summary>The segment.</summary>
    public ImpactSegment Segment;

    /// <summary>Added to its document numbers.</summary>
    public int DocBase;

    /// <summary>[blocks] a bit for each position that may be a hit; null for all.</summary>
    public uint* Accept;

    /// <summary>How many positions are not accepted, at most; the segment's documents where unknown.</summary>
    public int Missing;
}

/// <summary>Exact top-k over impact segments. For one thread at a time; memory is kept between searches.</summary>
internal sealed class ImpactSearcher : IDisposable
{
    private readonly TopKCollector _hits = new();

    /// <summary>The part that works on one segment, with its statistics.</summary>
    public SegmentSearch Segment { get; } = new();

    /// <summary>The k best documents of all segments.</summary>
    /// <param name="targets">The segments; the largest first is fastest, results don't depend on it.</param>
    /// <param name="ordinals">[targets x terms] ordinals of the query's terms in each segment; negative where it has none.</param>
    /// <param name="weights">[terms] quantised weights; their sum ≤ 65,793.</param>
    /// <param name="k">How many at most, 1 to <paramref name="results"/>.Length.</param>
    /// <param name="policy">Which algorithm.</param>
    /// <param name="results">Overwritten: documents with a score above 0, best first by <see cref="ScoredDoc.CompareTo"/>.</param>
    /// <param name="cancellationToken">Looked at every few hundred microseconds.</param>
    /// <returns>How many.</returns>
    public unsafe int TopK(ReadOnlySpan<SegmentTarget> targets, ReadOnlySpan<int> ordinals, ReadOnlySpan<ushort> weights, int k, SweepPolicy policy, Span<ScoredDoc> results, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, results.Length);
        _hits.Reset(k);
        for (int i = 0; i < targets.Length; i++)
        {
            SegmentTarget target = targets[i];
            Segment.Run(target.Segment, ordinals.Slice(i * weights.Length, weights.Length), weights, target.Accept, target.Missing, target.DocBase, k, _hits, policy, cancellationToken);
        }

        return _hits.Drain(results);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hits.Dispose();
        Segment.Dispose();
    }
}
