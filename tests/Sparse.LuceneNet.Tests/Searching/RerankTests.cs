using Sparse.LuceneNet.Tests.Facade;
using Sparse.Reranking;

namespace Sparse.LuceneNet.Tests.Searching;

/// <summary>The best hits in the order of a reranker.</summary>
[TestFixture]
internal sealed class RerankTests : IndexFixture
{
    private static readonly SearchOptions Words = new() { Mode = SearchMode.Bm25 };

    [Test]
    public void Top_hits_take_the_rerankers_order_and_the_rest_keep_theirs()
    {
        using SparseIndex index = NewIndex();
        string[] first = Ids(index.Search("port", 20, Words));
        using var reranker = new ByLength();
        SearchResult result = index.Search("port", 20, Words with { Rerank = new RerankOptions(reranker) { Top = 12, Batch = 5 } });
        Assert.That(Ids(result)[12..], Is.EqualTo(first[12..]));
        Assert.That(result.Hits.Take(12).Select(hit => hit.RerankScore), Is.Ordered.Descending.And.All.Not.Null);
        Assert.That(Ids(result)[..12], Is.EquivalentTo(first[..12]));
        Assert.That(result.Hits.Select(hit => hit.Rank), Is.EqualTo(Enumerable.Range(1, 20)));
        Assert.That((result.Reranked, result.Hits[12].RerankScore, result.Warnings.Count), Is.EqualTo((12, (float?)null, 0)));
        Assert.That(reranker.Batches, Is.EqualTo(new[] { 5, 5, 2 }));
        SearchResult page = index.Search("port", 5, Words with { Skip = 10, Rerank = new RerankOptions(reranker) { Top = 12 } });
        Assert.That(Ids(page), Is.EqualTo(Ids(result)[10..15]), "pages are cut from one ranking");
    }

    [Test]
    public void Hits_that_time_or_a_failure_leaves_out_keep_their_order_and_the_result_says_so()
    {
        using SparseIndex index = NewIndex();
        string[] first = Ids(index.Search("port", 20, Words));
        using var late = new ByLength { Before = () => Thread.Sleep(60) };
        SearchResult stopped = index.Search("port", 20, Words with { Rerank = new RerankOptions(late) { Top = 20, Batch = 4, Budget = TimeSpan.FromMilliseconds(50) } });
        Assert.That(stopped.Reranked, Is.LessThan(20));
        Assert.That(Ids(stopped)[stopped.Reranked!.Value..], Is.EqualTo(first[stopped.Reranked.Value..]));
        Assert.That(stopped.Warnings.Single(), Does.StartWith("The reranker 'by length' had 50 ms, so ").And.EndsWith(" of 20 hits were reranked and the others keep their order."));

        using var broken = new ByLength { Before = () => throw new InvalidDataException("no graph.") };
        SearchResult failed = index.Search("port", 20, Words with { Rerank = new RerankOptions(broken) });
        Assert.That(Ids(failed), Is.EqualTo(first));
        Assert.That(failed.Warnings.Single(), Is.EqualTo("The reranker 'by length' failed (no graph), so 0 of 20 hits were reranked and the others keep their order."));
        Assert.That(() => index.Search("port", 20, Words with { Sort = [new SortKey("year")], Rerank = new RerankOptions(broken) }), Throws.ArgumentException.With.Message.Contains("can't be reranked"));
        Assert.That(() => index.Search("port", 20, Words with { Rerank = new RerankOptions(broken) { Top = 0 } }), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private SparseIndex NewIndex()
    {
        SparseIndex index = SparseIndex.Create(IndexPath, encoder: null);
        index.Add([.. Enumerable.Range(0, 20).Select(i => Doc($"d{i}", "port " + string.Concat(Enumerable.Repeat("sea ", i * 7 % 20))))]);
        index.Commit();
        return index;
    }

    /// <summary>The longer the better.</summary>
    private sealed class ByLength : IReranker
    {
        public string Name => "by length";

        public Action Before { get; init; } = () => { };

        public List<int> Batches { get; } = [];

        public float[] Score(string query, IReadOnlyList<string> passages, CancellationToken cancellationToken = default)
        {
            Before();
            cancellationToken.ThrowIfCancellationRequested();
            Batches.Add(passages.Count);
            return [.. passages.Select(passage => (float)passage.Length)];
        }

        public void Dispose()
        {
        }
    }
}
