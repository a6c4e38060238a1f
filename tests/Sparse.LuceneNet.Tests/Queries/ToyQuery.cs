using Lucene.Net.Search;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Tests.Postings;
using Sparse.Search;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Tests.Queries;

/// <summary>Random queries on toy indexes, and what the oracle says to them.</summary>
internal static class ToyQuery
{
    public static SparseQuery RandomQuery(Random random, int maxTerms = 12)
    {
        var weights = new Dictionary<string, float>();
        for (int i = 1 + random.Next(maxTerms); i > 0; i--)
        {
            weights[ToyIndex.Vocabulary[random.Next(ToyIndex.Vocabulary.Count)]] = random.Next(4) == 0 ? 1 : 0.01f + random.NextSingle() * 3;
        }

        return new SparseQuery(ToyIndex.SparseField, weights);
    }

    /// <summary>What exhaustive search over forward vectors returns: documents, integer scores, order.</summary>
    public static ScoredDoc[] Oracle(IReadOnlyList<ImpactVector?> forward, SparseQuery query, int k)
    {
        (int[] terms, ushort[] weights, _) = Quantised(query);
        return ExhaustiveSearch.TopK(forward, terms, weights, k);
    }

    /// <summary>Lucene's hits, their float scores turned back to integers, which must come out whole.</summary>
    public static ScoredDoc[] Hits(TopDocs found, SparseQuery query)
    {
        (_, _, int exponent) = Quantised(query);
        return [.. found.ScoreDocs.Select(hit =>
        {
            double score = Math.ScaleB((double)hit.Score, -exponent);
            Assert.That(score, Is.EqualTo(Math.Floor(score)));
            return new ScoredDoc(hit.Doc, (int)score);
        })];
    }

    private static (int[] Terms, ushort[] Weights, int Exponent) Quantised(SparseQuery query)
    {
        var quantised = new ushort[query.Terms.Count];
        int exponent = QueryQuantizer.Quantize([.. query.Weights], ToyIndex.Format.Scale, quantised);
        var byId = new SortedDictionary<int, ushort>();
        for (int i = 0; i < quantised.Length; i++)
        {
            Assert.That(ToyIndex.Vocabulary.TryGetId(query.Terms[i], out int id));
            byId.Add(id, quantised[i]);
        }

        return ([.. byId.Keys], [.. byId.Values], exponent);
    }
}
