using Lucene.Net.Index;
using Lucene.Net.Store;
using Sparse.LuceneNet.Postings;
using Directory = System.IO.Directory;

namespace Sparse.LuceneNet.Tests.Facade;

[TestFixture]
internal sealed class UpkeepTests : IndexFixture
{
    [Test]
    public void A_backup_taken_while_writing_opens_clean_at_a_commit([Values] bool fromReader)
    {
        List<SparseDocument> documents = SciFact(200);
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder, new SparseIndexOptions { RamBufferMegabytes = 0.1 });
        index.Add(documents[0]);
        index.Commit();
        using SparseIndex reader = SparseIndex.OpenReadOnly(IndexPath);
        var writing = Task.Run(() =>
        {
            foreach (SparseDocument[] some in documents.Chunk(20))
            {
                index.Add(some);
                index.Commit();
            }
        });

        for (int i = 0; i < 5; i++)
        {
            (fromReader ? reader : index).Backup(PathOf($"copy{i}"));
        }

        writing.GetAwaiter().GetResult();
        for (int i = 0; i < 5; i++)
        {
            using SparseIndex copy = SparseIndex.Open(PathOf($"copy{i}"), encoder);
            Assert.That(copy.Check().Problems, Is.Empty);
            Assert.That(copy.Count, Is.EqualTo(1).Or.EqualTo(copy.Count / 20 * 20), "whole commits alone");
            Assert.That(copy.Add(documents[0]), Is.EqualTo(1));
        }

        Assert.That(() => index.Backup(PathOf("copy0")), Throws.InstanceOf<IOException>().With.Message.Contains("empty folder"));
        Assert.That(index.Count, Is.EqualTo(200));
    }

    [Test]
    public void Check_is_clean_on_a_sound_index_and_counts_what_statistics_count()
    {
        using var encoder = new HashEncoder();
        using (SparseIndex writer = SparseIndex.Create(IndexPath, encoder, new SparseIndexOptions { RamBufferMegabytes = 0.1 }))
        {
            List<SparseDocument> documents = SciFact(120);
            writer.Add(documents.Take(50).ToList());
            writer.Commit();
            writer.Add(documents.Skip(40).ToList());
            writer.Delete(documents[^1].Id);
            writer.Commit();
        }

        using SparseIndex index = SparseIndex.OpenReadOnly(IndexPath, encoder);
        IndexStatistics statistics = index.Statistics();
        CheckReport report = index.Check();

        Assert.That(report.Problems, Is.Empty);
        Assert.That(report.IsClean, Is.True);
        Assert.That(report.LuceneOutput, Does.Contain("No problems were detected"));
        Assert.That(report.Documents, Is.EqualTo(119));
        Assert.That(statistics.Documents, Is.EqualTo(119));
        Assert.That(statistics.Postings, Is.EqualTo(report.Postings).And.GreaterThan(1000));
        Assert.That(statistics.Terms, Is.InRange(900, 997));
        Assert.That(statistics.Bytes, Is.EqualTo(statistics.BytesByKind.Values.Sum()));
        Assert.That(statistics.Bytes, Is.EqualTo(new DirectoryInfo(IndexPath).GetFiles().Where(f => f.Name is not "write.lock" and not "segments.gen").Sum(f => f.Length)));
        Assert.That(statistics.SparseBytes, Is.EqualTo(statistics.BytesByKind["sid"] + statistics.BytesByKind["sip"]));
        Assert.That(statistics.BytesPerPosting, Is.InRange(1, 20));
        Assert.That((statistics.Encoder, statistics.Scale, statistics.FormatVersion), Is.EqualTo((encoder.Identity, index.Scale, 3)));
    }

    [Test]
    public void Optimizing_keeps_every_hit_and_drops_what_was_deleted([Values] bool reorder)
    {
        using var encoder = new HashEncoder();
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder))
        {
            for (int i = 0; i < 300; i++)
            {
                index.Add(Doc($"d{i}", $"word{i % 7} word{i % 11} word{i % 13} word{i}"));
                if (i % 100 == 99)
                {
                    index.Commit();
                }
            }

            index.Delete("d20", "d120");
            index.Commit();
        }

        using SparseIndex optimized = SparseIndex.Open(IndexPath, encoder, new SparseIndexOptions { ReorderFrom = reorder ? 1 : null });
        string[] queries = ["word3", "word6 word10 word12", "word200 word5"];
        (string, double)[][] before = [.. queries.Select(Found)];
        optimized.Optimize();
        Assert.That(queries.Select(Found), Is.EqualTo(before));
        Assert.That(optimized.Count, Is.EqualTo(298));
        Assert.That(optimized.Check().IsClean);

        // A lone segment is reordered as well.
        optimized.Optimize();
        Assert.That(queries.Select(Found), Is.EqualTo(before));
        using FSDirectory directory = FSDirectory.Open(IndexPath);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.That(reader.Leaves, Has.Count.EqualTo(1));
        Assert.That(ImpactTerms.Of(reader.Leaves[0].AtomicReader, SparseFields.Sparse)!.Mapped!.IsReordered, Is.EqualTo(reorder));

        (string, double)[] Found(string query) => [.. optimized.Search(query, 300).Hits.Select(hit => (hit.Id, hit.Score)).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Id, StringComparer.Ordinal)];
    }

    [Test]
    public void A_lone_segment_is_reordered_when_that_is_asked_for()
    {
        using var encoder = new HashEncoder();
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder))
        {
            index.Add([.. Enumerable.Range(0, 100).Select(i => Doc($"d{i}", $"word{i % 7} word{i % 11}"))]);
            index.Commit();
        }

        using (SparseIndex index = SparseIndex.Open(IndexPath, encoder, new SparseIndexOptions { ReorderFrom = 1 }))
        {
            index.Optimize();
        }

        using FSDirectory directory = FSDirectory.Open(IndexPath);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.That(ImpactTerms.Of(reader.Leaves[0].AtomicReader, SparseFields.Sparse)!.Mapped!.IsReordered);
        Assert.That(reader.Leaves, Has.Count.EqualTo(1));
    }

    [Test]
    public void Statistics_of_an_empty_index_are_zeros_not_errors([Values] bool withEncoder)
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, withEncoder ? encoder : null);
        IndexStatistics statistics = index.Statistics();
        Assert.That((statistics.Documents, statistics.Terms, statistics.Postings, statistics.BytesPerPosting), Is.EqualTo((0, 0L, 0L, 0.0)));
        Assert.That(statistics.Encoder, Is.EqualTo(withEncoder ? encoder.Identity : null));
        Assert.That(index.Check().Problems, Is.Empty);
        Assert.That(index.Search("port").Hits, Is.Empty);
    }

    [TestCase(".sip")]
    [TestCase(".sid")]
    [TestCase(".fdt")]
    [TestCase(".tim")]
    public void Check_or_opening_finds_a_flipped_byte(string extension)
    {
        using var encoder = new HashEncoder();
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder))
        {
            index.Add(SciFact(50));
            index.Commit();
        }

        string file = Directory.GetFiles(IndexPath).Single(name => Path.GetExtension(name) == extension && !name.Contains("SparseImpact", StringComparison.Ordinal) == !extension.StartsWith(".si", StringComparison.Ordinal));
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(file, bytes);

        Assert.That(Problems(encoder), Is.Not.Empty);
    }

    [Test]
    public void Check_finds_two_documents_of_one_id_and_ids_that_differ()
    {
        using var encoder = new HashEncoder();
        SparseIndex.Create(IndexPath, encoder).Dispose();
        using (var directory = Lucene.Net.Store.FSDirectory.Open(IndexPath))
        using (var writer = new Lucene.Net.Index.IndexWriter(directory, new(Lucene.Net.Util.LuceneVersion.LUCENE_48, null)))
        {
            var twin = new Lucene.Net.Documents.StringField(SparseFields.Id, "twin", Lucene.Net.Documents.Field.Store.YES);
            writer.AddDocument([twin]);
            writer.AddDocument([twin]);
            writer.AddDocument([new Lucene.Net.Documents.StringField(SparseFields.Id, "indexed", Lucene.Net.Documents.Field.Store.NO), new Lucene.Net.Documents.StoredField(SparseFields.Id, "stored")]);
        }

        string[] problems = Problems(encoder);
        Assert.That(problems, Has.Some.Contains("'twin' has 2 documents"));
        Assert.That(problems, Has.Some.Contains("'stored'").And.Some.Contains("'indexed'"));
        Assert.That(problems, Has.Length.EqualTo(2));
    }

    [Test]
    public void Searches_go_on_beside_adding_deleting_and_committing()
    {
        using var encoder = new HashEncoder();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder, new SparseIndexOptions { RamBufferMegabytes = 0.1 });
        index.Add(Doc("fixed", "port of call"));
        index.Commit();
        using var done = new CancellationTokenSource();
        Task[] searches = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                Assert.That(index.Search("port of call", 1).Hits[0].Id, Is.EqualTo("fixed"));
            }
        }))];
        Task[] changes = [.. Enumerable.Range(0, 2).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 15; i++)
            {
                index.Add([Doc($"{thread}-{i}", $"ship number {i}"), Doc($"{thread}-shared", "call")]);
                index.Delete($"{thread}-{i - 1}");
                index.Commit();
            }
        }))];
        Task.WaitAll(changes);
        done.Cancel();
        Task.WaitAll(searches);
        Assert.That(index.Count, Is.EqualTo(5));
        Assert.That(index.Check().Problems, Is.Empty);
    }

    private string[] Problems(HashEncoder encoder)
    {
        try
        {
            using SparseIndex index = SparseIndex.OpenReadOnly(IndexPath, encoder);
            return [.. index.Check().Problems];
        }
        catch (InvalidDataException e)
        {
            Assert.That(e.Message, Does.Contain("damaged"));
            return [e.Message];
        }
    }
}
