using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Sparse.Cli.Display;
using Sparse.LuceneNet;

namespace Sparse.Cli.Indexing;

/// <summary>The pipeline of <c>sparse index</c>: one thread reads documents into windows, one has them encoded, and this one adds them and
/// commits now and then. Each waits for the next, so that memory holds a few windows, however slow the slowest is.</summary>
internal sealed class IndexingRun
{
    // Enough documents for the encoder to sort into batches of like length, few enough for a lively progress bar; the first ones are
    // small, so that the bar moves soon.
    private const int WindowDocuments = 256;
    private const int FirstWindowDocuments = 32;
    private const int WindowCharacters = 4_000_000;
    private static readonly TimeSpan CommitEvery = TimeSpan.FromSeconds(30);

    private readonly SparseIndex _index;
    private readonly int? _commitEveryDocuments;
    private readonly HashSet<string>? _written;
    private readonly Stopwatch _sinceCommit = Stopwatch.StartNew();
    private int _uncommitted;

    /// <summary>Makes a run.</summary>
    /// <param name="index">The index, open for writing.</param>
    /// <param name="commitEveryDocuments">Commit after so many documents at the latest; null: by time alone.</param>
    /// <param name="skipUnchanged">True to leave documents alone that the index holds already, word for word.</param>
    /// <param name="failFast">True to stop at the first document that is refused.</param>
    public IndexingRun(SparseIndex index, int? commitEveryDocuments, bool skipUnchanged, bool failFast)
    {
        _index = index;
        _commitEveryDocuments = commitEveryDocuments;
        _written = skipUnchanged ? new HashSet<string>(StringComparer.Ordinal) : null;
        Refused = new RefusedDocuments(failFast);
    }

    /// <summary>Documents added, those that replaced an earlier one included.</summary>
    public long Added { get; private set; }

    /// <summary>Earlier documents replaced: in the index before, or earlier in the input.</summary>
    public long Replaced { get; private set; }

    /// <summary>Documents left alone because the index holds them already, word for word.</summary>
    public long Unchanged { get; private set; }

    /// <summary>Documents that were refused.</summary>
    public RefusedDocuments Refused { get; }

    /// <summary>Reads, encodes and adds documents; commits by time and count, not at the end.</summary>
    /// <param name="corpus">The documents; read on a thread of its own.</param>
    /// <param name="progress">Told of every window.</param>
    /// <param name="stop">Stops between batches of the encoder; windows added before stay added.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public void Run(CorpusInput corpus, DocumentProgress progress, CancellationToken stop)
    {
        IEnumerable<Window> windows = Handover.On(Read(corpus), stop);
        foreach (EncodedWindow window in Handover.On(windows.Select(window => Encode(window, stop)), stop))
        {
            foreach (EncodedDocuments documents in window.Documents)
            {
                Replaced += _index.Add(documents);
                Added += documents.Documents.Count;
                _uncommitted += documents.Documents.Count;
            }

            Unchanged += window.Unchanged;
            progress.Advance(window.Read, window.ShareRead);
            if (_sinceCommit.Elapsed >= CommitEvery || _uncommitted >= _commitEveryDocuments)
            {
                Commit();
            }
        }
    }

    /// <summary>Commits what was added.</summary>
    public void Commit()
    {
        _index.Commit();
        _uncommitted = 0;
        _sinceCommit.Restart();
    }

    private static IEnumerable<Window> Read(CorpusInput corpus)
    {
        var window = new List<SparseDocument>();
        int characters = 0;
        int size = FirstWindowDocuments;
        using IEnumerator<SparseDocument> documents = corpus.Read().GetEnumerator();
        ExceptionDispatchInfo? error = null;
        while (MoveNext(documents, ref error))
        {
            window.Add(documents.Current);
            characters += documents.Current.Text.Length;
            if (window.Count >= size || characters >= WindowCharacters)
            {
                yield return new Window(window, corpus.ShareRead);
                (window, characters) = ([], 0);
                size = Math.Min(size * 2, WindowDocuments);
            }
        }

        if (window.Count > 0)
        {
            yield return new Window(window, corpus.ShareRead);
        }

        // Only after all documents before the broken line.
        error?.Throw();
    }

    private static bool MoveNext(IEnumerator<SparseDocument> documents, ref ExceptionDispatchInfo? error)
    {
        try
        {
            return documents.MoveNext();
        }
#pragma warning disable CA1031 // It is thrown again, when what was read before is handed on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            error = ExceptionDispatchInfo.Capture(exception);
            return false;
        }
    }

    private EncodedWindow Encode(Window window, CancellationToken stop)
    {
        List<SparseDocument> changed = _written is null ? window.Documents : [.. window.Documents.Where(document => !IsUnchanged(document))];
        return new EncodedWindow(
            [.. Refused.Encode(changed, documents => _index.Encode(documents, stop))], window.Documents.Count, window.Documents.Count - changed.Count, window.ShareRead);
    }

    private bool IsUnchanged(SparseDocument document)
    {
        // Get sees the last commit, so a document that this run has encoded must be written again.
        if (_written!.Contains(document.Id) || _index.Get(document.Id) is not { } stored || !IsSame(stored, document))
        {
            _written.Add(document.Id);
            return false;
        }

        return true;
    }

    private static bool IsSame(SparseDocument left, SparseDocument right) =>
        left.Text == right.Text && (left.Title ?? "") == (right.Title ?? "") && left.Fields.Count == right.Fields.Count
        && left.Fields.All(field => right.Fields.TryGetValue(field.Key, out string? value) && value == field.Value);

    private sealed record Window(List<SparseDocument> Documents, double? ShareRead);

    private sealed record EncodedWindow(IReadOnlyList<EncodedDocuments> Documents, int Read, int Unchanged, double? ShareRead);
}
