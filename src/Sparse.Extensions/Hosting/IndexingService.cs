using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sparse.LuceneNet;

namespace Sparse.Extensions.Hosting;

/// <summary>Indexes in the background: changes are queued, and encoded, added and committed in batches, in their order.</summary>
/// <remarks>
/// <para>Safe for concurrent use. When the queue is full, who adds waits. A batch is committed before the next one is taken, so a crash loses
/// what waits and at most one batch; <see cref="FlushAsync"/> says when all that was queued before is on disk. Stopping the application
/// indexes what waits, as long as the host lets it.</para>
/// <para>A document that the encoder or the index refuses is logged by its id, counted and left out. When the disk fails, indexing stops for
/// good: further changes are refused with the cause, which the health check tells too.</para>
/// </remarks>
public sealed partial class IndexingService : BackgroundService
{
    private readonly SparseIndex _index;
    private readonly ILogger<IndexingService> _logger;
    private readonly Channel<Change> _queue;
    private readonly int _batchSize;
    private long _refused;
    private volatile Exception? _failure;

    /// <summary>Made by the services of an application.</summary>
    /// <param name="index">The index, open for writing.</param>
    /// <param name="options">Capacity of the queue and size of batches.</param>
    /// <param name="logger">Told of batches, refused documents and failures.</param>
    /// <exception cref="InvalidOperationException">The index is read-only.</exception>
    public IndexingService(SparseIndex index, IOptions<SparseServiceOptions> options, ILogger<IndexingService> logger)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(options);
        if (index.IsReadOnly)
        {
            throw new InvalidOperationException($"The index in '{index.DirectoryPath}' is open for search alone; leave ReadOnly out to index in the background.");
        }

        _index = index;
        _logger = logger;
        _batchSize = options.Value.BatchSize;
        _queue = Channel.CreateBounded<Change>(new BoundedChannelOptions(options.Value.QueueCapacity) { SingleReader = true });
    }

    /// <summary>Changes that wait.</summary>
    public int Waiting => _queue.Reader.Count;

    /// <summary>Documents left out so far because the encoder or the index refused them.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Why indexing stopped; null while it goes on.</summary>
    public Exception? Failure => _failure;

    /// <summary>Queues a document to add, or to replace the one with its id; waits while the queue is full.</summary>
    /// <param name="document">The document.</param>
    /// <param name="cancellationToken">Stops waiting for room.</param>
    /// <exception cref="InvalidOperationException">Indexing has stopped, with the application or by a failure.</exception>
    public ValueTask AddAsync(SparseDocument document, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(document);
        return Enqueue(new Change(document, null, null), cancellationToken);
    }

    /// <summary>Queues a deletion; waits while the queue is full.</summary>
    /// <param name="id">The document's id; it need not be there.</param>
    /// <param name="cancellationToken">Stops waiting for room.</param>
    /// <exception cref="InvalidOperationException">Indexing has stopped, with the application or by a failure.</exception>
    public ValueTask DeleteAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Enqueue(new Change(null, id, null), cancellationToken);
    }

    /// <summary>Waits until all that was queued before is on disk and seen by searches, but for documents that were refused.</summary>
    /// <param name="cancellationToken">Stops waiting; indexing goes on.</param>
    /// <exception cref="InvalidOperationException">Indexing has stopped, with the application or by a failure.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Enqueue(new Change(null, null, done), cancellationToken).ConfigureAwait(false);
        await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes no more changes, and indexes those that wait before it stops.</summary>
    /// <param name="cancellationToken">Signalled when the host waits no longer; what waits then is given up, and logged.</param>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } work)
        {
            await Task.WhenAny(work, Task.Delay(Timeout.Infinite, cancellationToken)).ConfigureAwait(false);
        }

        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Change>();
        try
        {
            while (await _queue.Reader.WaitToReadAsync(stoppingToken).ConfigureAwait(false))
            {
                batch.Clear();
                while (batch.Count < _batchSize && _queue.Reader.TryRead(out Change? change))
                {
                    batch.Add(change);
                }

                await Task.Run(() => Apply(batch, stoppingToken), stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            GiveUp(batch, new InvalidOperationException("The application stopped before this was indexed."));
        }
        catch (Exception error)
        {
            _failure = error;
            Failed(error, _index.DirectoryPath);
            GiveUp(batch, new InvalidOperationException($"Background indexing has stopped: {error.Message}", error));
        }
    }

    private async ValueTask Enqueue(Change change, CancellationToken cancellationToken)
    {
        try
        {
            await _queue.Writer.WriteAsync(change, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException error)
        {
            throw new InvalidOperationException(_failure is null ? "Background indexing has stopped with the application." : $"Background indexing has stopped: {_failure.Message}", error);
        }
    }

    private void Apply(List<Change> batch, CancellationToken stop)
    {
        var texts = new List<SparseDocument>();
        int changes = 0;
        foreach (Change change in batch)
        {
            if (change.Document is { } document)
            {
                texts.Add(document);
            }
            else if (change.Id is { } id)
            {
                Add(texts, stop);
                _index.Delete(id);
            }

            changes += change.Done is null ? 1 : 0;
        }

        Add(texts, stop);
        if (changes > 0)
        {
            _index.Commit();
            Committed(changes, _index.DirectoryPath);
        }

        batch.ForEach(change => change.Done?.TrySetResult());
        batch.Clear();
    }

    // One bad document costs its neighbours nothing but a second encoding.
    private void Add(List<SparseDocument> documents, CancellationToken stop)
    {
        try
        {
            _index.Add(documents, stop);
        }
        catch (Exception refusal) when (refusal is ArgumentException or InvalidDataException)
        {
            foreach (SparseDocument document in documents)
            {
                try
                {
                    _index.Add([document], stop);
                }
                catch (Exception error) when (error is ArgumentException or InvalidDataException)
                {
                    Interlocked.Increment(ref _refused);
                    RefusedDocument(document.Id.Length <= 100 ? document.Id : document.Id[..100] + "…", error.Message);
                }
            }
        }

        documents.Clear();
    }

    private void GiveUp(List<Change> batch, InvalidOperationException error)
    {
        _queue.Writer.TryComplete();
        while (_queue.Reader.TryRead(out Change? change))
        {
            batch.Add(change);
        }

        int lost = batch.Count(change => change.Done is null);
        if (lost > 0)
        {
            Lost(lost, _index.DirectoryPath);
        }

        batch.ForEach(change => change.Done?.TrySetException(error));
    }

    [LoggerMessage(10, LogLevel.Debug, "Committed {Changes} changes to the index in {Path}.")]
    private partial void Committed(int changes, string path);

    [LoggerMessage(11, LogLevel.Warning, "Left document '{Id}' out: {Reason}")]
    private partial void RefusedDocument(string id, string reason);

    [LoggerMessage(12, LogLevel.Critical, "Indexing in the background into {Path} has stopped; what was committed is safe.")]
    private partial void Failed(Exception error, string path);

    [LoggerMessage(13, LogLevel.Error, "{Changes} changes that waited for the index in {Path} were not made.")]
    private partial void Lost(int changes, string path);

    private sealed record Change(SparseDocument? Document, string? Id, TaskCompletionSource? Done);
}
