using System.Text.Json;
using System.Text.Json.Nodes;
using Sparse.LuceneNet;
using Sparse.LuceneNet.Explaining;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Rules;
using Sparse.OpenSearch.Documents;
using Sparse.OpenSearch.Searching;
using Sparse.Vectors;

namespace Sparse.OpenSearch;

/// <content>Searches.</content>
public sealed partial class OpenSearchIndex
{
    // What a server's BM25 puts at place k may stand some places further up or down by the exact one.
    private const int LeastMargin = 100;

    private static readonly string[] IdAlone = ["id"], IdAndWords = ["id", "words"];

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The query is blank or has no term to search by, or an option is wrong or not to be had on a cluster.</exception>
    /// <exception cref="InvalidOperationException">A sparse search without vectors or without an encoder.</exception>
    /// <exception cref="InvalidDataException">The query encoder does not fit the index.</exception>
    /// <exception cref="IOException">The cluster could not answer for too long.</exception>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    public SearchResult Search(string query, int k = 10, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (string.IsNullOrWhiteSpace(query))
        {
            throw new ArgumentException("The query is empty; give at least one word.", nameof(query));
        }

        options ??= new SearchOptions();
        int wanted = RequireOptions(options, k);
        View view = _view;
        SearchMode mode = options.Mode ?? (view.Meta.Encoder is not null && options.QueryEncoder is not null ? SearchMode.Sparse : DefaultMode);
        if (mode == SearchMode.Hybrid)
        {
            return SearchHybrid(view, query, k, options, cancellationToken);
        }

        if (mode == SearchMode.Sparse)
        {
            ITermEncoder encoder = RequireQueryEncoder(view.Meta, options);
            TermVector vector = encoder.Encode([query], cancellationToken)[0];
            return vector.Count == 0
                ? throw new ArgumentException("The encoder finds no term in the query; use other words.", nameof(query))
                : SearchTerms(view, query, vector, encoder, k, wanted, options, cancellationToken);
        }

        return SearchWords(view, query, k, wanted, options, cancellationToken);
    }

    /// <inheritdoc/>
    public SearchResult SearchVector(TermVector query, int k = 10, SearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        options ??= new SearchOptions();
        int wanted = RequireOptions(options, k);
        View view = _view;
        if (options.Mode is SearchMode.Bm25 or SearchMode.Hybrid)
        {
            throw new ArgumentException("A term vector holds no words for BM25 or hybrid search; give a text, or leave the mode out.", nameof(options));
        }

        ITermEncoder encoder = RequireQueryEncoder(view.Meta, options);
        return query.Count == 0 || query.Terms[^1] >= encoder.Vocabulary.Count
            ? throw new ArgumentException(query.Count == 0 ? "The query has no terms; give at least one." : $"The query has term {query.Terms[^1]}, and the vocabulary ends at {encoder.Vocabulary.Count - 1}: they do not belong together.", nameof(query))
            : SearchTerms(view, "", query, encoder, k, wanted, options, cancellationToken);
    }

    private SearchResult SearchTerms(View view, string text, TermVector vector, ITermEncoder encoder, int k, int wanted, SearchOptions options, CancellationToken cancellationToken)
    {
        TermQuestion question = Question(view, vector, encoder);
        JsonObject request = RemoteSearch.Best(
            RemoteSearch.Dot(view, question.Query.Terms, question.Weights, options.WithStoredFields || options.Explain || options.Highlight), wanted,
            Members(view, options), FilterJson.Of(options.Filter, view.Meta.Schema), options.ExcludeId);
        List<RemoteHit> hits = RemoteSearch.Hits(RemoteSearch.Ask(_client, view, request, cancellationToken));
        IHitExplainer? why = options.Explain || options.Highlight ? Explainer(view, question, text, encoder, hits) : null;
        var found = new List<SearchHit>(Math.Min(k, hits.Count));
        for (int i = options.Skip; i < hits.Count; i++)
        {
            double score = question.ScoreOf(hits[i].Score);
            if (score < options.MinScore)
            {
                break;
            }

            found.Add(Shown(i + 1, score, hits[i].Source, hits[i], i, why, options));
        }

        return new SearchResult(text, SearchMode.Sparse, found, []);
    }

    private SearchResult SearchWords(View view, string text, int k, int wanted, SearchOptions options, CancellationToken cancellationToken)
    {
        if (options.Explain || options.Highlight)
        {
            throw new ArgumentException("Hits by words are not explained on a cluster; search by terms (sparse) or by both (hybrid).", nameof(options));
        }

        (string Word, float Factor)[] words = [.. WordQuery.Words(_analyzer, text).Select(word => (word.Word, (float)word.Count))];
        if (words.Length == 0)
        {
            throw new ArgumentException("The query holds no word to search by, only stop words or punctuation; use other words.", nameof(text));
        }

        WordScorer scorer = Scorer(view, words, [], out _, out _, cancellationToken);
        List<(RemoteHit Hit, double Score)> ranking = RankWords(view, scorer, words, wanted, FilterJson.Of(options.Filter, view.Meta.Schema), options.ExcludeId, cancellationToken);
        (RemoteHit Hit, double Score)[] page = [.. ranking.Skip(options.Skip).Take(k).TakeWhile(hit => !(hit.Score < options.MinScore))];
        Dictionary<string, JsonElement> sources = options.WithStoredFields ? RemoteSearch.Fetch(_client, view, [.. page.Select(hit => hit.Hit.Key)], Members(view, options), cancellationToken) : [];
        return new SearchResult(text, SearchMode.Bm25, [.. page.Select((hit, i) => Shown(options.Skip + i + 1, hit.Score, sources.GetValueOrDefault(hit.Hit.Key, hit.Hit.Source), hit.Hit, i, null, options))], []);
    }

    /// <summary>The best documents by exact BM25 among those that the server's own finds, some more than are wanted.</summary>
    private List<(RemoteHit Hit, double Score)> RankWords(
        View view, WordScorer scorer, (string Word, float Factor)[] words, int wanted, JsonObject? filter, string? excludedId, CancellationToken cancellationToken)
    {
        int asked = Math.Min(RemoteSearch.MostHits, wanted + Math.Max(LeastMargin, wanted / 4));
        JsonElement answer = RemoteSearch.Ask(_client, view, RemoteSearch.Best(RemoteSearch.AnyOf(words), asked, IdAndWords, filter, excludedId), cancellationToken);
        return [.. RemoteSearch.Hits(answer).Select(hit => (hit, (double)(float)scorer.Score(hit.Words))).OrderByDescending(hit => hit.Item2).ThenBy(hit => hit.hit.Order).Take(wanted)];
    }

    private static WordScorer Scorer(
        View view, (string Word, float Factor)[] words, IReadOnlyCollection<string> terms, out CollectionCounts.Totals totals, out IReadOnlyDictionary<string, long> termCounts, CancellationToken cancellationToken)
    {
        (totals, IReadOnlyDictionary<string, long> counts, termCounts) = view.Counts.Of([.. words.Select(word => word.Word)], terms, cancellationToken);
        return new WordScorer(new ExactLengthBm25(view.Meta.Bm25K1, view.Meta.Bm25B), words, totals, counts);
    }

    /// <summary>A query's terms in the local engine's integers.</summary>
    /// <param name="Query">Its terms, in ordinal order.</param>
    /// <param name="Weights">[terms] integer weights.</param>
    /// <param name="Exponent">Integer score × 2^this is the score.</param>
    private sealed record TermQuestion(SparseQuery Query, ushort[] Weights, int Exponent)
    {
        /// <summary>The score of a server's score: both are the same integer times a power of two.</summary>
        public double ScoreOf(double remote) => Math.ScaleB(remote * VectorField.WeightUnit, Exponent);
    }

    private static TermQuestion Question(View view, TermVector vector, ITermEncoder encoder)
    {
        var query = new SparseQuery(SparseFields.Sparse, vector, encoder.Vocabulary);
        var weights = new ushort[query.Terms.Count];
        int exponent = query.Quantize([view.Meta.Scale!.Value], new float[weights.Length], weights);
        return new TermQuestion(query, weights, exponent);
    }

    private static SearchHit Shown(int rank, double score, JsonElement source, RemoteHit hit, int place, IHitExplainer? why, SearchOptions options)
    {
        SparseDocument document = source.ValueKind == JsonValueKind.Object ? DocumentJson.Read(source) : new SparseDocument(hit.Key, "");
        var shown = new SearchHit(rank, document.Id, score, document.Title, document.Text, document.Fields.AsReadOnly()) { Passage = hit.Span };
        return SparseIndex.Explained(shown, new Ranked(place, score, score), document, why, options);
    }

    private SparseExplainer Explainer(View view, TermQuestion question, string text, ITermEncoder encoder, IReadOnlyList<RemoteHit> hits)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < question.Query.Terms.Count; i++)
        {
            places[view.Vectors.Spell(question.Query.Terms[i])] = i;
        }

        // A table tells the sources of a document's own words; those of its expansions only the encoder that made them knows.
        ITermEncoder documents = _encoder is { Identity.IsQueryOnly: false } own ? own : encoder;
        return new SparseExplainer(
            question.Query, question.Weights, question.Exponent, ImpactsOf, encoder.Vocabulary, text.Length == 0 ? null : _sources.Get(encoder, text), body => _sources.Get(documents, body),
            new Dictionary<string, string>());

        int[] ImpactsOf(int hit)
        {
            var impacts = new int[places.Count];
            foreach (JsonProperty term in hits[hit].Vector)
            {
                if (places.TryGetValue(term.Name, out int place) && question.Weights[place] > 0)
                {
                    impacts[place] = (int)term.Value.GetDouble();
                }
            }

            return impacts;
        }
    }

    private static string[] Members(View view, SearchOptions options) =>
        options.Explain || options.Highlight ? view.Meta.Passages ? StoredFields.Split(',') : [.. StoredFields.Split(','), VectorField.Name]
        : options.WithStoredFields ? StoredFields.Split(',') : IdAlone;

    private ITermEncoder RequireQueryEncoder(IndexMeta meta, SearchOptions options)
    {
        if (meta.Encoder is null)
        {
            throw new InvalidOperationException($"The index '{Name}' at {_client.Address} holds text alone, no vectors: search it by BM25, or push one with vectors.");
        }

        ITermEncoder encoder = options.QueryEncoder ?? _encoder
            ?? throw new InvalidOperationException($"A sparse search of the index '{Name}' needs its encoder '{meta.Encoder.Name}': give it on opening or with the search.");
        RequireEncoder(_view.Generation, encoder);
        return encoder;
    }

    private static int RequireOptions(SearchOptions options, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Skip);
        string? wrong = options.Sort.Count > 0 ? "an order of its own" : options.Facets.Count > 0 ? "facets" : options.Syntax != QuerySyntax.Plain ? "Lucene's syntax"
            : options.FieldBoosts is { Count: > 0 } ? "field boosts" : options.FilteredStatistics ? "filtered statistics" : options.OutsideLegs.Count > 0 ? "rankings from outside" : null;
        return wrong is not null ? throw new ArgumentException($"A search on a cluster takes no {wrong}; search a local index for that ('sparse pull' makes one).", nameof(options))
            : (long)k + options.Skip > RemoteSearch.MostHits
                ? throw new ArgumentOutOfRangeException(nameof(k), k + (long)options.Skip, $"A search on a cluster reaches {RemoteSearch.MostHits:N0} hits deep at most.")
                : k + options.Skip;
    }
}
