using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.Analysis;
using Sparse.LuceneNet.Explaining;
using Sparse.LuceneNet.Fields;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Rules;
using Sparse.LuceneNet.Searching;
using Sparse.LuceneNet.Storage;
using Sparse.Vectors;

namespace Sparse.LuceneNet;

/// <content>Searches.</content>
public sealed partial class SparseIndex
{
    private const string NoEncoder = "The index holds vectors, but no encoder was given";
    private const int FiltersKept = 64;
    private const int WordsOfADocument = 30;

    private static readonly Dictionary<string, float> TextAlone = new(StringComparer.Ordinal) { [SparseFields.Text] = 1 };
    private readonly SourceCache _sources = new();
    private readonly ConcurrentDictionary<string, Filter> _filters = new(StringComparer.Ordinal);

    /// <summary>Finds the k best documents for a text.</summary>
    /// <param name="query">Any text; it has a syntax only where <see cref="SearchOptions.Syntax"/> says so.</param>
    /// <param name="k">How many at most, ≥ 1.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The hits, best first; only documents with a score above 0.</returns>
    /// <exception cref="ArgumentException">The query is blank or has no term to search by, or an option is wrong: filter, field, syntax.</exception>
    /// <exception cref="InvalidOperationException">A search by terms alone without vectors or without an encoder. Hybrid searches go on by words, and so does
    /// any search whose encoder fails or is late (<see cref="SearchResult.Fallback"/>).</exception>
    /// <exception cref="InvalidDataException">The query encoder does not fit the index.</exception>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    public SearchResult Search(string query, int k = 10, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (string.IsNullOrWhiteSpace(query))
        {
            throw new ArgumentException("The query is empty; give at least one word.", nameof(query));
        }

        long started = Stopwatch.GetTimestamp();
        options ??= new SearchOptions();
        if (options.EncoderBudget is { } budget && budget <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(options), budget, "The time to wait for the encoder must be above 0; leave it out to wait as long as it takes.");
        }

        EncodedQuery.RequireFactors(options.TermFactors);
        if (options.Rerank is { } rerank)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
            ArgumentOutOfRangeException.ThrowIfNegative(options.Skip);
            RerankedHits.Validate(rerank, options);
            int depth = (int)Math.Min(Math.Max((long)k + options.Skip, rerank.Top), int.MaxValue);
            return RerankedHits.Run(Search(query, depth, options with { Rerank = null, Skip = 0, WithStoredFields = true }, cancellationToken), rerank, options.Skip, k, cancellationToken);
        }

        SearchMode mode = ModeOf(options);
        if (mode == SearchMode.Hybrid)
        {
            return SearchHybrid(query, k, options, FilterOf(options), started, cancellationToken);
        }

        if (mode == SearchMode.Bm25)
        {
            return SearchWords(query, k, options, options.Mode is null && _identity.HasVectors ? NoEncoder : null, cancellationToken);
        }

        if (options.Syntax != QuerySyntax.Plain)
        {
            throw new ArgumentException("Sparse search reads plain text alone; leave Lucene's syntax out, or search by BM25.", nameof(options));
        }

        List<string> warnings = [];
        ITermEncoder encoder = RequireQueryEncoder(options);
        WarnOfLanguage(query, encoder, warnings);
        var rules = new RulesInForce(options.WithoutRules ? null : _rules, query);
        EncodedQuery? encoded = QueryEncoding.Run(query, options.QueryVector, encoder, rules, options.EncoderBudget, started, out string? problem, cancellationToken);
        if (encoded is null)
        {
            return SearchWords(query, k, options, problem, cancellationToken);
        }

        if (encoded.Vector.Count == 0)
        {
            throw new ArgumentException("The encoder finds no term in the query; use other words.", nameof(query));
        }

        EncodedQuery left = encoded.Times(options.TermFactors, encoder.Vocabulary);
        SearchResult result = left.Vector.Count == 0 ? new SearchResult(query, SearchMode.Sparse, [], ["Every term of the query is blocked."])
            : Run(PrepareVector(query, left, encoder, rules, warnings), k, options, cancellationToken);
        return result with { QueryVector = encoded.Vector };
    }

    /// <summary>Searches by BM25.</summary>
    /// <param name="query">The query.</param>
    /// <param name="k">How many hits at most.</param>
    /// <param name="options">Options.</param>
    /// <param name="instead">Why not by terms or hybrid, as the beginning of a sentence; null where words were asked for.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    private SearchResult SearchWords(string query, int k, SearchOptions options, string? instead, CancellationToken cancellationToken)
    {
        List<string> warnings = [];
        string? fallback = instead is null ? null : instead + ", so the search was by words (BM25).";
        if (fallback is not null)
        {
            warnings.Add(fallback);
            if (options.MinScore is not null)
            {
                warnings.Add("The least score was left out: scores of words are on another scale.");
                options = options with { MinScore = null };
            }
        }

        IReadOnlyDictionary<string, float> fields = WordFields(options);
        var rules = new RulesInForce(options.WithoutRules ? null : _rules, query);
        Query? words = options.Syntax == QuerySyntax.Plain
            ? rules.Apply(WordQuery.Words(_analyzer, query).Select(word => (word.Word, (float)word.Count)), _analyzer) is { Count: > 0 } left ? WordQuery.AnyOf(fields, left) : null
            : OperatorQuery.Parse(_analyzer, fields, query, _schema);
        if (words is null)
        {
            // A search that was to be by terms is answered, if by nothing.
            const string NoWord = "The query holds no word to search by, only stop words or punctuation; use other words.";
            return fallback is null
                ? throw new ArgumentException(NoWord, nameof(query))
                : new SearchResult(query, SearchMode.Bm25, [], [.. warnings, NoWord]) { Fallback = fallback };
        }

        SearchResult result = Run(new Prepared(query, SearchMode.Bm25, words, rules, searcher => new WordExplainer(searcher, words, query, _analyzer), warnings), k, options, cancellationToken);
        return result with { Fallback = fallback };
    }

    /// <summary>Finds the k best documents for a term vector.</summary>
    /// <param name="query">Term ids of the vocabulary of the index's encoder (or of <see cref="SearchOptions.QueryEncoder"/>), with weights.</param>
    /// <param name="k">How many at most, ≥ 1.</param>
    /// <param name="options">Options; null for the defaults. The mode, where given, must be sparse.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The hits, best first; only documents with a score above 0.</returns>
    /// <exception cref="ArgumentException">The query has no terms, the mode is BM25, or an option is wrong.</exception>
    /// <exception cref="InvalidOperationException">The index has no vectors, or no encoder was given to name the terms.</exception>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    public SearchResult SearchVector(TermVector query, int k = 10, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        options ??= new SearchOptions();
        if (options.Mode is SearchMode.Bm25 or SearchMode.Hybrid)
        {
            throw new ArgumentException("A term vector holds no words for BM25 or hybrid search; give a text, or leave the mode out.", nameof(options));
        }

        ITermEncoder encoder = RequireQueryEncoder(options);
        if (query.Count == 0)
        {
            throw new ArgumentException("The query has no terms; give at least one.", nameof(query));
        }

        if (query.Terms[^1] >= encoder.Vocabulary.Count)
        {
            throw new ArgumentException($"The query has term {query.Terms[^1]}, and the vocabulary ends at {encoder.Vocabulary.Count - 1}: they do not belong together.", nameof(query));
        }

        EncodedQuery.RequireFactors(options.TermFactors);
        EncodedQuery left = new EncodedQuery(query, []).Times(options.TermFactors, encoder.Vocabulary);
        SearchResult result = left.Vector.Count == 0 ? new SearchResult("", SearchMode.Sparse, [], ["Every term of the query is blocked."])
            : Run(PrepareVector("", left, encoder, new RulesInForce(options.WithoutRules ? null : _rules, ""), []), k, options, cancellationToken);
        return result with { QueryVector = query };
    }

    /// <summary>Finds the documents most like one of the index, which is not among them.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="k">How many at most, ≥ 1.</param>
    /// <param name="options">Options, a filter for instance; null for the defaults. BM25 takes the 30 words of the document that tell most.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The hits, best first.</returns>
    /// <exception cref="ArgumentException">No document has the id, it has no term to search by, or an option is wrong.</exception>
    /// <exception cref="InvalidOperationException">A sparse search without vectors or without an encoder.</exception>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    public SearchResult MoreLikeThis(string id, int k = 10, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        long started = Stopwatch.GetTimestamp();
        SparseDocument document = Get(id) ?? throw new ArgumentException($"No document has the id '{DocumentFields.Shorten(id)}'.", nameof(id));
        options = (options ?? new SearchOptions()) with { ExcludeId = id };
        var rules = new RulesInForce(options.WithoutRules ? null : _rules, "");
        string? fallback = null;
        if (ModeOf(options) == SearchMode.Sparse)
        {
            ITermEncoder encoder = RequireQueryEncoder(options);
            if (QueryEncoding.Run(document.FullText, null, encoder, rules, options.EncoderBudget, started, out string? problem, cancellationToken) is { Vector: var vector })
            {
                return vector.Count == 0
                    ? throw new ArgumentException($"The encoder finds no term in document '{DocumentFields.Shorten(id)}'.", nameof(id))
                    : SearchVector(vector, k, options with { Mode = SearchMode.Sparse }, cancellationToken);
            }

            fallback = problem + ", so the search was by words (BM25).";
        }

        List<(string Word, int Count)> words = WordQuery.Words(_analyzer, document.FullText);
        if (words.Count == 0)
        {
            throw new ArgumentException($"Document '{DocumentFields.Shorten(id)}' holds no word to search by.", nameof(id));
        }

        // Words weigh what BM25 would give them in the document; the commonest ones find everything and tell nothing.
        IEnumerable<(string Word, float Weight)> telling = _view.Read((_, reader) => words
            .Select(word => (word.Word, Count: (float)word.Count, Idf: Math.Log(1 + reader.MaxDoc / (1.0 + reader.DocFreq(new Term(SparseFields.Text, word.Word))))))
            .OrderByDescending(word => word.Count / (word.Count + 1) * word.Idf).Take(WordsOfADocument).Select(word => (word.Word, word.Count / (word.Count + 1))).ToArray());
        Query like = WordQuery.AnyOf(WordFields(options), telling);
        string[] warnings = fallback is null ? [] : [fallback];
        return Run(new Prepared("", SearchMode.Bm25, like, rules, searcher => new WordExplainer(searcher, like, "", _analyzer), warnings), k, options, cancellationToken) with { Fallback = fallback };
    }

    private SearchMode ModeOf(SearchOptions options) =>
        options.Mode ?? (_identity.HasVectors && options.QueryEncoder is not null ? SearchMode.Sparse : DefaultMode);

    private ITermEncoder RequireQueryEncoder(SearchOptions options)
    {
        if (!_identity.HasVectors)
        {
            throw new InvalidOperationException($"The index in '{DirectoryPath}' holds text alone, no vectors: search it by BM25, or index the texts anew with an encoder.");
        }

        ITermEncoder encoder = options.QueryEncoder ?? _encoder
            ?? throw new InvalidOperationException($"A sparse search of the index in '{DirectoryPath}' needs its encoder '{_identity.Encoder?.Name}': give it on opening or with the search.");
        _identity.RequireQueriesBy(encoder.Identity, DirectoryPath);
        return encoder;
    }

    private IReadOnlyDictionary<string, float> WordFields(SearchOptions options)
    {
        if (options.FieldBoosts is not { Count: > 0 } boosts)
        {
            return TextAlone;
        }

        IndexSchema schema = _schema;
        foreach ((string field, float boost) in boosts)
        {
            if (!schema.WordFields.Contains(field))
            {
                throw new ArgumentException($"Field '{DocumentFields.Shorten(field)}' holds no words to boost; there are {string.Join(", ", schema.WordFields)}.", nameof(options));
            }

            if (!(boost > 0) || float.IsPositiveInfinity(boost))
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"The boost {boost} of field '{field}' is not finite and above 0."), nameof(options));
            }
        }

        return boosts;
    }

    private Filter? FilterOf(SearchOptions options)
    {
        if (options.Filter is not { } expression)
        {
            return null;
        }

        if (string.IsNullOrWhiteSpace(expression))
        {
            throw new ArgumentException("The filter is empty; leave it out to find all documents.", nameof(options));
        }

        // Whoever filters filters again by the same: what passed in a segment is kept as bits for as long as the segment is there.
        if (_filters.Count >= FiltersKept)
        {
            _filters.Clear();
        }

        return _filters.GetOrAdd(expression, text => new CachingWrapperFilter(new QueryWrapperFilter(FilterParser.Parse(text, _schema))));
    }

    private static void WarnOfLanguage(string text, ITermEncoder encoder, List<string> warnings)
    {
        if (encoder.Language is { } language && TextLanguage.OtherThan(text, language) is { } other)
        {
            warnings.Add($"The query seems to be in {NameOf(other)}, and the encoder '{encoder.Identity.Name}' reads {NameOf(language)} alone; expect poor hits, or search by words (BM25).");
        }
    }

    private static string NameOf(string language) => CultureInfo.GetCultureInfo(language).EnglishName;

    private sealed record Prepared(string Text, SearchMode Mode, Query Query, RulesInForce Rules, Func<IndexSearcher, IHitExplainer> Explainer, IReadOnlyList<string> Warnings);

    private Prepared PrepareVector(string text, EncodedQuery encoded, ITermEncoder encoder, RulesInForce rules, IReadOnlyList<string> warnings)
    {
        (TermVector vector, IReadOnlyDictionary<string, string> terms) = rules.Apply(encoded.Vector, encoded.Synonyms, encoder.Vocabulary);
        var query = new SparseQuery(SparseFields.Sparse, vector, encoder.Vocabulary);

        // A table tells the sources of a document's own words; those of its expansions only the encoder that made them knows.
        ITermEncoder documents = _encoder is { Identity.IsQueryOnly: false } own ? own : encoder;
        return new Prepared(text, SearchMode.Sparse, query, rules, searcher => new SparseExplainer(
            searcher, query, encoder.Vocabulary, text.Length == 0 ? null : _sources.Get(encoder, text), body => _sources.Get(documents, body), terms), warnings);
    }

    private SearchResult Run(Prepared search, int k, SearchOptions options, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Skip);
        if (options.FacetValues < 1 || options.PassageLength < 20)
        {
            throw new ArgumentOutOfRangeException(nameof(options), Math.Min(options.FacetValues, options.PassageLength), "A facet shows at least 1 value, and a passage has at least 20 characters.");
        }

        Filter? filter = search.Rules.Narrow(FilterOf(options));
        SearchRule[] ruled = options.Sort.Count > 0 ? [] : [.. search.Rules.OfDocuments];
        return _view.Read((searcher, reader) =>
        {
            // More than asked for, in case the one to leave out or those that rules move are among them.
            int wanted = (int)Math.Min((long)k + options.Skip + ruled.Length + (options.ExcludeId is null ? 0 : 1), int.MaxValue);
            Found found = HitFinder.Find(searcher, search.Query, filter, wanted, options, _schema, cancellationToken);
            IHitExplainer? explainer = options.Explain || options.Highlight ? search.Explainer(found.Searcher) : null;
            double point = search.Query is SparseQuery sparse ? Math.ScaleB(1, ((SparseWeight)sparse.CreateWeight(searcher)).Exponent) : 0;
            List<Ranked> ranking = RuledRanking.Apply(
                found.Docs.Select(Ranked.Of), ruled, ids => found.Among(ids).Select(Ranked.Of), id => found.Admits(id), change => point == 0 ? change : Math.Round(change / point) * point);
            IList<AtomicReaderContext> leaves = reader.Leaves;
            var hits = new List<SearchHit>(ranking.Count);
            int rank = 0;
            foreach (Ranked doc in ranking)
            {
                if (options.ExcludeId is null && rank < options.Skip && !(doc.Score < options.MinScore))
                {
                    rank++;
                    continue;
                }

                int head = PassageColumns.HeadOf(leaves, doc.Doc);
                SparseDocument document = options.WithStoredFields || explainer is not null ? DocumentFields.Read(searcher, head) : new(DocumentFields.ReadId(searcher, head), "");
                if (hits.Count < k && document.Id != options.ExcludeId && !(doc.Score < options.MinScore) && ++rank > options.Skip)
                {
                    var hit = new SearchHit(rank, document.Id, doc.Score, document.Title, document.Text, document.Fields.AsReadOnly())
                    {
                        Passage = search.Mode == SearchMode.Sparse ? PassageColumns.SpanOf(leaves, doc.Doc) : null,
                    };
                    hits.Add(Explained(hit, doc, document, explainer, options));
                }
            }

            string? uncovered = search.Mode == SearchMode.Sparse ? UncoveredWarning(searcher, "a search by terms can't find them") : null;
            return new SearchResult(search.Text, search.Mode, hits, uncovered is null ? search.Warnings : [.. search.Warnings, uncovered])
            {
                Matches = found.Matches,
                Facets = found.Facets,
                Suggestions = options.SuggestSpelling && search.Text.Length > 0 ? Spelling.Suggest(searcher, _analyzer, search.Text) : [],
            };
        });
    }

    /// <summary>A hit with what its explainer says of it, as far as the options ask.</summary>
    internal static SearchHit Explained(SearchHit hit, Ranked ranked, SparseDocument document, IHitExplainer? explainer, SearchOptions options)
    {
        if (explainer is null)
        {
            return hit;
        }

        (HitExplanation explanation, List<Mark> marks) = explainer.Explain(ranked.Doc, document);
        if (explanation.Points > 0)
        {
            long added = (long)Math.ScaleB(ranked.Score - ranked.Own, -explanation.Exponent);
            explanation = explanation with { Points = explanation.Points + added, RulePoints = added };
        }

        explanation = explanation with { Rules = ranked.Rules };
        double[] scores = [.. explanation.Terms.Select(term => term.Score)];
        int textStart = document.FullText.Length - document.Text.Length;
        List<Mark> inText = [.. marks.Where(mark => mark.Start >= textStart).Select(mark => new Mark(mark.Start - textStart, mark.End - textStart, mark.Term))];
        (int start, int end) = options.Highlight ? BestPassage.Choose(document.Text, inText, scores, options.PassageLength) : default;
        return hit with
        {
            Explanation = options.Explain ? explanation : null,
            Highlight = options.Highlight
                ? new HitHighlight(document.Text[start..end], start, BestPassage.Join(inText, scores, start, end), BestPassage.Join(marks, scores, 0, Math.Max(0, textStart - 1)))
                : null,
        };
    }
}
