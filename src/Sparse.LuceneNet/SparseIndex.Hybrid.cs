using System.Diagnostics;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.Fusion;
using Sparse.LuceneNet.Explaining;
using Sparse.LuceneNet.Fields;
using Sparse.LuceneNet.Hybrid;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Rules;
using Sparse.LuceneNet.Searching;
using Sparse.LuceneNet.Storage;
using Sparse.Vectors;

namespace Sparse.LuceneNet;

/// <content>Hybrid search.</content>
public sealed partial class SparseIndex
{
    /// <summary>The scale of calibrated scores that the last commit holds; <see cref="FusionCalibration.None"/> where there is none, and over several folders.</summary>
    public FusionCalibration Calibration => _view.Read((searcher, _) => IndexView.Calibration(searcher));

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

    internal SearchResult SearchHybrid(string text, int k, SearchOptions options, Filter? filter, long? started = null, CancellationToken cancellationToken = default)
    {
        long begun = started ?? Stopwatch.GetTimestamp();
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Skip);
        FusionOptions fusion = options.Fusion ?? new FusionOptions();
        RequireLegNames(fusion, options.OutsideLegs);
        RequirePossible(options);
        if (!_identity.HasVectors || (options.QueryEncoder ?? _encoder) is null)
        {
            return SearchWords(text, k, options, _identity.HasVectors ? NoEncoder : "The index holds text alone, no vectors", cancellationToken);
        }

        ITermEncoder encoder = RequireQueryEncoder(options);
        var rules = new RulesInForce(options.WithoutRules ? null : _rules, text);
        filter = rules.Narrow(filter);
        List<string> warnings = [];
        WarnOfLanguage(text, encoder, warnings);
        IReadOnlyDictionary<string, float> fields = WordFields(options);
        List<(string Word, float Weight)> words = rules.Apply(WordQuery.Words(_analyzer, text).Select(word => (word.Word, (float)word.Count)), _analyzer);
        IReadOnlyDictionary<string, string> ruled = new Dictionary<string, string>();
        SparseQuery? terms = null;
        TermVector? made = null;
        string? problem = null;
        SparseQuery? Terms(Lazy<Routing> routing)
        {
            if (QueryEncoding.Run(text, options.QueryVector, encoder, rules, options.EncoderBudget, begun, out problem, cancellationToken) is not { Vector: var vector } encoded)
            {
                return null;
            }

            made = vector;
            vector = encoded.Times(options.TermFactors, encoder.Vocabulary).Vector;
            if (vector.Count > 0)
            {
                (vector, ruled) = rules.Apply(vector, encoded.Synonyms, encoder.Vocabulary);
            }

            return terms = new SparseQuery(SparseFields.Sparse, routing.Value.Without(vector), encoder.Vocabulary);
        }

        // Of the leg by terms: those of the words and of the fusion are in the legs of each hit.
        IHitExplainer? Explainer(IndexSearcher searcher) => terms is not { Terms.Count: > 0 } some ? null
            : new SparseExplainer(searcher, some, encoder.Vocabulary, _sources.Get(encoder, text), body => _sources.Get(_encoder is { Identity.IsQueryOnly: false } own ? own : encoder, body), ruled);

        return _view.Read<SearchResult?>((searcher, reader) =>
        {
            var outside = options.OutsideLegs.Select(leg => (leg.Name, Ranking(reader, leg))).ToArray();
            var search = new HybridSearch(searcher, _analyzer, _identity.Scale ?? 1, fusion, fields, _identity.IsPartial);
            var moving = new MovingRules(searcher, options.Sort.Count > 0 ? [] : [.. rules.OfDocuments], filter);
            var routing = new Lazy<Routing>(() => fusion.Routing && encoder.Tokenizer is { } tokenizer ? Routing.Of(searcher, _analyzer, tokenizer, text, words) : Routing.None);
            var query = new HybridQuery(words, () => Terms(routing), outside)
            {
                WordsAlone = () => routing.Value.Claim,
                Named = moving.Documents,

                // One more for the hit that may be left out.
                Needed = moving.Documents.Count > 0 ? int.MaxValue : (int)Math.Min((long)k + options.Skip + 1, int.MaxValue),
            };
            FusedHit[] fused = search.Run(query, filter);
            if (problem is not null)
            {
                return null;
            }

            bool hasTerms = terms is { Terms.Count: > 0 };
            if (words.Count == 0 && !hasTerms && outside.Length == 0)
            {
                throw new ArgumentException("The query holds no word and no term to search by, only stop words or punctuation; use other words.", nameof(text));
            }

            if (hasTerms && UncoveredWarning(searcher, "their scores by terms are assumed from those by words") is { } uncovered)
            {
                warnings.Add(uncovered);
            }

            FusionCalibration calibration = fusion.Method == FusionMethod.Calibrated ? IndexView.Calibration(searcher) : FusionCalibration.None;
            if (words.Count == 0)
            {
                warnings.Add("The query holds no word but stop words, so the leg bm25 found nothing.");
            }

            if (!hasTerms && routing.Value.Words.Count == 0)
            {
                warnings.Add("The encoder finds no term in the query, so the leg sparse found nothing.");
            }

            if ((long)options.Skip + k > fused.Length && fused.Length >= fusion.Depth)
            {
                warnings.Add($"The fused ranking ends at {fused.Length} hits, {fusion.Depth} of each leg at most; a greater depth makes it longer.");
            }

            List<Ranked> ranking = moving.Rank(fused);
            Found? matches = null;
            if (options.Sort.Count > 0 || options.Facets.Count > 0)
            {
                // All that a leg matches is counted and put in order; what is shown of it is scored as the best are.
                Query any = Clauses.Join([.. words.Count == 0 ? Array.Empty<Query>() : [WordQuery.AnyOf(fields, words)], .. hasTerms ? [terms!] : Array.Empty<Query>()], Occur.SHOULD);
                matches = HitFinder.Find(searcher, any, filter, (int)Math.Min((long)k + options.Skip + 1, int.MaxValue), options, _schema, cancellationToken);
                if (options.Sort.Count > 0)
                {
                    fused = search.Run(query with { Terms = () => terms, Named = [.. matches.Docs.Select(doc => doc.Doc)], Needed = int.MaxValue }, filter);
                    var scores = fused.ToDictionary(hit => hit.Doc, hit => hit.Score);
                    ranking = [.. matches.Docs.Select(doc => new Ranked(doc.Doc, scores[doc.Doc], scores[doc.Doc]))];
                }
            }

            return new SearchResult(text, SearchMode.Hybrid, Hits(searcher, ranking, fused, terms, k, options, calibration, Explainer), warnings)
            {
                Matches = matches?.Matches,
                Facets = matches?.Facets ?? new Dictionary<string, IReadOnlyList<FacetCount>>(),
                Routed = routing.Value.Words,
                QueryVector = made,
                Suggestions = options.SuggestSpelling ? Spelling.Suggest(searcher, _analyzer, text) : [],
            };
        }) ?? SearchWords(text, k, options, problem, cancellationToken);
    }

    private static List<SearchHit> Hits(
        IndexSearcher searcher, List<Ranked> ranking, FusedHit[] fused, SparseQuery? terms, int k, SearchOptions options, FusionCalibration calibration, Func<IndexSearcher, IHitExplainer?> explainer)
    {
        var hits = new List<SearchHit>(Math.Min(k, ranking.Count));
        IHitExplainer? why = options.Explain || options.Highlight ? explainer(searcher) : null;
        bool hasPassages = terms is { Terms.Count: > 0 } && PassageColumns.AreIn(searcher.IndexReader);
        var legs = fused.ToDictionary(hit => hit.Doc, hit => hit.Legs);
        int rank = 0;
        foreach (Ranked ranked in ranking)
        {
            if (hits.Count == k)
            {
                break;
            }

            if (options.ExcludeId is not null && DocumentFields.ReadId(searcher, ranked.Doc) == options.ExcludeId)
            {
                continue;
            }

            double score = calibration.Score(ranked.Score);
            if (score < options.MinScore || ++rank <= options.Skip)
            {
                continue;
            }

            SparseDocument document = options.WithStoredFields || why is not null ? DocumentFields.Read(searcher, ranked.Doc) : new(DocumentFields.ReadId(searcher, ranked.Doc), "");
            ScoreDoc? best = hasPassages ? new SparseLeg(searcher, terms!, 1).BestPassagesOf([ranked.Doc])[0] : null;
            var found = new SearchHit(rank, document.Id, score, document.Title, document.Text, document.Fields.AsReadOnly())
            {
                Legs = legs.GetValueOrDefault(ranked.Doc, []),
                Passage = best is { Score: > 0 } ? PassageColumns.SpanOf(searcher.IndexReader.Leaves, best.Doc) : null,
            };

            // The explanation is of the leg by terms, whose points no rule for a document changes.
            hits.Add(Explained(found, new Ranked(best?.Doc ?? ranked.Doc, score, score) { Rules = ranked.Rules }, document, why, options));
        }

        return hits;
    }

    private static LegHit[] Ranking(IndexReader reader, OutsideLeg leg)
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

    private static void RequirePossible(SearchOptions options)
    {
        string? wrong = options.Syntax != QuerySyntax.Plain ? "Lucene's syntax" : options.FilteredStatistics ? "filtered statistics"
            : options.Sort.Any(key => key.Field == SortKey.Score.Field) ? "order by score and a field, only by fields"
            : options.MinScore is not null && (options.Sort.Count > 0 || options.Facets.Count > 0) ? "least score beside facets or an order, which look at documents that it does not score"
            : null;
        if (wrong is not null)
        {
            throw new ArgumentException($"Hybrid search takes no {wrong}; search by terms (sparse) or words (BM25) alone.", nameof(options));
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
