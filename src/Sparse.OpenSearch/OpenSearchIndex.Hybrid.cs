using System.Text.Json;
using System.Text.Json.Nodes;
using Sparse.Fusion;
using Sparse.LuceneNet;
using Sparse.LuceneNet.Explaining;
using Sparse.LuceneNet.Hybrid;
using Sparse.LuceneNet.Lexical;
using Sparse.OpenSearch.Searching;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.OpenSearch;

/// <content>Hybrid search: the legs on the server, fused here as in a local index.</content>
/// <remarks>
/// Not by the server's own search pipelines, where it has them: those know neither the calibrated fusion nor what a document would
/// score that one leg did not return, so that an application's results would change with the server.
/// </remarks>
public sealed partial class OpenSearchIndex
{
    private const int MostImpact = 255;

    private SearchResult SearchHybrid(View view, string text, int k, SearchOptions options, CancellationToken cancellationToken)
    {
        FusionOptions fusion = options.Fusion ?? new FusionOptions();
        fusion.Validate();
        if (fusion.Weights.Keys.FirstOrDefault(name => name is not (LexicalLeg.Name or SparseLeg.Name)) is { } unknown)
        {
            throw new ArgumentException($"There is no leg '{unknown}' to give a weight; there are {LexicalLeg.Name}, {SparseLeg.Name}.", nameof(options));
        }

        ITermEncoder encoder = RequireQueryEncoder(view.Meta, options);
        (string Word, float Factor)[] words = [.. WordQuery.Words(_analyzer, text).Select(word => (word.Word, (float)word.Count))];
        TermVector vector = options.QueryVector ?? encoder.Encode([text], cancellationToken)[0];
        Routing routing = fusion.Routing && encoder.Tokenizer is { } tokenizer ? Routes(view, tokenizer, text, words, cancellationToken) : Routing.None;
        vector = routing.Without(vector);
        TermQuestion? terms = vector.Count == 0 ? null : Question(view, vector, encoder);
        List<string> warnings = [];
        if (words.Length == 0 && terms is null)
        {
            throw new ArgumentException("The query holds no word and no term to search by, only stop words or punctuation; use other words.", nameof(text));
        }

        if (words.Length == 0)
        {
            warnings.Add("The query holds no word but stop words, so the leg bm25 found nothing.");
        }

        if (terms is null && routing.Words.Count == 0)
        {
            warnings.Add("The encoder finds no term in the query, so the leg sparse found nothing.");
        }

        var legs = new Legs(this, view, words, terms, routing.Claim, fusion, cancellationToken);
        Fused all = legs.Run(null);
        Fused hits = FilterJson.Of(options.Filter, view.Meta.Schema) is { } filter ? legs.Run(filter) : all;

        // Feedback comes from the whole collection, whatever the filter, so that a filter moves no score.
        if (fusion.Method == FusionMethod.Calibrated && fusion.Feedback > 0 && all.Hits.Length > 0 && all.Hits[0].Score > 0)
        {
            hits = hits with { Hits = legs.AddFeedback(all, hits) };
        }

        if ((long)options.Skip + k > hits.Hits.Length && hits.Hits.Length >= fusion.Depth)
        {
            warnings.Add($"The fused ranking ends at {hits.Hits.Length} hits, {fusion.Depth} of each leg at most; a greater depth makes it longer.");
        }

        return new SearchResult(text, SearchMode.Hybrid, Page(view, hits, terms, text, encoder, k, options, fusion, cancellationToken), warnings) { Routed = routing.Words };
    }

    private Routing Routes(View view, ITokenizer tokenizer, string text, (string Word, float Factor)[] words, CancellationToken cancellationToken)
    {
        (CollectionCounts.Totals totals, _, _) = view.Counts.Of([.. words.Select(word => word.Word)], [], cancellationToken);
        return Routing.Of(totals.Documents, all => view.Counts.Holders(all, cancellationToken), _analyzer, tokenizer, text, words);
    }

    private List<SearchHit> Page(
        View view, Fused fused, TermQuestion? terms, string text, ITermEncoder encoder, int k, SearchOptions options, FusionOptions fusion, CancellationToken cancellationToken)
    {
        FusionCalibration calibration = (fusion.Method == FusionMethod.Calibrated ? FusionCalibration.TryParse(view.Meta.Calibration) : null) ?? FusionCalibration.None;
        (FusedHit Hit, double Score, RemoteHit Found)[] page =
        [
            .. fused.Hits.Select(hit => (hit, calibration.Score(hit.Score), fused.Candidates[hit.Doc])).Where(hit => options.ExcludeId is null || IdOf(hit.Item3) != options.ExcludeId)
                .TakeWhile(hit => !(hit.Item2 < options.MinScore)).Skip(options.Skip).Take(k),
        ];
        bool explains = (options.Explain || options.Highlight) && terms is not null;
        string[] keys = [.. page.Select(hit => hit.Found.Key)];
        Dictionary<string, JsonElement> sources = options.WithStoredFields || explains ? RemoteSearch.Fetch(_client, view, keys, Members(view, options), cancellationToken) : [];
        Dictionary<string, RemoteHit> passages = [];
        if (view.Meta.Passages && terms is not null && keys.Length > 0 && (options.WithStoredFields || explains))
        {
            passages = RemoteSearch.Hits(RemoteSearch.Ask(
                _client, view, RemoteSearch.Best(RemoteSearch.Dot(view, terms.Query.Terms, terms.Weights, bringPassage: true), keys.Length, [], RemoteSearch.Keys(keys), null), cancellationToken))
                .ToDictionary(hit => hit.Key, StringComparer.Ordinal);
        }

        RemoteHit[] shown = [.. page.Select(hit => hit.Found with
        {
            Source = sources.GetValueOrDefault(hit.Found.Key, hit.Found.Source),
            Passage = passages.TryGetValue(hit.Found.Key, out RemoteHit? passage) ? passage.Passage : default,
        })];
        IHitExplainer? why = explains ? Explainer(view, terms!, text, encoder, shown) : null;
        return [.. shown.Select((hit, i) => Shown(options.Skip + i + 1, page[i].Score, hit.Source, hit, i, why, options) with { Legs = page[i].Hit.Legs })];
    }

    private static string IdOf(RemoteHit hit) => hit.Source.GetProperty("id").GetString()!;

    /// <summary>Candidates by number, in the order that breaks ties, and their fused ranking.</summary>
    private sealed record Fused(RemoteHit[] Candidates, FusedHit[] Hits);

    /// <summary>The two legs of one query.</summary>
    private sealed class Legs(
        OpenSearchIndex index, View view, (string Word, float Factor)[] words, TermQuestion? terms, double wordsAlone, FusionOptions options, CancellationToken cancellationToken)
    {
        private WordScorer? _scorer;
        private LegEvidence? _wordEvidence, _termEvidence;

        /// <summary>Searches and fuses.</summary>
        /// <param name="filter">Only documents that pass; null for all.</param>
        public Fused Run(JsonObject? filter)
        {
            // The legs run side by side; what the collection knows is counted once, before the words are scored.
            Task<List<RemoteHit>> byTerms = Task.Run(
                () => terms is null ? [] : RemoteSearch.Hits(RemoteSearch.Ask(
                    index._client, view, RemoteSearch.Best(RemoteSearch.Dot(view, terms.Query.Terms, terms.Weights, bringPassage: false), options.Depth, IdAndWords, filter, null), cancellationToken)),
                cancellationToken);
            List<(RemoteHit Hit, double Score)> byWords = [];
            try
            {
                Count();
                byWords = words.Length == 0 ? [] : index.RankWords(view, _scorer!, words, options.Depth, filter, null, cancellationToken);
            }
            finally
            {
                HybridSearch.Join(byTerms);
            }

            List<RemoteHit> found = byTerms.GetAwaiter().GetResult();
            RemoteHit[] candidates = [.. byWords.Select(hit => hit.Hit).Concat(found).DistinctBy(hit => hit.Key, StringComparer.Ordinal).OrderBy(hit => hit.Order).ThenBy(hit => hit.Key, StringComparer.Ordinal)];
            Dictionary<string, int> numbers = candidates.Select((hit, i) => (hit.Key, i)).ToDictionary(pair => pair.Key, pair => pair.i, StringComparer.Ordinal);
            int[] all = [.. Enumerable.Range(0, candidates.Length)];
            List<FusionLeg> legs = [];
            if (words.Length > 0)
            {
                legs.Add(new FusionLeg(LexicalLeg.Name, [.. byWords.Select(hit => new LegHit(numbers[hit.Hit.Key], hit.Score))], all, Array.ConvertAll(candidates, hit => _scorer!.Score(hit.Words)), _wordEvidence) { Claim = wordsAlone });
            }

            if (terms is not null)
            {
                LegHit[] ranking = [.. found.Select(hit => new LegHit(numbers[hit.Key], terms.ScoreOf(hit.Score)))];
                legs.Add(new FusionLeg(SparseLeg.Name, ranking, all, TermScores(candidates, ranking), _termEvidence));
            }

            return new Fused(candidates, candidates.Length == 0 ? [] : HitFusion.Fuse(all, legs, options));
        }

        /// <summary>Adds what the words of the best documents say.</summary>
        /// <param name="all">The ranking over the whole collection.</param>
        /// <param name="hits">The ranking to add it to.</param>
        public FusedHit[] AddFeedback(Fused all, Fused hits)
        {
            FusedHit[] best = [.. all.Hits.Where(hit => hit.Score > 0).Take(FeedbackTerms.Documents)];
            Dictionary<string, int>[] texts = [.. best.Select(hit => WordScorer.Count(all.Candidates[hit.Doc].Words, out _))];
            (CollectionCounts.Totals totals, IReadOnlyDictionary<string, long> counts, _) = view.Counts.Of([.. texts.SelectMany(text => text.Keys).Distinct(StringComparer.Ordinal)], [], cancellationToken);
            (string Word, float Factor)[] chosen =
            [
                .. FeedbackTerms.Choose([.. texts.Select((text, i) => ((IReadOnlyDictionary<string, int>)text, best[i].Score))], word => ExactLengthBm25.Idf(totals.Documents, counts[word]))
                    .Select(word => (word.Word, (float)word.Weight)),
            ];
            var scorer = new WordScorer(new ExactLengthBm25(view.Meta.Bm25K1, view.Meta.Bm25B), chosen, totals, counts);
            double most = chosen.Length == 0 ? 0 : best.Max(hit => scorer.Score(all.Candidates[hit.Doc].Words));
            if (!(most > 0))
            {
                return hits.Hits;
            }

            double trust = FeedbackTerms.Trust(best, LexicalLeg.Name, wordsAlone);
            return HitFusion.AddFeedback(hits.Hits, [.. hits.Hits.Select(hit => scorer.Score(hits.Candidates[hit.Doc].Words))], most, options.Feedback * trust * all.Hits[0].Score);
        }

        private void Count()
        {
            if (_scorer is not null)
            {
                return;
            }

            _scorer = Scorer(view, words, terms?.Query.Terms ?? [], out CollectionCounts.Totals totals, out IReadOnlyDictionary<string, long> counts, cancellationToken);
            _wordEvidence = _scorer.Evidence();
            _termEvidence = terms is null ? null : LegEvidence.Of(
                [.. terms.Query.Terms.Select((term, i) => new TermEvidence((double)terms.Query.Weights[i] * view.Meta.Scale!.Value * MostImpact, counts[term]))], totals.Vectors);
        }

        /// <summary>[candidates] scores by terms: those found, and of the others what the server says when asked for them alone.</summary>
        private double[] TermScores(RemoteHit[] candidates, LegHit[] ranking)
        {
            var scores = new double[candidates.Length];
            var known = new bool[candidates.Length];
            foreach (LegHit hit in ranking)
            {
                scores[hit.Doc] = hit.Score;
                known[hit.Doc] = true;
            }

            Dictionary<string, int> others = candidates.Select((hit, i) => (hit.Key, i)).Where(pair => !known[pair.i]).ToDictionary(pair => pair.Key, pair => pair.i, StringComparer.Ordinal);
            if (others.Count > 0)
            {
                JsonObject request = RemoteSearch.Best(RemoteSearch.Dot(view, terms!.Query.Terms, terms.Weights, bringPassage: false), others.Count, [], RemoteSearch.Keys(others.Keys), null);
                foreach (RemoteHit hit in RemoteSearch.Hits(RemoteSearch.Ask(index._client, view, request, cancellationToken)))
                {
                    scores[others[hit.Key]] = terms.ScoreOf(hit.Score);
                }
            }

            return scores;
        }
    }
}
