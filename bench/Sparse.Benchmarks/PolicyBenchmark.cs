using System.Diagnostics;
using System.Globalization;
using Sparse.Impacts;
using Sparse.Search;

namespace Sparse.Benchmarks;

/// <summary>Question: how good is the choice between a sweep and visits, and what would the best choice for each query save?</summary>
/// <remarks>Measured: every query by either algorithm and by the choice, in turn, best of repeated runs, on one mapped segment.</remarks>
internal static unsafe class PolicyBenchmark
{
    private static readonly SweepPolicy[] Policies = [SweepPolicy.Always, SweepPolicy.Never, SweepPolicy.Choose];

    /// <summary>Runs the benchmark.</summary>
    public static int Run(EngineOptions options)
    {
        VectorFile documents = VectorFile.Read(options.Docs);
        int[]? order = options.Reorder > 0 ? SegmentBenchmark.Reorder(documents, options.Reorder) : VectorFile.ReadOrder(options.Docs, documents.Rows);
        string path = Path.Combine(Path.GetTempPath(), $"sparse-policy-{Environment.ProcessId}.impacts");
        try
        {
            int[] ordinalOf = SegmentFile.Write(path, documents, order);
            using var segment = new ImpactSegment(ImpactMemory.Map(path, 0, new FileInfo(path).Length));
            Console.WriteLine("| queries | k | sweep ms | visits ms | chosen ms | best of both ms | sweeps chosen | sweeps best |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|");
            foreach (VectorFile set in options.Queries.Select(VectorFile.Read))
            {
                foreach (int k in options.Ks)
                {
                    Measure(options, segment, ordinalOf, set, k);
                }
            }
        }
        finally
        {
            File.Delete(path);
        }

        return 0;
    }

    private static void Measure(EngineOptions options, ImpactSegment segment, int[] ordinalOf, VectorFile set, int k)
    {
        using var searcher = new ImpactSearcher();
        SegmentTarget[] targets = [new SegmentTarget { Segment = segment }];
        var results = new ScoredDoc[k];
        var sums = new double[4];
        int queries = 0, chosen = 0, better = 0;
        for (int pass = -1; pass <= 0; pass++)
        {
            for (int q = 0; q < Math.Min(options.Limit, set.Rows); q++)
            {
                (int[] ordinals, ushort[] weights) = set.Query(q, ordinalOf);
                if (ordinals.Length == 0)
                {
                    continue;
                }

                double[] best = [double.MaxValue, double.MaxValue, double.MaxValue];
                bool swept = false;
                for (int repeat = 0; repeat < (pass == 0 ? options.Repeats : 1); repeat++)
                {
                    for (int p = 0; p < Policies.Length; p++)
                    {
                        long started = Stopwatch.GetTimestamp();
                        searcher.TopK(targets, ordinals, weights, k, Policies[p], results);
                        best[p] = Math.Min(best[p], Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                        swept = searcher.Segment.Swept;
                    }
                }

                if (pass == 0)
                {
                    queries++;
                    chosen += swept ? 1 : 0;
                    better += best[0] < best[1] ? 1 : 0;
                    for (int p = 0; p < 3; p++)
                    {
                        sums[p] += best[p];
                    }

                    sums[3] += Math.Min(best[0], best[1]);
                }
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {set.Name} | {k} | {sums[0] / queries:0.000} | {sums[1] / queries:0.000} | {sums[2] / queries:0.000} | {sums[3] / queries:0.000} | {(double)chosen / queries:0.00} | {(double)better / queries:0.00} |"));
    }
}
