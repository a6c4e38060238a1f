using System.Reflection;
using System.Runtime.Loader;
using Lucene.Net.Codecs;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Queries;
using Directory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Tests.Postings;

/// <summary>The codec as its users meet it: registration, several fields, a codec of their own.</summary>
public sealed class SparseCodecTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = System.IO.Directory.CreateTempSubdirectory("sparse-codec-").FullName;

    [TearDown]
    public void DeleteFolder() => System.IO.Directory.Delete(_folder, recursive: true);

    [Test]
    public void Plain_lucene_opens_the_index_after_one_line_and_not_before()
    {
        using (Directory directory = FSDirectory.Open(_folder))
        {
            Write(directory, new SparseCodec(ToyIndex.SparseField, ToyIndex.Format));
        }

        // Fresh statics stand for a fresh process: nothing of ours or Lucene's has run in this load context.
        var context = new AssemblyLoadContext("fresh", isCollectible: true);
        string here = Path.GetDirectoryName(typeof(SparseCodecTests).Assembly.Location)!;
        context.Resolving += (_, name) => File.Exists(Path.Combine(here, name.Name + ".dll")) ? context.LoadFromAssemblyPath(Path.Combine(here, name.Name + ".dll")) : null;
        foreach (string assembly in new[] { "J2N", "Lucene.Net", "Lucene.Net.Analysis.Common", "Sparse", "Sparse.LuceneNet" })
        {
            context.LoadFromAssemblyPath(Path.Combine(here, assembly + ".dll"));
        }

        Type fresh = context.LoadFromAssemblyPath(typeof(FreshLucene).Assembly.Location).GetType(typeof(FreshLucene).FullName!)!;
        MethodInfo count = fresh.GetMethod(nameof(FreshLucene.CountPostings))!;
        Assert.That(fresh.Assembly, Is.Not.SameAs(typeof(FreshLucene).Assembly));
        Assert.That(
            () => count.Invoke(null, [_folder, false]),
            Throws.InstanceOf<TargetInvocationException>().With.InnerException.Message.Contains("SparseImpact2"));
        Assert.That(count.Invoke(null, [_folder, true]), Is.EqualTo(3));
        context.Unload();
    }

    [Test]
    public void Registering_again_changes_nothing_and_other_formats_resolve_as_before()
    {
        SparseCodec.Register();
        IPostingsFormatFactory before = PostingsFormat.GetPostingsFormatFactory();
        Parallel.For(0, 100, _ => SparseCodec.Register());

        Assert.Multiple(() =>
        {
            Assert.That(PostingsFormat.GetPostingsFormatFactory(), Is.SameAs(before));
            Assert.That(PostingsFormat.ForName("Lucene41").Name, Is.EqualTo("Lucene41"));
            Assert.That(PostingsFormat.ForName("SparseImpact2"), Is.InstanceOf<ImpactPostingsFormat>());
            Assert.That(PostingsFormat.AvailablePostingsFormats, Does.Contain("Lucene41").And.Contain("SparseImpact1").And.Contain("SparseImpact2"));
            Assert.That(() => PostingsFormat.ForName("Nonsense"), Throws.Exception);
        });
    }

    [Test]
    public void It_works_inside_a_codec_of_the_users_own()
    {
        using var directory = new RAMDirectory();
        Write(directory, new UsersCodec());
        ToyIndex.AssertClean(directory);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        var query = new SparseQuery(ToyIndex.SparseField, new Dictionary<string, float> { ["t02"] = 1, ["t03"] = 0.5f });

        Assert.That(new IndexSearcher(reader).Search(query, 10).ScoreDocs.Select(hit => hit.Doc), Is.EqualTo(new[] { 1, 0 }));
    }

    [Test]
    public void Fields_of_one_format_share_their_files_and_others_have_their_own()
    {
        using var directory = new RAMDirectory();
        var codec = new SparseCodec(new Dictionary<string, SparseFieldFormat>
        {
            ["a"] = ToyIndex.Format,
            ["b"] = new(ToyIndex.Format.Scale, ToyIndex.Format.Encoder),
            ["c"] = new(1),
        });
        using (IndexWriter writer = ToyIndex.Writer(directory, codec))
        {
            writer.AddDocument(ToyIndex.Document("0", [.. new[] { "a", "b", "c" }.Select(field =>
                new ImpactField(field, new Dictionary<string, byte> { ["x"] = 1 }))]));
        }

        Assert.That(directory.ListAll().Count(file => file.EndsWith(".sid", StringComparison.Ordinal)), Is.EqualTo(2));
        ToyIndex.AssertClean(directory);
    }

    [Test]
    public void A_format_made_by_name_alone_writes_nothing()
    {
        using var directory = new RAMDirectory();
        IndexWriter writer = ToyIndex.Writer(directory, new ReadingCodec());
        writer.AddDocument(ToyIndex.Document("0", ToyIndex.Vector(("t01", 1))));

        Assert.That(writer.Commit, Throws.InvalidOperationException.With.Message.Contains("without a scale"));
        writer.Rollback();
    }

    private static void Write(Directory directory, Codec codec)
    {
        using IndexWriter writer = ToyIndex.Writer(directory, codec);
        writer.AddDocument(ToyIndex.Document("0", ToyIndex.Vector(("t02", 10))));
        writer.AddDocument(ToyIndex.Document("1", ToyIndex.Vector(("t02", 10), ("t03", 200))));
    }

    [CodecName("Lucene46")]
    private sealed class UsersCodec : Lucene.Net.Codecs.Lucene46.Lucene46Codec
    {
        private readonly ImpactPostingsFormat _impacts = new(ToyIndex.Format);

        public override PostingsFormat GetPostingsFormatForField(string field) =>
            field == ToyIndex.SparseField ? _impacts : base.GetPostingsFormatForField(field);
    }

    [CodecName("Lucene46")]
    private sealed class ReadingCodec : Lucene.Net.Codecs.Lucene46.Lucene46Codec
    {
        private readonly ImpactPostingsFormat _impacts = new();

        public override PostingsFormat GetPostingsFormatForField(string field) =>
            field == ToyIndex.SparseField ? _impacts : base.GetPostingsFormatForField(field);
    }
}

/// <summary>What a program with nothing but Lucene in mind does; run in a load context of its own.</summary>
public static class FreshLucene
{
    /// <summary>Opens an index and counts its sparse postings.</summary>
    /// <param name="folder">The index.</param>
    /// <param name="register">Whether to write the one line first.</param>
    /// <returns>Postings of the sparse field.</returns>
    public static int CountPostings(string folder, bool register)
    {
        if (register)
        {
            SparseCodec.Register();
        }

        using Directory directory = FSDirectory.Open(folder);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        int count = 0;
        TermsEnum terms = MultiFields.GetTerms(reader, "sparse").GetEnumerator();
        while (terms.MoveNext())
        {
            DocsEnum docs = terms.Docs(null, null);
            while (docs.NextDoc() != DocIdSetIterator.NO_MORE_DOCS)
            {
                count++;
            }
        }

        return count;
    }
}
