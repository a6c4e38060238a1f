using Sparse.Chunks;
using Sparse.Fusion;
using Sparse.Vectors;

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

    /// <summary>What the reranker scored it; null where it did not, and then the hit stands behind those that have a score.</summary>
    public float? RerankScore { get; init; }

    /// <summary>Why it was found; null unless asked for.</summary>
    public HitExplanation? Explanation { get; init; }

    /// <summary>The passage that explains it best; null unless asked for.</summary>
    public HitHighlight? Highlight { get; init; }
}

/// <summary>One value of a facet.</summary>
/// <param name="Value">A keyword, a number, or the year of a date.</param>
/// <param name="Count">Documents found that have it.</param>
public sealed record FacetCount(string Value, long Count);

/// <summary>A likelier spelling of a word of the query.</summary>
/// <param name="Word">The word as it was typed, which the index does not hold.</param>
/// <param name="Start">Its first UTF-16 index in the query.</param>
/// <param name="Replacement">A word of the index, in lower case.</param>
/// <param name="Documents">How many documents hold the replacement in one of its forms, deleted ones not yet merged away included.</param>
public sealed record SpellingSuggestion(string Word, int Start, string Replacement, int Documents);

/// <summary>A code in a hybrid query, a word that the encoder's vocabulary breaks to pieces, whose weight went to the search by words.</summary>
/// <param name="Word">The word as the query writes it, between blanks.</param>
/// <param name="Pieces">How many pieces the vocabulary makes of it.</param>
/// <param name="Documents">How many documents hold it: all of its parts, where the analyzer makes several of it.</param>
public sealed record RoutedWord(string Word, int Pieces, int Documents);

/// <summary>What a search found.</summary>
/// <param name="Query">The query's text; empty for a query given as a vector.</param>
/// <param name="Mode">How it was searched.</param>
/// <param name="Hits">Best first: score descending, then the document added earlier; or in the order asked for.</param>
/// <param name="Warnings">Whole sentences about what the user may not expect; often empty.</param>
public sealed record SearchResult(string Query, SearchMode Mode, IReadOnlyList<SearchHit> Hits, IReadOnlyList<string> Warnings)
{
    /// <summary>
    /// Why the query ran as BM25 where a search by terms or hybrid was meant: no encoder was at hand, it failed or was late, or the index has
    /// no vectors. A whole sentence, which <see cref="Warnings"/> holds too. Null: it ran as it was meant.
    /// </summary>
    public string? Fallback { get; init; }

    /// <summary>What the encoder made of the query, before <see cref="SearchOptions.TermFactors"/> and rules; null for a search by words.</summary>
    public TermVector? QueryVector { get; init; }

    /// <summary>How many of the best hits the reranker scored; null where there was none. Fewer than asked for where time ran out or it failed, as <see cref="Warnings"/> say.</summary>
    public int? Reranked { get; init; }

    /// <summary>Hybrid: words whose weight went to the search by words; often empty. See <see cref="Fusion.FusionOptions.Routing"/>.</summary>
    public IReadOnlyList<RoutedWord> Routed { get; init; } = [];

    /// <summary>All documents that match, hits or not; null where nobody counted them, which only facets and sorting do.</summary>
    public long? Matches { get; init; }

    /// <summary>The facets asked for, by field: the commonest values first.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<FacetCount>> Facets { get; init; } = new Dictionary<string, IReadOnlyList<FacetCount>>();

    /// <summary>Likelier spellings, in the order of the query's words; empty unless asked for.</summary>
    public IReadOnlyList<SpellingSuggestion> Suggestions { get; init; } = [];
}
