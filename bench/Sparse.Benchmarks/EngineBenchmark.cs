using System.Diagnostics;
using System.Globalization;
using Sparse.Impacts;
using Sparse.Search;

namespace Sparse.Benchmarks;

/// <summary>Question: how long does one thread take for an exact top k? Measured: best of repeated runs a query after warm-up, in-process; not measured: tokens, encoding.</summary>
internal static unsafe class EngineBenchmark
{
    private const int Warmups = 3;
    private static int repeats = 3;
    private static int weightFloor = 8;

    public static int Run(string[] args)
    {
        string docs = "";
        List<string> queries = [];
        List<int> ks = [];
        string last = "";
        int limit = int.MaxValue;
        var policy = SweepPolicy.Choose;
        bool check = true;
        int reorder = 0;
        string saveOrder = "";
        foreach (string arg in args)
        {
            if (arg.StartsWith("--", StringComparison.Ordinal))
            {
                last = arg;
                check &= arg != "--no-check";
                continue;
            }

            switch (last)
            {
                case "--docs":
                    docs = arg;
                    break;
                case "--queries":
                    queries.Add(arg);
                    break;
                case "--k":
                    ks.Add(int.Parse(arg, CultureInfo.InvariantCulture));
                    break;
                case "--limit":
                    limit = int.Parse(arg, CultureInfo.InvariantCulture);
                    break;
                case "--repeats":
                    repeats = int.Parse(arg, CultureInfo.InvariantCulture);
                    break;
                case "--weight-floor":
                    weightFloor = int.Parse(arg, CultureInfo.InvariantCulture);
                    break;
                case "--save-order":
                    saveOrder = arg;
                    break;
                case "--reorder":
                    reorder = int.Parse(arg, CultureInfo.InvariantCulture);
                    break;
                case "--policy":
                    policy = Enum.Parse<SweepPolicy>(arg);
                    break;
                default:
                    Console.Error.WriteLine($"'{arg}' follows no option that takes a value.");
                    return 2;
            }
        }

        VectorFile documents = VectorFile.Read(docs);
        int[]? order = reorder > 0 ? Reorder(documents, reorder) : VectorFile.ReadOrder(docs, documents.Rows);
        if (saveOrder.Length > 0 && order is not null)
        {
            File.WriteAllBytes(saveOrder, System.Runtime.InteropServices.MemoryMarshal.AsBytes(order.AsSpan()).ToArray());
        }

        string path = Path.Combine(Path.GetTempPath(), $"sparse-engine-{Environment.ProcessId}.impacts");
        long started = Stopwatch.GetTimestamp();
        int[] ordinalOf = SegmentFile.Write(path, documents, order);
        double built = Stopwatch.GetElapsedTime(started).TotalSeconds;
        try
        {
            long length = new FileInfo(path).Length;
            using var segment = new ImpactSegment(ImpactMemory.Map(path, 0, length));
            foreach (string file in queries)
            {
                VectorFile set = VectorFile.Read(file);
                foreach (int k in ks.Count > 0 ? ks : [10, 1000])
                {
                    Measure(documents, segment, ordinalOf, set, k, Math.Min(limit, set.Rows), policy, check, built);
                }
            }
        }
        finally
        {
            File.Delete(path);
        }

        return 0;
    }

    private static int[] Reorder(VectorFile documents, int iterations)
    {
        long started = Stopwatch.GetTimestamp();
        int[] order = GraphBisection.Order(documents.Starts, [.. documents.Terms.Select(t => (int)t)], documents.Impacts, 65_536, new GraphBisection.Settings(iterations, Environment.ProcessorCount, WeightFloor: weightFloor));
        Console.Error.WriteLine($"reordered in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s on {Environment.ProcessorCount} threads");
        return order;
    }

    private static void Measure(VectorFile documents, ImpactSegment segment, int[] ordinalOf, VectorFile set, int k, int limit, SweepPolicy policy, bool check, double built)
    {
        using var searcher = new ImpactSearcher();
        SegmentTarget[] targets = [new SegmentTarget { Segment = segment }];
        var results = new ScoredDoc[k];
        var best = new double[limit];
        Array.Fill(best, double.MaxValue);
        int wrong = 0;
        double blocks = 0, terms = 0, sweeps = 0;
        var ordinals = new int[65_536];
        var weights = new ushort[65_536];
        for (int pass = -Warmups; pass <= 0; pass++)
        {
            for (int q = 0; q < limit; q++)
            {
                int count = 0;
                for (long i = set.Starts[q]; i < set.Starts[q + 1]; i++, count++)
                {
                    ordinals[count] = ordinalOf[set.Terms[i]];
                    weights[count] = set.Impacts[i];
                }

                int found = 0;
                for (int repeat = 0; repeat < (pass == 0 ? repeats : 1); repeat++)
                {
                    long started = Stopwatch.GetTimestamp();
                    found = searcher.TopK(targets, ordinals.AsSpan(0, count), weights.AsSpan(0, count), k, policy, results);
                    double ms = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                    best[q] = pass == 0 ? Math.Min(best[q], ms) : best[q];
                }

                if (pass == 0)
                {
                    blocks += searcher.Segment.VisitedBlocks;
                    terms += searcher.Segment.VisitedTerms;
                    sweeps += searcher.Segment.Swept ? 1 : 0;
                    if (check && (q % 10 == 0))
                    {
                        wrong += Exhaustive(documents, set, q, k).AsSpan().SequenceEqual(results.AsSpan(0, found)) ? 0 : 1;
                    }
                }
            }
        }

        Array.Sort(best);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{{\"engine\": \"Sparse exact\", \"queries\": \"{set.Name}\", \"k\": {k}, \"mean_ms\": {best.Average():0.0000}, \"p50_ms\": {best[best.Length / 2]:0.0000}, \"p99_ms\": {best[best.Length * 99 / 100]:0.0000}, \"wrong\": {wrong}, \"bytes_per_posting\": {(double)segment.Bytes / segment.Postings:0.000}, \"build_s\": {built:0.0}, \"blocks\": {blocks / limit:0}, \"visits\": {terms / limit:0}, \"sweeps\": {sweeps / limit:0.00}}}"));
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
