using Lucene.Net.Index;
using Lucene.Net.Store;
using Sparse.Chaos;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Tests.Facade;
using Directory = System.IO.Directory;

namespace Sparse.LuceneNet.Tests.Faults;

/// <summary>A short run of the campaign of bench/Sparse.Chaos, and the parts that it is made of.</summary>
[TestFixture]
internal sealed class DamageTests : IndexFixture
{
    [Test]
    public void Any_changed_byte_of_any_file_is_detected_or_changes_no_answer()
    {
        using var encoder = new HashEncoder();
        var damage = new Damage(Subject.Make(IndexPath, encoder, Pieces.Make(encoder, Texts(120))));
        AssertNoFailure([.. Enumerable.Range(0, 150).Select(damage.Run)]);
    }

    [Test]
    public void A_changed_byte_is_never_merged_into_a_sound_index()
    {
        using var encoder = new HashEncoder();
        var damage = new Damage(Subject.Make(IndexPath, encoder, Pieces.Make(encoder, Texts(120))));
        AssertNoFailure([.. Enumerable.Range(0, 8).Select(number => damage.Merge(number, PathOf("copy"), encoder))]);
    }

    [Test]
    public void A_changed_byte_of_an_old_format_is_detected_too([Values(1, 2)] int version)
    {
        var damage = new Damage(Subject.Golden(version, Postings.GoldenIndexTests.Folder(version), IndexPath));
        AssertNoFailure([.. Enumerable.Range(0, 80).Select(damage.Run)]);
    }

    [Test]
    public void A_damaged_file_is_not_copied_into_a_backup([Values(".sip", ".fdt")] string extension)
    {
        using var encoder = new HashEncoder();
        _ = Subject.Make(IndexPath, encoder, Pieces.Make(encoder, Texts(60)));
        using SparseIndex index = SparseIndex.OpenReadOnly(IndexPath, encoder);
        Change(Directory.GetFiles(IndexPath, "*" + extension)[0]);

        Assert.That(() => index.Backup(PathOf("backup")), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("damaged").And.Message.Contains(extension));
        Assert.That(Directory.Exists(PathOf("backup")), Is.False);
    }

    [Test]
    public void A_large_file_is_verified_when_it_is_first_read_and_not_when_it_is_opened()
    {
        using var encoder = new HashEncoder();
        _ = Subject.Make(IndexPath, encoder, Pieces.Make(encoder, Texts(60)));
        Change(Directory.GetFiles(IndexPath, "*.fdt").MaxBy(file => new FileInfo(file).Length)!);
        using var directory = new CheckedDirectory(FSDirectory.Open(IndexPath), large: 200);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        Assert.That(() =>
        {
            for (int doc = 0; doc < reader.MaxDoc; doc++)
            {
                reader.Document(doc);
            }
        }, Throws.InstanceOf<CorruptIndexException>().With.Message.Contains(".fdt"));
    }

    [Test]
    public void A_large_sound_file_reads_as_ever()
    {
        using var encoder = new HashEncoder();
        Subject subject = Subject.Make(IndexPath, encoder, Pieces.Make(encoder, Texts(60)));
        Assert.That(subject.Read(0), Is.Not.Empty);
        using var late = new CheckedDirectory(FSDirectory.Open(IndexPath), large: 0);
        Postings.ToyIndex.AssertClean(late);
        using DirectoryReader reader = DirectoryReader.Open(late);
        Assert.That(Enumerable.Range(0, reader.MaxDoc).Select(doc => reader.Document(doc).Fields.Count), Has.All.GreaterThan(2));
    }

    /// <summary>Texts of words that come back.</summary>
    internal static string[] Texts(int count) => [.. Enumerable.Range(0, count).Select(i => $"word{i % 7} word{i % 11} ship number {i % 31} of port {i} {string.Join(' ', Enumerable.Range(0, i % 9).Select(j => $"cargo{i * j % 23}"))}")];

    private static void Change(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(file, bytes);
    }

    private static void AssertNoFailure(Trial[] trials)
    {
        Assert.That(trials.Where(trial => trial.Outcome is not (Outcome.Detected or Outcome.Harmless)), Is.Empty);
        Assert.That(trials.Count(trial => trial.Outcome == Outcome.Detected), Is.GreaterThan(trials.Length / 2), "or nothing was changed");
    }
}
