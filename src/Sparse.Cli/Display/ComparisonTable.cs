using System.Globalization;
using Sparse.Evaluation;

namespace Sparse.Cli.Display;

/// <summary>One comparison of the table.</summary>
/// <param name="Name">The run.</param>
/// <param name="Comparison">Its comparison with the baseline.</param>
/// <param name="Holm">Its randomisation p-value, corrected for all comparisons of the table.</param>
/// <param name="Overlap">Rank-biased overlap with the baseline.</param>
internal sealed record ComparedRun(string Name, RunComparison Comparison, double Holm, double Overlap);

/// <summary>The comparisons of <c>sparse compare</c>, a block a measure, and the queries that moved most.</summary>
internal static class ComparisonTable
{
    private const int MostMoved = 5;

    /// <summary>Writes the blocks.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="baseline">Name of the baseline.</param>
    /// <param name="compared">All comparisons, those of one measure together.</param>
    public static void Write(TextWriter writer, string baseline, IReadOnlyList<ComparedRun> compared)
    {
        int columns = Math.Max(compared.Max(run => TextLayout.Columns(run.Name)), TextLayout.Columns(baseline));
        foreach (IGrouping<Measure, ComparedRun> block in compared.GroupBy(run => run.Comparison.Measure))
        {
            writer.WriteLine($"{TextLayout.Pad(block.Key.Name, columns)}    mean     diff    95 % interval        t   random     Holm  better/worse    RBO");
            writer.WriteLine(Line($"{TextLayout.Pad(baseline, columns)}  {block.First().Comparison.BaselineMean,6:0.0000}"));
            foreach (ComparedRun run in block)
            {
                RunComparison comparison = run.Comparison;
                writer.WriteLine(Line(
                    $"{TextLayout.Pad(run.Name, columns)}  {comparison.Mean,6:0.0000}  {comparison.Difference.Mean,7:+0.0000;-0.0000}  {comparison.Difference.Low,7:+0.0000;-0.0000} {comparison.Difference.High,7:+0.0000;-0.0000}")
                    + Line($"  {comparison.TTest,7:0.0000}  {comparison.Randomization,7:0.0000}  {run.Holm,7:0.0000}  {comparison.Wins,6}/{comparison.Losses,-5}  {run.Overlap,5:0.000}"));
            }

            if (block.Count() == 1)
            {
                WriteMoved(writer, block.Single().Comparison);
            }

            writer.WriteLine();
        }
    }

    private static void WriteMoved(TextWriter writer, RunComparison comparison)
    {
        QueryDifference[] moved = [.. comparison.Queries.Where(query => query.Difference != 0).OrderBy(query => query.Difference)];
        QueryDifference[] shown = moved.Length <= 2 * MostMoved ? moved : [.. moved[..MostMoved], .. moved[^MostMoved..]];
        foreach (QueryDifference query in shown)
        {
            int bar = Math.Max(1, (int)Math.Round(Math.Abs(query.Difference) * 20));
            writer.WriteLine(Line($"  {query.Difference,7:+0.000;-0.000}  {query.Baseline:0.000} to {query.Value:0.000}  ")
                + (query.Difference < 0 ? new string('-', bar) : new string('+', bar)) + "  " + query.QueryId);
        }
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
