using System.CommandLine;
using System.Globalization;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.Evaluation;
using Sparse.Lab.Plots;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse compare BASELINE RUN... --qrels FILE [--metrics ...] [--per-query OUT.tsv] [--json]</c>.</summary>
internal static class CompareCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var runs = new Argument<string[]>("RUNS") { Description = "TREC runs; the first is the baseline", Arity = ArgumentArity.OneOrMore };
        Option<string> qrels = SharedOptions.Qrels();
        Option<string> metrics = SharedOptions.Metrics();
        var perQuery = new Option<string?>("--per-query") { Description = "Write every query's values and differences as a table", HelpName = "OUT.tsv" };
        Option<string?> plot = SharedOptions.Plot();
        Option<bool> dropQueryId = SharedOptions.DropQueryId();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("compare", "Compare runs with a baseline: differences, their significance, and the queries that they come from")
        {
            runs, qrels, metrics, perQuery, plot, dropQueryId, json,
        };
        command.SetAction(parsed =>
        {
            IReadOnlyList<Measure> measures = Measure.ParseList(parsed.GetRequiredValue(metrics));
            string[] files = parsed.GetRequiredValue(runs);
            if (files.Length < 2)
            {
                throw new WrongInputException("compare takes at least two runs: a baseline, and what is compared with it");
            }

            Qrels judgements = Qrels.Read(parsed.GetRequiredValue(qrels));
            TrecRun[] read = [.. files.Select(file => EvalCommand.WithoutOwnIds(TrecRun.Read(file), parsed.GetValue(dropQueryId)))];
            ComparedRun[] compared = Compare(measures, judgements, files, read);
            if (parsed.GetValue(perQuery) is { } output)
            {
                OutputFile.Write(output, writer => WritePerQuery(writer, compared));
            }

            if (parsed.GetValue(plot) is { } picture)
            {
                ComparedRun first = compared[0];
                Picture.SaveDifferences(picture, $"{first.Name} less {files[0]}", $"difference in {first.Comparison.Measure.Name}", [.. first.Comparison.Queries.Select(query => query.Difference)]);
            }

            if (parsed.GetValue(json))
            {
                WriteJson(compared);
            }
            else
            {
                ComparisonTable.Write(Console.Out, files[0], compared);
                Screen.Note($"over {Figure.Count(judgements.QueryIds.Count, "judged query", "judged queries")}; t: paired t-test, random: randomisation test, "
                    + $"Holm: the latter corrected for {Figure.Count(compared.Length, "comparison")}; RBO: overlap of the rankings, persistence .9");
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static ComparedRun[] Compare(IReadOnlyList<Measure> measures, Qrels judgements, string[] files, TrecRun[] runs)
    {
        double[] overlaps = [.. runs.Skip(1).Select(run => RankBiasedOverlap.MeanBetween(runs[0], run))];
        (Measure Measure, int Run)[] pairs = [.. measures.SelectMany(measure => Enumerable.Range(1, runs.Length - 1).Select(run => (measure, run)))];
        RunComparison[] comparisons = [.. pairs.Select(pair => RunComparison.Of(pair.Measure, judgements, runs[0], runs[pair.Run]))];
        double[] corrected = HolmCorrection.Adjust([.. comparisons.Select(comparison => comparison.Randomization)]);
        return [.. comparisons.Select((comparison, i) => new ComparedRun(files[pairs[i].Run], comparison, corrected[i], overlaps[pairs[i].Run - 1]))];
    }

    private static void WritePerQuery(TextWriter writer, ComparedRun[] compared)
    {
        writer.Write("measure\trun\tquery\tbaseline\tvalue\tdifference\n");
        foreach (ComparedRun run in compared)
        {
            foreach (QueryDifference query in run.Comparison.Queries)
            {
                writer.Write(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{run.Comparison.Measure.Name}\t{run.Name}\t{query.QueryId}\t{query.Baseline:R}\t{query.Value:R}\t{query.Difference:R}\n"));
            }
        }
    }

    private static void WriteJson(ComparedRun[] compared)
    {
        foreach (ComparedRun run in compared)
        {
            RunComparison comparison = run.Comparison;
            JsonLine.Write(Console.Out, json =>
            {
                json.WriteString("measure", comparison.Measure.Name);
                json.WriteString("run", run.Name);
                json.WriteNumber("baseline", comparison.BaselineMean);
                json.WriteNumber("mean", comparison.Mean);
                json.WriteNumber("difference", comparison.Difference.Mean);
                if (comparison.Queries.Count > 1)
                {
                    json.WriteNumber("low", comparison.Difference.Low);
                    json.WriteNumber("high", comparison.Difference.High);
                }

                json.WriteNumber("t_test", comparison.TTest);
                json.WriteNumber("randomization", comparison.Randomization);
                json.WriteNumber("holm", run.Holm);
                json.WriteNumber("better", comparison.Wins);
                json.WriteNumber("worse", comparison.Losses);
                json.WriteNumber("rbo", run.Overlap);
            });
        }
    }
}
