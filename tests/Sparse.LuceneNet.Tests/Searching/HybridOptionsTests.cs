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
    }

    [Test]
    public void Rules_lift_and_pin_documents_of_the_fused_ranking()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = NewLibrary(encoder);
        SearchHit[] before = [.. index.Search("open port", 10, Hybrid).Hits];
        SearchHit last = before[^1];
        index.SetRule(new SearchRule("lift", RuleAction.Boost) { Document = last.Id, Factor = 100 });
        SearchHit first = index.Search("open port", 10, Hybrid with { Explain = true }).Hits[0];
        Assert.That((first.Id, first.Score), Is.EqualTo((last.Id, last.Score * 100)).Using<(string Id, double Score)>((a, b) => a.Id == b.Id && Math.Abs(a.Score - b.Score) < 1e-9));
        Assert.That(first.Explanation!.Rules, Is.EqualTo(new[] { "lift" }));
        Assert.That(first.Legs, Is.EqualTo(last.Legs), "what the legs say is as it was");
        index.RemoveRule("lift");

        // One that no leg finds is pinned all the same, unless a filter leaves it out; a factor lifts nothing that does not match.
        index.SetRule(new SearchRule("pin", RuleAction.Pin) { Document = "c", Position = 2 });
        index.SetRule(new SearchRule("nothing", RuleAction.Boost) { Document = "c", Factor = 9 });
        SearchHit[] pinned = [.. index.Search("fortified glass", 10, Hybrid).Hits];
        string[] without = [.. index.Search("fortified glass", 10, Hybrid with { WithoutRules = true }).Hits.Select(hit => hit.Id)];
        Assert.That(without, Does.Not.Contain("c"));
        Assert.That(pinned.Select(hit => hit.Id), Is.EqualTo(without[..1].Append("c").Concat(without[1..])));
        Assert.That(pinned.Select(hit => hit.Rank), Is.EqualTo(Enumerable.Range(1, pinned.Length)));
        Assert.That(index.Search("fortified glass", 10, Hybrid with { Filter = "lang = en" }).Hits.Select(hit => hit.Id), Does.Not.Contain("c"));
    }

    [Test]
    public void Facets_count_and_orders_sort_all_that_a_leg_matches()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = NewLibrary(encoder);
        SearchResult all = index.Search("port open", 10, Hybrid);
        SearchResult result = index.Search("port open", 2, Hybrid with { Facets = ["lang"], Sort = [new SortKey("price", Descending: true)] });
        Assert.That(result.Matches, Is.EqualTo(all.Hits.Count));
        Assert.That(result.Facets["lang"].Sum(count => count.Count), Is.EqualTo(all.Hits.Count(hit => hit.Fields.GetValueOrDefault("lang") is { Length: > 0 })));
        Assert.That(result.Hits.Select(hit => hit.Id), Is.EqualTo(new[] { "c", "d" }), "1e3, 25");
        Assert.That(result.Hits.Select(hit => (hit.Score, hit.Rank)), Is.EqualTo(new[] { (all.Hits.Single(hit => hit.Id == "c").Score, 1), (all.Hits.Single(hit => hit.Id == "d").Score, 2) }));
        Assert.That(index.Search("port open", 10, Hybrid with { Facets = ["lang"] }).Hits.Select(hit => hit.Id), Is.EqualTo(all.Hits.Select(hit => hit.Id)));
    }

    [Test]
    public void Field_boosts_say_where_words_are_looked_for()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = NewLibrary(encoder);
        var boosts = new Dictionary<string, float> { ["title"] = 3, ["summary"] = 1 };
        var words = index.Search("fortified wine", 10, new SearchOptions { Mode = SearchMode.Bm25, FieldBoosts = boosts }).Hits.ToDictionary(hit => hit.Id, hit => hit.Score);
        SearchHit[] hits = [.. index.Search("fortified wine", 10, Hybrid with { FieldBoosts = boosts }).Hits];
        Assert.That(words.Keys, Is.EqualTo(new[] { "d" }));
        Assert.That(hits.Single(hit => hit.Id == "d").Legs[0].Score, Is.EqualTo(words["d"]).Within(1e-5));
        Assert.That(hits, Has.All.Matches<SearchHit>(hit => hit.Legs[0].Normalized is >= 0 and <= 1));
    }

    [TestCase("order")]
    [TestCase("syntax")]
    [TestCase("least score")]
    public void What_hybrid_search_does_not_take_is_refused_by_name(string option)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = NewLibrary(encoder);
        SearchOptions options = option switch
        {
            "order" => Hybrid with { Sort = [new SortKey("price"), SortKey.Score] },
            "least score" => Hybrid with { Facets = ["lang"], MinScore = .1 },
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
