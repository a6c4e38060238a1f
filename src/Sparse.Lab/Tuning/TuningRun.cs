using System.Diagnostics;
using Sparse.Evaluation;
using Sparse.Formats;
using Sparse.Lab.Collections;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Lab.Tuning;

/// <summary>Tries settings of pruning and bits on a sample of a collection.</summary>
/// <remarks>The sample holds every relevant document of its queries, and others drawn with the seed: scores are those of an easier collection, and comparable with each other.</remarks>
internal sealed class TuningRun
{
    private const int Hits = 10;
    private const int Rounds = 3;
    private static readonly Measure Ndcg = Measure.Parse("nDCG@10");

    private readonly ITermEncoder _encoder;
    private readonly string _folder;
    private readonly QueryText[] _queries;
    private readonly TermVector[] _queryVectors;
    private readonly CorpusDocument[] _documents;
    private readonly TermVector[] _vectors;
    private readonly Qrels _qrels;
    private readonly double _whole;

    /// <summary>Draws the sample and encodes it.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="cache">Vectors made before.</param>
    /// <param name="documents">Documents of the sample at most, unless more are relevant.</param>
    /// <param name="queries">Queries at most.</param>
    /// <param name="seed">Of the draw.</param>
    /// <param name="folder">A folder for indexes.</param>
    /// <param name="progress">Told of what is encoded.</param>
    /// <param name="stop">Stops it.</param>
    internal TuningRun(Collection collection, ITermEncoder encoder, VectorCache cache, int documents, int queries, int seed, string folder, Action<string, int, int>? progress, CancellationToken stop)
    {
        _encoder = encoder;
        _folder = folder;
        var random = new Random(seed);
        _queries = [.. collection.Queries.OrderBy(_ => random.Next()).Take(queries)];
        _qrels = new Qrels();
        HashSet<string> relevant = new(StringComparer.Ordinal);
        foreach (QueryText query in _queries)
        {
            foreach ((string id, int grade) in collection.Qrels.Judgements(query.Id))
            {
                _qrels.Add(query.Id, id, grade);
                relevant.Add(id);
            }
        }

        int others = Math.Max(0, documents - relevant.Count);
        HashSet<string> drawn = [.. collection.Documents.Where(document => !relevant.Contains(document.Id)).OrderBy(_ => random.Next()).Take(others).Select(document => document.Id), .. relevant];
        _documents = [.. collection.Documents.Where(document => drawn.Contains(document.Id))];
        _whole = (double)collection.Documents.Length / _documents.Length;
        _vectors = cache.Get($"{collection.Name}-sample", encoder, [.. _documents.Select(document => document.FullText)], done => progress?.Invoke("encoding documents", done, _documents.Length), stop);
        _queryVectors = cache.Get($"{collection.Name}-sample-queries", encoder, [.. _queries.Select(query => query.Text)], done => progress?.Invoke("encoding queries", done, _queries.Length), stop);
    }

    /// <summary>Documents of the sample.</summary>
    internal int Documents => _documents.Length;

    /// <summary>Queries of the sample.</summary>
    internal int Queries => _queries.Length;

    /// <summary>Settings worth trying: each way of pruning by itself, at three numbers of bits.</summary>
    internal static IReadOnlyList<PruneSetting> Grid { get; } =
    [
        .. from bits in new[] { 8, 6, 4 }
           from setting in (PruneSetting[])
           [
               new(),
               .. new[] { 256, 192, 128, 96, 64, 48, 32, 24, 16 }.Select(terms => new PruneSetting { Terms = terms }),
               .. new[] { .05, .1, .15, .2, .3, .4 }.Select(ratio => new PruneSetting { Ratio = ratio }),
               .. new[] { .95, .9, .8, .7, .6 }.Select(mass => new PruneSetting { Mass = mass }),
           ]
           select setting with { Bits = bits },
    ];

    /// <summary>Measures one setting.</summary>
    /// <param name="setting">The setting.</param>
    /// <param name="stop">Stops it.</param>
    internal TuningPoint Measured(PruneSetting setting, CancellationToken stop)
    {
        string folder = Path.Combine(_folder, "tuning");
        try
        {
            var options = new SparseIndexOptions { Pruning = setting.ToOptions(), MaxWeight = setting.MaxWeight(_encoder.MaxWeight) };
            using SparseIndex index = SparseIndex.Create(folder, _encoder, options);
            Collection.AddTo(index, _documents, _vectors, stop: stop);
            return Measured(index, setting, _queries, _queryVectors, _qrels, _whole, stop);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Measures an index.</summary>
    internal static TuningPoint Measured(SparseIndex index, PruneSetting setting, QueryText[] queries, TermVector[] vectors, Qrels qrels, double whole, CancellationToken stop)
    {
        var run = new TrecRun();
        double[] best = [.. Enumerable.Repeat(double.PositiveInfinity, queries.Length)];
        var options = new SearchOptions { WithStoredFields = false };
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < queries.Length; i++)
            {
                stop.ThrowIfCancellationRequested();
                long start = Stopwatch.GetTimestamp();
                RunEntry[] hits = vectors[i].Count == 0 ? [] : Rankings.Of(index.SearchVector(vectors[i], Hits, options, stop));
                best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                if (round == 0)
                {
                    run.Add(queries[i].Id, hits);
                }
            }
        }

        IndexStatistics statistics = index.Statistics();
        return new TuningPoint(setting, Ndcg.Evaluate(qrels, run).Mean, (long)(statistics.Bytes * whole), (double)statistics.Postings / Math.Max(1, statistics.Documents), best.Average(), best.Order().ElementAt(best.Length * 95 / 100));
    }

    /// <summary>The points that no other beats in both the score and what the budget limits, cheapest first.</summary>
    /// <param name="points">All points.</param>
    /// <param name="budget">What is limited.</param>
    internal static IReadOnlyList<TuningPoint> Frontier(IEnumerable<TuningPoint> points, Budget budget)
    {
        var frontier = new List<TuningPoint>();
        foreach (TuningPoint point in points.OrderBy(point => Cost(point, budget)).ThenByDescending(point => point.Score))
        {
            if (frontier.Count == 0 || point.Score > frontier[^1].Score)
            {
                frontier.Add(point);
            }
        }

        return frontier;
    }

    /// <summary>What a budget limits of a point: bytes or milliseconds.</summary>
    internal static double Cost(TuningPoint point, Budget budget) => budget.Bytes is null ? point.Latency95 : point.Bytes;
}
