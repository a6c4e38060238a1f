using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Sparse.Impacts;
using Sparse.Impacts.Bisection;
using Sparse.Search;

namespace Sparse.Benchmarks;

/// <summary>Question: what does the engine alone do, without Lucene around it, by either algorithm?</summary>
/// <remarks>
/// Measured: search in a mapped segment, best of repeated runs of a query after warm-up, as the peers' script does. Not
/// measured: tokens, encoding, stored fields. Results are compared with exhaustive search over the vectors: every query for
/// k = 10, every tenth for larger k.
/// </remarks>
internal static unsafe class SegmentBenchmark
{
    private const int Warmups = 4;

    /// <summary>Runs the benchmark.</summary>
    /// <returns>0, or 1 when a result was wrong.</returns>
    public static int Run(EngineOptions options)
    {
        VectorFile documents = VectorFile.Read(options.Docs);
        int[]? order = options.Reorder > 0 ? Reorder(documents, options.Reorder) : VectorFile.ReadOrder(options.Docs, documents.Rows);
        if (options.SaveOrder is not null && order is not null)
        {
            File.WriteAllBytes(options.SaveOrder, MemoryMarshal.AsBytes(order.AsSpan()).ToArray());
            if (options.Queries.Count == 0)
            {
                return 0;
            }
        }

        string path = Path.Combine(Path.GetTempPath(), $"sparse-engine-{Environment.ProcessId}.impacts");
        List<EngineResult> ours = [];
        try
        {
            long started = Stopwatch.GetTimestamp();
            int[] ordinalOf = SegmentFile.Write(path, documents, order);
            double built = Stopwatch.GetElapsedTime(started).TotalSeconds;
            started = Stopwatch.GetTimestamp();
            using var segment = new ImpactSegment(ImpactMemory.Map(path, 0, new FileInfo(path).Length));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"opened in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0.0} ms"));
            foreach (VectorFile set in options.Queries.Select(VectorFile.Read))
            {
                foreach (int k in options.Ks)
                {
                    ours.Add(Measure(options, documents, segment, ordinalOf, set, k, built));
                    if (options.Json)
                    {
                        Console.WriteLine(ours[^1].ToJson());
                    }
                }
            }
        }
        finally
        {
            File.Delete(path);
        }

        List<EngineResult> peers = options.Peers is null ? [] : EngineResult.RunPeers(options.Peers, options.Docs, options.Queries);
        if (!options.Json || options.Peers is not null)
        {
            EngineResult.WriteTable(ours, peers, Console.Out);
        }

        return options.Check && ours.Any(r => r.Overlap != 1) ? 1 : 0;
    }

    internal static int[] Reorder(VectorFile documents, int rounds)
    {
        long started = Stopwatch.GetTimestamp();
        ForwardRows rows = Gather(documents);
        double gathered = Stopwatch.GetElapsedTime(started).TotalSeconds;
        int[] order = GraphBisection.Order(rows, new BisectionOptions { MaxRounds = rounds });
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"reordered {documents.Rows} documents in {seconds:0.0} s on {Environment.ProcessorCount} threads, {gathered:0.0} s of them to gather {rows.Terms.Length} ids; CPU {process.TotalProcessorTime.TotalSeconds:0.0} s, peak {process.PeakWorkingSet64 >> 20} MiB, vectors in it {((8L * documents.Starts.Length) + (3L * documents.Terms.Length)) >> 20} MiB"));
        return order;
    }

    private static ForwardRows Gather(VectorFile documents)
    {
        var impactCounts = new long[256];
        foreach (byte impact in documents.Impacts)
        {
            impactCounts[impact]++;
        }

        var builder = new ForwardRowsBuilder(documents.Rows, 65_536, ForwardRowsBuilder.ChooseImpacts(impactCounts));
        foreach (Action<int, int, byte> tell in (Action<int, int, byte>[])[builder.Count, builder.Add])
        {
            for (int document = 0; document < documents.Rows; document++)
            {
                for (long i = documents.Starts[document]; i < documents.Starts[document + 1]; i++)
                {
                    tell(document, documents.Terms[i], documents.Impacts[i]);
                }
            }
        }

        return builder.Build();
    }

    private static EngineResult Measure(EngineOptions options, VectorFile documents, ImpactSegment segment, int[] ordinalOf, VectorFile set, int k, double built)
    {
        using var searcher = new ImpactSearcher();
        SegmentTarget[] targets = [new SegmentTarget { Segment = segment }];
        var results = new ScoredDoc[k];
        int limit = Math.Min(options.Limit, set.Rows);
        List<double> best = [];
        long wrong = 0, blocks = 0, visits = 0, sweeps = 0;
        for (int pass = -Warmups; pass <= 0; pass++)
        {
            for (int q = 0; q < limit; q++)
            {
                (int[] ordinals, ushort[] weights) = set.Query(q, ordinalOf);
                if (ordinals.Length == 0)
                {
                    continue;
                }

                int found = 0;
                double least = double.MaxValue;
                for (int repeat = 0; repeat < (pass == 0 ? options.Repeats : 1); repeat++)
                {
                    long started = Stopwatch.GetTimestamp();
                    found = searcher.TopK(targets, ordinals, weights, k, options.Policy, results);
                    least = Math.Min(least, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }

                if (pass == 0)
                {
                    best.Add(least);
                    blocks += searcher.Segment.VisitedBlocks;
                    visits += searcher.Segment.VisitedTerms;
                    sweeps += searcher.Segment.Swept ? 1 : 0;
                    bool check = options.Check && (k == 10 || q % 10 == 0);
                    wrong += check && !Exhaustive(documents, set, q, k).AsSpan().SequenceEqual(results.AsSpan(0, found)) ? 1 : 0;
                }
            }
        }

        best.Sort();
        string more = string.Create(
            CultureInfo.InvariantCulture,
            $", \"wrong\": {wrong}, \"blocks\": {(double)blocks / best.Count:0}, \"visits\": {(double)visits / best.Count:0}, \"sweeps\": {(double)sweeps / best.Count:0.00}");
        return new EngineResult(
            "Sparse segment exact", set.Name, k, best.Average(), best[best.Count / 2], best[best.Count * 99 / 100], options.Check && wrong == 0 ? 1 : null,
            (double)segment.Bytes / segment.Postings, built, more);
    }

    private static ScoredDoc[] Exhaustive(VectorFile documents, VectorFile set, int query, int k)
    {
        var weight = new int[65_536];
        for (long i = set.Starts[query]; i < set.Starts[query + 1]; i++)
        {
            weight[set.Terms[i]] = set.Impacts[i];
        }

        List<ScoredDoc> hits = [];
        for (int document = 0; document < documents.Rows; document++)
        {
            int score = 0;
            for (long i = documents.Starts[document]; i < documents.Starts[document + 1]; i++)
            {
                score += weight[documents.Terms[i]] * documents.Impacts[i];
            }

            if (score > 0)
            {
                hits.Add(new ScoredDoc(document, score));
            }
        }

        hits.Sort();
        return [.. hits.Take(k)];
    }
}
