using System.ComponentModel;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Sparse.Fusion;
using Sparse.LuceneNet;

namespace Sparse.Server;

/// <summary>A search, as a request asks for it.</summary>
internal sealed partial record SearchRequest
{
    private const float LargestFactor = 100;

    [Description("Any text; it has a syntax only where syntax says so.")]
    public string? Query { get; init; }

    [Description("\"hybrid\", \"sparse\" or \"bm25\"; null: hybrid where the index has vectors and the rest of the request allows it.")]
    public string? Mode { get; init; }

    [Description("\"full\" (the model, default) or \"idf\" (a table of term weights, faster).")]
    public string? Encoder { get; init; }

    [Description("Hits of the page.")]
    public int K { get; init; } = 10;

    [Description("Hits before the page.")]
    public int From { get; init; }

    [Description("Factors on the weights of the query's terms: 0 blocks a term, 2 doubles it.")]
    public Dictionary<string, float>? Edits { get; init; }

    [Description("Hybrid: how scores are fused.")]
    public FusionRequest? Fusion { get; init; }

    [Description("Only documents that pass, such as \"year >= 2020 and lang in (en, de)\".")]
    public string? Filter { get; init; }

    [Description("Fields whose values are counted over all matches; by meaning nearly every document matches a little.")]
    public string[]? Facets { get; init; }

    [Description("The most values of a facet.")]
    public int FacetValues { get; init; } = 10;

    [Description("Fields to sort by, \"-year\" for the largest first, \"score\" for the best.")]
    public string[]? Sort { get; init; }

    [Description("Only hits with at least this score.")]
    public double? MinScore { get; init; }

    [Description("How BM25 reads the query: \"plain\" (default) or \"lucene\".")]
    public string? Syntax { get; init; }

    [Description("True to say why each hit was found.")]
    public bool Explain { get; init; }

    [Description("True to mark the words that found each hit, in the passage that explains it best.")]
    public bool Highlight { get; init; }

    [Description("The most characters of a highlighted passage.")]
    public int PassageLength { get; init; } = 240;

    [Description("True to look for likelier spellings of words that no document holds.")]
    public bool Spelling { get; init; }

    [Description("True to leave the index's rules out.")]
    public bool WithoutRules { get; init; }

    [Description("The query's terms with their weights, made elsewhere; null to have the encoder make them. A search by terms alone needs no text beside them.")]
    public IReadOnlyDictionary<string, float>? Tokens { get; init; }

    /// <summary>True where it has a least score beside facets or an order, which look at documents that hybrid search does not score.</summary>
    [JsonIgnore]
    public bool LooksPastTheBest => MinScore is not null && (Facets is { Length: > 0 } || Sort is { Length: > 0 });

    /// <summary>What the engine is to do.</summary>
    /// <param name="mode">The mode chosen.</param>
    /// <param name="limits">What may be asked for.</param>
    /// <exception cref="RequestException">It asks for too much, or for what there is not.</exception>
    public SearchOptions ToOptions(SearchMode mode, ServerOptions limits)
    {
        bool needsText = mode != SearchMode.Sparse || Tokens is null;
        if (needsText ? string.IsNullOrWhiteSpace(Query) || Query.Length > limits.MaxQueryCharacters : Query?.Length > limits.MaxQueryCharacters)
        {
            throw new RequestException(400, $"The query has {Query?.Length ?? 0} characters; give 1 to {limits.MaxQueryCharacters}, not all blank.");
        }

        Require(K >= 1 && From >= 0 && (long)From + K <= limits.MaxDepth, $"k = {K} after from = {From} is out of range; k is at least 1, and from + k at most {limits.MaxDepth}.");
        Require(K <= limits.MaxExplained || !(Explain || Highlight), $"k = {K} is too many hits to explain or highlight; ask for {limits.MaxExplained} at a time.");
        Require(!(Filter?.Length > limits.MaxQueryCharacters), $"The filter has {Filter?.Length} characters; give {limits.MaxQueryCharacters} at most.");
        Require(!(Facets?.Length > limits.MaxFields) && !(Sort?.Length > limits.MaxFields), $"Count or sort by {limits.MaxFields} fields at most.");
        Require(Facets?.Contains(null) != true && Sort?.Contains(null) != true, "A field to count or sort by is null.");
        Require(FacetValues >= 1 && FacetValues <= limits.MaxDepth, $"facetValues = {FacetValues} is out of range; it lies between 1 and {limits.MaxDepth}.");
        Require(MinScore is null || double.IsFinite(MinScore.Value), $"minScore = {MinScore} is no finite number; give the least score of a hit.");
        Require(PassageLength >= 20 && PassageLength <= limits.MaxQueryCharacters, $"passageLength = {PassageLength} is out of range; it lies between 20 and {limits.MaxQueryCharacters}.");
        Require(!(Edits?.Count > limits.MaxDepth), $"{Edits?.Count} edits are too many; give {limits.MaxDepth} at most.");
        Require(Edits?.Values.All(factor => factor is >= 0 and <= LargestFactor) != false, $"An edit's factor lies between 0 (blocks the term) and {LargestFactor}.");
        QuerySyntax syntax = Choose("syntax", Syntax, ("plain", QuerySyntax.Plain), ("lucene", QuerySyntax.Lucene));
        Require(syntax == QuerySyntax.Plain || !IsUnbounded(Query!), "Lucene's syntax takes no regular expressions here, and not both * and ? in one word, for nothing bounds what they cost; put a backslash before a / or ? that means itself.");
        return new SearchOptions
        {
            Mode = mode,
            EncoderBudget = limits.EncoderBudget,
            TermFactors = Edits,
            Skip = From,
            Fusion = mode == SearchMode.Hybrid ? (Fusion ?? new FusionRequest()).ToOptions(From + K) : null,
            Filter = Filter,
            Facets = Facets ?? [],
            FacetValues = FacetValues,
            Sort = [.. (Sort ?? []).Select(field => field.StartsWith('-') ? new SortKey(field[1..], Descending: true) : field == "score" ? SortKey.Score : new SortKey(field))],
            MinScore = MinScore,
            Syntax = syntax,
            Explain = Explain,
            Highlight = Highlight,
            PassageLength = PassageLength,
            SuggestSpelling = Spelling,
            WithoutRules = WithoutRules,
        };
    }

    /// <summary>Reads one of several words; the first stands for null.</summary>
    /// <typeparam name="T">What they mean.</typeparam>
    /// <param name="what">What is chosen, for the sentence.</param>
    /// <param name="given">The word given.</param>
    /// <param name="choices">The words.</param>
    /// <exception cref="RequestException">It is none of them.</exception>
    public static T Choose<T>(string what, string? given, params (string Word, T Value)[] choices)
    {
        foreach ((string word, T value) in choices)
        {
            if (given is null || given == word)
            {
                return value;
            }
        }

        throw new RequestException(400, $"There is no {what} '{Shorten(given!)}' here; take {string.Join(" or ", choices.Select(choice => choice.Word))}.");
    }

    /// <summary>Cuts what a caller gave for a sentence.</summary>
    /// <param name="text">It.</param>
    public static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static void Require(bool holds, string sentence)
    {
        if (!holds)
        {
            throw new RequestException(400, sentence);
        }
    }

    // Lucene makes an automaton of them that may have 2 to the power of their length states, in a loop that no time limit stops.
    private static bool IsUnbounded(string query) =>
        Literal().Replace(query, "") is var rest && (rest.Contains('/', StringComparison.Ordinal) || rest.Split().Any(word => word.Contains('*', StringComparison.Ordinal) && word.Contains('?', StringComparison.Ordinal)));

    // An escaped character, or what stands in quotes.
    [GeneratedRegex(@"\\.|""(?:\\.|[^""\\])*""", RegexOptions.Singleline)]
    private static partial Regex Literal();
}

/// <summary>How hybrid search fuses its legs.</summary>
internal sealed record FusionRequest
{
    [Description("\"calibrated\" (default), \"rrf\", \"minmax\", \"zscore\", \"l2\" or \"raw\".")]
    public string? Method { get; init; }

    [Description("Weights of the legs, \"bm25\" and \"sparse\"; 1 where none is given.")]
    public Dictionary<string, double>? Weights { get; init; }

    [Description("A document that a leg did not return has its \"exact\" score there (default), that of the leg's last hit (\"floor\"), or \"zero\".")]
    public string? Missing { get; init; }

    [Description("Calibrated: what the words of the best documents add, 0 to 1.")]
    public double? Feedback { get; init; }

    /// <summary>The engine's options; it checks their ranges.</summary>
    /// <param name="hits">How deep the page reaches.</param>
    public FusionOptions ToOptions(int hits)
    {
        var standard = new FusionOptions();
        return standard with
        {
            Method = SearchRequest.Choose(
                "fusion method", Method, ("calibrated", FusionMethod.Calibrated), ("rrf", FusionMethod.ReciprocalRank), ("minmax", FusionMethod.MinMax),
                ("zscore", FusionMethod.ZScore), ("l2", FusionMethod.L2), ("raw", FusionMethod.Raw)),
            Weights = Weights ?? standard.Weights,
            Missing = SearchRequest.Choose("missing score", Missing, ("exact", MissingScore.Exact), ("floor", MissingScore.Floor), ("zero", MissingScore.Zero)),
            Feedback = Feedback ?? standard.Feedback,
            Depth = Math.Max(standard.Depth, hits),
        };
    }
}

/// <summary>A term of the query.</summary>
/// <param name="Term">The word piece.</param>
/// <param name="Weight">Its weight before edits.</param>
/// <param name="Factor">What an edit multiplies it by; 1 where none does.</param>
/// <param name="IsExpansion">True where the query does not hold it.</param>
internal sealed record QueryTerm(string Term, float Weight, float Factor, bool IsExpansion);

/// <summary>What a search found.</summary>
/// <param name="Index">The index.</param>
/// <param name="Mode">How it was searched.</param>
/// <param name="Milliseconds">Time from the request read to the answer made.</param>
/// <param name="Hits">The page of hits.</param>
/// <param name="Terms">What the query became, the heaviest first; none by words alone.</param>
/// <param name="Warnings">Whole sentences about what the caller may not expect.</param>
internal sealed record SearchAnswer(
    string Index, SearchMode Mode, double Milliseconds, IReadOnlyList<SearchHit> Hits, IReadOnlyList<QueryTerm> Terms, IReadOnlyList<string> Warnings)
{
    [Description("Why a search by meaning went by words alone; null where it did not.")]
    public string? Fallback { get; init; }

    [Description("Codes in the query, whose weight went to the search by words.")]
    public IReadOnlyList<RoutedWord> Routed { get; init; } = [];

    [Description("All documents that match; null where nobody counted them, which only facets and sorting do.")]
    public long? Matches { get; init; }

    [Description("The facets asked for.")]
    public IReadOnlyDictionary<string, IReadOnlyList<FacetCount>> Facets { get; init; } = new Dictionary<string, IReadOnlyList<FacetCount>>();

    [Description("Likelier spellings.")]
    public IReadOnlyList<SpellingSuggestion> Suggestions { get; init; } = [];
}
