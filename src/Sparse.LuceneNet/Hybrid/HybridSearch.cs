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

    private bool HasFeedback => options.Method == FusionMethod.Calibrated && options.Feedback > 0;

    /// <summary>Runs the query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="filter">Leaves only documents that it lets through; null for all.</param>
    /// <returns>The one ranking, as far as needed; empty where no leg found anything. Calibrated scores are sums, before the index's scale.</returns>
    public FusedHit[] Run(HybridQuery query, Filter? filter)
    {
        LexicalLeg? lexical = query.Words.Count == 0 ? null : new LexicalLeg(searcher, query.Words, fields);

        // The encoder takes longest, and what it waits for everything waits for: it runs here, at once, and the words beside it wherever a thread is free.
        Task<ByWords> words = Task.Run(() =>
        {
            double claim = query.WordsAlone?.Invoke() ?? 0;
            ByWords found = SearchWords(lexical, claim, query, query.Outside, null);

            // While the encoder works: the best documents by words are often the best by both.
            foreach (LegHit hit in found.Ranking.Take(HasFeedback ? FeedbackTerms.Documents : 0))
            {
                Words(hit.Doc);
            }

            return found;
        });
        try
        {
            SparseLeg? sparse = query.Terms?.Invoke() is { Terms.Count: > 0 } made ? new SparseLeg(searcher, made, scale) : null;
            FusedRanking all = SearchAndFuse(words, lexical, sparse, query.Outside, null);
            double wordsAlone = words.GetAwaiter().GetResult().Claim;
            FusedRanking hits = all;
            if (filter is not null)
            {
                (string, LegHit[])[] outside = Admitted(query.Outside, filter);
                Task<ByWords> admitted = Task.Run(() => SearchWords(lexical, wordsAlone, query, outside, filter));
                hits = SearchAndFuse(admitted, lexical, sparse, outside, filter);
            }

            // Feedback comes from the whole collection, whatever the filter, so that a filter moves no score.
            return HasFeedback && all.Count > 0 && all.ScoreAt(0) > 0 ? AddFeedback(query.Needed, wordsAlone, all, hits) : hits.First(Math.Min(query.Needed, hits.Count));
        }
        finally
        {
            // Waited for in any case: it reads what the caller is about to close.
            Join(words);
        }
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

    private ByWords SearchWords(LexicalLeg? lexical, double claim, HybridQuery query, IReadOnlyList<(string Name, LegHit[] Ranking)> outside, Filter? filter)
    {
        LegHit[] ranking = lexical?.Search(options.Depth, filter) ?? [];
        LegHit[] named = [.. query.Named.Select(doc => new LegHit(doc, 0))];
        int[] docs = HitFusion.Candidates([ranking, named, .. outside.Select(leg => leg.Ranking)]);
        return new ByWords(ranking, claim, docs, lexical is null ? Scored.None : new Scored(lexical.Score(docs), lexical.Evidence()));
    }

    /// <summary>Searches by terms beside the search by words, has each leg score what only the other found, and fuses.</summary>
    /// <remarks>
    /// All that follows the searches takes less than having it done by another thread. To wake one takes the caller up to .1 ms on a virtual machine of two
    /// cores, until it runs .1 to .3 ms pass, and to be woken by it takes as long: with exact scores and words of documents on a second thread
    /// the search took as long as without, and .1 ms of it was the waking (2026-11-30, 107 k documents).
    /// </remarks>
    private FusedRanking SearchAndFuse(
        Task<ByWords> words, LexicalLeg? lexical, SparseLeg? sparse, IReadOnlyList<(string Name, LegHit[] Ranking)> outside, Filter? filter)
    {
        LegHit[] byTerms;
        try
        {
            byTerms = sparse?.Search(options.Depth, filter) ?? [];
        }
        finally
        {
            Join(words);
        }

        ByWords found = words.GetAwaiter().GetResult();
        int[] termDocs = Array.ConvertAll(byTerms, hit => hit.Doc);
        double[] termScores = Array.ConvertAll(byTerms, hit => hit.Score);
        Array.Sort(termDocs, termScores);
        int[] more = Array.FindAll(termDocs, doc => Array.BinarySearch(found.Docs, doc) < 0), candidates = Merge(found.Docs, more, found.Docs, more);
        List<FusionLeg> legs = [];
        Scored byWord = Scored.None;
        if (lexical is not null)
        {
            byWord = found.Scored with { Scores = Merge(found.Docs, more, found.Scored.Scores, lexical.Score(more)) };
            legs.Add(new FusionLeg(LexicalLeg.Name, found.Ranking, candidates, byWord.Scores, byWord.Evidence) { Claim = found.Claim });
        }

        if (sparse is not null)
        {
            // What the search found has its exact score from there.
            int[] others = Array.FindAll(found.Docs, doc => Array.BinarySearch(termDocs, doc) < 0);
            var byTerm = new Scored(Merge(termDocs, others, termScores, sparse.Score(others)), sparse.Evidence(isPartial));
            legs.Add(new FusionLeg(SparseLeg.Name, byTerms, candidates, byTerm.Scores, byTerm.Evidence, isPartial ? Assume(candidates, found.Ranking, byWord, byTerm) : []));
        }

        legs.AddRange(outside.Select(run => new FusionLeg(run.Name, run.Ranking, candidates)));
        return legs.Count == 0 ? FusedRanking.Empty : HitFusion.Rank(candidates, legs, options);
    }

    /// <summary>What belongs to two ascending lists of documents, in the order of both together.</summary>
    private static T[] Merge<T>(int[] docs, int[] others, T[] ofDocs, T[] ofOthers)
    {
        var merged = new T[docs.Length + others.Length];
        for (int i = 0, j = 0; i + j < merged.Length;)
        {
            bool isOther = i == docs.Length || (j < others.Length && others[j] < docs[i]);
            merged[i + j] = isOther ? ofOthers[j] : ofDocs[i];
            j += isOther ? 1 : 0;
            i += isOther ? 0 : 1;
        }

        return merged;
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

    private FusedHit[] AddFeedback(int needed, double wordsAlone, FusedRanking all, FusedRanking hits)
    {
        int positive = 0;
        while (positive < Math.Min(all.Count, FeedbackTerms.Documents) && all.ScoreAt(positive) > 0)
        {
            positive++;
        }

        long documents = ExactLengthBm25.CountOf(searcher.CollectionStatistics(SparseFields.Text));
        FusedHit[] best = all.First(positive);
        IReadOnlyList<(string Word, double Weight)> words = FeedbackTerms.Choose(
            [.. best.Select(hit => (Words(hit.Doc), hit.Score))], word => ExactLengthBm25.Idf(documents, IndexView.Words(searcher).Documents(SparseFields.Text, word)));
        if (words.Count == 0)
        {
            return hits.First(Math.Min(needed, hits.Count));
        }

        var leg = new LexicalLeg(searcher, [.. words.Select(word => (word.Word, (float)word.Weight))], LexicalLeg.TextAlone);

        // Only of what feedback can still lift among the hits that are needed: a word in many documents costs more than everything else here.
        double worth = options.Feedback * FeedbackTerms.Trust(best, LexicalLeg.Name, wordsAlone) * all.ScoreAt(0);
        double least = hits.Count > needed ? hits.ScoreAt(needed - 1) : double.NegativeInfinity;
        int lifted = hits.Count;
        while (lifted > 0 && hits.ScoreAt(lifted - 1) + worth < least)
        {
            lifted--;
        }

        // The best documents too: under a filter they need not be among the hits.
        FusedHit[] near = hits.First(lifted);
        int[] docs = [.. near.Select(hit => hit.Doc), .. best.Select(hit => hit.Doc).Where(doc => !Array.Exists(near, hit => hit.Doc == doc))];
        Array.Sort(docs);
        double[] scores = leg.Score(docs);
        double Of(FusedHit hit) => scores[Array.BinarySearch(docs, hit.Doc)];
        double most = best.Max(Of);
        FusedHit[] added = most > 0 ? HitFusion.AddFeedback(near, [.. near.Select(Of)], most, worth) : near;
        return added.Length > needed ? added[..needed] : added;
    }

    private Dictionary<string, int> Words(int doc)
    {
        if (!_words.TryGetValue(doc, out Dictionary<string, int>? words))
        {
            _words[doc] = words = WordQuery.Counts(analyzer, DocumentFields.ReadText(searcher, doc));
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

    /// <summary>What words found, and how they score it beside all else that is to be scored whatever finds it.</summary>
    /// <param name="Ranking">What they found.</param>
    /// <param name="Claim">The share of the query that they alone can answer.</param>
    /// <param name="Docs">All of these documents, ascending.</param>
    /// <param name="Scored">[Docs] their scores by words.</param>
    private sealed record ByWords(LegHit[] Ranking, double Claim, int[] Docs, Scored Scored);

    private sealed record Scored(double[] Scores, LegEvidence Evidence)
    {
        public static Scored None { get; } = new([], LegEvidence.Whole);
    }
}
