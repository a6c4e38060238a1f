using System.Globalization;
using System.Text;
using Sparse.Lab.Collections;

namespace Sparse.Quality;

/// <summary>Tables of legs and fusions, as Markdown.</summary>
internal sealed class FusionReport
{
    private const int Flips = 10_000;
    private const double Level = .05;
    private readonly StringBuilder _text = new();

    internal FusionReport(string command)
    {
        Line("# Hybrid search: legs and fusions");
        Line("");
        Line($"`{command}`");
        Line("");
        Line("nDCG@10 through real Lucene directories, built-in model, one setting for all collections. In brackets: gain over the better leg;");
        Line($"`*` marks a gain or loss against the better leg that {Flips:N0} random sign flips of the paired differences reach in less than {Level:P0} of cases.");
    }

    /// <summary>Adds a table.</summary>
    internal void Add(string title, IReadOnlyList<FusionFigures> all)
    {
        Line("");
        Line($"## {title}");
        Line("");
        Line($"| collection | {string.Join(" | ", all[0].Legs.Select(leg => leg.Name))} | {string.Join(" | ", all[0].Fusions.Select(fusion => fusion.Name))} |");
        Line("|" + string.Concat(Enumerable.Repeat("---|", 1 + all[0].Legs.Length + all[0].Fusions.Length)));
        foreach (FusionFigures figures in all)
        {
            Line($"| {figures.Collection} | {string.Join(" | ", figures.Legs.Select(leg => Figure(leg.Mean)))} | {string.Join(" | ", figures.Fusions.Select(fusion => Beside(fusion, figures.Better)))} |");
        }

        string[] Row(Func<int, string> cell) => [.. Enumerable.Range(0, all[0].Fusions.Length).Select(cell)];
        string blanks = string.Concat(Enumerable.Repeat(" |", all[0].Legs.Length));
        double Gain(FusionFigures figures, int fusion) => figures.Fusions[fusion].Mean - figures.Better.Mean;
        Line($"| mean gain |{blanks} {string.Join(" | ", Row(i => Signed(all.Average(figures => Gain(figures, i)))))} |");
        Line($"| least gain |{blanks} {string.Join(" | ", Row(i => Signed(all.Min(figures => Gain(figures, i)))))} |");
        Line($"| beats all legs on |{blanks} {string.Join(" | ", Row(i => $"{all.Count(figures => Gain(figures, i) > 0)} of {all.Count}"))} |");
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private static string Beside(Way fusion, Way better) =>
        $"{Figure(fusion.Mean)} ({Signed(fusion.Mean - better.Mean)}{(Probability(fusion.Ndcg, better.Ndcg) < Level ? "*" : "")})";

    /// <summary>How often random signs give a mean difference as far from 0: the paired randomisation test, two-sided.</summary>
    private static double Probability(double[] one, double[] other)
    {
        double[] differences = [.. one.Zip(other, (a, b) => a - b).Where(difference => difference != 0)];
        double observed = Math.Abs(differences.Sum());
        var random = new Random(1);
        int reached = 0;
        for (int flip = 0; flip < Flips; flip++)
        {
            double sum = 0;
            foreach (double difference in differences)
            {
                sum += random.Next(2) == 0 ? difference : -difference;
            }

            reached += Math.Abs(sum) >= observed - 1e-12 ? 1 : 0;
        }

        return (reached + 1.0) / (Flips + 1);
    }

    private static string Figure(double value) => value.ToString("F4", CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.0000;-0.0000", CultureInfo.InvariantCulture);

    private void Line(string text) => _text.Append(text).Append('\n');
}
