using System.Diagnostics;
using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.Evaluation;
using Sparse.Fusion;
using Sparse.Lab.Collections;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Lab.Reproduction;

/// <summary>Runs a matrix from raw text through Lucene directories.</summary>
/// <param name="matrix">The matrix.</param>
/// <param name="root">The folder that its paths begin at.</param>
/// <param name="data">The folder of collections.</param>
/// <param name="cache">Vectors made before.</param>
/// <param name="indexes">A folder for indexes; they are removed again.</param>
internal sealed class MatrixRun(Matrix matrix, string root, string data, VectorCache cache, string indexes) : IDisposable
{
    private const int Depth = 100;

    private readonly Measure _measure = Measure.Parse(matrix.Measure);
    private readonly Dictionary<string, SpladeEncoder> _encoders = [];
    private readonly InferenceFreeEncoder _idf = InferenceFreeEncoder.BuiltIn();

    /// <summary>Told what is being done, and how many texts of it are done.</summary>
    public Action<string, int, int>? Progress { get; init; }

    /// <summary>Where a collection lies.</summary>
    /// <param name="collection">The collection.</param>
    public string PathOf(MatrixCollection collection) => Path.GetFullPath(Path.Combine(root, collection.Path.Replace("{data}", data, StringComparison.Ordinal)));

    /// <summary>Runs one collection, all ways; indexes and vectors are made once for the ways that share them.</summary>
    /// <param name="declared">The collection.</param>
    /// <param name="ways">The ways.</param>
    /// <param name="stop">Stops between queries.</param>
    public IEnumerable<Cell> Run(MatrixCollection declared, IEnumerable<MatrixWay> ways, CancellationToken stop)
    {
        var collection = Collection.Read(PathOf(declared), declared.Name, declared.Split);
        string[] texts = [.. collection.Queries.Select(query => query.Text)];
        foreach (IGrouping<(string?, MatrixPruning?), MatrixWay> shared in ways.GroupBy(way => (way.Mode == "bm25" ? null : way.Encoder, way.Mode == "bm25" ? null : way.Pruning)))
        {
            double encoding = cache.EncodingSeconds;
            var clock = Stopwatch.StartNew();
            SpladeEncoder? encoder = shared.Key.Item1 is { } choice ? EncoderOf(choice) : null;
            TermVector[]? documents = encoder is null ? null : Vectors(declared.Name, "documents", encoder, [.. collection.Documents.Select(document => document.FullText)], stop);
            TermVector[]? queries = encoder is null ? null : Vectors(declared.Name, "queries", encoder, texts, stop);
            string folder = Path.Combine(indexes, declared.Name);
            Progress?.Invoke($"{declared.Name}: indexing", 0, 0);
            using (SparseIndex index = SparseIndex.Create(folder, encoder, new SparseIndexOptions { Language = declared.Language, Pruning = shared.Key.Item2?.ToOptions() ?? PruningOptions.KeepAll }))
            {
                Collection.AddTo(index, collection.Documents, documents, stop: stop);
                long bytes = index.Statistics().Bytes;
                double preparation = clock.Elapsed.TotalSeconds;
                encoding = cache.EncodingSeconds - encoding;
                foreach (MatrixWay way in shared)
                {
                    Progress?.Invoke($"{declared.Name}: searching, {way.Name}", 0, 0);
                    clock.Restart();
                    TermVector[]? asked = way.Mode == "bm25" ? null : way.Queries == "idf" ? [.. _idf.Encode(texts, stop)] : queries;
                    (TrecRun run, double[] times) = Search(index, collection, way, asked, stop);
                    yield return new Cell
                    {
                        Collection = declared.Name,
                        Way = way.Name,
                        Score = _measure.Evaluate(collection.Qrels, run).Mean,
                        Expected = matrix.ExpectedOf(declared.Name, way.Name),
                        Seconds = preparation + clock.Elapsed.TotalSeconds,
                        EncodingSeconds = encoding,
                        Documents = collection.Documents.Length,
                        Queries = texts.Length,
                        IndexBytes = bytes,
                        Flops = asked is null ? null : Flops(documents!, asked),
                        Latency = times.Average(),
                        Latency95 = times.Order().ElementAt(times.Length * 95 / 100),
                    };

                    // What ways share counts with the first of them.
                    (preparation, encoding) = (0, 0);
                }
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _idf.Dispose();
        foreach (SpladeEncoder encoder in _encoders.Values)
        {
            encoder.Dispose();
        }
    }

    /// <summary>Σ over terms of the share of queries that have it times the share of documents that have it: FLOPS of Paria et al. 2020.</summary>
    internal static double Flops(IReadOnlyList<TermVector> documents, IReadOnlyList<TermVector> queries)
    {
        Dictionary<int, int> inQueries = Counts(queries);
        Dictionary<int, int> inDocuments = Counts(documents);
        return inQueries.Sum(term => (double)term.Value / queries.Count * inDocuments.GetValueOrDefault(term.Key) / documents.Count);
    }

    private static Dictionary<int, int> Counts(IReadOnlyList<TermVector> vectors)
    {
        var counts = new Dictionary<int, int>();
        foreach (TermVector vector in vectors)
        {
            foreach (int term in vector.Terms)
            {
                counts[term] = counts.GetValueOrDefault(term) + 1;
            }
        }

        return counts;
    }

    private static (TrecRun Run, double[] Times) Search(SparseIndex index, Collection collection, MatrixWay way, TermVector[]? vectors, CancellationToken stop)
    {
        var run = new TrecRun();
        var times = new double[collection.Queries.Length];
        SearchOptions options = new() { WithStoredFields = false };
        FusionOptions fusion = way.Fusion is null ? new() : new() { Method = Enum.Parse<FusionMethod>(way.Fusion, ignoreCase: true) };
        for (int i = 0; i < times.Length; i++)
        {
            stop.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            RunEntry[] ranking;
            try
            {
                SearchResult? result = way.Mode switch
                {
                    "bm25" => index.Search(collection.Queries[i].Text, Depth, options with { Mode = SearchMode.Bm25 }, stop),
                    "sparse" => vectors![i].Count == 0 ? null : index.SearchVector(vectors[i], Depth, options, stop),
                    _ => index.Search(collection.Queries[i].Text, Depth, options with { Mode = SearchMode.Hybrid, QueryVector = vectors![i], Fusion = fusion }, stop),
                };
                ranking = Rankings.Of(result);
            }
            catch (ArgumentException) when (way.Mode != "sparse")
            {
                // Stop words alone find nothing by words.
                ranking = [];
            }

            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            run.Add(collection.Queries[i].Id, ranking);
        }

        return (run, times);
    }

    private TermVector[] Vectors(string collection, string what, ITermEncoder encoder, string[] texts, CancellationToken stop) =>
        cache.Get($"{collection}-{what}", encoder, texts, done => Progress?.Invoke($"{collection}: encoding {what}", done, texts.Length), stop);

    private SpladeEncoder EncoderOf(string choice)
    {
        if (!_encoders.TryGetValue(choice, out SpladeEncoder? encoder))
        {
            encoder = choice == "builtin" ? SpladeEncoder.BuiltIn() : SpladeEncoder.FromFolder(Path.Combine(root, choice.Replace("{data}", data, StringComparison.Ordinal)));
            _encoders.Add(choice, encoder);
        }

        return encoder;
    }
}
