using System.Text;
using Lucene.Net.Codecs.Lucene46;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Queries;
using Sparse.Tokens;
using Sparse.Vectors;
using Directory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Tests.Postings;

/// <summary>Vectors that go through IndexWriter as one token a document; random histories of them are in the conformance suite.</summary>
public sealed class PackedImpactFieldTests
{
    private static SparseCodec Codec => new(ToyIndex.SparseField, ToyIndex.Format);

    [Test]
    public void A_packed_index_is_the_plain_one_byte_for_byte()
    {
        var random = new Random(1);
        ImpactVector[] vectors = [.. Enumerable.Range(0, 3_000).Select(_ => ToyIndex.RandomVector(random, maxTerms: 20, distinctImpacts: 255))];

        AssertSameFiles(vectors, ToyIndex.Vocabulary);
    }

    [Test]
    public void More_postings_and_documents_than_are_sorted_at_once_are_the_plain_index_too()
    {
        var random = new Random(2);
        var vocabulary = new Vocabulary([.. Enumerable.Range(0, 2_000).Select(id => new string((char)('a' + (id % 26)), 1 + (id % 30)) + id)]);
        ImpactVector[] vectors = [.. Enumerable.Range(0, 140_000).Select(doc => Random(random, 2_000, doc < 70_000 ? 17 : random.Next(2)))];
        Assert.That(vectors.Sum(vector => vector.Count), Is.GreaterThan(1 << 20), "or the test tests nothing");

        AssertSameFiles(vectors, vocabulary);
    }

    [Test]
    public void A_vector_may_have_30_000_terms()
    {
        var random = new Random(3);
        var vocabulary = new Vocabulary([.. Enumerable.Range(0, 40_000).Select(id => $"term{id}")]);

        AssertSameFiles([Random(random, 40_000, 30_000), Random(random, 40_000, 3), Random(random, 40_000, 30_000)], vocabulary);
    }

    [Test]
    public void Terms_are_written_as_lucene_writes_them()
    {
        var longest = new string('x', IndexWriter.MAX_TERM_LENGTH);
        var vocabulary = new Vocabulary(["語", "\U0001F600", "\uFFFE", "half \uD83D", new string('y', 127), new string('y', 128), new string('z', 16_384), longest, "\0", "1234567", "12345678", "123456789"]);

        AssertSameFiles([new ImpactVector([.. Enumerable.Range(0, vocabulary.Count)], [.. Enumerable.Range(1, vocabulary.Count).Select(i => (byte)i)])], vocabulary);
    }

    [Test]
    public void A_term_longer_than_lucenes_is_refused_when_the_field_is_made()
    {
        var field = new PackedImpactField(ToyIndex.SparseField);
        var impacts = new Dictionary<string, byte> { ["a"] = 1, [new string('x', IndexWriter.MAX_TERM_LENGTH + 1)] = 2 };

        Assert.That(() => field.SetImpacts(impacts), Throws.ArgumentException.With.Message.Contains("32766"));
    }

    [Test]
    public void Plain_and_packed_values_share_a_segment_and_the_largest_impact_of_a_document_stands()
    {
        using var directory = new RAMDirectory();
        using (IndexWriter writer = ToyIndex.Writer(directory, Codec))
        {
            writer.AddDocument(ToyIndex.Document("0", ToyIndex.Vector(("t01", 10), ("t05", 50))));
            writer.AddDocument(ToyIndex.Document("1", ToyIndex.Packed(ToyIndex.Vector(("t01", 11), ("t02", 20)))));
            writer.AddDocument(ToyIndex.Document(
                "2",
                ToyIndex.Packed(ToyIndex.Vector(("t01", 12), ("t03", 30))),
                new ImpactField(ToyIndex.SparseField, ToyIndex.Vector(("t01", 255), ("t03", 3)), ToyIndex.Vocabulary),
                ToyIndex.Packed(ToyIndex.Vector(("t01", 13), ("t03", 31)))));
            writer.AddDocument(ToyIndex.Document("3", ToyIndex.Vector(("t00", 1), ("t02", 21))));
        }

        AssertHolds(directory, new(StringComparer.Ordinal)
        {
            ["0"] = new() { ["t01"] = 10, ["t05"] = 50 },
            ["1"] = new() { ["t01"] = 11, ["t02"] = 20 },
            ["2"] = new() { ["t01"] = 255, ["t03"] = 31 },
            ["3"] = new() { ["t00"] = 1, ["t02"] = 21 },
        });
    }

    [Test]
    public void One_field_serves_document_after_document()
    {
        using var directory = new RAMDirectory();
        using (IndexWriter writer = ToyIndex.Writer(directory, Codec))
        {
            var field = new PackedImpactField(ToyIndex.SparseField, new Dictionary<string, byte> { ["one"] = 1, ["two"] = 2 });
            writer.AddDocument(ToyIndex.Document("0", field));
            field.SetImpacts(new Dictionary<string, byte>());
            writer.AddDocument(ToyIndex.Document("1", field));
            field.SetImpacts(ToyIndex.Vector(("t03", 3)), ToyIndex.Vocabulary);
            writer.AddDocument(ToyIndex.Document("2", field));
        }

        AssertHolds(directory, new(StringComparer.Ordinal) { ["0"] = new() { ["one"] = 1, ["two"] = 2 }, ["1"] = [], ["2"] = new() { ["t03"] = 3 } });
        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.That(MultiFields.GetTerms(reader, ToyIndex.SparseField).DocCount, Is.EqualTo(2));
    }

    [Test]
    public void Deletes_by_a_term_of_the_field_miss_buffered_documents_and_other_deletes_do_not([Values] bool flushed)
    {
        using var directory = new RAMDirectory();
        using (IndexWriter writer = ToyIndex.Writer(directory, Codec))
        {
            foreach ((string id, string term) in new[] { ("by term", "t01"), ("by query", "t02"), ("by id", "t03"), ("kept", "t03") })
            {
                writer.AddDocument(ToyIndex.Document(id, ToyIndex.Packed(ToyIndex.Vector((term, 1)))));
            }

            if (flushed)
            {
                writer.Flush(triggerMerge: false, applyAllDeletes: true);
            }

            writer.DeleteDocuments(new Term(ToyIndex.SparseField, "t01"));
            writer.DeleteDocuments(new SparseQuery(ToyIndex.SparseField, new Dictionary<string, float> { ["t02"] = 1 }));
            writer.DeleteDocuments(new Term("id", "by id"));
        }

        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.That(ToyIndex.ReadBack(reader).Keys, Is.EqualTo(flushed ? new[] { "kept" } : ["by term", "kept"]));
    }

    [Test]
    public void A_near_real_time_reader_sees_packed_documents()
    {
        using var directory = new RAMDirectory();
        using IndexWriter writer = ToyIndex.Writer(directory, Codec);
        writer.AddDocument(ToyIndex.Document("a", ToyIndex.Packed(ToyIndex.Vector(("t01", 1)))));
        using DirectoryReader reader = writer.GetReader(applyAllDeletes: true);

        Assert.That(ToyIndex.ReadBack(reader), Is.EqualTo(new Dictionary<string, SortedDictionary<string, byte>> { ["a"] = new() { ["t01"] = 1 } }));
    }

    [Test]
    public void Threads_write_with_fields_of_their_own()
    {
        using var directory = new RAMDirectory();
        var written = new SortedDictionary<string, SortedDictionary<string, byte>>(StringComparer.Ordinal);
        IndexWriterConfig config = ToyIndex.Config(Codec);
        config.RAMBufferSizeMB = 0.2;
        config.MergeScheduler = new ConcurrentMergeScheduler();
        using (var writer = new IndexWriter(directory, config))
        {
            Parallel.For(0, 8, thread =>
            {
                var random = new Random(thread);
                var field = new PackedImpactField(ToyIndex.SparseField);
                for (int i = 0; i < 1_000; i++)
                {
                    ImpactVector vector = ToyIndex.RandomVector(random, maxTerms: 20);
                    field.SetImpacts(vector, ToyIndex.Vocabulary);
                    writer.AddDocument(ToyIndex.Document($"{thread}-{i}", field));
                    lock (written)
                    {
                        written.Add($"{thread}-{i}", ToyIndex.Named(vector));
                    }
                }
            });
        }

        AssertHolds(directory, written);
    }

    [Test]
    public void Packed_vectors_count_towards_the_memory_that_makes_a_segment()
    {
        using var directory = new RAMDirectory();
        IndexWriterConfig config = ToyIndex.Config(Codec);
        config.RAMBufferSizeMB = 1;
        config.MergePolicy = NoMergePolicy.NO_COMPOUND_FILES;
        var vocabulary = new Vocabulary([.. Enumerable.Range(0, 1_000).Select(id => $"term{id:0000}")]);
        ImpactVector vector = Random(new Random(4), 1_000, 1_000);
        using (var writer = new IndexWriter(directory, config))
        {
            // 10 bytes a posting, 10 kB a document.
            for (int i = 0; i < 1_000; i++)
            {
                writer.AddDocument(ToyIndex.Document($"{i}", new PackedImpactField(ToyIndex.SparseField, vector, vocabulary)));
            }
        }

        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.That(reader.Leaves, Has.Count.InRange(10, 13));
    }

    [Test]
    public void Packed_vectors_in_the_stock_format_are_unpacked_when_merged()
    {
        using var stock = new RAMDirectory();
        using var directory = new RAMDirectory();
        SortedDictionary<string, SortedDictionary<string, byte>> written = Write(stock, new Lucene46Codec());
        using (IndexWriter writer = ToyIndex.Writer(directory, Codec))
        using (DirectoryReader reader = DirectoryReader.Open(stock))
        {
            writer.AddIndexes(reader);
        }

        AssertHolds(directory, written);
    }

    [TestCase(new byte[] { 7 })]
    [TestCase(new byte[] { 1 })]
    [TestCase(new byte[] { 2, 1, (byte)'a', 9 })]
    [TestCase(new byte[] { 1, 1, (byte)'a', 0 })]
    [TestCase(new byte[] { 1, 0, 9 })]
    [TestCase(new byte[] { 1, 2, (byte)'a', 9 })]
    [TestCase(new byte[] { 1, 1, (byte)'a', 9, 1, (byte)'b' })]
    [TestCase(new byte[] { 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    [TestCase(null)]
    public void A_damaged_payload_is_refused_with_its_place(byte[]? payload)
    {
        using var directory = new RAMDirectory();
        SortedDictionary<string, SortedDictionary<string, byte>> written = Write(directory, Codec);
        IndexWriter writer = ToyIndex.Writer(directory, Codec);
        writer.AddDocument(ToyIndex.Document("good", ToyIndex.Packed(ToyIndex.Vector(("t01", 1)))));
        using (var tokens = new OneToken("", payload))
        {
            writer.AddDocument(ToyIndex.Document("bad", new TextField(ToyIndex.SparseField, tokens)));
        }

        Assert.That(
            writer.Commit,
            Throws.ArgumentException.With.Message.Contains("Document 1 of segment").And.Message.Contains("sparse field 'sparse'").And.Message.Contains("PackedImpactField values only"));
        writer.Rollback();
        AssertHolds(directory, written);
    }

    private static ImpactVector Random(Random random, int terms, int count)
    {
        var impacts = new SortedDictionary<int, byte>();
        while (impacts.Count < count)
        {
            impacts[random.Next(terms)] = (byte)random.Next(1, 256);
        }

        return new ImpactVector([.. impacts.Keys], [.. impacts.Values]);
    }

    private static SortedDictionary<string, SortedDictionary<string, byte>> Write(Directory directory, Lucene46Codec codec)
    {
        var random = new Random(5);
        var written = new SortedDictionary<string, SortedDictionary<string, byte>>(StringComparer.Ordinal);
        using IndexWriter writer = ToyIndex.Writer(directory, codec);
        for (int i = 0; i < 50; i++)
        {
            ImpactVector vector = ToyIndex.RandomVector(random);
            writer.AddDocument(ToyIndex.Document($"{i}", ToyIndex.Packed(vector)));
            written.Add($"{i}", ToyIndex.Named(vector));
        }

        return written;
    }

    private static void AssertHolds(Directory directory, SortedDictionary<string, SortedDictionary<string, byte>> written)
    {
        ToyIndex.AssertClean(directory);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.That(ToyIndex.ReadBack(reader), Is.EqualTo(written));
    }

    private static void AssertSameFiles(ImpactVector[] vectors, Vocabulary vocabulary)
    {
        using var plain = new RAMDirectory();
        using var packed = new RAMDirectory();
        WriteAll(plain, new ImpactField(ToyIndex.SparseField));
        WriteAll(packed, new PackedImpactField(ToyIndex.SparseField));
        ToyIndex.AssertClean(packed);
        string[] files = [.. packed.ListAll().Where(name => name.Contains("SparseImpact", StringComparison.Ordinal))];
        Assert.That(files, Has.Length.EqualTo(2));
        foreach (string file in files)
        {
            Assert.That(Bytes(packed, file).AsSpan().SequenceEqual(Bytes(plain, file)), Is.True, file);
        }

        void WriteAll(Directory directory, ImpactField field)
        {
            IndexWriterConfig config = ToyIndex.Config(Codec);
            config.RAMBufferSizeMB = 512;
            config.UseCompoundFile = false;
            using var writer = new IndexWriter(directory, config);
            foreach (ImpactVector vector in vectors)
            {
                field.SetImpacts(vector, vocabulary);
                writer.AddDocument([field]);
            }
        }

        static byte[] Bytes(RAMDirectory directory, string file)
        {
            using IndexInput input = directory.OpenInput(file, IOContext.READ_ONCE);
            var bytes = new byte[input.Length];
            input.ReadBytes(bytes, 0, bytes.Length);
            return bytes;
        }
    }
}
