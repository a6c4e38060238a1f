using Sparse.LuceneNet.Tests.Facade;

namespace Sparse.LuceneNet.Tests.Searching;

/// <summary>Rules change what searches find, and no document.</summary>
[TestFixture]
internal sealed class RuleTests : IndexFixture
{
    private static readonly SearchOptions Why = new() { Explain = true };
    private readonly HashEncoder _encoder = new();

    [OneTimeTearDown]
    public void Close() => _encoder.Dispose();

    private SparseIndex NewIndex()
    {
        SparseIndex index = SparseIndex.Create(IndexPath, _encoder);
        index.Add([Doc("a", "red car"), Doc("b", "red red red bus"), Doc("c", "blue car"), Doc("d", "green automobile"), Doc("e", "yellow")]);
        index.Commit();
        return index;
    }

    private string Piece(string word) => _encoder.Vocabulary[_encoder.Encode([word])[0].Terms[0]];

    private static string Found(SparseIndex index, string query, SearchMode mode, SearchOptions? options = null) =>
        string.Join(' ', index.Search(query, 10, (options ?? new()) with { Mode = mode }).Hits.Select(hit => hit.Id));

    [Test]
    public void Terms_are_blocked_boosted_and_pinned([Values(SearchMode.Sparse, SearchMode.Bm25)] SearchMode mode)
    {
        using SparseIndex index = NewIndex();
        string Term(string word) => mode == SearchMode.Sparse ? Piece(word) : word;
        Assert.That(Found(index, "red car", mode), Does.Contain("a").And.Contain("b").And.Contain("c"));
        index.SetRule(new SearchRule("r", RuleAction.Block) { Term = Term("red") });
        Assert.That(Found(index, "red car", mode), Is.EqualTo("a c"));
        Assert.That(() => index.Search("red", 10, new SearchOptions { Mode = mode }), Throws.ArgumentException);
        Assert.That(Found(index, "red car", mode, new SearchOptions { WithoutRules = true }), Does.Contain("b"));
        index.SetRule(new SearchRule("r", RuleAction.Boost) { Term = Term("blue"), Factor = 10 });
        Assert.That(Found(index, "red blue car", mode), Does.StartWith("c"));
        index.SetRule(new SearchRule("r", RuleAction.Pin) { Term = Term("yellow"), Factor = 1, Query = "car" });
        Assert.That(Found(index, "car", mode), Does.Contain("e"));
        Assert.That(Found(index, "bus", mode), Is.EqualTo("b"), "another query");
    }

    [Test]
    public void A_synonym_is_searched_for_too([Values(SearchMode.Sparse, SearchMode.Bm25)] SearchMode mode)
    {
        using SparseIndex index = NewIndex();
        index.SetRule(new SearchRule("s", RuleAction.Synonym) { Term = "car", To = "automobile", Factor = 0.5f });
        Assert.That(Found(index, "the car", mode), Is.EqualTo("a c d"));
        Assert.That(Found(index, "cars", mode, new SearchOptions()), mode == SearchMode.Bm25 ? Is.EqualTo("a c") : Is.Empty, "the rule says 'car'");
        if (mode == SearchMode.Sparse)
        {
            MatchedTerm term = index.Search("car", 10, Why).Hits.Single(hit => hit.Id == "d").Explanation!.Terms.Single();
            Assert.That(term.Rule, Is.EqualTo("s"));
        }
    }

    [Test]
    public void Documents_are_blocked_boosted_and_pinned([Values(SearchMode.Sparse, SearchMode.Bm25)] SearchMode mode)
    {
        using SparseIndex index = NewIndex();
        index.SetRule(new SearchRule("block", RuleAction.Block) { Document = "a" });
        Assert.That(Found(index, "red car", mode), Is.EqualTo(mode == SearchMode.Sparse ? "b c" : "b c").Or.EqualTo("c b"));
        Assert.That(index.RemoveRule("block"), Is.True);
        index.SetRule(new SearchRule("boost", RuleAction.Boost) { Document = "c", Factor = 7.3f });
        Assert.That(Found(index, "red car", mode), Does.StartWith("c a").Or.StartWith("c b"));
        index.SetRule(new SearchRule("pin", RuleAction.Pin) { Document = "e", Position = 2, Query = "red ca*" });
        SearchResult result = index.Search("Red  CAR", 3, Why with { Mode = mode });
        Assert.That(result.Hits.Select(hit => hit.Id).Take(2), Is.EqualTo(new[] { "c", "e" }));
        Assert.That(result.Hits[1].Explanation!.Rules, Is.EqualTo(new[] { "pin" }));
        HitExplanation lifted = result.Hits[0].Explanation!;
        Assert.That(lifted.Rules, Is.EqualTo(new[] { "boost" }));
        Assert.That(Found(index, "car red", mode), Does.Not.Contain("e"), "words in a row");
        Assert.That(Found(index, "red car", mode, new SearchOptions { Filter = "not id = e" }), Does.Not.Contain("e"), "a filter is stronger");
        if (mode == SearchMode.Sparse)
        {
            Assert.That(lifted.RulePoints, Is.GreaterThan(0));
            Assert.That(lifted.Terms.Sum(term => term.Points) + lifted.RulePoints, Is.EqualTo(lifted.Points));
            Assert.That(Math.ScaleB(lifted.Points, lifted.Exponent), Is.EqualTo(result.Hits[0].Score), "to the last bit");
        }
    }

    [Test]
    public void Lowering_a_document_brings_in_the_next_one([Values(SearchMode.Sparse, SearchMode.Bm25)] SearchMode mode)
    {
        using SparseIndex index = NewIndex();
        string[] all = Found(index, "red car", mode).Split(' ');
        index.SetRule(new SearchRule("down", RuleAction.Boost) { Document = all[0], Factor = 0.001f });
        SearchResult two = index.Search("red car", 2, new SearchOptions { Mode = mode });
        Assert.That(two.Hits.Select(hit => hit.Id), Is.EqualTo(all.Skip(1).Take(2)));
        Assert.That(two.Hits.Select(hit => hit.Rank), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void Rules_and_their_record_live_in_the_index()
    {
        using (SparseIndex index = NewIndex())
        {
            using SparseIndex reader = SparseIndex.OpenReadOnly(IndexPath, _encoder);
            index.SetRule(new SearchRule("x", RuleAction.Block) { Document = "a" }, "ann");
            index.SetRule(new SearchRule("y", RuleAction.Synonym) { Term = "car", To = "bus" }, "ann");
            Assert.That(index.RemoveRule("x", "bob"), Is.True);
            Assert.That(index.RemoveRule("x", "bob"), Is.False);
            Assert.That(reader.Rules, Is.Empty);
            reader.Refresh();
            Assert.That(reader.Rules.Select(rule => rule.Id), Is.EqualTo(new[] { "y" }), "a reader sees them though no document changed");
            Assert.That(() => reader.SetRule(new SearchRule("z", RuleAction.Block) { Document = "a" }), Throws.InvalidOperationException);
            index.Add(Doc("f", "more"));
            index.Optimize();
            index.Backup(PathOf("copy"));
        }

        foreach (string path in new[] { IndexPath, PathOf("copy") })
        {
            using SparseIndex again = SparseIndex.Open(path, _encoder);
            Assert.That(again.Rules, Is.EqualTo(new[] { new SearchRule("y", RuleAction.Synonym) { Term = "car", To = "bus" } }));
            Assert.That(again.RuleHistory.Select(change => (change.By, change.IsRemoval, change.Rule.Id)), Is.EqualTo(new[] { ("ann", false, "x"), ("ann", false, "y"), ("bob", true, "x") }));
            Assert.That(again.RuleHistory.Select(change => change.At), Is.Ordered);
            Assert.That(again.Check().IsClean);
        }
    }

    [Test]
    public void A_rule_that_makes_no_sense_is_one_sentence()
    {
        using SparseIndex index = NewIndex();
        foreach ((SearchRule rule, string problem) in new[]
        {
            (new SearchRule("", RuleAction.Block) { Term = "x" }, "needs an id"),
            (new SearchRule("r", RuleAction.Block), "about a term or about a document"),
            (new SearchRule("r", RuleAction.Block) { Term = "x", Document = "a" }, "about a term or about a document"),
            (new SearchRule("r", RuleAction.Synonym) { Term = "x" }, "search for too"),
            (new SearchRule("r", RuleAction.Boost) { Term = "x", Factor = float.NaN }, "NaN"),
            (new SearchRule("r", RuleAction.Pin) { Document = "a", Position = 0 }, "position 0"),
            (new SearchRule("r", RuleAction.Block) { Term = "x", Query = "?!" }, "holds no word"),
        })
        {
            Assert.That(() => index.SetRule(rule), Throws.ArgumentException.With.Message.Contains(problem));
        }

        Assert.That(index.Rules, Is.Empty);
    }
}
