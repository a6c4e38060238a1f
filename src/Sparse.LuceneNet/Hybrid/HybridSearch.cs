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
/// <param name="Terms">Makes its terms, once, beside the search for the words; null where there is no such leg. A query without terms leaves the leg out.</param>
/// <param name="Outside">Rankings made elsewhere, in document numbers.</param>
internal sealed record HybridQuery(
    IReadOnlyList<(string Word, float Weight)> Words, Func<SparseQuery>? Terms, IReadOnlyList<(string Name, LegHit[] Ranking)> Outside);

/// <summary>Searches by words and by terms side by side, and fuses.</summary>
/// <param name="searcher">A searcher of the index's view.</param>
/// <param name="analyzer">The analyzer of the text field.</param>
/// <param name="scale">Weight of one impact step; 1 where there are no vectors.</param>
/// <param name="options">How to fuse.</param>
internal sealed class HybridSearch(IndexSearcher searcher, Analyzer analyzer, float scale, FusionOptions options)
{
    /// <summary>Runs the query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="filter">Leaves only documents that it lets through; null for all.</param>
    /// <returns>The one ranking; empty where no leg found anything. Calibrated scores are sums, before the index's scale.</returns>
    public FusedHit[] Run(HybridQuery query, Filter? filter)
    {
        LexicalLeg? lexical = query.Words.Count == 0 ? null : new LexicalLeg(searcher, query.Words);
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
        try
        {
            byWords = lexical?.Search(options.Depth, null) ?? [];
        }
        finally
        {
            // Waited for in any case: it reads what the caller is about to close.
            ((IAsyncResult)terms).AsyncWaitHandle.WaitOne();
        }

        LegHit[] byTerms = terms.GetAwaiter().GetResult();
        FusedHit[] all = Fuse(lexical, byWords, sparse, byTerms, query.Outside);
        FusedHit[] hits = filter is null ? all : Fuse(lexical, lexical?.Search(options.Depth, filter) ?? [], sparse, sparse?.Search(options.Depth, filter) ?? [], Admitted(query.Outside, filter));

        // Feedback comes from the whole collection, whatever the filter, so that a filter moves no score.
        return options.Method == FusionMethod.Calibrated && options.Feedback > 0 && all.Length > 0 && all[0].Score > 0 ? AddFeedback(all, hits) : hits;
    }

    private FusedHit[] Fuse(LexicalLeg? lexical, LegHit[] byWords, SparseLeg? sparse, LegHit[] byTerms, IReadOnlyList<(string Name, LegHit[] Ranking)> outside)
    {
        int[] candidates = HitFusion.Candidates([byWords, byTerms, .. outside.Select(leg => leg.Ranking)]);
        Task<FusionLeg?> second = Task.Run(() => sparse is null ? null : new FusionLeg(SparseLeg.Name, byTerms, candidates, sparse.Score(candidates, byTerms), sparse.Evidence()));
        List<FusionLeg> legs = [];
        try
        {
            if (lexical is not null)
            {
                legs.Add(new FusionLeg(LexicalLeg.Name, byWords, candidates, lexical.Score(candidates), lexical.Evidence()));
            }
        }
        finally
        {
            ((IAsyncResult)second).AsyncWaitHandle.WaitOne();
        }

        if (second.GetAwaiter().GetResult() is { } leg)
        {
            legs.Add(leg);
        }

        legs.AddRange(outside.Select(run => new FusionLeg(run.Name, run.Ranking, candidates)));
        return legs.Count == 0 ? [] : HitFusion.Fuse(candidates, legs, options);
    }

    private FusedHit[] AddFeedback(FusedHit[] all, FusedHit[] hits)
    {
        long documents = ExactLengthBm25.CountOf(searcher.CollectionStatistics(SparseFields.Text));
        FusedHit[] best = [.. all.Where(hit => hit.Score > 0).Take(FeedbackTerms.Documents)];
        IReadOnlyList<(string Word, double Weight)> words = FeedbackTerms.Choose(
            [.. best.Select(hit => (Words(hit.Doc), hit.Score))],
            word => ExactLengthBm25.Idf(documents, searcher.IndexReader.DocFreq(new Term(SparseFields.Text, word))));
        if (words.Count == 0)
        {
            return hits;
        }

        var leg = new LexicalLeg(searcher, [.. words.Select(word => (word.Word, (float)word.Weight))]);
        double most = leg.Score([.. best.Select(hit => hit.Doc).Order()]).Max();
        if (!(most > 0))
        {
            return hits;
        }

        int[] docs = [.. hits.Select(hit => hit.Doc).Order()];
        double[] scores = leg.Score(docs);

        // Words of the best documents are worth what the leg is that they come from: titles alone make poor ones.
        double trust = Math.Min(1, all[0].Legs.Count * all[0].Legs.Where(score => score.Leg == LexicalLeg.Name).Sum(score => score.Weight));
        return HitFusion.AddFeedback(hits, [.. hits.Select(hit => scores[Array.BinarySearch(docs, hit.Doc)])], most, options.Feedback * trust * all[0].Score);
    }

    private Dictionary<string, int> Words(int doc) =>
        WordQuery.Words(analyzer, DocumentFields.Read(searcher, doc).FullText).ToDictionary(word => word.Word, word => word.Count, StringComparer.Ordinal);

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
}
