using System.Globalization;
using Lucene.Net.Codecs;
using Lucene.Net.Codecs.Lucene46;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;
using Sparse.Vectors;
using Directory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Tests.Postings;

/// <summary>Everything Lucene does with a segment, against whichever version of the impact postings a subclass puts in.</summary>
/// <remarks>A further version of the format inherits it all; the other parts of the class lie beside this one.</remarks>
public abstract partial class PostingsFormatConformance
{
    private string? _folder;

    /// <summary>True where the format unpacks the vectors of a <see cref="PackedImpactField"/>.</summary>
    public virtual bool TakesPackedVectors => true;

    /// <summary>True where each term has a checksum.</summary>
    public virtual bool ChecksTerms => true;

    /// <summary>The format under test.</summary>
    /// <param name="format">Scale and encoder of the fields that it will write.</param>
    /// <returns>A new instance.</returns>
    public abstract PostingsFormat NewPostingsFormat(SparseFieldFormat format);

    /// <summary>A codec that writes the given fields with the format under test.</summary>
    /// <param name="fields">Sparse fields; all others are Lucene's.</param>
    /// <returns>A new instance.</returns>
    public Codec NewCodec(params (string Field, SparseFieldFormat Format)[] fields)
    {
        if (fields.Length == 0)
        {
            fields = [(ToyIndex.SparseField, ToyIndex.Format)];
        }

        return new CodecUnderTest(fields.ToDictionary(field => field.Field, field => NewPostingsFormat(field.Format)));
    }

    /// <summary>A folder on disk, deleted after the test.</summary>
    /// <returns>Its directory.</returns>
    public Directory NewFolder()
    {
        _folder ??= System.IO.Directory.CreateTempSubdirectory("sparse-codec-").FullName;
        return FSDirectory.Open(Path.Combine(_folder, $"index{System.IO.Directory.GetDirectories(_folder).Length}"));
    }

    [TearDown]
    public void DeleteFolder()
    {
        if (_folder is not null)
        {
            System.IO.Directory.Delete(_folder, recursive: true);
            _folder = null;
        }
    }

    [Test]
    public void Flushed_impacts_read_back([Values] bool compound, [Values] bool onDisk)
    {
        using Directory directory = onDisk ? NewFolder() : new RAMDirectory();
        SortedDictionary<string, SortedDictionary<string, byte>> written = WriteRandom(directory, NewCodec(), seed: 1, documents: 300, segments: 1, compound);

        Assert.That(directory.ListAll().Any(file => file.EndsWith(".cfs", StringComparison.Ordinal)), Is.EqualTo(compound));
        AssertHolds(directory, written);
    }

    [Test]
    public void Merged_impacts_read_back([Values] bool compound)
    {
        using Directory directory = NewFolder();
        SortedDictionary<string, SortedDictionary<string, byte>> written = WriteRandom(directory, NewCodec(), seed: 2, documents: 300, segments: 7, compound);
        Merge(directory, NewCodec(), compound);

        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.That(reader.Leaves, Has.Count.EqualTo(1));
        AssertHolds(directory, written);
    }

    [Test]
    public void Deleted_documents_are_gone_before_and_after_a_merge()
    {
        using var directory = new RAMDirectory();
        SortedDictionary<string, SortedDictionary<string, byte>> written = WriteRandom(directory, NewCodec(), seed: 3, documents: 200, segments: 3);
        using (IndexWriter writer = ToyIndex.Writer(directory, NewCodec()))
        {
            foreach (string id in written.Keys.Where((_, i) => i % 3 == 0).ToArray())
            {
                writer.DeleteDocuments(new Term("id", id));
                written.Remove(id);
            }

            // Postings are themselves what a delete may name.
            writer.DeleteDocuments(new Term(ToyIndex.SparseField, "t07"));
            foreach (string id in written.Keys.Where(id => written[id].ContainsKey("t07")).ToArray())
            {
                written.Remove(id);
            }
        }

        AssertHolds(directory, written);
        Merge(directory, NewCodec());
        AssertHolds(directory, written);
    }

    [Test]
    public void Segments_of_many_blocks_merge_without_the_documents_that_a_reader_hides([Values] bool deleted)
    {
        using var directory = new RAMDirectory();
        using var merged = new RAMDirectory();
        SortedDictionary<string, SortedDictionary<string, byte>> written = WriteRandom(directory, NewCodec(), seed: 9, documents: 6_000, segments: 2);
        if (deleted)
        {
            using IndexWriter deleting = ToyIndex.Writer(directory, NewCodec());
            deleting.DeleteDocuments(new Term(ToyIndex.SparseField, "t07"));
            foreach (string id in written.Keys.Where(id => written[id].ContainsKey("t07")).ToArray())
            {
                written.Remove(id);
            }
        }

        using (IndexWriter writer = ToyIndex.Writer(merged, NewCodec()))
        using (DirectoryReader reader = DirectoryReader.Open(directory))
        {
            writer.AddIndexes([.. reader.Leaves.Select(leaf => new SecondHalf(leaf.AtomicReader))]);
        }

        string[] first = [.. written.Keys.Where(id => int.Parse(id, CultureInfo.InvariantCulture) % 3_000 < 1_500)];
        Array.ForEach(first, id => written.Remove(id));
        AssertHolds(merged, written);
    }

    [Test]
    public void Updated_documents_have_their_new_impacts()
    {
        using var directory = new RAMDirectory();
        SortedDictionary<string, SortedDictionary<string, byte>> written = WriteRandom(directory, NewCodec(), seed: 4, documents: 60, segments: 2);
        using (IndexWriter writer = ToyIndex.Writer(directory, NewCodec()))
        {
            var random = new Random(44);
            foreach (string id in written.Keys.Where((_, i) => i % 2 == 0).ToArray())
            {
                ImpactVector vector = ToyIndex.RandomVector(random);
                writer.UpdateDocument(new Term("id", id), ToyIndex.Document(id, vector));
                written[id] = ToyIndex.Named(vector);
            }
        }

        AssertHolds(directory, written);
    }

    [Test]
    public void A_near_real_time_reader_sees_what_is_not_committed()
    {
        using var directory = new RAMDirectory();
        using IndexWriter writer = ToyIndex.Writer(directory, NewCodec());
        writer.AddDocument(ToyIndex.Document("a", ToyIndex.Vector(("t01", 1))));
        using DirectoryReader first = writer.GetReader(applyAllDeletes: true);
        Assert.That(ToyIndex.ReadBack(first).Keys, Is.EqualTo(new[] { "a" }));

        writer.AddDocument(ToyIndex.Document("b", ToyIndex.Vector(("t01", 255))));
        writer.DeleteDocuments(new Term("id", "a"));
        using DirectoryReader second = DirectoryReader.OpenIfChanged(first);
        Assert.That(ToyIndex.ReadBack(second), Is.EqualTo(new Dictionary<string, SortedDictionary<string, byte>> { ["b"] = new() { ["t01"] = 255 } }));
        Assert.That(DirectoryReader.OpenIfChanged(second), Is.Null);
        Assert.That(ToyIndex.ReadBack(first).Keys, Is.EqualTo(new[] { "a" }), "an open reader is a point in time");
    }

    [Test]
    public void Indexes_add_as_directories_and_as_readers([Values] bool asReaders)
    {
        using var directory = new RAMDirectory();
        using var added = new RAMDirectory();
        SortedDictionary<string, SortedDictionary<string, byte>> written = WriteRandom(directory, NewCodec(), seed: 5, documents: 40, segments: 2);
        foreach ((string id, SortedDictionary<string, byte> impacts) in WriteRandom(added, NewCodec(), seed: 6, documents: 40, segments: 3, prefix: "added"))
        {
            written.Add(id, impacts);
        }

        using (IndexWriter writer = ToyIndex.Writer(directory, NewCodec()))
        {
            Add(writer, added, asReaders);
        }

        AssertHolds(directory, written);
        Merge(directory, NewCodec());
        AssertHolds(directory, written);
    }

    [Test]
    public void Payload_postings_of_the_stock_format_convert_when_merged()
    {
        using var directory = new RAMDirectory();
        using var stock = new RAMDirectory();
        SortedDictionary<string, SortedDictionary<string, byte>> written = WriteRandom(stock, null, seed: 7, documents: 300, segments: 2);
        using (IndexWriter writer = ToyIndex.Writer(directory, NewCodec()))
        {
            Add(writer, stock, asReaders: true);
        }

        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.That(SparseFieldInfo.Read(reader, ToyIndex.SparseField)?.Scale, Is.EqualTo(ToyIndex.Format.Scale));
        AssertHolds(directory, written);
    }

    [Test]
    public void A_stock_writer_turns_them_back_into_payload_postings()
    {
        using var directory = new RAMDirectory();
        using var stock = new RAMDirectory();
        SortedDictionary<string, SortedDictionary<string, byte>> written = WriteRandom(directory, NewCodec(), seed: 8, documents: 300, segments: 2);
        using (IndexWriter writer = ToyIndex.Writer(stock, new Lucene46Codec()))
        {
            Add(writer, directory, asReaders: true);
        }

        Assert.That(stock.ListAll(), Has.None.Contains("SparseImpact"));
        AssertHolds(stock, written);
    }

    [Test]
    public void Fields_keep_their_own_impacts_scales_and_encoders()
    {
        var other = new SparseFieldFormat(0.5f);
        using Directory directory = NewFolder();
        Codec codec = NewCodec((ToyIndex.SparseField, ToyIndex.Format), ("other", other), ("third", ToyIndex.Format));
        using (IndexWriter writer = ToyIndex.Writer(directory, codec))
        {
            for (int i = 0; i < 4; i++)
            {
                writer.AddDocument(ToyIndex.Document(
                    $"{i}",
                    new ImpactField("other", ToyIndex.Vector(("t02", (byte)(10 + i))), ToyIndex.Vocabulary),
                    new TextField("text", "plain words", Field.Store.NO),
                    new ImpactField("third", ToyIndex.Vector(("t02", 200)), ToyIndex.Vocabulary),
                    new ImpactField(ToyIndex.SparseField, ToyIndex.Vector(("t02", (byte)(20 + i))), ToyIndex.Vocabulary)));
                if (i == 1)
                {
                    writer.Commit();
                }
            }
        }

        Merge(directory, codec);
        ToyIndex.AssertClean(directory);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.Multiple(() =>
        {
            Assert.That(ToyIndex.ReadBack(reader)["3"]["t02"], Is.EqualTo(23));
            Assert.That(ToyIndex.ReadBack(reader, "other")["3"]["t02"], Is.EqualTo(13));
            Assert.That(ToyIndex.ReadBack(reader, "third")["3"]["t02"], Is.EqualTo(200));
            Assert.That(SparseFieldInfo.Read(reader, ToyIndex.SparseField)?.Format, Is.EqualTo(ToyIndex.Format));
            Assert.That(SparseFieldInfo.Read(reader, "other")?.Format, Is.EqualTo(other));
            Assert.That(SparseFieldInfo.Read(reader, "third")?.Format, Is.EqualTo(ToyIndex.Format));
            Assert.That(SparseFieldInfo.Read(reader, "absent"), Is.Null);
            Assert.That(new IndexSearcher(reader).Search(new TermQuery(new Term("text", "words")), 10).TotalHits, Is.EqualTo(4));
        });
    }

    [Test]
    public void Documents_and_segments_without_terms_are_fine()
    {
        using var directory = new RAMDirectory();
        using (IndexWriter writer = ToyIndex.Writer(directory, NewCodec()))
        {
            writer.AddDocument(ToyIndex.Document("0", ImpactVectorOf()));
            writer.AddDocument(ToyIndex.Document("1"));
            writer.Commit();
            writer.AddDocument(ToyIndex.Document("2", ImpactVectorOf()));
            writer.AddDocument(ToyIndex.Document("3", ToyIndex.Vector(("t03", 7))));
            writer.Commit();
            writer.AddDocument(ToyIndex.Document("4", ToyIndex.Vector(("t03", 8))));
            writer.Commit();
            writer.DeleteDocuments(new Term("id", "4"));
        }

        var expected = new SortedDictionary<string, SortedDictionary<string, byte>>(StringComparer.Ordinal)
        {
            ["0"] = [],
            ["1"] = [],
            ["2"] = [],
            ["3"] = new() { ["t03"] = 7 },
        };
        AssertHolds(directory, expected);
        Merge(directory, NewCodec());
        AssertHolds(directory, expected);

        static ImpactVector ImpactVectorOf() => new([], []);
    }

    [Test]
    public void A_term_may_be_in_every_document()
    {
        using var directory = new RAMDirectory();
        using (IndexWriter writer = ToyIndex.Writer(directory, NewCodec()))
        {
            for (int i = 0; i < 1_000; i++)
            {
                writer.AddDocument(ToyIndex.Document($"{i:0000}", ToyIndex.Vector(("t00", (byte)(1 + i % 255)))));
            }
        }

        ToyIndex.AssertClean(directory);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.That(reader.DocFreq(new Term(ToyIndex.SparseField, "t00")), Is.EqualTo(1_000));
        Assert.That(ToyIndex.ReadBack(reader).Select(document => document.Value["t00"]), Is.EqualTo(Enumerable.Range(0, 1_000).Select(i => (byte)(1 + i % 255))));
    }

    /// <summary>Asserts that an index is clean and holds exactly these documents.</summary>
    protected static void AssertHolds(Directory directory, SortedDictionary<string, SortedDictionary<string, byte>> written)
    {
        ToyIndex.AssertClean(directory);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.That(ToyIndex.ReadBack(reader), Is.EqualTo(written));
    }

    /// <summary>Writes random documents, and returns what was written.</summary>
    protected static SortedDictionary<string, SortedDictionary<string, byte>> WriteRandom(
        Directory directory, Codec? codec, int seed, int documents, int segments, bool compound = false, string prefix = "")
    {
        var random = new Random(seed);
        var written = new SortedDictionary<string, SortedDictionary<string, byte>>(StringComparer.Ordinal);
        using IndexWriter writer = ToyIndex.Writer(directory, codec, compound);
        for (int i = 0; i < documents; i++)
        {
            ImpactVector vector = ToyIndex.RandomVector(random, maxTerms: 20, distinctImpacts: 255);
            writer.AddDocument(ToyIndex.Document($"{prefix}{i:0000}", vector));
            written.Add($"{prefix}{i:0000}", ToyIndex.Named(vector));
            if (i % (documents / segments) == documents / segments - 1)
            {
                writer.Commit();
            }
        }

        return written;
    }

    /// <summary>Merges an index to one segment.</summary>
    protected static void Merge(Directory directory, Codec? codec, bool compound = false)
    {
        IndexWriterConfig config = ToyIndex.Config(codec);
        config.MergePolicy = new LogDocMergePolicy { NoCFSRatio = compound ? 1 : 0 };
        using var writer = new IndexWriter(directory, config);
        writer.ForceMerge(1);
    }

    /// <summary>Adds another index, by copying its segments or by merging its readers.</summary>
    protected static void Add(IndexWriter writer, Directory added, bool asReaders)
    {
        if (asReaders)
        {
            using DirectoryReader reader = DirectoryReader.Open(added);
            writer.AddIndexes(reader);
        }
        else
        {
            writer.AddIndexes(added);
        }
    }

    /// <summary>A reader that shows the second half of its documents as the live ones.</summary>
    private sealed class SecondHalf(AtomicReader inner) : FilterAtomicReader(inner)
    {
        private readonly FixedBitSet _live = Live(inner);

        public override IBits LiveDocs => _live;

        public override int NumDocs => _live.Cardinality;

        private static FixedBitSet Live(AtomicReader inner)
        {
            var live = new FixedBitSet(inner.MaxDoc);
            for (int doc = inner.MaxDoc / 2; doc < inner.MaxDoc; doc++)
            {
                if (inner.LiveDocs?.Get(doc) != false)
                {
                    live.Set(doc);
                }
            }

            return live;
        }
    }

    [CodecName("Lucene46")]
    private sealed class CodecUnderTest(Dictionary<string, PostingsFormat> formats) : Lucene46Codec
    {
        public override PostingsFormat GetPostingsFormatForField(string field) =>
            formats.TryGetValue(field, out PostingsFormat? format) ? format : base.GetPostingsFormatForField(field);
    }
}
