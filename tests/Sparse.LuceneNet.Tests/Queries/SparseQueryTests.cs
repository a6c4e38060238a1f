using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Tests.Postings;
using Sparse.Vectors;
using Directory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Tests.Queries;

/// <summary>SparseQuery in the stock IndexSearcher.</summary>
public sealed class SparseQueryTests
{
    private Directory _directory = null!;
    private DirectoryReader _reader = null!;
    private IndexSearcher _searcher = null!;
    private ImpactVector?[] _forward = null!;

    [OneTimeSetUp]
    public void Index()
    {
        _directory = new RAMDirectory();
        var random = new Random(20);
        var written = new List<ImpactVector>();
        using (IndexWriter writer = ToyIndex.Writer(_directory, new SparseCodec(ToyIndex.SparseField, ToyIndex.Format)))
        {
            for (int i = 0; i < 12_000; i++)
            {
                ImpactVector vector = ToyIndex.RandomVector(random, maxTerms: 6, distinctImpacts: 3);
                written.Add(vector);
                writer.AddDocument(ToyIndex.Document(
                    $"{i}",
                    new ImpactField(ToyIndex.SparseField, vector, ToyIndex.Vocabulary),
                    new TextField("text", i % 7 == 0 ? "seven word" : "word", Field.Store.NO)));
                if (i is 5_000 or 5_003)
                {
                    writer.Commit();
                }
            }

            for (int i = 0; i < written.Count; i += 5)
            {
                writer.DeleteDocuments(new Term("id", $"{i}"));
            }
        }

        _reader = DirectoryReader.Open(_directory);
        _searcher = new IndexSearcher(_reader);
        _forward = [.. written.Select((vector, i) => i % 5 == 0 ? null : vector)];
    }

    [OneTimeTearDown]
    public void Close()
    {
        _reader.Dispose();
        _directory.Dispose();
    }

    [Test]
    public void Alone_it_returns_the_exhaustive_top_k([Range(1, 30)] int seed, [Values(1, 10, 1_000)] int k)
    {
        var random = new Random(seed);
        SparseQuery query = ToyQuery.RandomQuery(random);

        Assert.That(ToyQuery.Hits(_searcher.Search(query, k), query), Is.EqualTo(ToyQuery.Oracle(_forward, query, k)));
    }

    [Test]
    public void A_filter_leaves_the_rest_out([Range(1, 10)] int seed)
    {
        SparseQuery query = ToyQuery.RandomQuery(new Random(seed));
        Filter filter = new QueryWrapperFilter(new TermQuery(new Term("text", "seven")));
        ImpactVector?[] kept = [.. _forward.Select((vector, i) => i % 7 == 0 ? vector : null)];

        Assert.That(ToyQuery.Hits(_searcher.Search(query, filter, 20), query), Is.EqualTo(ToyQuery.Oracle(kept, query, 20)));
    }

    [Test]
    public void As_a_required_clause_it_adds_its_score_to_the_text_s([Range(1, 10)] int seed)
    {
        SparseQuery query = ToyQuery.RandomQuery(new Random(seed));
        var text = new TermQuery(new Term("text", "seven"));
        var both = new BooleanQuery(true) { { text, Occur.MUST }, { query, Occur.MUST } };
        Dictionary<int, float> texts = Scores(text);
        Dictionary<int, float> sparse = Scores(query);

        Dictionary<int, float> expected = texts.Where(hit => sparse.ContainsKey(hit.Key)).ToDictionary(hit => hit.Key, hit => hit.Value + sparse[hit.Key]);
        Assert.That(Sorted(Scores(both)), Is.EqualTo(Sorted(expected)));
    }

    [Test]
    public void As_an_optional_clause_it_adds_its_score_where_it_matches([Range(1, 10)] int seed)
    {
        SparseQuery query = ToyQuery.RandomQuery(new Random(seed));
        var text = new TermQuery(new Term("text", "seven"));
        var either = new BooleanQuery(true) { { text, Occur.SHOULD }, { query, Occur.SHOULD } };
        Dictionary<int, float> expected = Scores(text);
        foreach ((int doc, float score) in Scores(query))
        {
            expected[doc] = expected.GetValueOrDefault(doc) + score;
        }

        Assert.That(Sorted(Scores(either)), Is.EqualTo(Sorted(expected)));
    }

    [Test]
    public void It_may_be_forbidden_or_required_without_score()
    {
        SparseQuery query = ToyQuery.RandomQuery(new Random(3));
        var without = new BooleanQuery { { new MatchAllDocsQuery(), Occur.MUST }, { query, Occur.MUST_NOT } };

        Assert.That(Scores(without), Has.Count.EqualTo(_reader.NumDocs - Scores(query).Count));
        Assert.That(Scores(new ConstantScoreQuery(query)), Has.Count.EqualTo(Scores(query).Count));
    }

    [Test]
    public void A_boost_multiplies_the_score_also_inside_a_boolean_query()
    {
        SparseQuery query = ToyQuery.RandomQuery(new Random(4));
        SparseQuery boosted = ToyQuery.RandomQuery(new Random(4));
        boosted.Boost = 4;
        var inside = new BooleanQuery(true) { { ToyQuery.RandomQuery(new Random(4)), Occur.SHOULD } };
        inside.Boost = 4;

        Dictionary<int, float> expected = Scores(query).ToDictionary(hit => hit.Key, hit => hit.Value * 4);
        Assert.That(Sorted(Scores(boosted)), Is.EqualTo(Sorted(expected)));
        Assert.That(Sorted(Scores(inside)), Is.EqualTo(Sorted(expected)));
    }

    [Test]
    public void Explanations_add_up_to_the_score([Values(1f, 3.7f)] float boost)
    {
        SparseQuery query = ToyQuery.RandomQuery(new Random(5));
        query.Boost = boost;
        var both = new BooleanQuery { { query, Occur.SHOULD }, { new TermQuery(new Term("text", "seven")), Occur.SHOULD } };
        foreach (ScoreDoc hit in _searcher.Search(query, 50).ScoreDocs)
        {
            Explanation explanation = _searcher.Explain(query, hit.Doc);
            Assert.That(explanation.IsMatch);
            Assert.That(explanation.Value, Is.EqualTo(hit.Score));
            AssertAddsUp(explanation, query);
        }

        foreach (ScoreDoc hit in _searcher.Search(both, 50).ScoreDocs)
        {
            Assert.That(_searcher.Explain(both, hit.Doc).Value, Is.EqualTo(hit.Score));
        }
    }

    [Test]
    public void A_document_without_the_terms_is_explained_as_no_match()
    {
        var query = new SparseQuery(ToyIndex.SparseField, new Dictionary<string, float> { ["nowhere"] = 1 });
        Explanation explanation = _searcher.Explain(query, 1);

        Assert.That(explanation.IsMatch, Is.False);
        Assert.That(explanation.Value, Is.Zero);
    }

    [Test]
    public void Without_terms_or_without_the_field_it_matches_nothing()
    {
        Assert.That(_searcher.Search(new SparseQuery(ToyIndex.SparseField, new Dictionary<string, float>()), 10).TotalHits, Is.Zero);
        Assert.That(_searcher.Search(new SparseQuery("absent", new Dictionary<string, float> { ["t01"] = 1 }), 10).TotalHits, Is.Zero);
    }

    [Test]
    public void A_field_without_scale_is_refused_with_the_reason()
    {
        var query = new SparseQuery("text", new Dictionary<string, float> { ["word"] = 1 });

        Assert.That(() => _searcher.Search(query, 10), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'text'").And.Message.Contains("SparseCodec"));
    }

    [TestCase(0f)]
    [TestCase(-1f)]
    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void A_weight_that_is_not_positive_and_finite_is_refused(float weight) =>
        Assert.That(() => new SparseQuery("sparse", new Dictionary<string, float> { ["a"] = weight }), Throws.ArgumentException.With.Message.Contains("'a'"));

    [Test]
    public void Weights_beyond_the_range_of_scores_are_refused()
    {
        var query = new SparseQuery(ToyIndex.SparseField, new Dictionary<string, float> { ["t01"] = 3e38f, ["t02"] = 3e38f });
        using var directory = new RAMDirectory();
        using (IndexWriter writer = ToyIndex.Writer(directory, new SparseCodec(ToyIndex.SparseField, new SparseFieldFormat(1e30f))))
        {
            writer.AddDocument(ToyIndex.Document("0", ToyIndex.Vector(("t01", 1))));
        }

        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.That(() => new IndexSearcher(reader).Search(query, 1), Throws.ArgumentException.With.Message.Contains("beyond the range"));
    }

    [Test]
    public void Equal_queries_are_equal_and_others_are_not()
    {
        SparseQuery Make(float weight = 1, string field = "f", float boost = 1) =>
            new(field, new Dictionary<string, float> { ["b"] = 2, ["a"] = weight }) { Boost = boost };
        SparseQuery same = Make();

        Assert.Multiple(() =>
        {
            Assert.That(same, Is.EqualTo(Make()));
            Assert.That(same.GetHashCode(), Is.EqualTo(Make().GetHashCode()));
            Assert.That(Make(weight: 3), Is.Not.EqualTo(Make()));
            Assert.That(Make(field: "g"), Is.Not.EqualTo(Make()));
            Assert.That(Make(boost: 3), Is.Not.EqualTo(Make()));
            Assert.That(Make(boost: 3).ToString(), Is.EqualTo("f:{a^1 b^2}^3"));
            Assert.That(Make().ToString("f"), Is.EqualTo("{a^1 b^2}"));
            Assert.That(Make().Clone(), Is.EqualTo(Make()));
        });
    }

    [Test]
    public void Its_terms_can_be_extracted()
    {
        var terms = new HashSet<Term>();
        new SparseQuery("f", new Dictionary<string, float> { ["b"] = 2, ["a"] = 1 }).ExtractTerms(terms);

        Assert.That(terms, Is.EquivalentTo(new[] { new Term("f", "a"), new Term("f", "b") }));
    }

    private static void AssertAddsUp(Explanation explanation, SparseQuery query)
    {
        Explanation[] details = explanation.GetDetails();
        if (details is null)
        {
            return;
        }

        Assert.That(details, Is.Not.Empty);
        if (explanation.Description.StartsWith("sum", StringComparison.Ordinal))
        {
            Assert.That(details.Sum(detail => (int)detail.Value), Is.EqualTo((int)explanation.Value));
        }
        else
        {
            Assert.That(explanation.Description, Does.EndWith("product of:"));
            Assert.That((float)details.Aggregate(1.0, (product, detail) => product * detail.Value), Is.EqualTo(explanation.Value));
        }

        foreach (Explanation detail in details)
        {
            AssertAddsUp(detail, query);
        }
    }

    private Dictionary<int, float> Scores(Query query) =>
        _searcher.Search(query, _reader.MaxDoc).ScoreDocs.ToDictionary(hit => hit.Doc, hit => hit.Score);

    private static (int Doc, float Score)[] Sorted(Dictionary<int, float> scores) =>
        [.. scores.OrderBy(hit => hit.Key).Select(hit => (hit.Key, hit.Value))];
}
