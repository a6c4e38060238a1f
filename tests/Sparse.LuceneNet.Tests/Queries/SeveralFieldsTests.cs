using Lucene.Net.Codecs;
using Lucene.Net.Codecs.Lucene46;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Postings.Version1;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Tests.Postings;
using Sparse.Search;
using Sparse.Vectors;
using Directory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Tests.Queries;

/// <summary>Queries to several sparse fields with boosts: stock searcher, our searcher and the oracle agree.</summary>
public sealed class SeveralFieldsTests
{
    private const int Documents = 1_300;
    private static readonly string[] Names = ["body", "tags", "title"];

    // The first and the last share a format, and by that their files; the scales are no powers of two.
    private static readonly SparseFieldFormat[] Formats = [new(0.0137f), new(0.0021f), new(0.0137f)];

    /// <summary>What the first and largest segment is written as.</summary>
    public enum Kind
    {
        /// <summary>In the order of documents.</summary>
        Plain,

        /// <summary>All fields reordered at a merge.</summary>
        Reordered,

        /// <summary>One field reordered, the others not.</summary>
        Unequal,

        /// <summary>One field of version 1.</summary>
        Mixed,
    }

    [Test]
    public void Every_search_returns_the_exhaustive_top_k([Values] Kind kind, [Values] bool onDisk, [Values(1, 2, 3)] int seed)
    {
        using var index = new Collection(kind, onDisk, seed);
        var random = new Random(seed);
        var stock = new IndexSearcher(index.Reader);
        var ours = new SparseSearcher(index.Reader);
        for (int i = 0; i < 60; i++)
        {
            SparseQuery query = RandomQuery(random, fields: 1 + (i % 3));
            int k = new[] { 1, 10, 1_000 }[random.Next(3)];
            Filter? filter = random.Next(2) == 0 ? null : new QueryWrapperFilter(new TermQuery(new Term("body", "t05")));
            ScoredDoc[] expected = index.Oracle(query, k, filtered: filter is not null, out int exponent);
            string because = $"query {i}: {query}, k = {k}, {filter}";
            Assert.That(Hits(stock.Search(query, filter, k), exponent), Is.EqualTo(expected), because);
            Assert.That(Hits(ours.Search(query, k, filter), exponent), Is.EqualTo(expected), because);
        }
    }

    [TestCase(Kind.Plain, true)]
    [TestCase(Kind.Reordered, true)]
    [TestCase(Kind.Unequal, false)]
    [TestCase(Kind.Mixed, false)]
    public void Fields_are_searched_at_once_where_their_documents_are_in_one_order(Kind kind, bool mapped)
    {
        using var index = new Collection(kind, onDisk: false, seed: 4);
        Assert.That(ImpactTerms.Of(index.Reader.Leaves[0].AtomicReader, "body")!.Mapped!.IsReordered, Is.EqualTo(kind is Kind.Reordered or Kind.Unequal));
        Assert.That(SearchedFields.Open(index.Reader, Names)!.IsMapped, Is.EqualTo(mapped));
    }

    [Test]
    public void As_a_required_clause_it_adds_its_score_to_another_s([Values(Kind.Plain, Kind.Reordered)] Kind kind)
    {
        using var index = new Collection(kind, onDisk: false, seed: 5);
        var stock = new IndexSearcher(index.Reader);
        SparseQuery query = RandomQuery(new Random(5), fields: 3);
        var both = new BooleanQuery(true) { { query, Occur.MUST }, { new ConstantScoreQuery(new TermQuery(new Term("title", "t03"))) { Boost = 0 }, Occur.MUST } };
        var expected = Scores(stock.Search(query, new QueryWrapperFilter(new TermQuery(new Term("title", "t03"))), Documents));

        Assert.That(expected, Is.Not.Empty);
        Assert.That(Scores(stock.Search(both, Documents)), Is.EqualTo(expected));
    }

    [Test]
    public void Explanations_add_up_over_fields_and_terms([Values] Kind kind)
    {
        using var index = new Collection(kind, onDisk: false, seed: 6);
        var stock = new IndexSearcher(index.Reader);
        SparseQuery query = RandomQuery(new Random(6), fields: 3);
        query.Boost = 2;
        foreach (ScoreDoc hit in stock.Search(query, 100).ScoreDocs)
        {
            Explanation explanation = stock.Explain(query, hit.Doc);
            Assert.That(explanation.IsMatch);
            Assert.That(explanation.Value, Is.EqualTo(hit.Score));
            Assert.That(explanation.Description, Does.Contain("'body' and 'tags' and 'title'"));
            Explanation[] parts = explanation.GetDetails();
            Assert.That((float)parts.Aggregate(1.0, (product, part) => product * part.Value), Is.EqualTo(hit.Score));
            Explanation[] fields = parts[0].GetDetails();
            Assert.That(fields.Sum(field => (int)field.Value), Is.EqualTo((int)parts[0].Value));
            foreach (Explanation field in fields)
            {
                Assert.That(Names.Count(name => field.Description.Contains($"'{name}'")), Is.EqualTo(1));
                Assert.That(field.GetDetails().Sum(term => (int)term.Value), Is.EqualTo((int)field.Value));
            }
        }
    }

    [NonParallelizable]
    [Test]
    public void A_thousand_searches_allocate_nothing_once_warm([Values(1, 10, 1_000)] int k, [Values(Kind.Plain, Kind.Reordered)] Kind kind)
    {
        using var index = new Collection(kind, onDisk: true, seed: 7);
        var random = new Random(7);
        var ours = new SparseSearcher(index.Reader);
        SparseQuery[] queries = [.. Enumerable.Range(0, 100).Select(i => RandomQuery(random, fields: 2 + (i % 2)))];
        var hits = new SparseHit[k];
        SearchAll();
        // The least of three rounds, as in SparseSearcherTests.
        long least = long.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10; i++)
            {
                SearchAll();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);

        void SearchAll()
        {
            foreach (SparseQuery query in queries)
            {
                ours.Search(query, hits);
            }
        }
    }

    [Test]
    public void A_field_that_no_document_has_adds_nothing()
    {
        using var index = new Collection(Kind.Plain, onDisk: false, seed: 8);
        SparseQuery two = Sum(("body", "t01", 1, 1), ("title", "t02", 1, 1)), three = Sum(("body", "t01", 1, 1), ("no field", "t01", 1e30f, 1), ("title", "t02", 1, 1));
        var ours = new SparseSearcher(index.Reader);
        Assert.That(Scores(ours.Search(three, 50)), Is.EqualTo(Scores(ours.Search(two, 50))).And.Not.Empty);
        Assert.That(Scores(new IndexSearcher(index.Reader).Search(three, 50)), Is.EqualTo(Scores(ours.Search(two, 50))));
        Assert.That(ours.Search(Sum(("no field", "t01", 1, 1), ("nor this", "t01", 1, 1)), 50).ScoreDocs, Is.Empty);
    }

    [Test]
    public void A_query_of_one_part_is_that_part()
    {
        SparseQuery part = ToyQuery.RandomQuery(new Random(9));
        Assert.That(new SparseQuery(part), Is.EqualTo(part));
        Assert.That(new SparseQuery(part).ToString(), Is.EqualTo(part.ToString()));
    }

    [Test]
    public void Parts_may_come_in_any_order_and_be_sums_themselves()
    {
        SparseQuery a = Sum(("a", "x", 1, 3)), b = Sum(("b", "x", 2, 1)), c = Sum(("c", "y", 1, 1));
        SparseQuery all = new(a, b, c);
        Assert.Multiple(() =>
        {
            Assert.That(new SparseQuery(new SparseQuery(c, a), b), Is.EqualTo(all));
            Assert.That(new SparseQuery(new SparseQuery(c, a), b).GetHashCode(), Is.EqualTo(all.GetHashCode()));
            Assert.That(new SparseQuery(a, b), Is.Not.EqualTo(all));
            Assert.That(Sum(("a", "x", 1, 1), ("b", "y", 1, 1)), Is.Not.EqualTo(Sum(("a", "x", 1, 1), ("c", "y", 1, 1))));
            Assert.That(all.Fields, Is.EqualTo(new[] { "a", "b", "c" }));
            Assert.That(all.Weights, Is.EqualTo(new[] { 3f, 2f, 1f }));
            Assert.That(all.ToString(), Is.EqualTo("(a:{x^3} + b:{x^2} + c:{y^1})"));
        });
        var terms = new HashSet<Term>();
        all.ExtractTerms(terms);
        Assert.That(terms, Is.EquivalentTo(new[] { new Term("a", "x"), new Term("b", "x"), new Term("c", "y") }));
    }

    [Test]
    public void Parts_that_make_no_sum_are_refused()
    {
        SparseQuery a = Sum(("a", "x", 1, 1));
        Assert.That(() => new SparseQuery(), Throws.ArgumentException.With.Message.Contains("0 fields"));
        Assert.That(() => new SparseQuery(a, a), Throws.ArgumentException.With.Message.Contains("'a'"));
        Assert.That(() => Sum(("a", "x", 1, 0)), Throws.ArgumentException.With.Message.Contains("boost 0"));
        Assert.That(() => Sum(("a", "x", 1e38f, 1e10f)), Throws.ArgumentException.With.Message.Contains("not finite"));
        SparseQuery[] many = [.. Enumerable.Range(0, 257).Select(i => Sum(($"{i}", "x", 1, 1)))];
        Assert.That(() => new SparseQuery(many), Throws.ArgumentException.With.Message.Contains("257"));
    }

    private static SparseQuery Sum(params (string Field, string Term, float Weight, float Boost)[] parts) =>
        new([.. parts.Select(part => new SparseQuery(part.Field, new Dictionary<string, float> { [part.Term] = part.Weight }) { Boost = part.Boost })]);

    private static SparseQuery RandomQuery(Random random, int fields)
    {
        string[] names = [.. Names];
        random.Shuffle(names);
        return new([.. names.Take(fields).Select(name =>
        {
            var weights = new Dictionary<string, float>();
            for (int i = random.Next(8); i > 0; i--)
            {
                weights[ToyIndex.Vocabulary[random.Next(ToyIndex.Vocabulary.Count)]] = random.Next(4) == 0 ? 1 : 0.01f + (random.NextSingle() * 3);
            }

            return new SparseQuery(name, weights) { Boost = random.Next(3) == 0 ? 1 : 0.1f + (random.NextSingle() * 5) };
        })]);
    }

    private static ScoredDoc[] Hits(TopDocs found, int exponent) =>
        [.. found.ScoreDocs.Select(hit => new ScoredDoc(hit.Doc, checked((int)Whole(Math.ScaleB((double)hit.Score, -exponent)))))];

    private static double Whole(double score)
    {
        Assert.That(score, Is.EqualTo(Math.Floor(score)));
        return score;
    }

    private static (int Doc, float Score)[] Scores(TopDocs found) => [.. found.ScoreDocs.Select(hit => (hit.Doc, hit.Score))];

    /// <summary>Random documents with up to three fields in three segments, the second without titles, one document in seven deleted.</summary>
    private sealed class Collection : IDisposable
    {
        private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("sparse-fields-").FullName;
        private readonly Directory _directory;
        private readonly ImpactVector?[][] _forward = new ImpactVector?[Documents][];

        public Collection(Kind kind, bool onDisk, int seed)
        {
            _directory = onDisk ? FSDirectory.Open(_folder) : new RAMDirectory();
            var random = new Random(seed);
            var codec = new CodecOf(kind);
            Add(codec, random, 0, 900, commitEvery: kind is Kind.Reordered or Kind.Unequal ? 400 : 900);
            if (kind is Kind.Reordered or Kind.Unequal)
            {
                IndexWriterConfig config = ToyIndex.Config(codec);
                config.MergePolicy = new LogDocMergePolicy();
                using var writer = new IndexWriter(_directory, config);
                writer.ForceMerge(1);
            }

            Add(codec, random, 900, 1_100, commitEvery: 900);
            Add(codec, random, 1_100, Documents, commitEvery: 900);
            using (IndexWriter writer = ToyIndex.Writer(_directory, codec))
            {
                for (int i = 0; i < Documents; i += 7)
                {
                    writer.DeleteDocuments(new Term("id", $"{i}"));
                }
            }

            Reader = DirectoryReader.Open(_directory);
            Assert.That(Reader.Leaves, Has.Count.EqualTo(3));
            Assert.That(ImpactTerms.Of(Reader.Leaves[1].AtomicReader, "title"), Is.Null);
            ToyIndex.AssertClean(_directory);
        }

        public DirectoryReader Reader { get; }

        /// <summary>The vectors of a document's fields as one, its terms numbered field by field.</summary>
        public ScoredDoc[] Oracle(SparseQuery query, int k, bool filtered, out int exponent)
        {
            int size = ToyIndex.Vocabulary.Count;
            Assert.That(ToyIndex.Vocabulary.TryGetId("t05", out int t05));
            ImpactVector?[] documents =
            [
                .. _forward.Select((fields, doc) => doc % 7 == 0 || (filtered && fields[0]?.Terms.Contains(t05) != true) ? null : new ImpactVector(
                    [.. fields.SelectMany((vector, field) => (vector?.Terms.ToArray() ?? []).Select(term => term + (field * size)))],
                    [.. fields.SelectMany(vector => vector?.Impacts.ToArray() ?? [])])),
            ];
            int[] terms = [.. query.Terms.Select((term, i) => Id(term) + (size * Array.IndexOf(Names, query.Fields[query.FieldOf[i]])))];
            var weights = new ushort[terms.Length];
            exponent = query.Fields.Count == 1
                ? QueryQuantizer.Quantize([.. query.Weights], Formats[Array.IndexOf(Names, query.Field)].Scale, weights)
                : QueryQuantizer.Quantize([.. query.Weights.Select((weight, i) => weight * Formats[terms[i] / size].Scale)], 1, weights);
            Array.Sort(terms, weights);
            return ExhaustiveSearch.TopK(documents, terms, weights, k);
        }

        public void Dispose()
        {
            Reader.Dispose();
            _directory.Dispose();
            System.IO.Directory.Delete(_folder, recursive: true);
        }

        private static int Id(string term)
        {
            Assert.That(ToyIndex.Vocabulary.TryGetId(term, out int id));
            return id;
        }

        private void Add(CodecOf codec, Random random, int from, int to, int commitEvery)
        {
            using IndexWriter writer = ToyIndex.Writer(_directory, codec);
            for (int i = from; i < to; i++)
            {
                _forward[i] = new ImpactVector?[Names.Length];
                for (int field = 0; field < Names.Length; field++)
                {
                    bool has = random.Next(4) > 0 && (field < 2 || from != 900);
                    _forward[i][field] = has ? ToyIndex.RandomVector(random, maxTerms: 12, distinctImpacts: 3) : null;
                }

                // Version 1 takes no packed vectors.
                writer.AddDocument(ToyIndex.Document($"{i}", [.. Names.Zip(_forward[i]).Where(field => field.Second is not null).Select(IIndexableField (field) =>
                    codec.Kind == Kind.Mixed
                        ? new ImpactField(field.First, field.Second!, ToyIndex.Vocabulary)
                        : new PackedImpactField(field.First, field.Second!, ToyIndex.Vocabulary))]));
                if ((i + 1 - from) % commitEvery == 0)
                {
                    writer.Commit();
                }
            }
        }
    }

    [CodecName("Lucene46")]
    private sealed class CodecOf(Kind kind) : Lucene46Codec
    {
        private readonly PostingsFormat _shared = new ImpactPostingsFormat(Formats[0], kind is Kind.Reordered or Kind.Unequal ? 1 : int.MaxValue);
        private readonly PostingsFormat _own = kind == Kind.Mixed ? new ImpactPostingsFormat1(Formats[1]) : new ImpactPostingsFormat(Formats[1], kind == Kind.Reordered ? 1 : int.MaxValue);

        public Kind Kind => kind;

        public override PostingsFormat GetPostingsFormatForField(string field) => field switch
        {
            "body" or "title" => _shared,
            "tags" => _own,
            _ => base.GetPostingsFormatForField(field),
        };
    }
}
