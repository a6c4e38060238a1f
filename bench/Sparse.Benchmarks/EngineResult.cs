using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Sparse.Benchmarks;

/// <summary>One line of ours or of a peer: an engine and setting on one file of queries.</summary>
internal sealed record EngineResult(
    string Engine, string Queries, int K, double MeanMs, double P50Ms, double P99Ms, double? Overlap, double? BytesPerPosting, double? BuildSeconds, string More = "")
{
    /// <summary>The line in the peers' shape.</summary>
    public string ToJson() => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"engine\": \"{Engine}\", \"queries\": \"{Queries}\", \"k\": {K}, \"mean_ms\": {MeanMs:0.0000}, \"p50_ms\": {P50Ms:0.0000}, \"p99_ms\": {P99Ms:0.0000}, \"overlap\": {Show(Overlap, "0.0###")}, \"bytes_per_posting\": {Show(BytesPerPosting, "0.000")}, \"build_s\": {Show(BuildSeconds, "0.0")}{More}}}");

    /// <summary>Runs the peers' script.</summary>
    /// <exception cref="InvalidOperationException">The script failed.</exception>
    public static List<EngineResult> RunPeers(string script, string docs, IEnumerable<string> queries)
    {
        var start = new ProcessStartInfo(script) { RedirectStandardOutput = true };
        start.ArgumentList.Add(docs);
        foreach (string file in queries)
        {
            start.ArgumentList.Add(file);
        }

        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{script} did not start.");
        List<EngineResult> results = [];
        while (process.StandardOutput.ReadLine() is { } line)
        {
            Console.Error.WriteLine(line);
            if (line.StartsWith('{'))
            {
                results.Add(Parse(line));
            }
        }

        process.WaitForExit();
        return process.ExitCode == 0 ? results : throw new InvalidOperationException($"{script} ended with code {process.ExitCode}.");
    }

    /// <summary>One table: mean, p50 and p99 in ms, and how many times each engine takes what our first setting takes.</summary>
    public static void WriteTable(IReadOnlyList<EngineResult> ours, IReadOnlyList<EngineResult> peers, TextWriter output)
    {
        output.WriteLine("| queries | k | engine | mean ms | p50 ms | p99 ms | overlap | bytes/posting | build s | mean / ours | p99 / ours |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (IGrouping<(string, int), EngineResult> rows in ours.Concat(peers).GroupBy(row => (row.Queries, row.K)))
        {
            EngineResult our = rows.First();
            foreach (EngineResult row in rows)
            {
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {row.Queries} | {row.K} | {row.Engine} | {row.MeanMs:0.000} | {row.P50Ms:0.000} | {row.P99Ms:0.000} | {Show(row.Overlap, "0.0###")} | {Show(row.BytesPerPosting, "0.00")} | {Show(row.BuildSeconds, "0.0")} | {row.MeanMs / our.MeanMs:0.00} | {row.P99Ms / our.P99Ms:0.00} |"));
            }
        }
    }

    private static EngineResult Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        double? Optional(string name) => root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
        return new EngineResult(
            root.GetProperty("engine").GetString()!, root.GetProperty("queries").GetString()!, root.GetProperty("k").GetInt32(), root.GetProperty("mean_ms").GetDouble(),
            root.GetProperty("p50_ms").GetDouble(), root.GetProperty("p99_ms").GetDouble(), Optional("overlap"), Optional("bytes_per_posting"), Optional("build_s"));
    }

    private static string Show(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "null";
}
