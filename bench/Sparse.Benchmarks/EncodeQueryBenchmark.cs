using System.Diagnostics;
using System.Globalization;
using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.Formats;
using Sparse.Vectors;

namespace Sparse.Benchmarks;

/// <summary>Question: how long does a query of ten words take to encode, and how much memory do long documents take?</summary>
/// <remarks>
/// Measured: queries of ten consecutive words of a collection's documents, drawn with a fixed seed, one at a time by the built-in encoders,
/// best of three passes for each after a warm-up, and the bytes allocated on the way; in a process of its own, peak memory of encoding 32 documents of
/// 512 tokens, several times over. Not measured: loading.
/// </remarks>
internal static class EncodeQueryBenchmark
{
    private const int Words = 10;
    private const int Passes = 3;
    private const int LongDocuments = 32;
    private const int LongTokens = 512;
    private const int Seed = 20261124;

    /// <summary>Runs the benchmark: encode-query --collection DIR [--queries N] [--long] [--json].</summary>
    public static int Run(string[] args)
    {
        string Value(string option, string otherwise) => Array.IndexOf(args, option) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
        string collection = Value("--collection", "");
        if (collection.Length == 0)
        {
            throw new ArgumentException("encode-query needs --collection DIR.", nameof(args));
        }

        string[] texts = [.. Corpus.Open([collection], CorpusFormat.Beir).Select(document => document.FullText)];
        bool json = args.Contains("--json");
        if (args.Contains("--long"))
        {
            MeasureLong(texts, json);
            return 0;
        }

        string[] queries = Queries(texts, int.Parse(Value("--queries", "1000"), CultureInfo.InvariantCulture));
        using (SpladeEncoder full = SpladeEncoder.BuiltIn(new SpladeEncoderOptions { Threads = 1 }))
        {
            Measure("built-in", full, queries, json);
        }

        using InferenceFreeEncoder free = InferenceFreeEncoder.BuiltIn();
        Measure("inference-free", free, queries, json);
        return 0;
    }

    private static void Measure(string variant, ITermEncoder encoder, string[] queries, bool json)
    {
        double[] times = [.. Enumerable.Repeat(double.MaxValue, queries.Length)];
        long allocated = 0;
        for (int pass = -1; pass < Passes; pass++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < queries.Length; i++)
            {
                long started = Stopwatch.GetTimestamp();
                encoder.Encode([queries[i]]);
                times[i] = pass < 0 ? double.MaxValue : Math.Min(times[i], Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        Array.Sort(times);
        (double mean, double p50, double p99) = (times.Average(), times[times.Length / 2], times[times.Length * 99 / 100]);
        FormattableString line = json
            ? (FormattableString)$"{{\"variant\": \"{variant}\", \"queries\": {queries.Length}, \"words\": {Words}, \"mean_ms\": {mean:0.0000}, \"p50_ms\": {p50:0.0000}, \"p99_ms\": {p99:0.0000}, \"allocated_bytes\": {allocated / queries.Length}}}"
            : $"{variant,-16} mean {mean:0.0000} ms, p50 {p50:0.0000}, p99 {p99:0.0000}, {allocated / queries.Length} bytes allocated a query";
        Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
    }

    private static void MeasureLong(string[] texts, bool json)
    {
        using SpladeEncoder encoder = SpladeEncoder.BuiltIn(new SpladeEncoderOptions { MaxTokens = LongTokens });

        // Four abstracts are more than 512 tokens, and what is more is cut.
        string[] documents = [.. Enumerable.Range(0, LongDocuments).Select(i => string.Join(' ', texts.Skip(4 * i).Take(4)))];
        for (int pass = 0; pass < Passes; pass++)
        {
            encoder.Encode(documents);
        }

        using var process = Process.GetCurrentProcess();
        FormattableString line = json
            ? (FormattableString)$"{{\"variant\": \"built-in\", \"documents\": {documents.Length}, \"tokens\": {LongTokens}, \"truncated\": {encoder.TruncatedTexts / Passes}, \"peak_rss_mb\": {process.PeakWorkingSet64 / 1e6:0.0}}}"
            : $"{documents.Length} documents of {LongTokens} tokens ({encoder.TruncatedTexts / Passes} cut): peak {process.PeakWorkingSet64 / 1e6:0.0} MB";
        Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
    }

    private static string[] Queries(string[] texts, int count)
    {
        string[][] words = [.. texts.Select(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(split => split.Length >= Words)];
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            string[] document = words[random.Next(words.Length)];
            return string.Join(' ', document, random.Next(document.Length - Words + 1), Words);
        })];
    }
}
