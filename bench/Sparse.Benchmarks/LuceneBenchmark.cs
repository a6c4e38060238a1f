using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
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

/// <summary>Question: what does the engine cost inside a real Lucene directory, through IndexWriter and <see cref="SparseSearcher"/>?</summary>
/// <remarks>
/// Built: vectors → PackedImpactField, and a numeric id as in the peers' script → IndexWriter with SparseCodec → one merged, committed
/// segment. Measured: searching by a query object that is there, best of repeated runs after warm-up; "stock" is the same query in a
/// stock IndexSearcher. Bytes are those of the sparse field's files, dictionary included.
/// </remarks>
internal static class LuceneBenchmark
{
    private const string Field = "sparse";
    private const int Warmups = 4;

    /// <summary>Runs the benchmark.</summary>
    /// <returns>0, or 1 when the pruned and the stock search differ.</returns>
    public static int Run(EngineOptions options)
    {
        VectorFile documents = VectorFile.Read(options.Docs);
        string path = Path.Combine(Path.GetTempPath(), $"sparse-lucene-{Environment.ProcessId}");
        try
        {
            using FSDirectory directory = FSDirectory.Open(path);
            long started = Stopwatch.GetTimestamp();
            TimeSpan used = Environment.CpuUsage.TotalTime;
            TimeSpan merged = Build(directory, documents, options.Reorder > 0, options.Segments);
            double built = Stopwatch.GetElapsedTime(started).TotalSeconds;
            used = Environment.CpuUsage.TotalTime - used;
            started = Stopwatch.GetTimestamp();
            using DirectoryReader reader = DirectoryReader.Open(directory);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"built in {built:0.00} s ({used.TotalSeconds:0.00} s of CPU, {merged.TotalSeconds:0.00} s of it to merge), opened in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0.0} ms"));
            double bytes = (double)Directory.GetFiles(path, "*SparseImpact*").Sum(file => new FileInfo(file).Length) / documents.Terms.Length;
            List<EngineResult> ours = [];
            foreach (VectorFile set in options.Queries.Select(VectorFile.Read))
            {
                foreach (int k in options.Ks)
                {
                    ours.AddRange(Measure(options, reader, set, k, bytes, built));
                    if (options.Json)
                    {
                        Console.WriteLine(ours[^2].ToJson());
                        Console.WriteLine(ours[^1].ToJson());
                    }
                }
            }

            if (!options.Json)
            {
                EngineResult.WriteTable(ours, [], Console.Out);
            }

            return options.Check && ours.Any(result => result.Overlap != 1) ? 1 : 0;
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
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
            MergePolicy = new TieredMergePolicy { NoCFSRatio = 0 },
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

    /// <summary>The queries of a file; those without terms left out.</summary>
    internal static SparseQuery[] Queries(VectorFile set, int limit)
    {
        List<SparseQuery> queries = [];
        for (int q = 0; q < Math.Min(limit, set.Rows); q++)
        {
            var weights = new Dictionary<string, float>();
            for (int i = (int)set.Starts[q]; i < (int)set.Starts[q + 1]; i++)
            {
                weights.Add(Term(set.Terms[i]), set.Impacts[i]);
            }

            if (weights.Count > 0)
            {
                queries.Add(new SparseQuery(Field, weights));
            }
        }

        return [.. queries];
    }

    private static string Term(int id) => id.ToString("x4", CultureInfo.InvariantCulture);

    private static EngineResult[] Measure(EngineOptions options, DirectoryReader reader, VectorFile set, int k, double bytes, double built)
    {
        var ours = new SparseSearcher(reader);
        var stock = new IndexSearcher(reader);
        SparseQuery[] queries = Queries(set, options.Limit);
        List<double> pruned = [], full = [];
        int wrong = 0;
        long allocated = 0;
        for (int pass = -Warmups; pass <= 0; pass++)
        {
            foreach (SparseQuery query in queries)
            {
                int repeats = pass == 0 ? options.Repeats : 1;
                long before = GC.GetAllocatedBytesForCurrentThread();
                (double ms, TopDocs found) = Best(repeats, () => ours.Search(query, k));
                allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / repeats;
                if (pass < 0 && pass != -1)
                {
                    continue;
                }

                (double stockMs, TopDocs expected) = Best(repeats, () => stock.Search(query, k));
                if (pass == 0)
                {
                    pruned.Add(ms);
                    full.Add(stockMs);
                    wrong += found.ScoreDocs.Select(hit => (hit.Doc, hit.Score)).SequenceEqual(expected.ScoreDocs.Select(hit => (hit.Doc, hit.Score))) ? 0 : 1;
                }
            }
        }

        string more = $", \"wrong\": {wrong}, \"allocated\": {allocated}";
        return [Result("Sparse.LuceneNet exact", pruned, more), Result("Sparse.LuceneNet stock IndexSearcher", full, "")];

        EngineResult Result(string engine, List<double> times, string more)
        {
            times.Sort();
            return new EngineResult(
                engine, set.Name, k, times.Average(), times[times.Count / 2], times[times.Count * 99 / 100], wrong == 0 ? 1 : null, bytes, built, more);
        }
    }

    private static (double Ms, TopDocs Found) Best(int repeats, Func<TopDocs> search)
    {
        double least = double.MaxValue;
        TopDocs found = null!;
        for (int i = 0; i < repeats; i++)
        {
            long started = Stopwatch.GetTimestamp();
            found = search();
            least = Math.Min(least, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return (least, found);
    }
}
