using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.Fusion;
using Sparse.LuceneNet.Explaining;
using Sparse.LuceneNet.Hybrid;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Rules;
using Sparse.LuceneNet.Storage;
using Sparse.Vectors;

namespace Sparse.LuceneNet;

/// <content>Hybrid search.</content>
public sealed partial class SparseIndex
{
    /// <summary>The scale of calibrated scores that the last commit holds; <see cref="FusionCalibration.None"/> where there is none.</summary>
    public FusionCalibration Calibration => _view.Read((_, reader) => ReadCalibration(reader));

    /// <summary>Fits the scale of calibrated scores on queries taken from the documents, and keeps it with the next commit, which this makes.</summary>
    /// <param name="queries">How many documents to take a query from at most, ≥ 1; spread evenly over the index.</param>
    /// <returns>The scale.</returns>
    /// <exception cref="InvalidOperationException">The index is read-only, or holds no vectors, or was opened without an encoder.</exception>
    public FusionCalibration Calibrate(int queries = CalibrationSample.DefaultQueries)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queries, 1);
        RequireWriter();
        ITermEncoder encoder = RequireQueryEncoder(new SearchOptions());
        Commit();
        FusionCalibration calibration = _view.Read((searcher, _) =>
        {
            var sample = new CalibrationSample(searcher, _analyzer, encoder, _identity.Scale ?? 1);
            return sample.Fit(queries);
        });
        SetCalibration(calibration);
        return calibration;
    }

    /// <summary>Keeps a scale that was fitted before, and commits.</summary>
    /// <param name="calibration">The scale.</param>
    internal void SetCalibration(FusionCalibration calibration)
    {
        RequireWriter().SetCommitData(data => data[IndexIdentity.CalibrationKey] = calibration.ToString());
        Commit();
    }

    private static FusionCalibration ReadCalibration(DirectoryReader reader) =>
        FusionCalibration.TryParse(reader.IndexCommit.UserData.TryGetValue(IndexIdentity.CalibrationKey, out string? text) ? text : null) ?? FusionCalibration.None;

    internal SearchResult SearchHybrid(string text, int k, SearchOptions options, Filter? filter, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Skip);
        FusionOptions fusion = options.Fusion ?? new FusionOptions();
        RequireLegNames(fusion, options.OutsideLegs);
        RequireNoOrder(options);
        ITermEncoder encoder = RequireQueryEncoder(options);
        var rules = new RulesInForce(options.WithoutRules ? null : _rules, text);
        filter = rules.Narrow(filter);
        List<string> warnings = [];
        WarnOfLanguage(text, encoder, warnings);
        if (rules.OfDocuments.ToArray() is { Length: > 0 } moved)
        {
            warnings.Add($"Hybrid search does not move documents by rules yet: {string.Join(", ", moved.Select(rule => rule.Id))} left out.");
        }

        List<(string Word, float Weight)> words = rules.Apply(WordQuery.Words(_analyzer, text).Select(word => (word.Word, (float)word.Count)), _analyzer);
        IReadOnlyDictionary<string, string> ruled = new Dictionary<string, string>();
        SparseQuery? terms = null;
        SparseQuery Terms()
        {
            TermVector vector = options.QueryVector ?? encoder.Encode([text], cancellationToken)[0];
            if (vector.Count > 0)
            {
                (vector, ruled) = rules.Apply(vector, encoder, cancellationToken);
            }

            return terms = new SparseQuery(SparseFields.Sparse, vector, encoder.Vocabulary);
        }

        // Of the leg by terms: those of the words and of the fusion are in the legs of each hit.
        IHitExplainer? Explainer(IndexSearcher searcher) => terms is not { Terms.Count: > 0 } made ? null
            : new SparseExplainer(searcher, made, encoder.Vocabulary, _sources.Get(encoder, text), body => _sources.Get(_encoder is { Identity.IsQueryOnly: false } own ? own : encoder, body), ruled);

        return _view.Read((searcher, reader) =>
        {
            var outside = options.OutsideLegs.Select(leg => (leg.Name, Ranking(reader, leg))).ToArray();
            var search = new HybridSearch(searcher, _analyzer, _identity.Scale ?? 1, fusion);
            FusedHit[] fused = search.Run(new HybridQuery(words, Terms, outside), filter);
            bool hasTerms = terms is { Terms.Count: > 0 };
            if (words.Count == 0 && !hasTerms && outside.Length == 0)
            {
                throw new ArgumentException("The query holds no word and no term to search by, only stop words or punctuation; use other words.", nameof(text));
            }

            FusionCalibration calibration = fusion.Method == FusionMethod.Calibrated ? ReadCalibration(reader) : FusionCalibration.None;
            if (words.Count == 0)
            {
                warnings.Add("The query holds no word but stop words, so the leg bm25 found nothing.");
            }

            if (!hasTerms)
            {
                warnings.Add("The encoder finds no term in the query, so the leg sparse found nothing.");
            }

            if ((long)options.Skip + k > fused.Length && fused.Length >= fusion.Depth)
            {
                warnings.Add($"The fused ranking ends at {fused.Length} hits, {fusion.Depth} of each leg at most; a greater depth makes it longer.");
            }

            return new SearchResult(text, SearchMode.Hybrid, Hits(searcher, fused, terms, k, options, calibration, Explainer), warnings)
            {
                Suggestions = options.SuggestSpelling ? Spelling.Suggest(searcher, _analyzer, text) : [],
            };
        });
    }

    private static List<SearchHit> Hits(IndexSearcher searcher, FusedHit[] fused, SparseQuery? terms, int k, SearchOptions options, FusionCalibration calibration, Func<IndexSearcher, IHitExplainer?> explainer)
    {
        var hits = new List<SearchHit>(Math.Min(k, fused.Length));
        IHitExplainer? why = options.Explain || options.Highlight ? explainer(searcher) : null;
        bool hasPassages = terms is { Terms.Count: > 0 } && PassageColumns.AreIn(searcher.IndexReader);
        int rank = 0;
        foreach (FusedHit hit in fused)
        {
            if (hits.Count == k)
            {
                break;
            }

            if (options.ExcludeId is not null && DocumentFields.ReadId(searcher, hit.Doc) == options.ExcludeId)
            {
                continue;
            }

            double score = calibration.Score(hit.Score);
            if (score < options.MinScore || ++rank <= options.Skip)
            {
                continue;
            }

            SparseDocument document = options.WithStoredFields || why is not null ? DocumentFields.Read(searcher, hit.Doc) : new(DocumentFields.ReadId(searcher, hit.Doc), "");
            ScoreDoc? best = hasPassages ? new SparseLeg(searcher, terms!, 1).BestPassagesOf([hit.Doc])[0] : null;
            var found = new SearchHit(rank, document.Id, score, document.Title, document.Text, document.Fields.AsReadOnly())
            {
                Legs = hit.Legs,
                Passage = best is { Score: > 0 } ? PassageColumns.SpanOf(searcher.IndexReader.Leaves, best.Doc) : null,
            };
            int doc = best?.Doc ?? hit.Doc;
            hits.Add(Explained(found, new Ranked(doc, score, score), document, why, options));
        }

        return hits;
    }

    private static LegHit[] Ranking(DirectoryReader reader, OutsideLeg leg)
    {
        var hits = new List<LegHit>(leg.Ranking.Count);
        var seen = new HashSet<int>();
        foreach (Evaluation.RunEntry entry in leg.Ranking)
        {
            if (DocumentFields.Find(reader, entry.DocumentId) is >= 0 and var doc && seen.Add(doc))
            {
                hits.Add(new LegHit(doc, entry.Score));
            }
        }

        return [.. hits];
    }

    private static void RequireNoOrder(SearchOptions options)
    {
        string? wrong = options.Sort.Count > 0 ? "an order of its own" : options.Facets.Count > 0 ? "facets" : options.Syntax != QuerySyntax.Plain ? "Lucene's syntax"
            : options.FieldBoosts is { Count: > 0 } ? "field boosts" : options.FilteredStatistics ? "filtered statistics" : null;
        if (wrong is not null)
        {
            throw new ArgumentException($"Hybrid search takes no {wrong}; search by terms (sparse) or words (BM25) alone, which do.", nameof(options));
        }
    }

    private static void RequireLegNames(FusionOptions fusion, IReadOnlyList<OutsideLeg> outside)
    {
        HashSet<string> names = [LexicalLeg.Name, SparseLeg.Name, .. outside.Select(leg => leg.Name)];
        if (names.Count < outside.Count + 2 || names.Contains(FeedbackTerms.Leg))
        {
            throw new ArgumentException($"A leg from outside needs a name of its own, other than {LexicalLeg.Name}, {SparseLeg.Name} and {FeedbackTerms.Leg}.");
        }

        if (fusion.Weights.Keys.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
        {
            throw new ArgumentException($"There is no leg '{unknown}' to give a weight; there are {string.Join(", ", names)}.");
        }

        fusion.Validate();
    }
}
