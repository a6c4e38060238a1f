using CsCheck;
using Lucene.Net.Search;
using Sparse.LuceneNet.Queries;

namespace Sparse.LuceneNet.Tests.Queries;

internal sealed class BestPassagesTests
{
    [Test]
    public void Documents_come_once_by_their_best_passage_however_long_the_list_has_to_be() =>
        Gen.Select(Gen.Int[0, 4].Array[0, 120], Gen.Int[1, 40], Gen.Int[1, 12]).Sample(
            (scores, passagesPerDocument, k) =>
            {
                ScoreDoc[] ranking = [.. scores.Select((score, doc) => new ScoreDoc(doc, score)).Where(hit => hit.Score > 0).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Doc)];
                int[] expected = [.. ranking.DistinctBy(hit => hit.Doc / passagesPerDocument).Take(k).Select(hit => hit.Doc)];

                ScoreDoc[] found = BestPassages.Find(n => ranking[..Math.Min(n, ranking.Length)], doc => doc / passagesPerDocument, k, scores.Length);

                Assert.That(found.Select(hit => hit.Doc), Is.EqualTo(expected));
            },
            seed: "0000KOIXNKZ1", iter: 2000);
}
