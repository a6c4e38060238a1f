using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Tests.Postings;
using Directory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Tests.Queries;

/// <summary>Closing a reader while it is searched: the search ends right or with ObjectDisposedException, never the process.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class ClosedReaderTests(bool reordered)
{
    private const int Documents = 20_000;
    private string _folder = null!;
    private Directory _directory = null!;
    private SparseQuery _query = null!;
    private (int Doc, float Score)[] _expected = null!;

    [OneTimeSetUp]
    public void Index()
    {
        _folder = System.IO.Directory.CreateTempSubdirectory("sparse-closed-").FullName;
        _directory = FSDirectory.Open(_folder);
        var random = new Random(1);
        IndexWriterConfig config = ToyIndex.Config(new SparseCodec(
            new Dictionary<string, SparseFieldFormat> { [ToyIndex.SparseField] = ToyIndex.Format }, reordered ? 1 : int.MaxValue));
        config.MergePolicy = new LogDocMergePolicy { NoCFSRatio = 0 };
        config.UseCompoundFile = false;
        using (var writer = new IndexWriter(_directory, config))
        {
            for (int i = 0; i < Documents; i++)
            {
                writer.AddDocument(ToyIndex.Document($"{i}", ToyIndex.RandomVector(random, maxTerms: 15, distinctImpacts: 40)));
                if (i == Documents / 2)
                {
                    writer.Commit();
                }
            }

            writer.ForceMerge(1);
        }

        _query = ToyQuery.RandomQuery(random);
        using DirectoryReader reader = DirectoryReader.Open(_directory);
        Assert.That(ImpactTerms.Of(reader.Leaves[0].AtomicReader, ToyIndex.SparseField)!.Mapped!.IsReordered, Is.EqualTo(reordered));
        _expected = Hits(new IndexSearcher(reader).Search(_query, 100));
    }

    [OneTimeTearDown]
    public void Remove()
    {
        _directory.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void A_collector_may_close_the_reader([Values] bool anyOrder)
    {
        DirectoryReader reader = DirectoryReader.Open(_directory);
        var collector = new Closer(anyOrder, reader);
        try
        {
            new IndexSearcher(reader).Search(_query, collector);
            Assert.That(collector.Count, Is.GreaterThan(Documents / 2));
        }
        catch (ObjectDisposedException)
        {
            Assert.That(collector.Count, Is.Positive);
        }
    }

    [Test]
    public void A_scorer_and_postings_of_a_closed_reader_say_so()
    {
        DirectoryReader reader = DirectoryReader.Open(_directory);
        var searcher = new IndexSearcher(reader);
        Weight weight = searcher.CreateNormalizedWeight(_query);
        AtomicReaderContext leaf = reader.Leaves[0];
        Scorer scorer = weight.GetScorer(leaf, null);
        TermsEnum terms = leaf.AtomicReader.GetTerms(ToyIndex.SparseField).GetEnumerator();
        Assert.That(terms.MoveNext());
        DocsEnum postings = terms.Docs(null, null);
        Assert.That(postings.NextDoc(), Is.Not.EqualTo(DocIdSetIterator.NO_MORE_DOCS));
        reader.Dispose();
        Assert.Multiple(() =>
        {
            Assert.That(() => scorer.Advance(Documents / 2), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => postings.Advance(Documents - 1), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => terms.Docs(null, null), Throws.InstanceOf<ObjectDisposedException>());
        });
    }

    [Test]
    public void Searches_of_many_threads_end_right_or_say_so([Values("stock", "filter", "clause", "explain", "ours", "ours, closed beneath")] string kind)
    {
        var random = new Random(kind.Length);
        for (int round = 0; round < 25; round++)
        {
            DirectoryReader reader = DirectoryReader.Open(_directory);
            Action search = Search(kind, reader);
            search();
            Task[] searches = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                while (true)
                {
                    search();
                }
            }))];
            Thread.Sleep(random.Next(4));
            reader.Dispose();
            foreach (Task running in searches)
            {
                Assert.That(running.Wait, Throws.TypeOf<AggregateException>().With.InnerException.InstanceOf<ObjectDisposedException>());
            }
        }
    }

    private Action Search(string kind, DirectoryReader reader)
    {
        var stock = new IndexSearcher(reader);
        var ours = new SparseSearcher(kind == "ours" ? reader : new FilterAtomicReader(reader.Leaves[0].AtomicReader));
        Query all = new MatchAllDocsQuery { Boost = 0 };
        return () =>
        {
            switch (kind)
            {
                case "explain":
                    Assert.That(stock.Explain(_query, _expected[0].Doc).Value, Is.EqualTo(_expected[0].Score));
                    break;
                default:
                    Assert.That(Hits(kind switch
                    {
                        "stock" => stock.Search(_query, 100),
                        "filter" => stock.Search(_query, new QueryWrapperFilter(_query), 100),
                        "clause" => stock.Search(new BooleanQuery(true) { { _query, Occur.MUST }, { all, Occur.MUST } }, 100),
                        _ => ours.Search(_query, 100),
                    }), Is.EqualTo(_expected));
                    break;
            }
        };
    }

    private static (int Doc, float Score)[] Hits(TopDocs found) => [.. found.ScoreDocs.Select(hit => (hit.Doc, hit.Score))];

    /// <summary>Closes the reader at the first document that it is given.</summary>
    private sealed class Closer(bool anyOrder, DirectoryReader reader) : ICollector
    {
        public int Count { get; private set; }

        public bool AcceptsDocsOutOfOrder => anyOrder;

        public void SetScorer(Scorer scorer)
        {
        }

        public void SetNextReader(AtomicReaderContext context)
        {
        }

        public void Collect(int doc)
        {
            Count++;
            reader.Dispose();
        }
    }
}
