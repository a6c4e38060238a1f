using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Sparse.Encoders.Batches;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Splade;
using Sparse.Formats;
using Sparse.Tokens;

namespace Sparse.Benchmarks;

/// <summary>Question: how many documents a second are encoded, beside plain ONNX Runtime on the same file with the same batches?</summary>
/// <remarks>
/// Measured: text to weights, the median of three rounds in which all variants take turns, because a machine's speed wanders; in each, the best of
/// two passes over the first documents of a collection after a warm-up, in a process of its own, for its peak memory. Not measured: loading. The baseline is the ONNX file with mask, maximum, relu and log appended
/// to its logits, as exporters do; -sliced is that with the head cut into pieces, as ours was until 2026-11-24.
/// </remarks>
internal static class EncodeBenchmark
{
    private const string Baseline = "onnxruntime-fp32-pooled";
    private const string Sliced = "onnxruntime-fp32-sliced";
    private const string Ours = "built-in";
    private const int TokensPerBatch = 512;
    private const int Passes = 2;
    private const int Rounds = 3;

    private static readonly (string Variant, int Threads)[] All = [(Baseline, 1), (Sliced, 1), (Ours, 1), (Baseline, 2), (Ours, 2)];

    /// <summary>Runs all variants: encode --model DIR --collection DIR [--limit N] [--json].</summary>
    public static int Run(string[] args)
    {
        string Value(string option, string otherwise) => Array.IndexOf(args, option) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
        string model = Value("--model", ""), collection = Value("--collection", "");
        if (model.Length == 0 || collection.Length == 0)
        {
            throw new ArgumentException("encode needs --model DIR and --collection DIR.", nameof(args));
        }

        int limit = int.Parse(Value("--limit", "256"), CultureInfo.InvariantCulture);
        string only = Value("--variant", "");
        if (only.Length > 0)
        {
            return Measure(only, int.Parse(Value("--threads", "1"), CultureInfo.InvariantCulture), model, collection, limit);
        }

        bool json = args.Contains("--json");
        var lines = All.ToDictionary(variant => variant, _ => new List<(double Speed, string Line)>());
        for (int i = 0; i < Rounds * All.Length; i++)
        {
            (string variant, int threads) = All[i % All.Length];
            string line = RunAlone([.. args.Where(arg => arg != "--json"), "--variant", variant, "--threads", $"{threads}"]);
            lines[(variant, threads)].Add((JsonDocument.Parse(line).RootElement.GetProperty("docs_per_s").GetDouble(), line));
        }

        double baseline = Median(lines[(Baseline, 1)]).Speed;
        foreach ((string variant, int threads) in All)
        {
            (double speed, string line) = Median(lines[(variant, threads)]);
            Console.WriteLine(json ? line : string.Create(CultureInfo.InvariantCulture,
                $"{variant,-24} {threads} threads {speed,8:0.0} documents/s, {speed / baseline:0.00}x, peak {JsonDocument.Parse(line).RootElement.GetProperty("peak_rss_mb").GetDouble():0} MB"));
        }

        return 0;
    }

    private static (double Speed, string Line) Median(List<(double Speed, string Line)> rounds) => rounds.OrderBy(round => round.Speed).ElementAt(rounds.Count / 2);

    private static string RunAlone(string[] args)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add(typeof(EncodeBenchmark).Assembly.Location);
        }

        start.ArgumentList.Add("encode");
        Array.ForEach(args, start.ArgumentList.Add);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"encode {string.Join(' ', args)} ended with {process.ExitCode}.");
    }

    private static int Measure(string variant, int threads, string model, string collection, int limit)
    {
        string[] texts = [.. Corpus.Open([collection], CorpusFormat.Beir).Take(limit).Select(document => document.FullText)];
        using var encoder = variant == Ours ? SpladeEncoder.BuiltIn(new SpladeEncoderOptions { Threads = threads, TokensPerBatch = TokensPerBatch }) : null;
        using OnnxSession? session = variant == Ours ? null : LoadPlain(Path.Combine(model, "onnx", "model.onnx"), variant == Sliced);
        ITokenizer tokenizer = TokenizerFolder.Read(model);
        double best = double.MaxValue;
        for (int pass = 0; pass <= Passes; pass++)
        {
            long started = Stopwatch.GetTimestamp();
            if (encoder is not null)
            {
                encoder.Encode(texts);
            }
            else
            {
                EncodePlain(session!, tokenizer, texts, threads);
            }

            best = pass == 0 ? best : Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{{\"variant\": \"{variant}\", \"threads\": {threads}, \"docs_per_s\": {texts.Length / best:0.00}, \"peak_rss_mb\": {process.PeakWorkingSet64 / 1e6:0.0}, \"docs\": {texts.Length}}}"));
        return 0;
    }

    private static void EncodePlain(OnnxSession session, ITokenizer tokenizer, string[] texts, int threads)
    {
        var inputs = new ModelInput[texts.Length];
        Workers.ForEach(threads, texts.Length, i => inputs[i] = new ModelInput([.. tokenizer.Encode(texts[i], 256).Tokens.ToArray().Select(token => token.Id)]), default);
        List<ArraySegment<int>> batches = LengthBatches.Make(Array.ConvertAll(inputs, input => input.Ids.Length), TokensPerBatch);
        Workers.ForEach(threads, batches.Count, i =>
        {
            var input = new InputBatch();
            input.Fill(inputs, batches[i]);
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(input, [PooledGraph.Weights]);
        }, default);
    }

    private static OnnxSession LoadPlain(string path, bool sliced)
    {
        OnnxModel model = OnnxModel.Parse(File.ReadAllBytes(path), path);
        if (sliced)
        {
            PooledGraph.AddPooling(model, new TermPooling(TermActivation.Relu));
            return OnnxSession.Load(model.ToBytes(), path, configure: null);
        }

        string real = model.Add("Cast", "plain_real", [InputBatch.Mask], OnnxModel.Attribute("to", OnnxModel.Bool));
        string places = model.Add("Unsqueeze", "plain_places", [real, model.AddInts("plain_axis", 2)]);
        string masked = model.Add("Where", "plain_masked", [places, "logits", model.AddScalar("plain_lowest", float.MinValue)]);
        string relu = model.Add("Relu", "plain_relu", [model.AddReduce("ReduceMax", "plain_max", masked, 1)]);
        model.Add("Log", PooledGraph.Weights, [model.Add("Add", "plain_1", [relu, model.AddScalar("plain_one", 1f)])]);
        model.Graph.Output[0].Name = PooledGraph.Weights;
        model.Graph.Output[0].Type.TensorType.Shape.Dim.RemoveAt(1);
        model.Graph.ValueInfo.Clear();
        return OnnxSession.Load(model.ToBytes(), path, configure: null);
    }
}
