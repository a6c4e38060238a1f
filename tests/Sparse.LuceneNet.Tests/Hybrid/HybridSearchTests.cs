using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.Evaluation;
using Sparse.Fusion;
using Sparse.LuceneNet.Tests.Facade;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Tests.Hybrid;

[TestFixture]
internal sealed class HybridSearchTests : IndexFixture
{
    private static readonly SearchOptions Hybrid = new() { Mode = SearchMode.Hybrid };

    private static readonly string[] Queries =
    [
        "aspirin inhibits the production of PGE2", "vitamin D deficiency", "zinc", "the role of bone marrow cells in tumour growth", "protein of unknown function in mice",
    ];

    [Test]
    public void Page_size_segments_and_a_filter_that_admits_everything_change_no_score_and_no_place()
    {
        List<SparseDocument> documents = SciFact(450);
        using var encoder = new HashEncoder();
        using SparseIndex one = SparseIndex.Create(PathOf("one"), encoder);
        one.Add(documents);
        one.Optimize();
        using SparseIndex nine = SparseIndex.Create(PathOf("nine"), encoder);
        foreach (SparseDocument[] batch in documents.Chunk(50))
        {
            nine.Add(batch);
            nine.Commit();
        }

        Assert.That((one.Statistics().Segments, nine.Statistics().Segments), Is.EqualTo((1, 9)));
        foreach (string query in Queries)
        {
            (string, double)[] expected = Scores(one.Search(query, 100, Hybrid));
            Assert.That(Scores(one.Search(query, 10, Hybrid)), Is.EqualTo(expected[..10]));
            Assert.That(Scores(nine.Search(query, 100, Hybrid)), Is.EqualTo(expected));
            Assert.That(Scores(one.SearchHybrid(query, 100, Hybrid, new QueryWrapperFilter(new MatchAllDocsQuery()))), Is.EqualTo(expected));
            Assert.That(Scores(nine.SearchHybrid(query, 10, Hybrid, new EvenAndOdd())), Is.EqualTo(expected[..10]));
        }
    }

    [Test]
    public void A_filter_moves_no_score_of_the_documents_that_it_lets_through()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add(SciFact(300));
        index.Commit();
        foreach (string query in Queries)
        {
            var all = index.Search(query, 400, Hybrid).Hits.ToDictionary(hit => hit.Id, hit => hit.Score);
            SearchHit[] half = [.. index.SearchHybrid(query, 400, Hybrid, new EvenAndOdd(even: true)).Hits];
            Assert.That(half, Has.Length.LessThan(all.Count).And.Length.GreaterThan(0));
            foreach (SearchHit hit in half.Where(hit => all.ContainsKey(hit.Id)))
            {
                Assert.That(hit.Score, Is.EqualTo(all[hit.Id]));
            }
        }
    }

    [Test]
    public void Pages_are_cut_from_one_ranking([Values] SearchMode mode)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add(SciFact(200));
        index.Commit();
        SearchOptions options = new() { Mode = mode };
        SearchHit[] whole = [.. index.Search(Queries[3], 30, options).Hits];
        SearchHit[] third = [.. index.Search(Queries[3], 10, options with { Skip = 20 }).Hits];
        Assert.That(third.Select(hit => (hit.Rank, hit.Id, hit.Score)), Is.EqualTo(whole[20..].Select(hit => (hit.Rank, hit.Id, hit.Score))));
        Assert.That(third[0].Rank, Is.EqualTo(21));

        string left = whole[4].Id;
        SearchHit[] without = [.. index.Search(Queries[3], 10, options with { Skip = 3, ExcludeId = left }).Hits];
        Assert.That(without.Select(hit => hit.Id), Is.EqualTo(whole.Where(hit => hit.Id != left).Skip(3).Take(10).Select(hit => hit.Id)));
        Assert.That(without[0].Rank, Is.EqualTo(4));
    }

    [Test]
    public void Every_hit_carries_the_legs_own_score_and_rank_and_what_they_add_up_to()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add(SciFact(200));
        index.Commit();
        foreach (string query in Queries)
        {
            SearchHit[] words = [.. index.Search(query, 200, new() { Mode = SearchMode.Bm25 }).Hits];
            SearchHit[] terms = [.. index.Search(query, 200, new() { Mode = SearchMode.Sparse }).Hits];
            foreach (SearchHit hit in index.Search(query, 50, Hybrid).Hits)
            {
                Assert.That(hit.Legs.Select(leg => leg.Leg), Is.EqualTo(new[] { "bm25", "sparse", "feedback" }));
                Assert.That(hit.Score, Is.EqualTo(hit.Legs.Sum(leg => leg.Weight * leg.Normalized)).Within(1e-12));
                SearchHit? word = words.FirstOrDefault(other => other.Id == hit.Id), term = terms.FirstOrDefault(other => other.Id == hit.Id);
                Assert.That(hit.Legs[0].Rank, Is.EqualTo(word?.Rank));
                Assert.That(hit.Legs[0].Score, Is.EqualTo(word?.Score ?? 0).Within(1e-5), "a float's sum, in another order");
                Assert.That(hit.Legs[1].Rank, Is.EqualTo(term?.Rank));
                Assert.That(hit.Legs[1].Score, Is.EqualTo(term?.Score ?? 0), "exact");
                Assert.That(hit.Legs, Has.All.Matches<LegScore>(leg => leg.Normalized is >= 0 and <= 1));
            }
        }
    }

    [Test]
    public void A_query_of_stop_words_is_searched_by_meaning_alone_and_says_so()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add([Doc("a", "to be or not to be"), Doc("b", "the port"), Doc("c", "not at all")]);
        index.Commit();
        SearchResult result = index.Search("to be or not", 10, Hybrid with { Fusion = new() { Feedback = 0 } });
        Assert.That(Ids(result), Is.EqualTo(Ids(index.Search("to be or not", 10, new() { Mode = SearchMode.Sparse }))));
        Assert.That(result.Warnings, Is.EqualTo(new[] { "The query holds no word but stop words, so the leg bm25 found nothing." }));
        Assert.That(result.Hits, Has.All.Matches<SearchHit>(hit => hit.Legs.Single().Leg == "sparse" && hit.Legs[0].Weight == 1));
    }

    [Test]
    public void A_query_without_terms_is_searched_by_words_alone_and_says_so()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add([Doc("a", "open ports"), Doc("b", "ships")]);
        index.Commit();
        SearchResult result = index.Search("ports", 10, Hybrid with { QueryVector = TermVector.FromPairs([]) });
        Assert.That(Ids(result), Is.EqualTo(new[] { "a" }));
        Assert.That(result.Warnings.Single(), Does.Contain("no term in the query"));
        Assert.That(() => index.Search("the", 10, Hybrid with { QueryVector = TermVector.FromPairs([]) }), Throws.ArgumentException.With.Message.Contains("no word and no term"));
    }

    [Test]
    public void A_ranking_from_outside_is_a_leg_like_others()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add([Doc("a", "open ports"), Doc("b", "ships at sea"), Doc("c", "closed ports")]);
        index.Commit();
        OutsideLeg dense = new("dense", [new RunEntry("b", .9f), new RunEntry("gone", .8f), new RunEntry("a", .5f)]);
        SearchResult result = index.Search("ports", 10, Hybrid with { OutsideLegs = [dense], Fusion = new() { Weights = new Dictionary<string, double> { ["dense"] = 9 } } });
        Assert.That(Ids(result), Is.EqualTo(new[] { "b", "a", "c" }));
        Assert.That(result.Hits[0].Legs.Select(leg => (leg.Leg, leg.Rank)), Is.EqualTo(new (string, int?)[] { ("bm25", null), ("sparse", null), ("dense", 1), ("feedback", null) }));
        Assert.That(result.Hits[2].Legs[2], Is.EqualTo(new LegScore("dense", null, .5f, result.Hits[2].Legs[2].Weight, null)), "its floor, and the id that is gone has no place");
    }

    [Test]
    public void Wrong_legs_are_refused()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        Assert.That(
            () => index.Search("x", 10, Hybrid with { Fusion = new() { Weights = new Dictionary<string, double> { ["bm52"] = 1 } } }),
            Throws.ArgumentException.With.Message.EqualTo("There is no leg 'bm52' to give a weight; there are bm25, sparse."));
        Assert.That(() => index.Search("x", 10, Hybrid with { OutsideLegs = [new("sparse", [])] }), Throws.ArgumentException.With.Message.Contains("a name of its own"));
    }

    [Test]
    public void A_calibration_stays_in_the_index_and_changes_no_order()
    {
        using var encoder = new HashEncoder();
        SearchHit[] before;
        FusionCalibration fitted;
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder))
        {
            index.Add(SciFact(200));
            index.Commit();
            Assert.That(index.Calibration, Is.EqualTo(FusionCalibration.None));
            before = [.. index.Search(Queries[0], 100, Hybrid).Hits];
            fitted = index.Calibrate(20);
            Assert.That(fitted.Queries, Is.InRange(15, 20));
            index.Add(Doc("later", "a document of later"));
            index.Commit();
            index.Delete("later");
            index.Optimize();
        }

        using SparseIndex again = SparseIndex.OpenReadOnly(IndexPath, encoder);
        Assert.That(again.Calibration, Is.EqualTo(fitted));
        SearchHit[] after = [.. again.Search(Queries[0], 100, Hybrid).Hits];
        Assert.That(after.Select(hit => hit.Id), Is.EqualTo(before.Select(hit => hit.Id)));
        Assert.That(after.Select(hit => hit.Score), Is.EqualTo(before.Select(hit => fitted.Score(hit.Score))).Within(1e-9));
    }

    private static (string, double)[] Scores(SearchResult result) => [.. result.Hits.Select(hit => (hit.Id, hit.Score))];

    /// <summary>Lets every document through, or those with an even number in their segment.</summary>
    private sealed class EvenAndOdd(bool even = false) : Filter
    {
        public override DocIdSet GetDocIdSet(AtomicReaderContext context, IBits acceptDocs)
        {
            var bits = new FixedBitSet(context.AtomicReader.MaxDoc);
            for (int doc = 0; doc < context.AtomicReader.MaxDoc; doc += even ? 2 : 1)
            {
                bits.Set(doc);
            }

            return bits;
        }
    }
}
