using System.Diagnostics;
using System.Globalization;
using Sparse.LuceneNet.Queries;

namespace Sparse.Benchmarks;

/// <summary>Question: how many more queries a second do two threads get through than one, on one <see cref="SparseSearcher"/>?</summary>
/// <remarks>
/// Measured: all queries of a file, over and over for a quarter of a second, dealt out in small portions to one thread and then to two; the
/// two take turns. The best of each counts, because on a shared machine the others measure its other work too.
/// Beside it the processor time a query: what two threads cost each other, whoever else is running.
/// </remarks>
internal static class ThreadsBenchmark
{
    private const int Portion = 8;
    private const int Turns = 25;
    private const double Seconds = .25;

    /// <summary>Runs the benchmark.</summary>
    public static int Run(EngineOptions options)
    {
        using var index = new VectorIndex(options);
        var searcher = new SparseSearcher(index.Reader);
        foreach (VectorFile set in options.Queries.Select(VectorFile.Read))
        {
            SparseQuery[] queries = EngineBenchmark.Queries(set, options.Limit);
            foreach (int k in options.Ks)
            {
                int passes = Math.Max(1, (int)(Seconds * Measure(searcher, queries, k, 2, 5).PerSecond / queries.Length));
                (Rate One, Rate Two)[] turns =
                    [.. Enumerable.Range(0, Turns).Select(_ => (Measure(searcher, queries, k, 1, passes), Measure(searcher, queries, k, 2, passes)))];
                double one = turns.Max(turn => turn.One.PerSecond), two = turns.Max(turn => turn.Two.PerSecond);
                double median = turns.Select(turn => turn.Two.PerSecond / turn.One.PerSecond).Order().ElementAt(Turns / 2);
                double oneCpu = turns.Min(turn => turn.One.CpuMicroseconds), twoCpu = turns.Min(turn => turn.Two.CpuMicroseconds);
                FormattableString line = options.Json
                    ? (FormattableString)$"{{\"queries\": \"{set.Name}\", \"k\": {k}, \"one_thread_qps\": {one:0}, \"two_threads_qps\": {two:0}, \"ratio\": {two / one:0.000}, \"median_ratio\": {median:0.000}, \"one_thread_cpu_us\": {oneCpu:0.0}, \"two_threads_cpu_us\": {twoCpu:0.0}}}"
                    : $"{set.Name}, k = {k}: {one:0} queries a second on one thread, {two:0} on two: {two / one:0.00}x (median of {Turns} turns {median:0.00}x); {oneCpu:0.0} and {twoCpu:0.0} us of processor time a query";
                Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
            }
        }

        return 0;
    }

    private static Rate Measure(SparseSearcher searcher, SparseQuery[] queries, int k, int threads, int passes)
    {
        int next = 0, total = queries.Length * passes;
        using var start = new Barrier(threads + 1);
        Thread[] workers = [.. Enumerable.Range(0, threads).Select(_ => new Thread(Work))];
        Array.ForEach(workers, worker => worker.Start());
        TimeSpan before = Environment.CpuUsage.TotalTime;
        start.SignalAndWait();
        long started = Stopwatch.GetTimestamp();
        Array.ForEach(workers, worker => worker.Join());
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new Rate(total / seconds, (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / total);

        void Work()
        {
            var hits = new SparseHit[k];
            start.SignalAndWait();
            for (int from = Interlocked.Add(ref next, Portion) - Portion; from < total; from = Interlocked.Add(ref next, Portion) - Portion)
            {
                for (int i = from; i < Math.Min(from + Portion, total); i++)
                {
                    searcher.Search(queries[i % queries.Length], hits);
                }
            }
        }
    }

    /// <summary>Queries a second, and processor time a query.</summary>
    private readonly record struct Rate(double PerSecond, double CpuMicroseconds);
}
