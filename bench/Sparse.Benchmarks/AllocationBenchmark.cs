using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Lucene.Net.Search;
using Sparse.LuceneNet.Queries;

namespace Sparse.Benchmarks;

/// <summary>Question: what does a search allocate?</summary>
/// <remarks>
/// Measured by BenchmarkDotNet's memory diagnoser: one query after the other of a file, into the caller's span and as TopDocs. It runs
/// in this process, because the index is built by it.
/// </remarks>
[MemoryDiagnoser]
public class AllocationBenchmark
{
    private static SparseSearcher s_searcher = null!;
    private static SparseQuery[] s_queries = null!;
    private static int[] s_ks = null!;
    private SparseHit[] _hits = null!;
    private int _next;

    /// <summary>The numbers of hits.</summary>
    public static IEnumerable<int> Ks => s_ks;

    /// <summary>Hits wanted.</summary>
    [ParamsSource(nameof(Ks))]
    public int K { get; set; }

    /// <summary>Runs the benchmark.</summary>
    /// <returns>0, or 1 when a search into the caller's span allocated.</returns>
    internal static int Run(EngineOptions options)
    {
        using var index = new VectorIndex(options);
        s_searcher = new SparseSearcher(index.Reader);
        s_queries = [.. options.Queries.Select(VectorFile.Read).SelectMany(set => EngineBenchmark.Queries(set, options.Limit))];
        s_ks = [.. options.Ks];
        Summary summary = BenchmarkRunner.Run<AllocationBenchmark>(DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "sparse-benchmarkdotnet")));
        return summary.Reports.Length == 2 * s_ks.Length && summary.Reports.All(report =>
            report.Success && (report.BenchmarkCase.Descriptor.WorkloadMethod.Name != nameof(IntoSpan) || report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) == 0)) ? 0 : 1;
    }

    /// <summary>Makes room for the hits, and runs every query once.</summary>
    [GlobalSetup]
    public void Warm()
    {
        _hits = new SparseHit[K];
        for (int i = 0; i < s_queries.Length; i++)
        {
            IntoSpan();
        }
    }

    /// <summary>The next query, into the caller's span.</summary>
    [Benchmark(Baseline = true)]
    public int IntoSpan() => s_searcher.Search(Next(), _hits);

    /// <summary>The next query, as TopDocs.</summary>
    [Benchmark]
    public TopDocs AsTopDocs() => s_searcher.Search(Next(), K);

    private SparseQuery Next() => s_queries[_next = (_next + 1) % s_queries.Length];
}
