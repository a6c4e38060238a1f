using Lucene.Net.Store;
using Sparse.Analysis;
using Sparse.LuceneNet.Fields;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Rules;
using Sparse.LuceneNet.Storage;
using Sparse.LuceneNet.Tests.Facade;
using Sparse.Tokens;
using Sparse.Vectors;
using Directory = System.IO.Directory;
using LuceneDirectory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Tests.Faults;

/// <summary>Single accidents; full disks, kills and second writers have tests beside what they hit.</summary>
[TestFixture]
internal sealed class AccidentTests : IndexFixture
{
    private static readonly IndexSchema Schema = new("en", new Dictionary<string, FieldKind>());

    [Test]
    public void Files_deleted_under_a_reader_do_not_change_what_it_finds_and_opening_again_says_what_is_missing()
    {
        using var encoder = new HashEncoder();
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder))
        {
            index.Add([.. Enumerable.Range(0, 50).Select(i => Doc($"d{i}", $"port number {i}"))]);
            index.Commit();
        }

        using SparseIndex reader = SparseIndex.OpenReadOnly(IndexPath, encoder);
        string[] before = Ids(reader.Search("number 7 port"));
        foreach (string file in Directory.GetFiles(IndexPath, "_0*"))
        {
            File.Delete(file);
        }

        Assert.That(Ids(reader.Search("number 7 port")), Is.EqualTo(before));
        Assert.That(Ids(reader.Search("number 9 port"))[0], Is.EqualTo("d9"));
        Assert.That(() => SparseIndex.OpenReadOnly(IndexPath, encoder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("damaged").And.Message.Contains("_0"));
    }

    [Test]
    public void Permission_lost_while_writing_is_reported_and_keeps_the_last_commit()
    {
        using var encoder = new HashEncoder();
        using (FSDirectory folder = FSDirectory.Open(IndexPath))
        {
            var disk = new Barred(folder);
            using IndexChanges changes = Writing(disk, encoder);
            changes.Add(Encoded(encoder, Doc("before", "port of call")), encoder.Vocabulary);
            changes.Commit();
            disk.IsBarred = true;
            Assert.That(() =>
            {
                changes.Add(Encoded(encoder, Doc("after", "ship")), encoder.Vocabulary);
                changes.Commit();
            }, Throws.InstanceOf<IOException>().With.Message.Contains("denied").And.Message.Contains("safe"));
            disk.IsBarred = false;
        }

        using SparseIndex index = SparseIndex.Open(IndexPath, encoder);
        Assert.That((index.Count, index.Check().IsClean), Is.EqualTo((1, true)));
    }

    [Test]
    public void Searches_do_not_wait_for_a_slow_disk()
    {
        using var encoder = new HashEncoder();
        using FSDirectory folder = FSDirectory.Open(IndexPath);
        using var disk = new Slow(folder);
        using IndexChanges changes = Writing(disk, encoder);
        changes.Add(Encoded(encoder, Doc("before", "port of call")), encoder.Vocabulary);
        changes.Commit();
        using SparseIndex reader = SparseIndex.OpenReadOnly(IndexPath, encoder);
        changes.Add(Encoded(encoder, Doc("after", "ship")), encoder.Vocabulary);
        disk.Hold.Reset();
        var committing = Task.Run(changes.Commit);
        Assert.That(disk.IsWaiting.Wait(TimeSpan.FromMinutes(1)));
        reader.Refresh();
        Assert.That(Ids(reader.Search("port of call", 5)), Is.EqualTo(new[] { "before" }), "while the disk has not answered");
        Assert.That(committing.IsCompleted, Is.False);
        disk.Hold.Set();
        committing.GetAwaiter().GetResult();
        reader.Refresh();
        Assert.That(reader.Count, Is.EqualTo(2));
    }

    [Test]
    public void Memory_that_runs_out_while_encoding_adds_nothing_and_the_index_goes_on()
    {
        using var encoder = new Exhausted();
        using SparseIndex index = SparseIndex.Create(IndexPath, encoder);
        index.Add(Doc("before", "port of call"));
        encoder.IsOutOfMemory = true;
        Assert.That(() => index.Add([Doc("one", "ship"), Doc("two", "sail")]), Throws.InstanceOf<OutOfMemoryException>());
        encoder.IsOutOfMemory = false;
        index.Add(Doc("after", "ship"));
        index.Commit();
        Assert.That(index.Count, Is.EqualTo(2));
        Assert.That(Ids(index.Search("ship", 5)), Is.EqualTo(new[] { "after" }));
    }

    [Test]
    public void A_clock_that_jumps_back_does_not_change_the_order_of_what_was_done()
    {
        var now = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
        RuleBook book = RuleBook.Empty.With(new SearchRule("a", RuleAction.Block) { Term = "one" }, now, "ann")
            .With(new SearchRule("a", RuleAction.Block) { Term = "two" }, now.AddYears(-20), "bob");
        var data = new Dictionary<string, string>();
        book.WriteTo(data);
        RuleBook read = RuleBook.Read(data);
        Assert.That(read.Rules.Single().Term, Is.EqualTo("two"), "the last change holds, whatever the clock said");
        Assert.That(read.History.Select(change => change.By), Is.EqualTo(new[] { "ann", "bob" }));
    }

    [Test]
    public void A_model_that_was_swapped_is_refused_before_anything_is_added_or_found()
    {
        using var encoder = new HashEncoder();
        using (SparseIndex index = SparseIndex.Create(IndexPath, encoder))
        {
            index.Add(Doc("before", "port of call"));
            index.Commit();
        }

        using var swapped = new HashEncoder("other weights");
        Assert.That(() => SparseIndex.Open(IndexPath, swapped), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'hash'").And.Message.Contains("'other weights'"));
        using SparseIndex reader = SparseIndex.OpenReadOnly(IndexPath, encoder);
        Assert.That(() => reader.Search("port", 1, new SearchOptions { QueryEncoder = swapped }), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'other weights'"));
    }

    private IndexChanges Writing(LuceneDirectory disk, HashEncoder encoder) => new(
        disk, IndexPath, IndexIdentity.ForNew(encoder, null), Schema, create: true, new EnglishLexicalAnalyzer(), new ExactLengthBm25(0.9f, 0.4f), 0.1);

    private static EncodedDocuments Encoded(HashEncoder encoder, SparseDocument document) =>
        new([document], [[new PassageVector(encoder.Encode([document.Text])[0], null)]], encoder.Identity);

    /// <summary>A folder that may no longer be written to.</summary>
    private sealed class Barred(LuceneDirectory inner) : FilterDirectory(inner)
    {
        public volatile bool IsBarred;

        public override IndexOutput CreateOutput(string name, IOContext context) =>
            IsBarred ? throw new UnauthorizedAccessException($"Access to '{name}' is denied.") : base.CreateOutput(name, context);
    }

    /// <summary>A disk that syncs when it is let.</summary>
    private sealed class Slow(LuceneDirectory inner) : FilterDirectory(inner)
    {
        public ManualResetEventSlim Hold { get; } = new(true);

        public ManualResetEventSlim IsWaiting { get; } = new();

        public override void Sync(ICollection<string> names)
        {
            if (!Hold.IsSet)
            {
                IsWaiting.Set();
                Hold.Wait();
            }

            base.Sync(names);
        }
    }

    private sealed class Exhausted : ITermEncoder
    {
        private readonly HashEncoder _inner = new();

        public bool IsOutOfMemory { get; set; }

        public Vocabulary Vocabulary => _inner.Vocabulary;

        public EncoderIdentity Identity => _inner.Identity;

        public float MaxWeight => _inner.MaxWeight;

        public IReadOnlyList<TermVector> Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
        {
            if (IsOutOfMemory)
            {
                // The runtime's own exception, for 2⁶³ bytes that no machine has.
                _ = System.Runtime.InteropServices.Marshal.AllocHGlobal(nint.MaxValue);
            }

            return _inner.Encode(texts, cancellationToken);
        }

        public void Dispose() => _inner.Dispose();
    }
}
