using System.Globalization;
using Sparse.Cli.Display;
using Sparse.Evaluation;
using Sparse.Formats;
using Sparse.Lab.Plots;
using Sparse.Lab.Robustness;
using Sparse.LuceneNet;
using Spectre.Console;

namespace Sparse.Cli;

/// <summary>What <c>sparse eval</c> says beside the means: where queries fail, and what breaks them.</summary>
/// <param name="measure">The first of the measures.</param>
/// <param name="judgements">The judgements.</param>
/// <param name="run">The run.</param>
/// <param name="asJson">True for JSON lines.</param>
internal sealed class RobustnessReport(Measure measure, Qrels judgements, TrecRun run, bool asJson)
{
    private const int BarColumns = 24;
    private readonly List<(string Name, double Mean)> _bars = [];

    /// <summary>Parts the queries and says how each part does.</summary>
    /// <param name="choice">How they were searched.</param>
    /// <param name="queryFile">Their texts.</param>
    /// <param name="trainFile">Training queries; null for none.</param>
    public void Slices(QueryChoice choice, string queryFile, string? trainFile)
    {
        using ISparseIndex index = choice.Place.Open();
        using QuerySide side = QuerySide.Open(index, choice);
        using var words = new StemmedWords(index.Language);
        IReadOnlyList<Slice> slices = Lab.Robustness.Slices.Of(
            measure.Evaluate(judgements, run), QueryFile.Read(queryFile), words, side.Encoder?.Tokenizer,
            id => [.. judgements.Judgements(id).Where(pair => pair.Value > 0).Select(pair => index.Get(pair.Key)?.FullText).OfType<string>()],
            trainFile is null ? [] : QueryFile.Read(trainFile));
        if (asJson)
        {
            foreach (Slice slice in slices)
            {
                JsonLine.Write(Console.Out, json =>
                {
                    json.WriteString("by", slice.By);
                    json.WriteString("part", slice.Name);
                    json.WriteNumber("queries", slice.Queries);
                    json.WriteNumber(measure.Name, slice.Mean);
                });
            }

            return;
        }

        foreach (IGrouping<string, Slice> by in slices.GroupBy(slice => slice.By))
        {
            Table table = Columns(by.Key, "queries", measure.Name, "");
            foreach (Slice slice in by)
            {
                table.AddRow(Markup.Escape(slice.Name), Figure.Count(slice.Queries), Number(slice.Mean), $"[aqua]{WeightBar.Draw(slice.Mean, BarColumns)}[/]");
                _bars.Add(($"{slice.Name} ({by.Key})", slice.Mean));
            }

            Screen.Output.Write(table);
        }
    }

    /// <summary>Searches for changed queries and says what each change costs.</summary>
    /// <param name="choice">How they are searched.</param>
    /// <param name="queryFile">Their texts.</param>
    /// <param name="k">Hits a query.</param>
    /// <param name="dropQueryId">True to leave out the document that has the query's own id.</param>
    /// <param name="seed">Of the draws.</param>
    public void Stress(QueryChoice choice, string queryFile, int k, bool dropQueryId, int seed)
    {
        HashSet<string> judged = judgements.QueryIds.ToHashSet(StringComparer.Ordinal);
        QueryText[] queries = [.. QueryFile.Read(queryFile).Where(query => judged.Contains(query.Id))];
        using ISparseIndex index = choice.Place.Open();
        using QuerySide side = QuerySide.Open(index, choice);
        using var stop = new StopSignal();
        Table table = Columns("queries with", "changed", measure.Name, "", "difference", "p", "worse/better");
        var worst = new List<(string Kind, QueryDifference Query, string Text)>();
        foreach (string kind in Lab.Robustness.Stress.Kinds)
        {
            IReadOnlyList<QueryText> changed = Lab.Robustness.Stress.Changed(queries, kind, seed);
            TrecRun other = DocumentProgress.Run(kind, "queries", progress => QueryBatch.Run(index, side, changed, k, dropQueryId, progress, stop.Token));
            var comparison = RunComparison.Of(measure, judgements, run, other);
            int different = changed.Zip(queries).Count(pair => pair.First.Text != pair.Second.Text);
            if (asJson)
            {
                JsonLine.Write(Console.Out, json =>
                {
                    json.WriteString("stress", kind);
                    json.WriteNumber("changed", different);
                    json.WriteNumber(measure.Name, comparison.Mean);
                    json.WriteNumber("difference", comparison.Difference.Mean);
                    json.WriteNumber("randomization", comparison.Randomization);
                    json.WriteNumber("worse", comparison.Losses);
                    json.WriteNumber("better", comparison.Wins);
                });
                continue;
            }

            string difference = comparison.Difference.Mean.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture);
            table.AddRow(kind, Figure.Count(different), Number(comparison.Mean), $"[aqua]{WeightBar.Draw(comparison.Mean, BarColumns)}[/]",
                comparison.Difference.Mean < 0 && comparison.Randomization < .05 ? $"[red]{difference}[/]" : difference, Number(comparison.Randomization), $"{comparison.Losses}/{comparison.Wins}");
            _bars.Add(($"{kind} (changed queries)", comparison.Mean));
            Dictionary<string, string> texts = changed.ToDictionary(query => query.Id, query => query.Text);
            worst.AddRange(comparison.Queries.Where(query => query.Difference < 0).OrderBy(query => query.Difference).Take(1).Select(query => (kind, query, texts.GetValueOrDefault(query.QueryId, ""))));
        }

        if (asJson)
        {
            return;
        }

        Screen.Output.Write(table);
        foreach ((string kind, QueryDifference query, string text) in worst)
        {
            Screen.Note(string.Create(CultureInfo.InvariantCulture, $"{kind} broke {query.QueryId}: {query.Baseline:0.000} to {query.Value:0.000}, \"{text}\""));
        }
    }

    /// <summary>Saves what was measured as bars.</summary>
    /// <param name="path">A .png or .svg file.</param>
    /// <param name="measures">All measures.</param>
    public void Plot(string path, IReadOnlyList<Measure> measures)
    {
        (string Name, double Mean)[] bars = _bars.Count > 0 ? [("all queries", measure.Evaluate(judgements, run).Mean), .. _bars] : [.. measures.Select(one => (one.Name, one.Evaluate(judgements, run).Mean))];
        Picture.SaveBars(path, _bars.Count > 0 ? measure.Name : "all queries", _bars.Count > 0 ? measure.Name : "mean", [.. bars.Select(bar => bar.Name)], [("mean", [.. bars.Select(bar => bar.Mean)])]);
    }

    private static Table Columns(params string[] names)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach ((int i, string name) in names.Index())
        {
            table.AddColumn(new TableColumn(name) { NoWrap = true, Alignment = i == 0 || name.Length == 0 ? Justify.Left : Justify.Right });
        }

        return table;
    }

    private static string Number(double number) => number.ToString("0.0000", CultureInfo.InvariantCulture);
}
