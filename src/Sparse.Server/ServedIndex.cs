using System.Diagnostics;
using System.Threading.Channels;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Server;

/// <summary>A change to a document: a new one, or a deletion.</summary>
/// <param name="Id">The document's id.</param>
/// <param name="Document">What to put; null to delete.</param>
internal sealed record Operation(string Id, SparseDocument? Document);

/// <summary>An index that a server serves. Changes run one after another, and are acknowledged once they are committed.</summary>
internal sealed partial class ServedIndex : IAsyncDisposable
{
    private const int ChangesWaiting = 64;
    private const int TextsAtATime = 64;
    private readonly Channel<Change> _changes = Channel.CreateBounded<Change>(new BoundedChannelOptions(ChangesWaiting) { SingleReader = true });
    private readonly Task _writing;
    private readonly ITermEncoder? _model;
    private readonly ITermEncoder? _table;
    private volatile bool _hasFailed;

    /// <summary>Serves an index.</summary>
    /// <param name="name">Its name in addresses.</param>
    /// <param name="index">The index, open for writing, or for reading where nobody changes it through this; disposed with this.</param>
    /// <param name="model">The encoder of its documents; null for text alone. Disposed with this.</param>
    /// <param name="table">Encodes queries without a model; null where none fits. Disposed with this.</param>
    public ServedIndex(string name, SparseIndex index, ITermEncoder? model, ITermEncoder? table)
    {
        (Name, Index, _model, _table) = (name, index, model, table);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Its name in addresses.</summary>
    public string Name { get; }

    /// <summary>The index.</summary>
    public SparseIndex Index { get; }

    /// <summary>False after a failed write: searches go on, changes need the server started anew.</summary>
    public bool IsReady => !_hasFailed;

    /// <summary>Changes that wait for their turn.</summary>
    public int Waiting => _changes.Reader.Count;

    /// <summary>Reads a document; null where there is none.</summary>
    /// <param name="id">Its id.</param>
    public SparseDocument? Document(string id)
    {
        Refresh();
        return Index.Get(id);
    }

    /// <summary>Makes changes: all of them are on disk when this returns, or none is.</summary>
    /// <param name="operations">In their order.</param>
    /// <param name="stop">Stops it while texts are encoded.</param>
    /// <returns>For each, whether a document was there before.</returns>
    /// <exception cref="RequestException">A document can't be kept, too many changes wait, or an earlier write failed.</exception>
    public async Task<IReadOnlyList<bool>> ChangeAsync(IReadOnlyList<Operation> operations, CancellationToken stop)
    {
        RequireReady();

        // Here and not where changes run one after another: requests encode beside each other, and what is refused touches nothing.
        var documents = new Queue<EncodedDocuments>();
        foreach (Operation[] some in operations.Where(operation => operation.Document is not null).Chunk(TextsAtATime))
        {
            EncodedDocuments encoded = Asked(() => Index.Encode([.. some.Select(operation => operation.Document!)], stop));
            for (int i = 0; i < some.Length; i++)
            {
                documents.Enqueue(encoded[i]);
            }
        }

        long queued = Stopwatch.GetTimestamp();
        var replaced = new bool[operations.Count];
        await RunAsync(() =>
        {
            for (int i = 0; i < replaced.Length; i++)
            {
                replaced[i] = (operations[i].Document is null ? Index.Delete(operations[i].Id) : Index.Add(documents.Dequeue())) > 0;
            }
        });
        Telemetry.ChangeSeconds.Record(Stopwatch.GetElapsedTime(queued).TotalSeconds, Telemetry.Of(this));
        Telemetry.Changes.Add(replaced.Length, Telemetry.Of(this));
        return replaced;
    }

    /// <summary>Sets a rule, or takes it away.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="rule">The rule; null to take it away.</param>
    /// <param name="by">Who does, for the record.</param>
    /// <returns>False when there was none to take away.</returns>
    /// <exception cref="RequestException">The rule makes no sense, too many changes wait, or an earlier write failed.</exception>
    public async Task<bool> ChangeRuleAsync(string id, SearchRule? rule, string by)
    {
        RequireReady();
        bool isDone = true;
        await RunAsync(() =>
        {
            if (rule is null)
            {
                isDone = Index.RemoveRule(id, by);
            }
            else
            {
                Asked(() => { Index.SetRule(rule, by); return 0; });
            }
        });
        return isDone;
    }

    /// <summary>Waits for the changes that are queued, commits them, and closes the index.</summary>
    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        await _writing;
        Index.Dispose();
        _model?.Dispose();
        _table?.Dispose();
    }

    // Opened for reading alone, it shows what another process has committed by now; commits of its own are seen at once.
    private void Refresh()
    {
        if (Index.IsReadOnly)
        {
            Index.Refresh();
        }
    }

    private void RequireReady()
    {
        if (_hasFailed)
        {
            throw new RequestException(503, $"An earlier write to '{Name}' failed; what was committed is safe. Put the cause right and start the server anew.");
        }
    }

    private Task RunAsync(Action apply)
    {
        var change = new Change(apply, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return _changes.Writer.TryWrite(change) ? change.Done.Task
            : throw new RequestException(429, $"{ChangesWaiting} changes to '{Name}' are waiting already; try again in a second.");
    }

    // What the index refuses is the caller's doing; its sentence may name the folder, which is nobody's business.
    private T Asked<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (ArgumentException error) when (error.Source?.StartsWith("Sparse", StringComparison.Ordinal) == true)
        {
            throw new RequestException(400, SentenceOf(error));
        }
    }

    private string SentenceOf(ArgumentException error) =>
        error.Message.Split(" (Parameter", 2)[0].Replace($"the index in '{Index.DirectoryPath}'", $"index '{Name}'", StringComparison.OrdinalIgnoreCase);

    // Commits happen here alone, so none can fall into the middle of a change; those that wait meanwhile share the next one.
    private async Task WriteAsync()
    {
        while (await _changes.Reader.WaitToReadAsync())
        {
            List<Change> taken = [];
            try
            {
                while (taken.Count < ChangesWaiting && _changes.Reader.TryRead(out Change? change))
                {
                    taken.Add(change);
                    if (_hasFailed)
                    {
                        throw new IOException("An earlier write failed.");
                    }

                    try
                    {
                        change.Apply();
                    }
                    catch (RequestException refused)
                    {
                        change.Done.SetException(refused);
                    }
                }

                using (Telemetry.Spans.StartActivity("commit")?.SetTag("index", Name).SetTag("changes", taken.Count))
                {
                    Index.Commit();
                }

                taken.ForEach(change => change.Done.TrySetResult());
            }
            catch (Exception error)
            {
                // None of these is on disk, and the index refuses all that comes after.
                _hasFailed = true;
                await Console.Error.WriteLineAsync($"sparse: writing to '{Name}' failed, and changes are refused from now on: {error.Message}");
                taken.ForEach(change => change.Done.TrySetException(new RequestException(503, $"Writing to '{Name}' failed ({error.GetType().Name}); nothing of this request was kept.")));
            }
        }
    }

    private sealed record Change(Action Apply, TaskCompletionSource Done);
}
