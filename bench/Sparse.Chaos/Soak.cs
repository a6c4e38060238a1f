using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Sparse.LuceneNet;
using Sparse.Search;
using Sparse.Vectors;

namespace Sparse.Chaos;

/// <summary>Adds, deletes, merges and searches in four threads for minutes or hours, checks what is found, and notes what the process holds.</summary>
/// <remarks>The index stays for the next run, which reads from it what it holds and goes on; minutes are summed over runs.</remarks>
/// <param name="encoder">The index's encoder.</param>
/// <param name="pool">Documents with vectors.</param>
/// <param name="state">Folder of the index and of the samples.</param>
internal sealed class Soak(ITermEncoder encoder, SparseDocument[] pool, string state) : IDisposable
{
    private const int Ids = 4_000;
    private static readonly TimeSpan BetweenSamples = TimeSpan.FromSeconds(5);

    // A writer holds it shared, the oracle alone: it compares the index with what should be in it at one moment.
    private readonly ReaderWriterLockSlim _still = new();
    private readonly ConcurrentDictionary<string, int> _documents = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _failures = new();
    private long _added, _deleted, _commits, _merges, _searches, _checks;

    /// <summary>Where the samples are.</summary>
    public string Samples => Path.Combine(state, "samples.csv");

    /// <summary>Runs.</summary>
    /// <param name="duration">For how long.</param>
    /// <returns>What went wrong; empty where nothing did.</returns>
    public IReadOnlyCollection<string> Run(TimeSpan duration)
    {
        Directory.CreateDirectory(state);
        double before = File.Exists(Samples) ? SoakSample.Read(Samples)[^1].Minutes : 0;
        using SparseIndex index = SparseIndex.OpenOrCreate(Path.Combine(state, "index"), encoder, new SparseIndexOptions { RamBufferMegabytes = 1, Fields = [new("number", FieldKind.Number)] });
        Remember(index);
        using var stop = new CancellationTokenSource(duration);
        var watch = Stopwatch.StartNew();
        Task[] threads =
        [
            Start(random => Add(index, random)), Start(random => Change(index, random)), Start(random => Search(index, random)), Start(random => Check(index, random)),
        ];
        using (var samples = new StreamWriter(Samples, append: true) { AutoFlush = true })
        {
            while (!stop.Token.WaitHandle.WaitOne(BetweenSamples) && _failures.IsEmpty)
            {
                samples.WriteLine(SoakSample.Take(before + watch.Elapsed.TotalMinutes, Path.Combine(state, "index"), index.Count, _added, _deleted, _commits, _merges, _searches, _checks).ToString());
            }
        }

        stop.Cancel();
        Task.WaitAll(threads);
        _still.EnterWriteLock();
        index.Commit();
        Compare(index, new Random(1));
        CheckReport report = index.Check();
        foreach (string problem in report.Problems)
        {
            _failures.Enqueue(problem);
        }

        _still.ExitWriteLock();
        return _failures;

        Task Start(Action<Random> step) => Task.Factory.StartNew(
            () =>
            {
                var random = new Random();
                while (!stop.IsCancellationRequested && _failures.IsEmpty)
                {
                    Guarded(() => step(random));
                }
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public void Dispose() => _still.Dispose();

    private void Add(SparseIndex index, Random random) => Shared(() =>
    {
        // The first half of the ids is this thread's, the second half the other's: whoever changes a document knows what it is.
        var documents = new Dictionary<string, SparseDocument>(StringComparer.Ordinal);
        for (int i = random.Next(1, 40); i > 0; i--)
        {
            int number = random.Next(pool.Length);
            string id = random.Next(Ids / 2).ToString(CultureInfo.InvariantCulture);
            documents[id] = Document(id, number);
            _documents[id] = number;
        }

        index.Add([.. documents.Values]);
        Interlocked.Add(ref _added, documents.Count);
        if (random.Next(10) == 0)
        {
            index.Commit();
            Interlocked.Increment(ref _commits);
        }
    });

    private void Change(SparseIndex index, Random random) => Shared(() =>
    {
        string[] ids = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => (Ids / 2 + random.Next(Ids / 2)).ToString(CultureInfo.InvariantCulture)).Distinct()];
        switch (random.Next(60))
        {
            case 0:
                index.Optimize();
                Interlocked.Increment(ref _merges);
                break;
            case < 30:
                Interlocked.Add(ref _deleted, index.Delete(ids));
                Array.ForEach(ids, id => _documents.TryRemove(id, out _));
                break;
            default:
                SparseDocument[] documents = [.. ids.Select(id => Document(id, _documents[id] = random.Next(pool.Length)))];
                index.Add(documents);
                Interlocked.Add(ref _added, documents.Length);
                break;
        }
    });

    private void Search(SparseIndex index, Random random)
    {
        SparseDocument asked = pool[random.Next(pool.Length)];
        SearchMode mode = (SearchMode)random.Next(3);
        SearchResult result = mode == SearchMode.Sparse
            ? index.SearchVector(asked.Vector!, random.Next(1, 200))
            : index.Search("command " + asked.Text, 10, new SearchOptions { Mode = mode, QueryVector = mode == SearchMode.Hybrid ? asked.Vector : null });
        if (result.Hits.Zip(result.Hits.Skip(1)).Any(pair => pair.First.Score < pair.Second.Score))
        {
            _failures.Enqueue($"{mode} hits are out of order");
        }

        Interlocked.Increment(ref _searches);
    }

    private void Check(SparseIndex index, Random random)
    {
        Thread.Sleep(500);
        _still.EnterWriteLock();
        try
        {
            index.Refresh();
            Compare(index, random);
            Interlocked.Increment(ref _checks);
        }
        finally
        {
            _still.ExitWriteLock();
        }
    }

    private void Compare(SparseIndex index, Random random)
    {
        TermVector query = pool[random.Next(pool.Length)].Vector!;
        var quantizer = new ImpactQuantizer(index.Scale!.Value);
        var weights = new ushort[query.Count];
        int exponent = QueryQuantizer.Quantize(query.Weights, quantizer.Scale, weights);
        (string, double)[] expected = [.. _documents
            .Select(document => (document.Key, Score: Math.ScaleB(ExhaustiveSearch.Score(quantizer.Quantize(pool[document.Value].Vector!, out _), query.Terms, weights), exponent)))
            .Where(document => document.Score > 0).Order()];
        SearchHit[] found = [.. index.SearchVector(query, Ids).Hits];
        if (index.Count != _documents.Count || !found.Select(hit => (hit.Id, hit.Score)).Order().SequenceEqual(expected))
        {
            _failures.Enqueue($"the oracle has {expected.Length} hits of {_documents.Count} documents, and the index {found.Length} of {index.Count}, or others");
        }
    }

    private void Remember(SparseIndex index)
    {
        for (int id = 0; id < Ids; id++)
        {
            string name = id.ToString(CultureInfo.InvariantCulture);
            if (index.Get(name) is { } document)
            {
                _documents[name] = int.Parse(document.Fields["number"], CultureInfo.InvariantCulture);
            }
        }
    }

    private SparseDocument Document(string id, int number) =>
        new(id, pool[number].Text) { Vector = pool[number].Vector, Fields = { ["number"] = number.ToString(CultureInfo.InvariantCulture) } };

    private void Shared(Action change)
    {
        _still.EnterReadLock();
        try
        {
            change();
        }
        finally
        {
            _still.ExitReadLock();
        }
    }

#pragma warning disable CA1031 // Anything that a thread throws ends the soak, as a failure.
    private void Guarded(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            _failures.Enqueue(e.ToString());
        }
    }
#pragma warning restore CA1031
}
