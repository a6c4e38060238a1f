using System.Globalization;
using System.Net;
using System.Text;

namespace Sparse.Lab.Reproduction;

/// <summary>Cells as tables: Markdown, and HTML that needs nothing from elsewhere.</summary>
/// <param name="matrix">What was run.</param>
/// <param name="cells">What came out.</param>
/// <param name="command">The command, for who wants to repeat it.</param>
internal sealed class Leaderboard(Matrix matrix, IReadOnlyList<Cell> cells, string command)
{
    private static readonly string[] Columns =
        ["collection", "way", "score", "expected", "difference", "seconds", "of them encoding", "index MB", "FLOPS a pair", "ms a query", "95 %"];

    private static readonly string[] Notes =
    [
        "seconds: reading, encoding (0 where vectors were cached), indexing and searching; what several ways of a collection share counts with the first of them.",
        "index MB: the whole directory, words, texts and vectors (BM25 alone: words and texts). FLOPS a pair: products of weights that a query and a document have in common, in the mean over all pairs, before pruning.",
        "ms a query: one search on one thread for 100 hits, in the mean and at the 95th percentile, each query once; the query's vector was made before. Other work on the machine counts against it.",
    ];

    /// <summary>How many collections, scores and scores outside their bands there are, as a sentence.</summary>
    public string Summary
    {
        get
        {
            int outside = cells.Count(cell => cell.IsOutside(matrix.Band)), unknown = cells.Count(cell => cell.Expected is null);
            string told = unknown == cells.Count ? "none has an expected score"
                : outside == 0 ? $"all{(unknown > 0 ? $" but {unknown} without an expected score" : "")} within {matrix.Band.ToString(CultureInfo.InvariantCulture)} of what is expected"
                : $"{outside} outside their band of {matrix.Band.ToString(CultureInfo.InvariantCulture)}: {string.Join(", ", cells.Where(cell => cell.IsOutside(matrix.Band)).Select(cell => $"{cell.Collection} {cell.Way} {Signed(cell.Difference)}"))}";
            return $"{matrix.Measure} of {cells.Count} pairs in {Number(cells.Sum(cell => cell.Seconds), "0")} s: {told}.";
        }
    }

    /// <summary>The table as Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder($"# Leaderboard: {matrix.Measure}\n\n`{command}`\n\n{Summary}\n\n| {string.Join(" | ", Columns)} |\n|{string.Concat(Enumerable.Repeat("---|", Columns.Length))}\n");
        foreach (Cell cell in cells)
        {
            text.Append("| ").AppendJoin(" | ", Values(cell)).Append(" |\n");
        }

        return text.Append('\n').AppendJoin('\n', Notes.Select(note => "- " + note)).Append('\n').ToString();
    }

    /// <summary>The table as one HTML page.</summary>
    public string ToHtml()
    {
        var text = new StringBuilder("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">");
        text.Append("<title>Sparse: leaderboard</title>\n<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1f24;background:#fff}")
            .Append("table{border-collapse:collapse;width:100%}th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #d8dee4;font-variant-numeric:tabular-nums}")
            .Append("th:nth-child(-n+2),td:nth-child(-n+2){text-align:left}th{background:#f3f5f7;position:sticky;top:0}.first td{border-top:2px solid #8c959f}.best{font-weight:700}.outside{background:#ffe1dd}")
            .Append("code{background:#f3f5f7;padding:.1rem .3rem}@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}th,code{background:#1c232b}th,td{border-color:#30363d}.outside{background:#5c1f1a}}</style>\n");
        text.Append(CultureInfo.InvariantCulture, $"<h1>{Escaped(matrix.Measure)}</h1>\n<p><code>{Escaped(command)}</code></p>\n<p>{Escaped(Summary)}</p>\n<table><thead><tr>");
        foreach (string column in Columns)
        {
            text.Append("<th scope=\"col\">").Append(Escaped(column)).Append("</th>");
        }

        text.Append("</tr></thead>\n<tbody>\n");
        foreach (IGrouping<string, Cell> collection in cells.GroupBy(cell => cell.Collection))
        {
            double best = collection.Max(cell => cell.Score);
            foreach ((int i, Cell cell) in collection.Index())
            {
                string[] classes = [.. new[] { i == 0 ? "first" : "", cell.IsOutside(matrix.Band) ? "outside" : "" }.Where(name => name.Length > 0)];
                text.Append(classes.Length == 0 ? "<tr>" : $"<tr class=\"{string.Join(' ', classes)}\">");
                foreach ((int column, string value) in Values(cell).Index())
                {
                    text.Append(column == 2 && cell.Score == best ? "<td class=\"best\">" : "<td>").Append(Escaped(value)).Append("</td>");
                }

                text.Append("</tr>\n");
            }
        }

        return text.Append("</tbody></table>\n<ul>").AppendJoin("", Notes.Select(note => $"<li>{Escaped(note)}</li>")).Append("</ul>\n</html>\n").ToString();
    }

    private static string[] Values(Cell cell) =>
    [
        cell.Collection, cell.Way, Number(cell.Score, "0.0000"), cell.Expected is { } expected ? Number(expected, "0.0000") : "–", cell.Expected is null ? "–" : Signed(cell.Difference),
        Number(cell.Seconds, "0.0"), Number(cell.EncodingSeconds, "0.0"), Number(cell.IndexBytes / 1e6, "0.0"), cell.Flops is { } flops ? Number(flops, "0.00") : "–",
        Number(cell.Latency, "0.00"), Number(cell.Latency95, "0.00"),
    ];

    // Rounded first: a tiny negative difference would print as -0.0000.
    private static string Signed(double difference) => (Math.Round(difference, 4) + 0.0).ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);

    private static string Number(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    private static string Escaped(string text) => WebUtility.HtmlEncode(text);
}
