using System.CommandLine;
using System.Globalization;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.Fusion;
using Sparse.LuceneNet;
using Spectre.Console;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse stats --index DIR [--json]</c>.</summary>
internal static class StatsCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option<string?> index = SharedOptions.Index();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("stats", "Show what an index holds: documents, terms, postings, bytes, encoder") { index, json };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(index)!, parsed.GetValue(json)));
        return command;
    }

    private static int Run(string folder, bool asJson)
    {
        using SparseIndex index = IndexFolder.OpenReadOnly(folder);
        IndexStatistics statistics = index.Statistics();
        if (asJson)
        {
            WriteJson(statistics, index.Calibration);
        }
        else
        {
            WriteTable(statistics, index.Calibration);
        }

        return ExitCode.Success;
    }

    private static void WriteJson(IndexStatistics statistics, FusionCalibration calibration) => JsonLine.Write(Console.Out, json =>
    {
        json.WriteNumber("documents", statistics.Documents);
        json.WriteNumber("withVectors", statistics.DocumentsWithVectors);
        json.WriteNumber("passages", statistics.Passages);
        json.WriteNumber("deleted", statistics.DeletedDocuments);
        json.WriteNumber("segments", statistics.Segments);
        json.WriteNumber("terms", statistics.Terms);
        json.WriteNumber("postings", statistics.Postings);
        json.WriteNumber("bytes", statistics.Bytes);
        json.WriteStartObject("bytesByKind");
        foreach ((string kind, long bytes) in statistics.BytesByKind)
        {
            json.WriteNumber(kind, bytes);
        }

        json.WriteEndObject();
        json.WriteNumber("sparseBytes", statistics.SparseBytes);
        json.WriteNumber("bytesPerPosting", statistics.BytesPerPosting);
        if (statistics.Encoder is { } encoder)
        {
            json.WriteStartObject("encoder");
            json.WriteString("name", encoder.Name);
            json.WriteString("fingerprint", encoder.Fingerprint);
            json.WriteString("vocabulary", encoder.VocabularyFingerprint);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("encoder");
        }

        if (statistics.Scale is { } scale)
        {
            json.WriteNumber("scale", scale);
        }
        else
        {
            json.WriteNull("scale");
        }

        json.WriteNumber("formatVersion", statistics.FormatVersion);
        json.WriteStartObject("calibration");
        json.WriteNumber("queries", calibration.Queries);
        json.WriteNumber("background", calibration.Background);
        json.WriteNumber("best", calibration.Best);
        json.WriteEndObject();
    });

    private static void WriteTable(IndexStatistics statistics, FusionCalibration calibration)
    {
        Row("documents", Figure.Count(statistics.Documents), statistics.DeletedDocuments == 0 ? ""
            : $"and {Figure.Count(statistics.DeletedDocuments)} deleted, not yet merged away");
        if (statistics.Passages > statistics.Documents)
        {
            Row("passages", Figure.Count(statistics.Passages), string.Create(CultureInfo.InvariantCulture, $"{(double)statistics.Passages / statistics.Documents:0.0} a document"));
        }

        Row("segments", Figure.Count(statistics.Segments));
        if (statistics.Encoder is { } encoder)
        {
            if (statistics.DocumentsWithVectors < statistics.Documents)
            {
                Row("coverage", string.Create(CultureInfo.InvariantCulture, $"{100.0 * statistics.DocumentsWithVectors / statistics.Documents:0.0} %"),
                    $"{Figure.Count(statistics.DocumentsWithVectors)} documents have vectors; sparse upgrade goes on");
            }

            Row("terms", Figure.Count(statistics.Terms));
            Row("postings", Figure.Count(statistics.Postings), statistics.Documents == 0 ? ""
                : string.Create(CultureInfo.InvariantCulture, $"{(double)statistics.Postings / (statistics.Passages + statistics.DeletedDocuments):0.0} a {(statistics.Passages > statistics.Documents ? "passage" : "document")}"));
            Row("encoder", encoder.Name, $"fingerprint {encoder.Fingerprint}");
            Row("calibration", calibration.Queries == 0 ? "none" : Figure.Count(calibration.Queries, "query", "queries"), "what hybrid scores mean: sparse calibrate");
            Row("scale", statistics.Scale?.ToString("0.000000", CultureInfo.InvariantCulture) ?? "none", "weight of one impact step");
            Row("bytes a posting", statistics.BytesPerPosting.ToString("0.00", CultureInfo.InvariantCulture), $"format version {statistics.FormatVersion}");
        }
        else
        {
            Row("encoder", "none", "words alone (BM25)");
        }

        Row("bytes", Figure.Bytes(statistics.Bytes));
        long largest = statistics.BytesByKind.Values.DefaultIfEmpty(0).Max();
        foreach ((string kind, long bytes) in statistics.BytesByKind.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal))
        {
            string bar = WeightBar.Draw((double)bytes / Math.Max(largest, 1), Screen.Width - 46);
            Screen.Output.MarkupLineInterpolated($"  [grey]{kind,-14}[/]  {Figure.Bytes(bytes),12}  {FileKind(kind),-12} [aqua]{bar}[/]");
        }
    }

    private static void Row(string name, string value, string note = "")
    {
        if (note.Length == 0)
        {
            Screen.Output.MarkupLineInterpolated($"{TextLayout.Pad(name, 16)}  [bold]{value}[/]");
        }
        else
        {
            Screen.Output.MarkupLineInterpolated($"{TextLayout.Pad(name, 16)}  [bold]{TextLayout.Pad(value, 12)}[/] [grey]{note}[/]");
        }
    }

    // What Lucene 4.x keeps under these endings.
    private static string FileKind(string kind) => kind switch
    {
        "sip" => "impacts",
        "sid" => "impact terms",
        "fdt" or "fdx" => "stored text",
        "tim" or "tip" => "words",
        "doc" or "pos" or "pay" => "word lists",
        "nvd" or "nvm" => "lengths",
        "dvd" or "dvm" => "doc values",
        "cfs" or "cfe" => "compound",
        "segments" or "si" or "fnm" => "bookkeeping",
        "del" or "liv" => "deletions",
        "json" => "tool",
        _ => "",
    };
}
