using System.Globalization;
using Sparse.Lab.Reproduction;
using Spectre.Console;

namespace Sparse.Cli.Display;

/// <summary>The leaderboard on the terminal, a row a collection and way, with a bar a score.</summary>
internal static class LeaderboardTable
{
    private const int BarColumns = 16;

    /// <summary>Writes it.</summary>
    /// <param name="matrix">What was run.</param>
    /// <param name="cells">What came out.</param>
    public static void Write(Matrix matrix, IReadOnlyList<Cell> cells)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in (string[])["collection", "way", matrix.Measure, "", "difference", "s", "MB", "FLOPS", "ms"])
        {
            table.AddColumn(new TableColumn(column) { NoWrap = true, Alignment = column is "collection" or "way" or "" ? Justify.Left : Justify.Right });
        }

        string last = "";
        foreach (Cell cell in cells)
        {
            string difference = cell.Expected is null ? "–" : (Math.Round(cell.Difference, 4) + 0.0).ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);
            table.AddRow(
                Markup.Escape(cell.Collection == last ? "" : cell.Collection), Markup.Escape(cell.Way), Number(cell.Score, "0.0000"), $"[aqua]{WeightBar.Draw(cell.Score, BarColumns)}[/]",
                cell.IsOutside(matrix.Band) ? $"[red]{difference}[/]" : difference, Number(cell.Seconds, "0.0"), Number(cell.IndexBytes / 1e6, "0.0"), cell.Flops is { } flops ? Number(flops, "0.00") : "–", Number(cell.Latency, "0.00"));
            last = cell.Collection;
        }

        Screen.Output.Write(table);
    }

    private static string Number(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
