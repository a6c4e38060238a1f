using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Queries;
using Sparse.Vectors;
using Directory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Tests.Postings;

// What is refused: mixed scales, tokens without impact, damaged files.
public abstract partial class PostingsFormatConformance
{
    private static readonly SparseFieldFormat[] OtherFormats =
    [
        new(ToyIndex.Format.Scale * 2, ToyIndex.Format.Encoder),
        new(ToyIndex.Format.Scale, new EncoderIdentity("another", "aaaaaaaaaaaaaaaa", "fedcba9876543210", false)),
        new(ToyIndex.Format.Scale),
    ];

    [Test]
    public void Another_scale_or_encoder_is_refused_when_readers_are_added([ValueSource(nameof(OtherFormats))] SparseFieldFormat other)
    {
        using var directory = new RAMDirectory();
        using var added = new RAMDirectory();
        SortedDictionary<string, SortedDictionary<string, byte>> written = WriteRandom(directory, NewCodec(), seed: 40, documents: 20, segments: 1);
        WriteRandom(added, NewCodec((ToyIndex.SparseField, other)), seed: 41, documents: 20, segments: 1);
        using (IndexWriter writer = ToyIndex.Writer(directory, NewCodec()))
        {
            Assert.That(
                () => Add(writer, added, asReaders: true),
                Throws.InstanceOf<InvalidDataException>().With.Message.Contains(other.Describe()).And.Message.Contains(ToyIndex.Format.Describe()));
        }

        AssertHolds(directory, written);
    }

    [Test]
    public void Another_scale_or_encoder_is_refused_behind_a_wrapped_reader()
    {
        using var directory = new RAMDirectory();
        using var added = new RAMDirectory();
        WriteRandom(added, NewCodec((ToyIndex.SparseField, OtherFormats[0])), seed: 41, documents: 20, segments: 2);
        using IndexWriter writer = ToyIndex.Writer(directory, NewCodec());
        using DirectoryReader reader = DirectoryReader.Open(added);

        Assert.That(() => writer.AddIndexes(SlowCompositeReaderWrapper.Wrap(reader)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("merge"));
    }

    [Test]
    public void Another_scale_or_encoder_is_found_after_directories_were_added([ValueSource(nameof(OtherFormats))] SparseFieldFormat other)
    {
        using var directory = new RAMDirectory();
        using var added = new RAMDirectory();
        WriteRandom(directory, NewCodec(), seed: 42, documents: 20, segments: 1);
        WriteRandom(added, NewCodec((ToyIndex.SparseField, other)), seed: 43, documents: 20, segments: 1);
        using (IndexWriter writer = ToyIndex.Writer(directory, NewCodec()))
        {
            Add(writer, added, asReaders: false);
        }

        using DirectoryReader reader = DirectoryReader.Open(directory);
        var query = new SparseQuery(ToyIndex.SparseField, new Dictionary<string, float> { ["t01"] = 1 });
        Assert.Multiple(() =>
        {
            Assert.That(() => SparseFieldInfo.Read(reader, ToyIndex.SparseField), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(other.Describe()));
            Assert.That(() => new IndexSearcher(reader).Search(query, 1), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(other.Describe()));
            Assert.That(() => Merge(directory, NewCodec()), Throws.Exception.With.Message.Contains("merge"));
        });
        ToyIndex.AssertClean(directory);
    }

    [TestCase(null, "payload of 0 bytes")]
    [TestCase(new byte[] { 1, 2 }, "payload of 2 bytes")]
    [TestCase(new byte[] { 0 }, "impact 0")]
    public void A_token_without_an_impact_is_refused_with_its_place(byte[]? payload, string reason)
    {
        using var directory = new RAMDirectory();
        SortedDictionary<string, SortedDictionary<string, byte>> written = WriteRandom(directory, NewCodec(), seed: 44, documents: 20, segments: 1);
        IndexWriter writer = ToyIndex.Writer(directory, NewCodec());
        using (var tokens = new OneToken("t05", payload))
        {
            writer.AddDocument(ToyIndex.Document("bad", new TextField(ToyIndex.SparseField, tokens)));
        }

        Assert.That(
            writer.Commit,
            Throws.ArgumentException.With.Message.Contains(reason).And.Message.Contains("'t05' of document 0 in sparse field 'sparse'"));
        writer.Rollback();
        AssertHolds(directory, written);
    }

    [Test]
    public void A_field_without_positions_is_refused()
    {
        using var directory = new RAMDirectory();
        IndexWriter writer = ToyIndex.Writer(directory, NewCodec());
        writer.AddDocument(ToyIndex.Document("bad", new StringField(ToyIndex.SparseField, "t05", Field.Store.NO)));

        Assert.That(writer.Commit, Throws.ArgumentException.With.Message.Contains("DOCS_ONLY").And.Message.Contains("ImpactField"));
        writer.Rollback();
    }

    [Test]
    public void Of_two_values_in_one_document_the_larger_impact_stands()
    {
        using var directory = new RAMDirectory();
        using (IndexWriter writer = ToyIndex.Writer(directory, NewCodec()))
        {
            writer.AddDocument(ToyIndex.Document(
                "two",
                new ImpactField(ToyIndex.SparseField, ToyIndex.Vector(("t01", 9), ("t02", 3)), ToyIndex.Vocabulary),
                new ImpactField(ToyIndex.SparseField, ToyIndex.Vector(("t01", 4), ("t03", 255)), ToyIndex.Vocabulary)));
        }

        AssertHolds(directory, new(StringComparer.Ordinal) { ["two"] = new() { ["t01"] = 9, ["t02"] = 3, ["t03"] = 255 } });
    }

    [Test]
    public void Every_changed_byte_is_found()
    {
        using Directory directory = NewFolder();
        SortedDictionary<string, SortedDictionary<string, byte>> written = WriteRandom(directory, NewCodec(), seed: 45, documents: 4, segments: 1);
        foreach (string file in OurFiles(directory))
        {
            byte[] good = File.ReadAllBytes(file);
            for (int i = 0; i < good.Length; i++)
            {
                byte[] bad = [.. good];
                bad[i] ^= 0x10;
                File.WriteAllBytes(file, bad);

                Assert.That(() => OpenAndCheck(directory), Throws.InstanceOf<IOException>(), $"{file}, byte {i}");
                try
                {
                    // Reading on without the check may give wrong impacts where terms have no checksums, but nothing else may go wrong.
                    using DirectoryReader reader = DirectoryReader.Open(directory);
                    Walk(reader);
                    if (ChecksTerms)
                    {
                        Assert.That(ToyIndex.ReadBack(reader), Is.EqualTo(written), $"{file}, byte {i}");
                    }
                }
                catch (IOException)
                {
                    // Found early.
                }
            }

            File.WriteAllBytes(file, good);
        }

        OpenAndCheck(directory);
    }

    [Test]
    public void Every_truncation_is_found_at_opening()
    {
        using Directory directory = NewFolder();
        WriteRandom(directory, NewCodec(), seed: 46, documents: 4, segments: 1);
        foreach (string file in OurFiles(directory))
        {
            byte[] good = File.ReadAllBytes(file);
            for (int length = 0; length < good.Length; length++)
            {
                File.WriteAllBytes(file, good[..length]);
                Assert.That(() => DirectoryReader.Open(directory), Throws.InstanceOf<IOException>(), $"{file}, {length} bytes");
            }

            File.WriteAllBytes(file, good);
        }
    }

    [Test]
    public void A_later_version_is_refused_with_the_reason()
    {
        using Directory directory = NewFolder();
        WriteRandom(directory, NewCodec(), seed: 47, documents: 12, segments: 1);
        foreach (string file in OurFiles(directory))
        {
            // Header: magic of four bytes, length and name, version of four bytes.
            byte[] good = File.ReadAllBytes(file);
            byte[] later = [.. good];
            later[4 + 1 + good[4] + 3] = 99;
            File.WriteAllBytes(file, later);

            Assert.That(
                () => DirectoryReader.Open(directory),
                Throws.InstanceOf<IndexFormatTooNewException>().With.Message.Contains("99").And.Message.Contains("update the package"));
            File.WriteAllBytes(file, good);
        }
    }

    private static string[] OurFiles(Directory directory)
    {
        string folder = ((FSDirectory)directory).Directory.FullName;
        string[] files = System.IO.Directory.GetFiles(folder, "*SparseImpact*");
        Assert.That(files, Is.Not.Empty);
        return files;
    }

    private static void OpenAndCheck(Directory directory)
    {
        using DirectoryReader reader = DirectoryReader.Open(directory);
        foreach (AtomicReaderContext leaf in reader.Leaves)
        {
            leaf.AtomicReader.CheckIntegrity();
        }
    }

    private static void Walk(DirectoryReader reader)
    {
        foreach (AtomicReaderContext leaf in reader.Leaves)
        {
            TermsEnum term = leaf.AtomicReader.GetTerms(ToyIndex.SparseField).GetEnumerator();
            while (term.MoveNext())
            {
                DocsAndPositionsEnum postings = term.DocsAndPositions(null, null);
                while (postings.NextDoc() != DocIdSetIterator.NO_MORE_DOCS)
                {
                    Assert.That(postings.DocID, Is.InRange(0, leaf.AtomicReader.MaxDoc - 1));
                }

                term.DocsAndPositions(null, postings).Advance(leaf.AtomicReader.MaxDoc / 2);
            }
        }
    }
}
