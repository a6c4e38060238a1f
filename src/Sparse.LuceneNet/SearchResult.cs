using Sparse.Chunks;
using Sparse.Fusion;

namespace Sparse.LuceneNet;

/// <summary>One document found.</summary>
/// <param name="Rank">Place in the list, from 1.</param>
/// <param name="Id">The document's own id.</param>
/// <param name="Score">Sparse: the dot product over stored impacts, an integer times a power of two, without rounding. BM25: Lucene's float.
/// Hybrid: the fused score; calibrated on the index's own scale, see <see cref="FusionCalibration"/>.</param>
/// <param name="Title">The stored title; null where the document has none or stored fields were not asked for.</param>
/// <param name="Text">The stored text; empty where stored fields were not asked for.</param>
/// <param name="Fields">Further stored fields; empty where stored fields were not asked for.</param>
public sealed record SearchHit(int Rank, string Id, double Score, string? Title, string Text, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>
    /// The passage of the text that scored best, where the document was added in passages (<see cref="SparseIndexOptions.Chunker"/>);
    /// empty where that is the title alone. Null for other documents, for hits by words, and for hybrid hits that the terms of the query do not touch.
    /// </summary>
    public Passage? Passage { get; init; }

    /// <summary>Hybrid: what each leg says of the hit, in the order bm25, sparse, legs from outside, feedback; a leg that could not run is not there. Else empty.</summary>
    public IReadOnlyList<LegScore> Legs { get; init; } = [];
}

/// <summary>What a search found.</summary>
/// <param name="Query">The query's text; empty for a query given as a vector.</param>
/// <param name="Mode">How it was searched.</param>
/// <param name="Hits">Best first: score descending, then the document added earlier.</param>
/// <param name="Warnings">Whole sentences about what the user may not expect; often empty.</param>
public sealed record SearchResult(string Query, SearchMode Mode, IReadOnlyList<SearchHit> Hits, IReadOnlyList<string> Warnings);
