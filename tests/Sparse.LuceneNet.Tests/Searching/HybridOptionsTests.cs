using Sparse.Chunks;
using Sparse.LuceneNet.Tests.Facade;

namespace Sparse.LuceneNet.Tests.Searching;

/// <summary>Options of a search in hybrid mode, and over documents in passages.</summary>
[TestFixture]
internal sealed class HybridOptionsTests : Library
{
    private static readonly SearchOptions Hybrid = new() { Mode = SearchMode.Hybrid };

    [Test]
    public void Explanation_of_a_hybrid_hit_sums_to_the_score_of_its_sparse_leg()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = NewLibrary(encoder);
        SearchResult result = index.Search("open port", 10, Hybrid with { Explain = true, Highlight = true });
        Assert.That(result.Hits, Has.Count.GreaterThan(1));
        foreach (SearchHit hit in result.Hits)
        {
            HitExplanation why = hit.Explanation!;
            Assert.That(why.Terms.Sum(term => (long)term.Points), Is.EqualTo(why.Points));
            Assert.That(Math.ScaleB(why.Points, why.Exponent), Is.EqualTo(hit.Legs.Single(leg => leg.Leg == "sparse").Score));
            Assert.That(hit.Highlight, Is.Not.Null);
        }
    }

    [Test]
    public void Least_score_and_blocked_documents_hold()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = NewLibrary(encoder);
        SearchHit[] all = [.. index.Search("open port", 10, Hybrid).Hits];
        Assert.That(index.Search("open port", 10, Hybrid with { MinScore = all[1].Score }).Hits.Select(hit => hit.Id), Is.EqualTo(all[..2].Select(hit => hit.Id)));
        index.SetRule(new SearchRule("block", RuleAction.Block) { Document = all[0].Id });
        Assert.That(index.Search("open port", 10, Hybrid).Hits.Select(hit => hit.Id), Does.Not.Contain(all[0].Id));
        index.SetRule(new SearchRule("pin", RuleAction.Pin) { Document = "e", Position = 1 });
        Assert.That(index.Search("open port", 10, Hybrid).Warnings, Has.Some.Contains("does not move documents by rules yet: pin"));
    }

    [TestCase("facets")]
    [TestCase("order")]
    [TestCase("syntax")]
    public void What_hybrid_search_does_not_take_is_refused_by_name(string option)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = NewLibrary(encoder);
        SearchOptions options = option switch
        {
            "facets" => Hybrid with { Facets = ["lang"] },
            "order" => Hybrid with { Sort = [new SortKey("price")] },
            _ => Hybrid with { Syntax = QuerySyntax.Lucene },
        };
        Assert.That(() => index.Search("port", 10, options), Throws.ArgumentException.With.Message.Contains($"takes no ").And.Message.Contains(option));
    }

    [Test]
    public void A_filter_sees_every_passage_of_a_document()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder, new SparseIndexOptions { Chunker = PassageTests.Chunker, Fields = Fields });
        string filler = string.Join(' ', Enumerable.Range(0, 80).Select(i => $"filler{i}"));
        index.Add([Book("long", "", $"{filler} heron lake", lang: "en"), Book("short", "", "heron lake", lang: "de")]);
        index.Commit();
        foreach (SearchMode mode in Enum.GetValues<SearchMode>())
        {
            Assert.That(index.Search("heron lake", 10, new SearchOptions { Mode = mode, Filter = "lang = en" }).Hits.Select(hit => hit.Id), Is.EqualTo(new[] { "long" }), $"{mode}");
        }

        SearchHit hit = index.Search("heron lake", 10, new SearchOptions { Mode = SearchMode.Sparse, Filter = "lang = en" }).Hits[0];
        Assert.That(hit.Passage!.Value.Of(hit.Text), Does.Contain("heron lake"));
        Assert.That(() => index.Search("heron", 10, new SearchOptions { Mode = SearchMode.Sparse, Facets = ["lang"] }), Throws.ArgumentException.With.Message.Contains("keeps passages"));
    }
}
