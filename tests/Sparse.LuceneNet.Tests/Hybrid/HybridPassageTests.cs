using Sparse.LuceneNet.Tests.Facade;

namespace Sparse.LuceneNet.Tests.Hybrid;

/// <summary>Hybrid search over documents that were added in passages.</summary>
[TestFixture]
internal sealed class HybridPassageTests : IndexFixture
{
    [Test]
    public void Documents_in_passages_are_fused_as_documents_each_by_its_best_passage()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder, new SparseIndexOptions { Chunker = PassageTests.Chunker });
        string filler = string.Join(' ', Enumerable.Range(0, 80).Select(i => $"filler{i}"));
        index.Add([new("long", $"{filler} heron {filler} heron lake"), new("short", "heron lake"), new("none", filler)]);
        index.Commit();

        var sparse = index.Search("heron lake", 10, new SearchOptions { Mode = SearchMode.Sparse }).Hits.ToDictionary(hit => hit.Id, hit => hit.Score);
        IReadOnlyList<SearchHit> hits = index.Search("heron lake", 10, new SearchOptions { Mode = SearchMode.Hybrid }).Hits;

        // Hashes of the filler may meet those of the query, so that "none" may be there too.
        Assert.That(hits.Select(hit => hit.Id), Is.Unique.And.SupersetOf(new[] { "long", "short" }));
        foreach (SearchHit hit in hits)
        {
            Assert.That(hit.Legs.Single(leg => leg.Leg == "sparse").Score, Is.EqualTo(sparse[hit.Id]), hit.Id);
        }
    }
}
