using Sparse.Fusion;
using Sparse.Vectors;

namespace Sparse.LuceneNet;

/// <summary>How a query is matched with documents.</summary>
public enum SearchMode
{
    /// <summary>The dot product of the query's and the document's term vectors, exact over the stored impacts.</summary>
    Sparse,

    /// <summary>Okapi BM25 over the words of title and text.</summary>
    Bm25,

    /// <summary>Both side by side, their scores fused.</summary>
    Hybrid,
}

/// <summary>How a query's text is read by BM25.</summary>
public enum QuerySyntax
{
    /// <summary>Any text: no character has a meaning of its own, any word may match.</summary>
    Plain,

    /// <summary>Lucene's: "quoted phrases", -not, +must, prefix*, title:word, (a OR b), field:[1 TO 5].</summary>
    Lucene,
}

/// <summary>One key that hits are sorted by.</summary>
/// <param name="Field">A keyword, number or date field, or "score". Of several keywords the smallest counts.</param>
/// <param name="Descending">True for the largest first. Documents without a value come last either way.</param>
public sealed record SortKey(string Field, bool Descending = false)
{
    /// <summary>The best score first.</summary>
    public static SortKey Score { get; } = new("score", Descending: true);
}

/// <summary>Options of one search.</summary>
public sealed record SearchOptions
{
    /// <summary>The mode; null: sparse where the index holds vectors and an encoder is at hand, else BM25.</summary>
    public SearchMode? Mode { get; init; }

    /// <summary>Encodes the query in place of the index's encoder: the same model, or an inference-free encoder of the same vocabulary.</summary>
    public ITermEncoder? QueryEncoder { get; init; }

    /// <summary>
    /// How long a search of a text by terms, or hybrid, waits for the query's encoder, from the search's beginning on, &gt; 0; then it goes on
    /// by words alone and says so (<see cref="SearchResult.Fallback"/>). Null (default): as long as it takes.
    /// </summary>
    public TimeSpan? EncoderBudget { get; init; }

    /// <summary>Leaves the document with this id out of the hits (BEIR: the query's own id); null leaves none out.</summary>
    public string? ExcludeId { get; init; }

    /// <summary>True (default) to read title, text and further fields of each hit; false for ids and scores alone.</summary>
    public bool WithStoredFields { get; init; } = true;

    /// <summary>Hits to leave out at the front, ≥ 0: 20 with k = 10 gives hits 21 to 30 of the one ranking that all pages are cut from.</summary>
    public int Skip { get; init; }

    /// <summary>Hybrid: how scores are fused; null for the defaults.</summary>
    public FusionOptions? Fusion { get; init; }

    /// <summary>The query's vector for the search by terms, made before by the query encoder and perhaps edited since; null to have it made now.</summary>
    public TermVector? QueryVector { get; init; }

    /// <summary>Factors on the weights of the query's terms in the search by terms, each finite and ≥ 0: 0 blocks a term, 2 doubles it. Terms that the query does not have change nothing. Null for none.</summary>
    public IReadOnlyDictionary<string, float>? TermFactors { get; init; }

    /// <summary>Hybrid: rankings made elsewhere, fused with the index's own legs.</summary>
    public IReadOnlyList<OutsideLeg> OutsideLegs { get; init; } = [];

    /// <summary>How BM25 reads the query's text. Sparse and hybrid search take plain text alone.</summary>
    public QuerySyntax Syntax { get; init; }

    /// <summary>
    /// Only documents that pass: tests of keyword, number and date fields and of "id", joined by and, or, not and parentheses, such as
    /// <c>year &gt;= 2020 and lang in (en, de) and not tag = "to do"</c>. <c>x*</c> is any keyword that begins with x, <c>field = *</c> any
    /// value at all; a date may name a year, month or day. A document without a value passes no test but its negation. Null for all.
    /// </summary>
    public string? Filter { get; init; }

    /// <summary>Sorts by these keys, the first one first; equals keep the order of adding. Empty (default): by score.</summary>
    public IReadOnlyList<SortKey> Sort { get; init; } = [];

    /// <summary>Keyword, number and date fields whose values are counted over all documents that match, see <see cref="SearchResult.Facets"/>.</summary>
    public IReadOnlyList<string> Facets { get; init; } = [];

    /// <summary>The most values of each facet, ≥ 1; the commonest are kept.</summary>
    public int FacetValues { get; init; } = 10;

    /// <summary>Only hits with at least this score; null for all.</summary>
    public double? MinScore { get; init; }

    /// <summary>BM25 and hybrid: fields to search words in with a factor &gt; 0 each, "text", "title" and text fields of the index. Null: "text", which holds title and text, alone.</summary>
    public IReadOnlyDictionary<string, float>? FieldBoosts { get; init; }

    /// <summary>
    /// BM25: true to count words and lengths among the live documents that pass the filter alone, as an index of only those would; false
    /// (default) over the whole index, which scores a document the same whatever the filter, and costs less.
    /// </summary>
    public bool FilteredStatistics { get; init; }

    /// <summary>True to say why each hit was found, see <see cref="SearchHit.Explanation"/>. Reads stored fields.</summary>
    public bool Explain { get; init; }

    /// <summary>True to choose the passage of each hit that explains it best, and the words to mark in it. Reads stored fields.</summary>
    public bool Highlight { get; init; }

    /// <summary>The most UTF-16 characters of a highlighted passage, ≥ 20.</summary>
    public int PassageLength { get; init; } = 240;

    /// <summary>True to leave the index's rules (<see cref="SparseIndex.Rules"/>) out.</summary>
    public bool WithoutRules { get; init; }

    /// <summary>Puts the best hits of a text's search in the order of a slower and better model; null leaves them as they are. Reads stored fields.</summary>
    public RerankOptions? Rerank { get; init; }

    /// <summary>True to look for likelier spellings of words that the index does not hold, see <see cref="SearchResult.Suggestions"/>.</summary>
    public bool SuggestSpelling { get; init; }
}
