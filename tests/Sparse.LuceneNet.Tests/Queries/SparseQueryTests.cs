using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Tests.Postings;
using Sparse.Search;
using Sparse.Vectors;
using Directory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Tests.Queries;

/// <summary>SparseQuery in the stock IndexSearcher, over segments in the order of documents, and with most documents in a reordered one.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class SparseQueryTests(bool reordered)
{
    private const int Documents = 12_000;
    private const int Merged = 9_000;
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
        var codec = new SparseCodec(new Dictionary<string, SparseFieldFormat> { [ToyIndex.SparseField] = ToyIndex.Format }, reordered ? 1 : int.MaxValue);
        using (IndexWriter writer = ToyIndex.Writer(_directory, codec))
        {
            Add(writer, 0, Merged);
        }

        if (reordered)
        {
            IndexWriterConfig config = ToyIndex.Config(codec);
            config.MergePolicy = new LogDocMergePolicy();
            using var writer = new IndexWriter(_directory, config);
            writer.ForceMerge(1);
        }

        using (IndexWriter writer = ToyIndex.Writer(_directory, codec))
        {
            Add(writer, Merged, Documents);
            for (int i = 0; i < written.Count; i += 5)
            {
                writer.DeleteDocuments(new Term("id", $"{i}"));
            }
        }

        _reader = DirectoryReader.Open(_directory);
        _searcher = new IndexSearcher(_reader);
        _forward = [.. written.Select((vector, i) => i % 5 == 0 ? null : vector)];
        Assert.That(ImpactTerms.Of(_reader.Leaves[0].AtomicReader, ToyIndex.SparseField)!.Mapped!.IsReordered, Is.EqualTo(reordered));

        void Add(IndexWriter writer, int from, int to)
        {
            for (int i = from; i < to; i++)
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
        }
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
    public void A_filter_of_few_documents_leaves_the_rest_out([Range(1, 10)] int seed, [Values(1, 40, 4_000)] int gap)
    {
        SparseQuery query = ToyQuery.RandomQuery(new Random(seed));
        var kept = new ImpactVector?[_forward.Length];
        for (int doc = 500 + seed; doc < kept.Length; doc += gap)
        {
            kept[doc] = _forward[doc];
        }

        var filter = new FieldCacheTermsFilter("id", [.. Enumerable.Range(0, kept.Length).Where(doc => kept[doc] is not null).Select(doc => $"{doc}")]);
        Assert.That(ToyQuery.Hits(_searcher.Search(query, filter, 20), query), Is.EqualTo(ToyQuery.Oracle(kept, query, 20)));
        var ours = new SparseSearcher(_reader);
        Assert.That(ToyQuery.Hits(ours.Search(query, 20, filter), query), Is.EqualTo(ToyQuery.Oracle(kept, query, 20)));
    }

    [Test]
    public void A_query_of_one_rare_term_finds_its_documents([Values("ü", "語", "t07")] string term)
    {
        var query = new SparseQuery(ToyIndex.SparseField, new Dictionary<string, float> { [term] = 1 });
        Assert.That(ToyQuery.Hits(_searcher.Search(query, Documents), query), Is.EqualTo(ToyQuery.Oracle(_forward, query, Documents)));
    }

    [Test]
    public void Every_match_is_collected_once_and_in_order_where_that_is_asked_for([Values] bool anyOrder, [Range(1, 5)] int seed)
    {
        SparseQuery query = ToyQuery.RandomQuery(new Random(seed));
        var collector = new Recorder(anyOrder);
        _searcher.Search(query, collector);

        ScoredDoc[] expected = [.. ToyQuery.Oracle(_forward, query, Documents).OrderBy(hit => hit.Doc)];
        (int Doc, float Score)[] found = [.. collector.Hits];
        if (!anyOrder)
        {
            Assert.That(found.Select(hit => hit.Doc), Is.Ordered);
        }

        var scores = new TopDocs(found.Length, [.. found.OrderBy(hit => hit.Doc).Select(hit => new ScoreDoc(hit.Doc, hit.Score))], 0);
        Assert.That(ToyQuery.Hits(scores, query), Is.EqualTo(expected));
    }

    [Test]
    public void Its_scorer_advances_to_the_next_match_from_anywhere([Range(1, 10)] int seed)
    {
        var random = new Random(seed);
        SparseQuery query = ToyQuery.RandomQuery(random, maxTerms: 3);
        HashSet<int> matches = [.. ToyQuery.Oracle([.. _forward], query, Documents).Select(hit => hit.Doc)];
        Weight weight = _searcher.CreateNormalizedWeight(query);
        foreach (AtomicReaderContext leaf in _reader.Leaves)
        {
            Scorer? scorer = weight.GetScorer(leaf, leaf.AtomicReader.LiveDocs);
            for (int doc = scorer?.DocID ?? DocIdSetIterator.NO_MORE_DOCS; doc != DocIdSetIterator.NO_MORE_DOCS;)
            {
                int target = doc + 1 + random.Next(random.Next(3) * 300 + 1);
                doc = random.Next(2) == 0 && target == doc + 1 ? scorer!.NextDoc() : scorer!.Advance(target);
                int expected = Enumerable.Range(target, Math.Max(0, leaf.AtomicReader.MaxDoc - target)).FirstOrDefault(d => matches.Contains(leaf.DocBase + d), DocIdSetIterator.NO_MORE_DOCS);
                Assert.That(doc, Is.EqualTo(expected));
                Assert.That(scorer.DocID, Is.EqualTo(expected));
            }
        }
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

    /// <summary>Writes down what it is given.</summary>
    private sealed class Recorder(bool anyOrder) : ICollector
    {
        private Scorer _scorer = null!;
        private int _base;

        public List<(int Doc, float Score)> Hits { get; } = [];

        public bool AcceptsDocsOutOfOrder => anyOrder;

        public void SetScorer(Scorer scorer) => _scorer = scorer;

        public void SetNextReader(AtomicReaderContext context) => _base = context.DocBase;

        public void Collect(int doc)
        {
            Assert.That(_scorer.DocID, Is.EqualTo(doc));
            Hits.Add((_base + doc, _scorer.GetScore()));
        }
    }

    private Dictionary<int, float> Scores(Query query) =>
        _searcher.Search(query, _reader.MaxDoc).ScoreDocs.ToDictionary(hit => hit.Doc, hit => hit.Score);

    private static (int Doc, float Score)[] Sorted(Dictionary<int, float> scores) =>
        [.. scores.OrderBy(hit => hit.Key).Select(hit => (hit.Key, hit.Value))];
}
