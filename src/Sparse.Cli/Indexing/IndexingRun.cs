using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Sparse.Cli.Display;
using Sparse.LuceneNet;

namespace Sparse.Cli.Indexing;

/// <summary>The pipeline of <c>sparse index</c>: one thread reads documents into windows, this one encodes and adds them and commits now and then.</summary>
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
    public IndexingRun(SparseIndex index, int? commitEveryDocuments, bool skipUnchanged)
    {
        _index = index;
        _commitEveryDocuments = commitEveryDocuments;
        _written = skipUnchanged ? new HashSet<string>(StringComparer.Ordinal) : null;
    }

    /// <summary>Documents added, those that replaced an earlier one included.</summary>
    public long Added { get; private set; }

    /// <summary>Earlier documents replaced: in the index before, or earlier in the input.</summary>
    public long Replaced { get; private set; }

    /// <summary>Documents left alone because the index holds them already, word for word.</summary>
    public long Unchanged { get; private set; }

    /// <summary>Reads, encodes and adds documents; commits by time and count, not at the end.</summary>
    /// <param name="corpus">The documents; read on a thread of its own.</param>
    /// <param name="progress">Told of every window.</param>
    /// <param name="stop">Stops between batches of the encoder; windows added before stay added.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public void Run(CorpusInput corpus, DocumentProgress progress, CancellationToken stop)
    {
        var windows = new BlockingCollection<Window>(boundedCapacity: 2);
        using var readingStop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        CancellationToken stopReading = readingStop.Token;
        ExceptionDispatchInfo? readingError = null;
        _ = Task.Factory.StartNew(
            () => readingError = Read(corpus, windows, stopReading), stopReading, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            foreach (Window window in windows.GetConsumingEnumerable(stop))
            {
                Add(window.Documents, stop);
                progress.Advance(window.Documents.Count, window.ShareRead);
                if (_sinceCommit.Elapsed >= CommitEvery || _uncommitted >= _commitEveryDocuments)
                {
                    Commit();
                }
            }
        }
        finally
        {
            readingStop.Cancel();
        }

        // Only after all documents before the broken line are in.
        readingError?.Throw();
    }

    /// <summary>Commits what was added.</summary>
    public void Commit()
    {
        _index.Commit();
        _uncommitted = 0;
        _sinceCommit.Restart();
    }

    private static ExceptionDispatchInfo? Read(CorpusInput corpus, BlockingCollection<Window> windows, CancellationToken stop)
    {
        ExceptionDispatchInfo? error = null;
        var window = new List<SparseDocument>();
        try
        {
            try
            {
                int characters = 0;
                int size = FirstWindowDocuments;
                foreach (SparseDocument document in corpus.Read())
                {
                    stop.ThrowIfCancellationRequested();
                    window.Add(document);
                    characters += document.Text.Length;
                    if (window.Count >= size || characters >= WindowCharacters)
                    {
                        windows.Add(new Window(window, corpus.ShareRead), stop);
                        (window, characters) = ([], 0);
                        size = Math.Min(size * 2, WindowDocuments);
                    }
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                error = ExceptionDispatchInfo.Capture(exception);
            }

            if (window.Count > 0)
            {
                windows.Add(new Window(window, corpus.ShareRead), stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The consumer has stopped and says so itself.
        }
        finally
        {
            windows.CompleteAdding();
        }

        return error;
    }

    private void Add(List<SparseDocument> window, CancellationToken stop)
    {
        List<SparseDocument> changed = _written is null ? window : [.. window.Where(document => !IsUnchanged(document))];
        if (changed.Count > 0)
        {
            Replaced += _index.Add(changed, stop);
            Added += changed.Count;
            _uncommitted += changed.Count;
        }
    }

    private bool IsUnchanged(SparseDocument document)
    {
        // Get sees the last commit, so a document that this run has written must be written again.
        if (_written!.Contains(document.Id) || _index.Get(document.Id) is not { } stored || !IsSame(stored, document))
        {
            _written.Add(document.Id);
            return false;
        }

        Unchanged++;
        return true;
    }

    private static bool IsSame(SparseDocument left, SparseDocument right) =>
        left.Text == right.Text && (left.Title ?? "") == (right.Title ?? "") && left.Fields.Count == right.Fields.Count
        && left.Fields.All(field => right.Fields.TryGetValue(field.Key, out string? value) && value == field.Value);

    private sealed record Window(List<SparseDocument> Documents, double? ShareRead);
}
