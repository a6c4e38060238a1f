using System.Globalization;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Queries;
using Directory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Tests.Postings;

/// <summary>One stored index for each format version, which every later release must read. Never write an old one again.</summary>
public sealed class GoldenIndexTests
{
    private const int Documents = 300;
    private static readonly SparseFieldFormat OtherFormat = new(0.25f);

    private static SparseCodec Codec => new(new Dictionary<string, SparseFieldFormat> { [ToyIndex.SparseField] = ToyIndex.Format, ["other"] = OtherFormat });

    [Test]
    [Explicit("Writes the golden index of the current version; run once, when a version is new.")]
    public void Write_current_version()
    {
        string folder = Folder(ImpactPostingsFormat.Version);
        Assert.That(System.IO.Directory.Exists(folder), Is.False, "golden indexes are written once");
        using Directory directory = FSDirectory.Open(folder);
        Write(directory, Codec, 0, Documents / 2, compound: false);
        Write(directory, Codec, Documents / 2, Documents, compound: true);
    }

    [Test]
    public void An_old_index_reads_as_it_was_written([Values(1, 2, 3)] int version)
    {
        using Directory directory = FSDirectory.Open(Folder(version));
        ToyIndex.AssertClean(directory);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.Multiple(() =>
        {
            Assert.That(ToyIndex.ReadBack(reader), Is.EqualTo(Expected(Impacts)));
            Assert.That(ToyIndex.ReadBack(reader, "other"), Is.EqualTo(Expected(OtherImpacts)));
            Assert.That(SparseFieldInfo.Read(reader, ToyIndex.SparseField)?.Format, Is.EqualTo(ToyIndex.Format));
            Assert.That(SparseFieldInfo.Read(reader, "other")?.Format, Is.EqualTo(OtherFormat));
            Assert.That(SparseFieldInfo.Read(reader, ToyIndex.SparseField)?.FormatVersion, Is.EqualTo(version));
        });
    }

    [Test]
    public void An_old_index_is_searched([Values(1, 2, 3)] int version, [Values] bool pruned)
    {
        using Directory directory = FSDirectory.Open(Folder(version));
        using DirectoryReader reader = DirectoryReader.Open(directory);
        var query = new SparseQuery(ToyIndex.SparseField, new Dictionary<string, float> { ["every"] = 1 });
        TopDocs found = pruned ? new SparseSearcher(reader).Search(query, 3) : new IndexSearcher(reader).Search(query, 3);

        // Impacts of "every" go up to 255 and around again; document 254 is the first with 255.
        Assert.That(found.TotalHits, Is.EqualTo(pruned ? 3 : Documents - Documents / 10));
        Assert.That(reader.Document(found.ScoreDocs[0].Doc).Get("id", CultureInfo.InvariantCulture), Is.EqualTo("254"));
    }

    [Test]
    public void An_old_index_is_merged_by_the_writer_of_today([Values(1, 2, 3)] int version)
    {
        using var directory = new RAMDirectory(FSDirectory.Open(Folder(version)), IOContext.READ_ONCE);
        using (var writer = new IndexWriter(directory, ToyIndex.Config(Codec)))
        {
            writer.ForceMerge(1);
        }

        ToyIndex.AssertClean(directory);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.That(reader.Leaves, Has.Count.EqualTo(1));
        Assert.That(ToyIndex.ReadBack(reader), Is.EqualTo(Expected(Impacts)));
        Assert.That(SparseFieldInfo.Read(reader, ToyIndex.SparseField)?.FormatVersion, Is.EqualTo(ImpactPostingsFormat.Version));
    }

    internal static string Folder(int version)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sparse.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("No folder above the tests holds Sparse.sln.");
        }

        return Path.Combine(folder.FullName, "tests", "data", $"sparse-impact-{version}");
    }

    private static void Write(Directory directory, SparseCodec codec, int from, int to, bool compound)
    {
        using IndexWriter writer = ToyIndex.Writer(directory, codec, compound);
        for (int i = from; i < to; i++)
        {
            writer.AddDocument(ToyIndex.Document($"{i:000}", new ImpactField(ToyIndex.SparseField, Impacts(i)), new ImpactField("other", OtherImpacts(i))));
        }

        for (int i = from; i < to; i += 10)
        {
            writer.DeleteDocuments(new Term("id", $"{i:000}"));
        }
    }

    private static SortedDictionary<string, SortedDictionary<string, byte>> Expected(Func<int, SortedDictionary<string, byte>> impacts)
    {
        var expected = new SortedDictionary<string, SortedDictionary<string, byte>>(StringComparer.Ordinal);
        for (int i = 0; i < Documents; i++)
        {
            if (i % 10 != 0)
            {
                expected.Add($"{i:000}", impacts(i));
            }
        }

        return expected;
    }

    private static SortedDictionary<string, byte> Impacts(int doc) => new(StringComparer.Ordinal)
    {
        ["every"] = (byte)(1 + doc % 255),
        [$"mod{doc % 7}"] = 7,
        [$"##{doc % 31}"] = (byte)(255 - doc % 31),
        ["語" + doc % 2] = 1,
    };

    private static SortedDictionary<string, byte> OtherImpacts(int doc) =>
        doc % 3 == 0 ? new(StringComparer.Ordinal) : new(StringComparer.Ordinal) { ["third"] = 200 };
}
