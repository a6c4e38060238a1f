using Lucene.Net.Analysis;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.Fusion;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Storage;

namespace Sparse.LuceneNet.Hybrid;

/// <summary>A query as all legs see it.</summary>
/// <param name="Words">Its words; empty for none, and the leg is left out.</param>
/// <param name="Terms">Makes its terms, once, beside the search for the words; null where there is no such leg. A query without terms, or none, leaves the leg out.</param>
/// <param name="Outside">Rankings made elsewhere, in document numbers.</param>
internal sealed record HybridQuery(
    IReadOnlyList<(string Word, float Weight)> Words, Func<SparseQuery?>? Terms, IReadOnlyList<(string Name, LegHit[] Ranking)> Outside)
{
    /// <summary>Documents to score whether a leg finds them or not.</summary>
    public IReadOnlyList<int> Named { get; init; } = [];

    /// <summary>Tells the share of the query that words alone can answer, see <see cref="Routing"/>; null for nothing.</summary>
    public Func<double>? WordsAlone { get; init; }

    /// <summary>How many hits from the top on are looked at; unless said otherwise, all.</summary>
    public int Needed { get; init; } = int.MaxValue;
}

/// <summary>Searches by words and by terms side by side, and fuses.</summary>
/// <param name="searcher">A searcher of the index's view.</param>
/// <param name="analyzer">The analyzer of the text field.</param>
/// <param name="scale">Weight of one impact step; 1 where there are no vectors.</param>
/// <param name="options">How to fuse.</param>
/// <param name="fields">Fields to look for words in, each with its factor.</param>
/// <param name="isPartial">True where some documents may have no vectors yet.</param>
internal sealed class HybridSearch(IndexSearcher searcher, Analyzer analyzer, float scale, FusionOptions options, IReadOnlyDictionary<string, float> fields, bool isPartial = false)
{
    private const int HitsCompared = 100;

    private readonly Dictionary<int, Dictionary<string, int>> _words = [];
    private double? _termsPerWords;

    /// <summary>Runs the query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="filter">Leaves only documents that it lets through; null for all.</param>
    /// <returns>The one ranking, as far as needed; empty where no leg found anything. Calibrated scores are sums, before the index's scale.</returns>
    public FusedHit[] Run(HybridQuery query, Filter? filter)
    {
        LexicalLeg? lexical = query.Words.Count == 0 ? null : new LexicalLeg(searcher, query.Words, fields);
        SparseLeg? sparse = null;

        // The legs run side by side: encoding the query takes longest, and the words need nothing of it.
        Task<LegHit[]> terms = Task.Run(() =>
        {
            if (query.Terms?.Invoke() is not { Terms.Count: > 0 } made)
            {
                return [];
            }

            sparse = new SparseLeg(searcher, made, scale);
            return sparse.Search(options.Depth, null);
        });
        LegHit[] byWords;
        double wordsAlone;
        bool hasFeedback = options.Method == FusionMethod.Calibrated && options.Feedback > 0;
        try
        {
            byWords = lexical?.Search(options.Depth, null) ?? [];
            wordsAlone = query.WordsAlone?.Invoke() ?? 0;

            // While the encoder works: the best documents by words are often the best by both.
            foreach (LegHit hit in byWords.Take(hasFeedback && query.Terms is not null ? FeedbackTerms.Documents : 0))
            {
                Words(hit.Doc);
            }
        }
        finally
        {
            // Waited for in any case: it reads what the caller is about to close.
            Join(terms);
        }

        LegHit[] byTerms = terms.GetAwaiter().GetResult();
        FusedHit[] all = Fuse(query, wordsAlone, lexical, byWords, sparse, byTerms, query.Outside);
        FusedHit[] hits = filter is null ? all
            : Fuse(query, wordsAlone, lexical, lexical?.Search(options.Depth, filter) ?? [], sparse, sparse?.Search(options.Depth, filter) ?? [], Admitted(query.Outside, filter));

        // Feedback comes from the whole collection, whatever the filter, so that a filter moves no score.
        hits = hasFeedback && all.Length > 0 && all[0].Score > 0 ? AddFeedback(query.Needed, wordsAlone, all, hits) : hits;
        return hits.Length > query.Needed ? hits[..query.Needed] : hits;
    }

    /// <summary>Waits for a task and throws nothing.</summary>
    /// <remarks>Where no thread of the pool has taken it up, this one does: a busy pool makes a search slower, and never late without end.</remarks>
    /// <param name="task">The task.</param>
    public static void Join(Task task)
    {
        try
        {
            task.Wait();
        }
        catch (AggregateException)
        {
            // Thrown again where the result is taken.
        }
    }

    private FusedHit[] Fuse(HybridQuery query, double wordsAlone, LexicalLeg? lexical, LegHit[] byWords, SparseLeg? sparse, LegHit[] byTerms, IReadOnlyList<(string Name, LegHit[] Ranking)> outside)
    {
        LegHit[] named = [.. query.Named.Select(doc => new LegHit(doc, 0))];
        int[] candidates = HitFusion.Candidates([byWords, byTerms, named, .. outside.Select(leg => leg.Ranking)]);
        Task<Scored> second = Task.Run(() => sparse is null ? Scored.None : new Scored(sparse.Score(candidates, byTerms), sparse.Evidence(isPartial)));
        Scored words;
        try
        {
            words = lexical is null ? Scored.None : new Scored(lexical.Score(candidates), lexical.Evidence());
        }
        finally
        {
            Join(second);
        }

        Scored terms = second.GetAwaiter().GetResult();
        List<FusionLeg> legs = [];
        if (lexical is not null)
        {
            legs.Add(new FusionLeg(LexicalLeg.Name, byWords, candidates, words.Scores, words.Evidence) { Claim = wordsAlone });
        }

        if (sparse is not null)
        {
            legs.Add(new FusionLeg(SparseLeg.Name, byTerms, candidates, terms.Scores, terms.Evidence, isPartial ? Assume(candidates, byWords, words, terms) : []));
        }

        legs.AddRange(outside.Select(run => new FusionLeg(run.Name, run.Ranking, candidates)));
        return legs.Count == 0 ? [] : HitFusion.Fuse(candidates, legs, options);
    }

    /// <summary>
    /// What documents without vectors are assumed to score by terms: their share of the most by words, times what the two shares are to one another
    /// in the documents with vectors that words find best. Those are asked without the filter, so that it moves no score.
    /// </summary>
    private double[] Assume(int[] candidates, LegHit[] byWords, Scored words, Scored terms)
    {
        bool[] covered = Array.ConvertAll(candidates, doc => Coverage.Has(searcher.IndexReader.Leaves[ReaderUtil.SubIndex(doc, searcher.IndexReader.Leaves)], doc));
        double Share(Scored leg, int i) => leg.Evidence.Bound > 0 && leg.Scores.Length > 0 ? leg.Scores[i] / leg.Evidence.Bound : 0;
        if (_termsPerWords is null)
        {
            double byWord = 0, byTerm = 0;
            foreach (LegHit hit in byWords.Take(HitsCompared))
            {
                int at = Array.BinarySearch(candidates, hit.Doc);
                byWord += covered[at] ? Share(words, at) : 0;
                byTerm += covered[at] ? Share(terms, at) : 0;
            }

            _termsPerWords = byWord > 0 && byTerm > 0 ? byTerm / byWord : 1;
        }

        return [.. covered.Select((isCovered, i) => isCovered ? double.NaN : Share(words, i) * _termsPerWords.Value * terms.Evidence.Bound)];
    }

    private FusedHit[] AddFeedback(int needed, double wordsAlone, FusedHit[] all, FusedHit[] hits)
    {
        long documents = ExactLengthBm25.CountOf(searcher.CollectionStatistics(SparseFields.Text));
        FusedHit[] best = [.. all.Where(hit => hit.Score > 0).Take(FeedbackTerms.Documents)];
        IReadOnlyList<(string Word, double Weight)> words = FeedbackTerms.Choose(
            [.. best.Select(hit => (Words(hit.Doc), hit.Score))], word => ExactLengthBm25.Idf(documents, IndexView.Words(searcher).Documents(SparseFields.Text, word)));
        if (words.Count == 0)
        {
            return hits;
        }

        var leg = new LexicalLeg(searcher, [.. words.Select(word => (word.Word, (float)word.Weight))], LexicalLeg.TextAlone);

        // Only of what feedback can still lift among the hits that are needed: a word in many documents costs more than everything else here.
        double worth = options.Feedback * FeedbackTerms.Trust(best, LexicalLeg.Name, wordsAlone) * all[0].Score;
        double least = hits.Length > needed ? hits[needed - 1].Score : double.NegativeInfinity;
        int lifted = hits.Length;
        while (lifted > 0 && hits[lifted - 1].Score + worth < least)
        {
            lifted--;
        }

        // The best documents too: under a filter they need not be among the hits.
        int[] docs = [.. best.Concat(hits.Take(lifted)).Select(hit => hit.Doc).Distinct().Order()];
        double[] scores = leg.Score(docs);
        double Of(FusedHit hit) => scores[Array.BinarySearch(docs, hit.Doc)];
        double most = best.Max(Of);
        return most > 0 ? [.. HitFusion.AddFeedback(hits[..lifted], [.. hits[..lifted].Select(Of)], most, worth), .. hits[lifted..]] : hits;
    }

    private Dictionary<string, int> Words(int doc)
    {
        if (!_words.TryGetValue(doc, out Dictionary<string, int>? words))
        {
            _words[doc] = words = WordQuery.Words(analyzer, DocumentFields.Read(searcher, doc).FullText).ToDictionary(word => word.Word, word => word.Count, StringComparer.Ordinal);
        }

        return words;
    }

    private (string Name, LegHit[] Ranking)[] Admitted(IReadOnlyList<(string Name, LegHit[] Ranking)> outside, Filter filter)
    {
        if (outside.Count == 0)
        {
            return [];
        }

        var admitted = new HashSet<int>();
        foreach (AtomicReaderContext leaf in searcher.IndexReader.Leaves)
        {
            DocIdSetIterator docs = filter.GetDocIdSet(leaf, leaf.AtomicReader.LiveDocs)?.GetIterator() ?? DocIdSetIterator.GetEmpty();
            for (int doc = docs.NextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.NextDoc())
            {
                admitted.Add(leaf.DocBase + doc);
            }
        }

        return [.. outside.Select(leg => (leg.Name, leg.Ranking.Where(hit => admitted.Contains(hit.Doc)).ToArray()))];
    }

    private sealed record Scored(double[] Scores, LegEvidence Evidence)
    {
        public static Scored None { get; } = new([], LegEvidence.Whole);
    }
}
