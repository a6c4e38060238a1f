using Sparse.Search;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Tests.Facade;

/// <summary>Random histories of an index on disk: whatever was done to it, every search finds what the oracle finds.</summary>
[TestFixture]
internal sealed class HistoryTests : IndexFixture
{
    private const int Words = 30;

    [Test]
    public void Searches_find_what_the_history_left([Range(1, 10)] int seed)
    {
        var random = new Random(seed);
        using var encoder = new HashEncoder();
        var options = new SparseIndexOptions { RamBufferMegabytes = 0.05, ReorderFrom = random.Next(2) == 0 ? null : 1 };
        var now = new Dictionary<string, string>();
        var committed = new Dictionary<string, string>();
        SparseIndex index = SparseIndex.Create(IndexPath, encoder, options);
        try
        {
            for (int steps = 5 + random.Next(20); steps > 0; steps--)
            {
                switch (random.Next(10))
                {
                    case < 5:
                        SparseDocument[] documents = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => Document(random)).DistinctBy(document => document.Id)];
                        index.Add(documents);
                        Array.ForEach(documents, document => now[document.Id] = document.Text);
                        break;
                    case 5:
                        string[] ids = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => Id(random))];
                        index.Delete(ids);
                        Array.ForEach(ids, id => now.Remove(id));
                        break;
                    case 6:
                        index.Commit();
                        committed = new(now);
                        break;
                    case 7:
                        index.Refresh();
                        AssertFinds(index, encoder, now, random);
                        break;
                    case 8:
                        index.Optimize();
                        committed = new(now);
                        AssertFinds(index, encoder, now, random);
                        break;
                    default:
                        index.Dispose();
                        now = new(committed);
                        index = SparseIndex.Open(IndexPath, encoder, options);
                        AssertFinds(index, encoder, now, random);
                        break;
                }
            }

            index.Commit();
            AssertFinds(index, encoder, now, random);
            Assert.That(index.Check().Problems, Is.Empty);
        }
        finally
        {
            index.Dispose();
        }
    }

    private static string Id(Random random) => $"{random.Next(300)}";

    private static SparseDocument Document(Random random) =>
        new(Id(random), string.Join(' ', Enumerable.Range(0, random.Next(20)).Select(_ => $"word{random.Next(Words)}")));

    private static void AssertFinds(SparseIndex index, HashEncoder encoder, Dictionary<string, string> documents, Random random)
    {
        Assert.That(index.Count, Is.EqualTo(documents.Count));
        TermVector query = encoder.Encode([$"word{random.Next(Words)} word{random.Next(Words)} word{random.Next(Words)}"])[0];
        var quantizer = new ImpactQuantizer(index.Scale!.Value);
        var weights = new ushort[query.Count];
        int exponent = QueryQuantizer.Quantize(query.Weights, quantizer.Scale, weights);
        var expected = new Dictionary<string, double>();
        foreach ((string id, string text) in documents)
        {
            int score = ExhaustiveSearch.Score(quantizer.Quantize(encoder.Encode([text])[0], out _), query.Terms, weights);
            if (score > 0)
            {
                expected.Add(id, Math.ScaleB(score, exponent));
            }
        }

        SearchHit[] hits = [.. index.SearchVector(query, k: 1_000).Hits];
        Assert.That(hits.Select(hit => hit.Score), Is.Ordered.Descending);
        Assert.That(hits.Select(hit => (hit.Id, hit.Score)).Order(), Is.EqualTo(expected.Select(hit => (hit.Key, hit.Value)).Order()));
    }
}
