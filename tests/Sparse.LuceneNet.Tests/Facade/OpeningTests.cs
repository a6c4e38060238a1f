using Lucene.Net.Analysis.Core;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Directory = System.IO.Directory;

namespace Sparse.LuceneNet.Tests.Facade;

[TestFixture]
internal sealed class OpeningTests : IndexFixture
{
    [Test]
    public void Another_encoder_is_refused_with_both_names_and_fingerprints([Values] bool empty)
    {
        using var encoder = new HashEncoder();
        using var other = new HashEncoder("other");
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder))
        {
            if (!empty)
            {
                index.Add(Doc("a", "port"));
                index.Commit();
            }

            Assert.That(() => index.Search("port", 10, new SearchOptions { QueryEncoder = other }), Refused());
        }

        Assert.That(() => SparseIndex.Open(IndexPath, other), Refused());
        Assert.That(() => SparseIndex.OpenOrCreate(IndexPath, other), Refused());
        Assert.That(() => SparseIndex.OpenReadOnly(IndexPath, other), Refused());
        SparseIndex.Open(IndexPath, encoder).Dispose();

        static NUnit.Framework.Constraints.Constraint Refused() => Throws.TypeOf<InvalidDataException>()
            .With.Message.Contains("'hash' (hash-fingerprint)").And.Message.Contains("'other' (other-fingerprint)").And.Message.Contains("anew");
    }

    [Test]
    public void A_query_only_encoder_searches_documents_of_its_vocabulary_and_adds_none()
    {
        using var encoder = new HashEncoder();
        using var idf = new HashEncoder("idf", isQueryOnly: true);
        using var foreign = new HashEncoder("foreign", isQueryOnly: true, prefix: "u");
        Assert.That(() => SparseIndex.Create(IndexPath, idf), Throws.ArgumentException.With.Message.Contains("for queries alone"));
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder))
        {
            index.Add(Doc("a", "port"));
            index.Commit();
            Assert.That(Ids(index.Search("port", 10, new SearchOptions { QueryEncoder = idf })), Is.EqualTo(new[] { "a" }));
        }

        using SparseIndex reopened = SparseIndex.Open(IndexPath, idf);
        Assert.That(Ids(reopened.Search("port")), Is.EqualTo(new[] { "a" }));
        Assert.That(() => reopened.Add(Doc("b", "port")), Throws.InvalidOperationException.With.Message.Contains("for queries alone"));
        Assert.That(() => reopened.Search("port", 10, new SearchOptions { QueryEncoder = foreign }), Throws.TypeOf<InvalidDataException>().With.Message.Contains("another vocabulary"));
    }

    [Test]
    public void An_index_opened_without_encoder_deletes_but_does_not_add()
    {
        using var encoder = new HashEncoder();
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder))
        {
            index.Add([Doc("a", "port"), Doc("b", "port")]);
            index.Commit();
        }

        using (SparseIndex index = SparseIndex.Open(IndexPath, encoder: null))
        {
            Assert.That(index.Delete("a"), Is.EqualTo(1));
            Assert.That(() => index.Add(Doc("c", "port")), Throws.InvalidOperationException.With.Message.Contains("'hash'"));
            index.Commit();
        }

        using SparseIndex reopened = SparseIndex.Open(IndexPath, encoder);
        Assert.That(Ids(reopened.Search("port")), Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public void A_locked_index_says_who_and_what_to_do_and_can_be_read_meanwhile()
    {
        using var encoder = new HashEncoder();
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder))
        {
            Assert.That(() => SparseIndex.Open(IndexPath, encoder), Throws.InstanceOf<IOException>().With.Message.Contains("locked").And.Message.Contains("read-only"));
            SparseIndex.OpenReadOnly(IndexPath, encoder).Dispose();
        }

        SparseIndex.Open(IndexPath, encoder).Dispose();
    }

    [Test]
    public void Create_refuses_a_folder_with_an_index_other_files_or_a_file()
    {
        using var encoder = new HashEncoder();
        SparseIndex.Create(IndexPath, encoder).Dispose();
        Assert.That(() => SparseIndex.Create(IndexPath, encoder), Throws.InstanceOf<IOException>().With.Message.Contains("already holds an index"));

        Directory.CreateDirectory(PathOf("photos"));
        File.WriteAllText(PathOf("photos/cat.txt"), "cat");
        Assert.That(() => SparseIndex.OpenOrCreate(PathOf("photos"), encoder), Throws.InstanceOf<IOException>().With.Message.Contains("cat.txt"));
        Assert.That(() => SparseIndex.Create(PathOf("photos/cat.txt"), encoder), Throws.InstanceOf<IOException>().With.Message.Contains("is a file"));
        Assert.That(File.ReadAllText(PathOf("photos/cat.txt")), Is.EqualTo("cat"));
        Assert.That(SparseIndex.Exists(PathOf("photos")), Is.False);
    }

    [Test]
    public void Opening_what_is_not_there_says_so_and_makes_nothing()
    {
        Assert.That(() => SparseIndex.Open(PathOf("none"), null), Throws.TypeOf<DirectoryNotFoundException>().With.Message.Contains("no index"));
        Assert.That(() => SparseIndex.OpenReadOnly(PathOf("none")), Throws.TypeOf<DirectoryNotFoundException>());
        Assert.That(Directory.Exists(PathOf("none")), Is.False);
    }

    [TestCase(0)]
    [TestCase(20)]
    public void A_creation_that_was_killed_leaves_a_folder_where_an_index_can_be_made(int bytesOfFirstCommit)
    {
        using var encoder = new HashEncoder();
        SparseIndex.Create(IndexPath, encoder).Dispose();
        byte[] commit = File.ReadAllBytes(Path.Combine(IndexPath, "segments_1"));
        string killed = PathOf("killed");
        Directory.CreateDirectory(killed);
        File.WriteAllText(Path.Combine(killed, "write.lock"), "");
        File.WriteAllBytes(Path.Combine(killed, "segments_1"), commit[..bytesOfFirstCommit]);

        Assert.That(SparseIndex.Exists(killed), Is.False);
        using SparseIndex index = SparseIndex.OpenOrCreate(killed, encoder);
        index.Add(Doc("a", "port"));
        index.Commit();
        Assert.That(index.Check().Problems, Is.Empty);
    }

    [Test]
    public void An_index_that_something_else_made_is_refused()
    {
        using (FSDirectory directory = FSDirectory.Open(IndexPath))
        using (var writer = new IndexWriter(directory, new IndexWriterConfig(LuceneVersion.LUCENE_48, new WhitespaceAnalyzer(LuceneVersion.LUCENE_48))))
        {
            writer.AddDocument([new Lucene.Net.Documents.TextField("body", "port", Lucene.Net.Documents.Field.Store.YES)]);
        }

        Assert.That(() => SparseIndex.OpenReadOnly(IndexPath), Throws.TypeOf<InvalidDataException>().With.Message.Contains("not made by this library"));
        using var encoder = new HashEncoder();
        Assert.That(() => SparseIndex.Create(IndexPath, encoder), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void Merged_by_plain_Lucene_into_a_new_directory_it_still_knows_its_encoder()
    {
        using var encoder = new HashEncoder();
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder))
        {
            index.Add([Doc("a", "port"), Doc("b", "ship")]);
            index.Commit();
        }

        using (FSDirectory source = FSDirectory.Open(IndexPath))
        using (FSDirectory target = FSDirectory.Open(PathOf("merged")))
        using (var writer = new IndexWriter(target, new IndexWriterConfig(LuceneVersion.LUCENE_48, null)))
        {
            writer.AddIndexes(source);
        }

        using SparseIndex merged = SparseIndex.Open(PathOf("merged"), encoder);
        Assert.That(merged.Encoder, Is.EqualTo(encoder.Identity));
        Assert.That(merged.Add(Doc("a", "ship")), Is.EqualTo(1));
        merged.Commit();
        Assert.That(Ids(merged.Search("ship")), Is.EqualTo(new[] { "b", "a" }));
    }

    [Test]
    public void Segments_of_another_scale_are_refused()
    {
        using var encoder = new HashEncoder();
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder))
        {
            index.Add(Doc("a", "port"));
            index.Commit();
        }

        using (FSDirectory directory = FSDirectory.Open(IndexPath))
        {
            var config = new IndexWriterConfig(LuceneVersion.LUCENE_48, new WhitespaceAnalyzer(LuceneVersion.LUCENE_48))
            {
                Codec = new SparseCodec(SparseFields.Sparse, new SparseFieldFormat(0.5f, encoder.Identity)),
            };
            using var writer = new IndexWriter(directory, config);
            writer.AddDocument([new ImpactField(SparseFields.Sparse, new Dictionary<string, byte> { ["t1"] = 9 })]);
        }

        Assert.That(() => SparseIndex.OpenReadOnly(IndexPath, encoder), Throws.TypeOf<InvalidDataException>().With.Message.Contains("scale"));
    }
}
