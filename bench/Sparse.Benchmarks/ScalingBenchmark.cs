using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ScottPlot;
using Sparse.Impacts;
using Sparse.Search;

namespace Sparse.Benchmarks;

/// <summary>Question: how does an exact top 10 grow with the collection, and how far is it from what memory allows?</summary>
/// <remarks>
/// Measured: the first 0.1 million to all documents of a vector file, each reordered and mapped from one segment file, searched by one thread,
/// best of repeated runs after warm-up. The limit is the bytes that a search touches, by count, over the rate at which one thread
/// reads a gigabyte in the same run. Not measured: Lucene around it, building.
/// </remarks>
internal static unsafe class ScalingBenchmark
{
    private const int K = 10;
    private const int Repeats = 5;
    private static readonly double[] Millions = [.1, .2, .385, .77, 1.54, 3.08, 6.16, double.MaxValue];

    /// <summary>Runs the benchmark: a table, and a plot where a file is named.</summary>
    public static int Run(EngineOptions options)
    {
        VectorFile all = VectorFile.Read(options.Docs);
        VectorFile[] sets = [.. options.Queries.Select(VectorFile.Read)];
        double bandwidth = Bandwidth();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"One thread reads {bandwidth / 1e9:0.0} GB/s.\n"));
        Console.WriteLine("| documents | queries | mean ms | p99 ms | MB touched | limit ms | mean / limit | bytes a posting | opened ms |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        var points = sets.Select(_ => (Documents: new List<double>(), Means: new List<double>(), Limits: new List<double>())).ToArray();
        int last = 0;
        foreach (double million in Millions)
        {
            int rows = (int)Math.Min(all.Rows, million * 1e6);
            if (rows == last)
            {
                break;
            }

            last = rows;
            string path = options.Index is null
                ? Path.Combine(Path.GetTempPath(), $"sparse-scaling-{Environment.ProcessId}.impacts") : Path.Combine(options.Index, $"{rows}.impacts");
            try
            {
                int[] ordinalOf = Segment(path, all, rows);
                long started = Stopwatch.GetTimestamp();
                using var segment = new ImpactSegment(ImpactMemory.Map(path, 0, new FileInfo(path).Length));
                double opened = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                for (int i = 0; i < sets.Length; i++)
                {
                    (double[] times, double bytes) = Measure(segment, ordinalOf, sets[i]);
                    double mean = times.Average(), limit = bytes / bandwidth * 1e3;
                    points[i].Documents.Add(rows);
                    points[i].Means.Add(mean);
                    points[i].Limits.Add(limit);
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {rows} | {sets[i].Name} | {mean:0.000} | {times[times.Length * 99 / 100]:0.000} | {bytes / 1e6:0.00} | {limit:0.000} | {mean / limit:0.0} | {(double)segment.Bytes / segment.Postings:0.00} | {opened:0.0} |"));
                }
            }
            finally
            {
                if (options.Index is null)
                {
                    File.Delete(path);
                    File.Delete(path + ".ordinals");
                }
            }
        }

        if (options.Plot is not null)
        {
            Plot(options.Plot, [.. sets.Select(set => set.Name)], points);
        }

        return 0;
    }

    /// <summary>Writes a segment of the first rows, reordered, where it is not there yet.</summary>
    /// <returns>[65,536] the ordinal of each term.</returns>
    private static int[] Segment(string path, VectorFile all, int rows)
    {
        string ordinals = path + ".ordinals";
        if (!File.Exists(ordinals))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            VectorFile documents = all.Take(rows);
            File.WriteAllBytes(ordinals + ".new", MemoryMarshal.AsBytes(SegmentFile.Write(path, documents, SegmentBenchmark.Reorder(documents, 20)).AsSpan()));
            File.Move(ordinals + ".new", ordinals);
        }

        return MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(ordinals)).ToArray();
    }

    private static (double[] Times, double Bytes) Measure(ImpactSegment segment, int[] ordinalOf, VectorFile set)
    {
        using var searcher = new ImpactSearcher();
        SegmentTarget[] targets = [new SegmentTarget { Segment = segment }];
        var results = new ScoredDoc[K];
        (int[] Ordinals, ushort[] Weights)[] queries = [.. Enumerable.Range(0, set.Rows).Select(row => set.Query(row, ordinalOf)).Where(query => query.Ordinals.Length > 0)];
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < 4)
        {
            foreach ((int[] ordinals, ushort[] weights) in queries)
            {
                searcher.TopK(targets, ordinals, weights, K, SweepPolicy.Choose, results);
            }
        }

        var times = new double[queries.Length];
        double bytes = 0;
        for (int q = 0; q < queries.Length; q++)
        {
            times[q] = double.MaxValue;
            for (int repeat = 0; repeat < Repeats; repeat++)
            {
                started = Stopwatch.GetTimestamp();
                searcher.TopK(targets, queries[q].Ordinals, queries[q].Weights, K, SweepPolicy.Choose, results);
                times[q] = Math.Min(times[q], Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            bytes += searcher.Segment.BytesTouched;
        }

        Array.Sort(times);
        return (times, bytes / queries.Length);
    }

    /// <summary>Bytes a second at which one thread adds up a gigabyte, best of eight.</summary>
    private static double Bandwidth()
    {
        const long Bytes = 1L << 30;
        var memory = (byte*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc((nuint)Bytes, 64);
        new Span<byte>(memory, (int)(Bytes / 2)).Fill(1);
        new Span<byte>(memory + (Bytes / 2), (int)(Bytes / 2)).Fill(1);
        double best = 0;
        for (int run = 0; run < 8; run++)
        {
            long started = Stopwatch.GetTimestamp();
            System.Numerics.Vector<ulong> sum = default, other = default;
            int step = System.Numerics.Vector<byte>.Count;
            for (long i = 0; i < Bytes; i += 2 * step)
            {
                sum += *(System.Numerics.Vector<ulong>*)(memory + i);
                other += *(System.Numerics.Vector<ulong>*)(memory + i + step);
            }

            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            best = sum + other == default ? best : Math.Max(best, Bytes / seconds);
        }

        System.Runtime.InteropServices.NativeMemory.AlignedFree(memory);
        return best;
    }

    private static void Plot(string path, string[] names, (List<double> Documents, List<double> Means, List<double> Limits)[] points)
    {
        using var plot = new Plot();
        for (int i = 0; i < names.Length; i++)
        {
            double[] documents = [.. points[i].Documents.Select(Math.Log10)];
            ScottPlot.Plottables.Scatter mean = plot.Add.Scatter(documents, points[i].Means.Select(Math.Log10).ToArray());
            mean.LegendText = $"{Path.GetFileNameWithoutExtension(names[i])}, mean";
            mean.LineWidth = 2;
            ScottPlot.Plottables.Scatter limit = plot.Add.Scatter(documents, points[i].Limits.Select(Math.Log10).ToArray());
            limit.LegendText = "  bytes touched over bandwidth";
            limit.Color = mean.Color;
            limit.LinePattern = LinePattern.Dashed;
            limit.MarkerSize = 0;
        }

        plot.Title("Exact top 10, one thread");
        plot.XLabel("documents");
        plot.YLabel("ms a query");
        Label(plot.Axes.Bottom, 5, 7, value => value >= 1e6 ? $"{value / 1e6:0.#} M" : $"{value / 1e3:0} k");
        Label(plot.Axes.Left, -3, 1, value => value.ToString("0.###", CultureInfo.InvariantCulture));
        plot.ShowLegend(Alignment.UpperLeft);
        plot.SavePng(path, 1000, 650);
    }

    private static void Label(IAxis axis, int from, int to, Func<double, string> label)
    {
        var ticks = new ScottPlot.TickGenerators.NumericManual();
        for (int power = from; power <= to; power++)
        {
            foreach (int digit in (int[])[1, 2, 5])
            {
                double value = digit * Math.Pow(10, power);
                ticks.AddMajor(Math.Log10(value), label(value));
            }
        }

        axis.TickGenerator = ticks;
    }
}
