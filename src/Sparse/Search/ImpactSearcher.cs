using Sparse.Impacts;

namespace Sparse.Search;

/// <summary>What to search in one segment, or in one field of it.</summary>
internal unsafe struct SegmentTarget
{
    /// <summary>The segment; null where the field has no postings in it.</summary>
    public ImpactSegment? Segment;

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

    /// <summary>The k best documents of all segments, for a query to one field.</summary>
    /// <param name="targets">The segments; the largest first is fastest, results don't depend on it.</param>
    /// <param name="ordinals">[targets x terms] ordinals of the query's terms in each segment; negative where it has none.</param>
    /// <param name="weights">[terms] quantised weights; their sum ≤ 65,793.</param>
    /// <param name="k">How many at most, 1 to <paramref name="results"/>.Length.</param>
    /// <param name="policy">Which algorithm.</param>
    /// <param name="results">Overwritten: documents with a score above 0, best first by <see cref="ScoredDoc.CompareTo"/>.</param>
    /// <param name="cancellationToken">Looked at every few hundred microseconds.</param>
    /// <returns>How many.</returns>
    public int TopK(ReadOnlySpan<SegmentTarget> targets, ReadOnlySpan<int> ordinals, ReadOnlySpan<ushort> weights, int k, SweepPolicy policy, Span<ScoredDoc> results, CancellationToken cancellationToken = default) =>
        TopK(targets, 1, [], ordinals, weights, k, policy, results, cancellationToken);

    /// <summary>The k best documents of all segments, for a query to several fields.</summary>
    /// <param name="targets">[segments x fields]: the fields of one segment have the same documents in the same order, and the same
    /// document base and accepted positions.</param>
    /// <param name="fieldCount">Number of fields, ≥ 1.</param>
    /// <param name="fieldOf">[terms] the field of each term; may be empty where there is one field.</param>
    /// <param name="ordinals">[segments x terms] ordinals of the query's terms in their fields; negative where a segment has none.</param>
    /// <param name="weights">[terms] quantised weights; their sum ≤ 65,793.</param>
    /// <param name="k">How many at most, 1 to <paramref name="results"/>.Length.</param>
    /// <param name="policy">Which algorithm.</param>
    /// <param name="results">Overwritten: documents with a score above 0, best first by <see cref="ScoredDoc.CompareTo"/>.</param>
    /// <param name="cancellationToken">Looked at every few hundred microseconds.</param>
    /// <returns>How many.</returns>
    public int TopK(
        ReadOnlySpan<SegmentTarget> targets, int fieldCount, ReadOnlySpan<byte> fieldOf, ReadOnlySpan<int> ordinals, ReadOnlySpan<ushort> weights, int k, SweepPolicy policy, Span<ScoredDoc> results, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, results.Length);
        _hits.Reset(k);
        for (int i = 0; i < targets.Length / fieldCount; i++)
        {
            Segment.Run(targets.Slice(i * fieldCount, fieldCount), fieldOf, ordinals.Slice(i * weights.Length, weights.Length), weights, k, _hits, policy, cancellationToken);
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
