using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Lucene.Net.Analysis.Standard;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Search.Similarities;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.Formats;
using Sparse.Lab.Collections;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Queries;
using Sparse.Vectors;
using Directory = System.IO.Directory;

namespace Sparse.Benchmarks;

/// <summary>Question: does a query without a model take longer than BM25, from text to hits?</summary>
/// <remarks>
/// Built: one directory, one segment; of each document a stock TextField by StandardAnalyzer and a sparse field of the built-in
/// model's vectors, which are kept in the cache folder. Queries: six consecutive words of a document, drawn with a fixed seed.
/// Measured, one thread, best of repeated runs of each query after warm-up: ours from text through
/// <see cref="InferenceFreeEncoder"/> and <see cref="SparseSearcher"/> to ten hits; BM25 from text through the same analyzer and a
/// BooleanQuery of TermQuery clauses in a stock IndexSearcher to ten hits. Not measured: stored fields.
/// </remarks>
internal sealed class InferenceFreeBenchmark : IDisposable
{
    private const string TextField = "text";
    private const string SparseField = "sparse";
    private const int K = 10;
    private const int QueryWords = 6;
    private const int Seed = 20261124;
    private const int Warmups = 4;

    private readonly InferenceFreeEncoder _encoder = InferenceFreeEncoder.BuiltIn();
    private readonly StandardAnalyzer _analyzer = new(LuceneVersion.LUCENE_48);
    private readonly QueryBuilder _builder;
    private readonly SparseSearcher _ours;
    private readonly IndexSearcher _stock;
    private readonly SparseHit[] _hits = new SparseHit[K];

    private InferenceFreeBenchmark(DirectoryReader reader)
    {
        _builder = new QueryBuilder(_analyzer);
        _ours = new SparseSearcher(reader);
        _stock = new IndexSearcher(reader) { Similarity = new BM25Similarity() };
    }

    /// <summary>Runs the benchmark.</summary>
    public static int Run(InferenceFreeOptions options)
    {
        string[] texts = [.. Corpus.Open([options.Data], CorpusFormat.Beir).Select(document => document.FullText)];
        string[] queries = Queries(texts, options.Queries);
        string path = Path.Combine(Path.GetTempPath(), $"sparse-inference-free-{Environment.ProcessId}");
        try
        {
            using FSDirectory directory = FSDirectory.Open(path);
            Build(directory, texts, Vectors(options, texts), options.Reorder);
            using DirectoryReader reader = DirectoryReader.Open(directory);
            using var benchmark = new InferenceFreeBenchmark(reader);
            benchmark.Measure(options, reader, queries);
            return 0;
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _encoder.Dispose();
        _analyzer.Dispose();
    }

    private static string[] Queries(string[] texts, int count)
    {
        string[][] words = [.. texts.Select(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(split => split.Length >= QueryWords)];
        var random = new Random(Seed);
        var queries = new string[count];
        for (int i = 0; i < count; i++)
        {
            string[] document = words[random.Next(words.Length)];
            queries[i] = string.Join(' ', document, random.Next(document.Length - QueryWords + 1), QueryWords);
        }

        return queries;
    }

    private static TermVector[] Vectors(InferenceFreeOptions options, string[] texts)
    {
        using SpladeEncoder model = SpladeEncoder.BuiltIn();
        string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(options.Data, "corpus.jsonl"))))[..16];
        return new VectorCache(options.Cache).Get($"{Path.GetFileName(Path.TrimEndingDirectorySeparator(options.Data))}-{hash}-documents", model, texts);
    }

    private static void Build(FSDirectory directory, string[] texts, TermVector[] vectors, bool reorder)
    {
        using SpladeEncoder model = SpladeEncoder.BuiltIn();
        var quantizer = ImpactQuantizer.ForMaxWeight(model.MaxWeight);
        using var analyzer = new StandardAnalyzer(LuceneVersion.LUCENE_48);
        using var writer = new IndexWriter(directory, new IndexWriterConfig(LuceneVersion.LUCENE_48, analyzer)
        {
            Codec = new SparseCodec(new Dictionary<string, SparseFieldFormat> { [SparseField] = new(quantizer.Scale) }, reorder ? 1 : int.MaxValue),
            RAMBufferSizeMB = 512,
            UseCompoundFile = false,
            MergePolicy = new TieredMergePolicy { NoCFSRatio = 0 },
        });
        var text = new TextField(TextField, "", Field.Store.NO);
        var sparse = new ImpactField(SparseField);
        Document document = [text, sparse];
        for (int i = 0; i < texts.Length; i++)
        {
            text.SetStringValue(texts[i]);
            sparse.SetImpacts(quantizer.Quantize(vectors[i], out _), model.Vocabulary);
            writer.AddDocument(document);
            if (i == texts.Length / 2)
            {
                // Two segments, so that there is a merge, which may reorder.
                writer.Commit();
            }
        }

        writer.ForceMerge(1);
        writer.Commit();
    }

    private void Measure(InferenceFreeOptions options, DirectoryReader reader, string[] queries)
    {
        var times = new List<double>[] { [], [], [], [] };
        Action<string>[] runs = [text => Ours(text), text => Bm25(text), text => _encoder.Encode(text), text => Query(text)];
        for (int pass = -Warmups; pass <= 0; pass++)
        {
            foreach (string text in queries)
            {
                for (int i = 0; i < runs.Length; i++)
                {
                    double best = Best(pass == 0 ? options.Repeats : 1, () => runs[i](text));
                    if (pass == 0)
                    {
                        times[i].Add(best);
                    }
                }
            }
        }

        double ours = times[0].Average(), bm25 = times[1].Average();
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(options.Data));
        string[] engines = ["inference-free, text to hits", "BM25, text to hits", "of the first: encoding alone", "of the second: analysis alone"];
        foreach ((string engine, List<double> ms) in engines.Zip(times))
        {
            ms.Sort();
            FormattableString line = options.Json
                ? (FormattableString)$"{{\"engine\": \"{engine}\", \"collection\": \"{name}\", \"documents\": {reader.MaxDoc}, \"reordered\": {(options.Reorder ? "true" : "false")}, \"queries\": {ms.Count}, \"k\": {K}, \"mean_ms\": {ms.Average():0.0000}, \"p50_ms\": {ms[ms.Count / 2]:0.0000}, \"p99_ms\": {ms[ms.Count * 99 / 100]:0.0000}, \"mean_to_bm25\": {ms.Average() / bm25:0.000}}}"
                : $"{engine}: mean {ms.Average():0.0000} ms, p50 {ms[ms.Count / 2]:0.0000}, p99 {ms[ms.Count * 99 / 100]:0.0000}";
            Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
        }

        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}, {reader.MaxDoc} documents{(options.Reorder ? ", reordered" : "")}, {queries.Length} queries: ours takes {ours / bm25:0.00} of BM25's mean"));
    }

    private int Ours(string text) => _ours.Search(new SparseQuery(SparseField, _encoder.Encode(text), _encoder.Vocabulary), _hits);

    private TopDocs? Bm25(string text) => Query(text) is { } query ? _stock.Search(query, K) : null;

    private Query? Query(string text) => _builder.CreateBooleanQuery(TextField, text, Occur.SHOULD);

    private static double Best(int repeats, Action run)
    {
        double least = double.MaxValue;
        for (int i = 0; i < repeats; i++)
        {
            long started = Stopwatch.GetTimestamp();
            run();
            least = Math.Min(least, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return least;
    }
}
