using Lucene.Net.Codecs;
using Lucene.Net.Codecs.Lucene46;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Postings.Version1;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Tests.Postings;
using Sparse.Vectors;
using Directory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Tests.Queries;

/// <summary>The pruned search against the stock searcher, which the suite of the postings formats holds against the oracle.</summary>
public sealed class SparseSearcherTests
{
    /// <summary>What a segment may be written as.</summary>
    public enum Kind
    {
        /// <summary>Version 2, in the order of documents.</summary>
        Plain,

        /// <summary>Version 2, reordered at every merge.</summary>
        Reordered,

        /// <summary>Version 1 and 2 in one index.</summary>
        Mixed,
    }

    [Test]
    public void Pruned_search_equals_the_stock_search([Values] Kind kind, [Values] bool onDisk, [Values(1, 2, 3)] int seed)
    {
        string folder = System.IO.Directory.CreateTempSubdirectory("sparse-searcher-").FullName;
        try
        {
            using Directory directory = onDisk ? FSDirectory.Open(folder) : new RAMDirectory();
            var random = new Random(seed);
            Write(directory, kind, random);
            using DirectoryReader reader = DirectoryReader.Open(directory);
            Assert.That(reader.Leaves, Has.Count.GreaterThan(1));
            Assert.That(reader.HasDeletions);
            var stock = new IndexSearcher(reader);
            var ours = new SparseSearcher(reader);
            for (int i = 0; i < 60; i++)
            {
                SparseQuery query = ToyQuery.RandomQuery(random);
                query.Boost = i % 3 == 0 ? 0.5f : 1;
                int k = new[] { 1, 10, 1_000 }[i % 3];
                Filter? filter = random.Next(3) switch
                {
                    0 => null,
                    1 => new QueryWrapperFilter(new TermQuery(new Term(ToyIndex.SparseField, "t05"))),
                    _ => new QueryWrapperFilter(new TermQuery(new Term("id", $"{random.Next(2_000):0000}"))),
                };
                TopDocs expected = stock.Search(query, filter, k), found = ours.Search(query, k, filter);
                Assert.That(Hits(found), Is.EqualTo(Hits(expected)), $"query {i}: {query}, k = {k}, {filter}");
            }
        }
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Many_threads_find_the_same()
    {
        using var directory = new RAMDirectory();
        var random = new Random(7);
        Write(directory, Kind.Reordered, random);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        var ours = new SparseSearcher(reader);
        SparseQuery[] queries = [.. Enumerable.Range(0, 50).Select(_ => ToyQuery.RandomQuery(random))];
        (int, float)[][] expected = [.. queries.Select(query => Hits(new IndexSearcher(reader).Search(query, 20)))];
        Parallel.For(0, 2_000, i => Assert.That(Hits(ours.Search(queries[i % 50], 20)), Is.EqualTo(expected[i % 50])));
    }

    [Test]
    public void What_is_not_there_is_not_found()
    {
        using var directory = new RAMDirectory();
        Write(directory, Kind.Plain, new Random(8));
        using DirectoryReader reader = DirectoryReader.Open(directory);
        var ours = new SparseSearcher(reader);
        Assert.Multiple(() =>
        {
            Assert.That(ours.Search(new SparseQuery("absent", new Dictionary<string, float> { ["t01"] = 1 }), 5).ScoreDocs, Is.Empty);
            Assert.That(ours.Search(new SparseQuery(ToyIndex.SparseField, new Dictionary<string, float>()), 5).ScoreDocs, Is.Empty);
            Assert.That(ours.Search(new SparseQuery(ToyIndex.SparseField, new Dictionary<string, float> { ["absent"] = 1 }), 5).ScoreDocs, Is.Empty);
            Assert.That(() => ours.Search(ToyQuery.RandomQuery(new Random(1)), 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public void A_cancelled_search_stops()
    {
        using var directory = new RAMDirectory();
        Write(directory, Kind.Plain, new Random(9));
        using DirectoryReader reader = DirectoryReader.Open(directory);
        var query = new SparseQuery(ToyIndex.SparseField, new Dictionary<string, float> { ["t01"] = 1, ["t02"] = 1 });
        Assert.That(() => new SparseSearcher(reader).Search(query, 5, null, new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Hits_go_into_the_caller_s_memory([Values] Kind kind, [Values(1, 10, 3_000)] int k, [Values] bool filtered)
    {
        using var directory = new RAMDirectory();
        var random = new Random(13);
        Write(directory, kind, random);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        var ours = new SparseSearcher(reader);
        var hits = new SparseHit[k];
        Filter? filter = filtered ? new QueryWrapperFilter(new TermQuery(new Term(ToyIndex.SparseField, "t05"))) : null;
        for (int i = 0; i < 20; i++)
        {
            SparseQuery query = ToyQuery.RandomQuery(random);
            query.Boost = i % 2 == 0 ? 1 : 4;
            int found = ours.Search(query, hits, filter);
            Assert.That(hits[..found].Select(hit => (hit.Doc, hit.Score)), Is.EqualTo(Hits(new IndexSearcher(reader).Search(query, filter, k))));
        }
    }

    [Test]
    public void Memory_for_no_hit_is_refused()
    {
        using var directory = new RAMDirectory();
        Write(directory, Kind.Plain, new Random(14));
        using DirectoryReader reader = DirectoryReader.Open(directory);
        var ours = new SparseSearcher(reader);
        Assert.That(() => ours.Search(ToyQuery.RandomQuery(new Random(1)), []), Throws.ArgumentException.With.Message.Contains("at least 1"));
    }

    // Alone: a workspace that another test has in use would have to be made anew.
    [NonParallelizable]
    [Test]
    public void A_thousand_searches_allocate_nothing_once_warm([Values(1, 10, 1_000, 10_000)] int k, [Values(Kind.Plain, Kind.Reordered)] Kind kind, [Values] bool onDisk)
    {
        string folder = System.IO.Directory.CreateTempSubdirectory("sparse-searcher-").FullName;
        try
        {
            using Directory directory = onDisk ? FSDirectory.Open(folder) : new RAMDirectory();
            var random = new Random(15);
            Write(directory, kind, random);
            using DirectoryReader reader = DirectoryReader.Open(directory);
            var ours = new SparseSearcher(reader);
            SparseQuery[] queries = [.. Enumerable.Range(0, 100).Select(_ => ToyQuery.RandomQuery(random, maxTerms: 30))];
            var hits = new SparseHit[k];
            SearchAll();
            // The least of three rounds: code compiled anew at a higher tier allocates once, on the thread that first calls it (1,336 bytes, seen 2026-11-24).
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
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void A_closed_reader_is_refused()
    {
        using var directory = new RAMDirectory();
        Write(directory, Kind.Plain, new Random(10));
        DirectoryReader reader = DirectoryReader.Open(directory);
        var ours = new SparseSearcher(reader);
        SparseQuery query = ToyQuery.RandomQuery(new Random(1));
        ours.Search(query, 5);
        reader.Dispose();
        Assert.That(() => ours.Search(query, 5), Throws.InstanceOf<ObjectDisposedException>());
    }

    private static (int Doc, float Score)[] Hits(TopDocs found) => [.. found.ScoreDocs.Select(hit => (hit.Doc, hit.Score))];

    private static void Write(Directory directory, Kind kind, Random random)
    {
        PostingsFormat format = new ImpactPostingsFormat(ToyIndex.Format, kind == Kind.Reordered ? 1 : int.MaxValue);
        AddSome(directory, kind == Kind.Mixed ? new ImpactPostingsFormat1(ToyIndex.Format) : format, 0, 1_500, random);
        if (kind == Kind.Reordered)
        {
            IndexWriterConfig config = ToyIndex.Config(new CodecOf(format));
            config.MergePolicy = new LogDocMergePolicy();
            using var writer = new IndexWriter(directory, config);
            writer.ForceMerge(1);
        }

        AddSome(directory, format, 1_500, 2_000, random);
    }

    private static void AddSome(Directory directory, PostingsFormat format, int from, int to, Random random)
    {
        using IndexWriter writer = ToyIndex.Writer(directory, new CodecOf(format));
        for (int i = from; i < to; i++)
        {
            writer.AddDocument(ToyIndex.Document($"{i:0000}", ToyIndex.RandomVector(random, maxTerms: 15, distinctImpacts: 40)));
            if (i % 400 == 399)
            {
                writer.Commit();
            }
        }

        for (int i = from; i < to; i += 7)
        {
            writer.DeleteDocuments(new Term("id", $"{i:0000}"));
        }
    }

    [CodecName("Lucene46")]
    private sealed class CodecOf(PostingsFormat format) : Lucene46Codec
    {
        public override PostingsFormat GetPostingsFormatForField(string field) => field == ToyIndex.SparseField ? format : base.GetPostingsFormatForField(field);
    }
}
