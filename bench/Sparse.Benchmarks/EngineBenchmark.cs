using System.Diagnostics;
using System.Globalization;
using Lucene.Net.Analysis.Core;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Queries;
using Sparse.Tokens;
using Sparse.Vectors;
using Directory = System.IO.Directory;

namespace Sparse.Benchmarks;

/// <summary>Question: how long does one thread take for an exact top k in a real Lucene directory, and what do building and keeping it cost?</summary>
/// <remarks>
/// Built: vectors → PackedImpactField, and a numeric id as in the peers' script → IndexWriter with SparseCodec → one merged, committed
/// segment; on one pinned core as given, on all cores where it is reordered. Measured, as the peers' script does: searching by a query
/// object that is there, one pinned thread, best of repeated runs of a query after all of them have run for some seconds. Bytes are those
/// of all files that the search needs, dictionary included. Found documents and scores are compared with exhaustive search over the vectors.
/// </remarks>
internal static class EngineBenchmark
{
    private const string Field = "sparse";
    private const double WarmSeconds = 4;

    /// <summary>Documents scored by the exhaustive searches of one query file, at most: with large collections fewer queries are checked.</summary>
    private const long CheckedDocuments = 200_000_000;

    /// <summary>Runs the benchmark.</summary>
    /// <returns>0, or 1 when a result was wrong.</returns>
    public static int Run(EngineOptions options)
    {
        VectorFile documents = VectorFile.Read(options.Docs);
        VectorFile[] sets = [.. options.Queries.Select(VectorFile.Read)];
        Dictionary<int, SparseHit[]>[] expected = [.. sets.Select(set => Expected(options, documents, set))];
        List<EngineResult> ours = [];
        foreach (bool reorder in options.Order switch { "given" => (bool[])[false], "reordered" => [true], _ => [true, false] })
        {
            ours.AddRange(RunSetting(options, documents, sets, expected, reorder));
        }

        List<EngineResult> peers = options.Peers is null ? [] : EngineResult.RunPeers(options.Peers, options.Docs, options.Queries);
        if (!options.Json || options.Peers is not null)
        {
            EngineResult.WriteTable(ours, peers, Console.Out);
        }

        return ours.Any(result => result.Overlap != 1) ? 1 : 0;
    }

    /// <summary>Builds the index.</summary>
    /// <returns>CPU time that the merge to one segment took.</returns>
    internal static TimeSpan Build(FSDirectory directory, VectorFile documents, bool reorder, int segments)
    {
        // Reordering is a merge's work, and one segment alone would not be merged.
        int segmentRows = (documents.Rows / Math.Max(segments, reorder ? 2 : 1)) + 1;
        var format = new Dictionary<string, SparseFieldFormat> { [Field] = new(1) };
        var config = new IndexWriterConfig(LuceneVersion.LUCENE_48, new KeywordAnalyzer())
        {
            Codec = new SparseCodec(format, reorder ? 1 : int.MaxValue),
            RAMBufferSizeMB = 1024,
            UseCompoundFile = false,

            // All segments in one merge, so that nothing is reordered twice.
            MergePolicy = new LogDocMergePolicy { NoCFSRatio = 0, MergeFactor = 1000 },
        };
        var vocabulary = new Vocabulary([.. Enumerable.Range(0, 1 << 16).Select(Term)]);
        using var writer = new IndexWriter(directory, config);
        var field = new PackedImpactField(Field);
        var id = new NumericDocValuesField("id", 0);
        Document document = [field, id];
        for (int row = 0; row < documents.Rows; row++)
        {
            int from = (int)documents.Starts[row], count = (int)(documents.Starts[row + 1] - from);
            int[] terms = new int[count];
            for (int i = 0; i < count; i++)
            {
                terms[i] = documents.Terms[from + i];
            }

            field.SetImpacts(new ImpactVector(terms, documents.Impacts.AsSpan(from, count).ToArray()), vocabulary);
            id.SetInt64Value(row);
            writer.AddDocument(document);
            if ((row + 1) % segmentRows == 0)
            {
                writer.Commit();
            }
        }

        writer.Commit();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        writer.ForceMerge(1);
        writer.Commit();
        return Environment.CpuUsage.TotalTime - used;
    }

    /// <summary>A row of a file as a query; null where it has no terms.</summary>
    internal static SparseQuery? Query(VectorFile set, int row)
    {
        var weights = new Dictionary<string, float>();
        for (int i = (int)set.Starts[row]; i < (int)set.Starts[row + 1]; i++)
        {
            weights.Add(Term(set.Terms[i]), set.Impacts[i]);
        }

        return weights.Count > 0 ? new SparseQuery(Field, weights) : null;
    }

    /// <summary>The queries of a file; those without terms left out.</summary>
    internal static SparseQuery[] Queries(VectorFile set, int limit) =>
        [.. Enumerable.Range(0, Math.Min(limit, set.Rows)).Select(row => Query(set, row)).OfType<SparseQuery>()];

    private static string Term(int id) => id.ToString("x4", CultureInfo.InvariantCulture);

    private static List<EngineResult> RunSetting(EngineOptions options, VectorFile documents, VectorFile[] sets, Dictionary<int, SparseHit[]>[] expected, bool reorder)
    {
        string path = options.Index is null
            ? Path.Combine(Path.GetTempPath(), $"sparse-engine-{Environment.ProcessId}") : $"{options.Index}-{(reorder ? "reordered" : "given")}";
        try
        {
            SparseCodec.Register();
            using FSDirectory directory = FSDirectory.Open(path);
            bool kept = DirectoryReader.IndexExists(directory);
            Pin(!reorder);
            long started = Stopwatch.GetTimestamp();
            TimeSpan used = Environment.CpuUsage.TotalTime;
            TimeSpan merged = kept ? TimeSpan.Zero : Build(directory, documents, reorder, options.Segments);
            double built = Stopwatch.GetElapsedTime(started).TotalSeconds;
            used = Environment.CpuUsage.TotalTime - used;
            Pin(true);
            started = Stopwatch.GetTimestamp();
            using DirectoryReader reader = DirectoryReader.Open(directory);
            double opened = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            using var process = Process.GetCurrentProcess();
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(reorder ? "reordered" : "as given")}: {(kept ? "opened, not" : "")} built in {built:0.00} s ({used.TotalSeconds:0.00} s of CPU, {merged.TotalSeconds:0.00} s of it to merge), peak {process.PeakWorkingSet64 >> 20} MiB with {((8L * documents.Starts.Length) + (3L * documents.Terms.Length)) >> 20} MiB of vectors in it, opened in {opened:0.0} ms"));
            double bytes = (double)Directory.GetFiles(path, "*SparseImpact*").Sum(file => new FileInfo(file).Length) / documents.Terms.Length;
            var searcher = new SparseSearcher(reader);
            List<EngineResult> results = [];
            for (int i = 0; i < sets.Length; i++)
            {
                foreach (int k in options.Ks)
                {
                    results.Add(Measure(options, searcher, sets[i], expected[i], k, reorder ? "Sparse exact, reordered" : "Sparse exact, as given") with { BytesPerPosting = bytes, BuildSeconds = kept ? null : built });
                    if (options.Json)
                    {
                        Console.WriteLine(results[^1].ToJson());
                    }
                }
            }

            return results;
        }
        finally
        {
            Pin(false);
            if (options.Index is null)
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }

    private static EngineResult Measure(EngineOptions options, SparseSearcher searcher, VectorFile set, Dictionary<int, SparseHit[]> expected, int k, string engine)
    {
        (int Row, SparseQuery Query)[] queries =
            [.. Enumerable.Range(0, Math.Min(options.Limit, set.Rows)).Select(row => (row, Query(set, row)!)).Where(query => query.Item2 is not null)];
        var hits = new SparseHit[k];
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < WarmSeconds)
        {
            foreach ((_, SparseQuery query) in queries)
            {
                searcher.Search(query, hits);
            }
        }

        var times = new double[queries.Length];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < queries.Length; i++)
        {
            times[i] = double.MaxValue;
            for (int repeat = 0; repeat < options.Repeats; repeat++)
            {
                started = Stopwatch.GetTimestamp();
                searcher.Search(queries[i].Query, hits);
                times[i] = Math.Min(times[i], Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        double allocated = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / queries.Length / options.Repeats;

        // Equal in documents, scores and order, or not counted at all.
        double equal = queries.Count(query => expected.TryGetValue(query.Row, out SparseHit[]? best)
            && hits.AsSpan(0, searcher.Search(query.Query, hits)).SequenceEqual(best.AsSpan(0, Math.Min(k, best.Length))));
        Array.Sort(times);
        string more = string.Create(CultureInfo.InvariantCulture, $", \"checked\": {expected.Count}, \"allocated\": {allocated:0}");
        return new EngineResult(engine, set.Name, k, times.Average(), times[times.Length / 2], times[times.Length * 99 / 100], equal / expected.Count, null, null, more);
    }

    /// <summary>The best documents of a file's queries, or of every n-th of them, by exhaustive search.</summary>
    private static Dictionary<int, SparseHit[]> Expected(EngineOptions options, VectorFile documents, VectorFile set)
    {
        int every = (int)Math.Max(1, (long)set.Rows * documents.Rows / CheckedDocuments);
        return Enumerable.Range(0, Math.Min(options.Limit, set.Rows)).Where(row => row % every == 0 && set.Starts[row] < set.Starts[row + 1]).AsParallel()
            .ToDictionary(row => row, row => Exhaustive(documents, set, row, options.Ks.Max()));
    }

    private static SparseHit[] Exhaustive(VectorFile documents, VectorFile set, int query, int k)
    {
        var weight = new int[65_536];
        for (long i = set.Starts[query]; i < set.Starts[query + 1]; i++)
        {
            weight[set.Terms[i]] = set.Impacts[i];
        }

        List<SparseHit> hits = [];
        for (int document = 0; document < documents.Rows; document++)
        {
            int score = 0;
            for (long i = documents.Starts[document]; i < documents.Starts[document + 1]; i++)
            {
                score += weight[documents.Terms[i]] * documents.Impacts[i];
            }

            if (score > 0)
            {
                hits.Add(new SparseHit(document, score));
            }
        }

        return [.. hits.OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Doc).Take(k)];
    }

    /// <summary>Keeps the process to one core, or lets it have all.</summary>
    private static void Pin(bool pinned)
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            using var process = Process.GetCurrentProcess();
            process.ProcessorAffinity = pinned ? 1 : (nint)((1L << Math.Min(Environment.ProcessorCount, 62)) - 1);
        }
    }
}
