using System.CommandLine;
using System.Globalization;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.Cli.Vectors;
using Sparse.Evaluation;
using Sparse.Formats;
using Sparse.LuceneNet;
using Spectre.Console;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse eval --qrels FILE (--run FILE | --index DIR|--target URL --queries FILE) [--metrics ...] [--json]</c>.</summary>
internal static class EvalCommand
{
    private const int LeastDepth = 100;
    private const int DepthWithoutCut = 1_000;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option<string> qrels = SharedOptions.Qrels();
        var run = new Option<string?>("--run") { Description = "Evaluate this TREC run", HelpName = "FILE" };
        var place = new PlaceOptions(required: false);
        Option<string?> queries = SharedOptions.Queries();
        Option<string?> queryVectors = SharedOptions.QueryVectors();
        Option<string> metrics = SharedOptions.Metrics();
        Option<int?> k = SharedOptions.K("Hits a query; default: the largest cut of the measures", null);
        Option<SearchMode?> mode = SharedOptions.Mode();
        var fusion = new FusionChoice();
        Option<QueryEncoding> queryEncoder = SharedOptions.QueryEncoder();
        Option<string?> modelFolder = SharedOptions.ModelFolder();
        Option<bool> dropQueryId = SharedOptions.DropQueryId();
        Option<bool> json = SharedOptions.Json();
        Option<string?> plot = SharedOptions.Plot();
        var slices = new Option<bool>("--slices") { Description = "Part the queries by length, unknown words, overlap with what is right, and novelty (with --train)" };
        var train = new Option<string?>("--train") { Description = "Queries that the model or the index was made with, for --slices", HelpName = "FILE" };
        var stress = new Option<bool>("--stress") { Description = "Search with typos, words in another order, synonyms, capitals and accents too" };
        Option<int?> seed = NumberOption.Create("--seed", 1, 0, int.MaxValue, "Of what --stress draws");
        var command = new Command("eval", "Measure how good a run is, or what an index finds for judged queries")
        {
            qrels, run, queries, queryVectors, metrics, k, mode, queryEncoder, modelFolder, dropQueryId, json, plot, slices, train, stress, seed,
        };
        place.AddTo(command);
        foreach (Option option in fusion.Options)
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            IReadOnlyList<Measure> measures = Measure.ParseList(parsed.GetRequiredValue(metrics));
            string? runFile = parsed.GetValue(run);
            IndexPlace? searched = place.Read(parsed);
            string? queryFile = parsed.GetValue(queries), vectorFile = parsed.GetValue(queryVectors);
            bool hasRun = runFile is not null && searched is null && queryFile is null && vectorFile is null;
            bool hasIndex = runFile is null && searched is not null && queryFile is null != vectorFile is null;
            if (!hasRun && !hasIndex)
            {
                throw new WrongInputException("give either --run FILE, or --index DIR (or --target URL) with --queries FILE (or --query-vectors FILE)");
            }

            Qrels judgements = Qrels.Read(parsed.GetRequiredValue(qrels));
            bool dropsOwn = parsed.GetValue(dropQueryId);
            TrecRun evaluated = hasRun
                ? WithoutOwnIds(TrecRun.Read(runFile!), dropsOwn)
                : vectorFile is not null ? SearchVectors(searched!, judgements, vectorFile, parsed.GetValue(k) ?? Depth(measures), dropsOwn)
                : Search(new QueryChoice(searched!, parsed.GetValue(mode), parsed.GetValue(queryEncoder), parsed.GetValue(modelFolder), fusion.Read(parsed)),
                    judgements, queryFile!, parsed.GetValue(k) ?? Depth(measures), dropsOwn);
            Show(measures, judgements, evaluated, parsed.GetValue(json));
            var report = new RobustnessReport(measures[0], judgements, evaluated, parsed.GetValue(json));
            if ((parsed.GetValue(slices) || parsed.GetValue(stress)) && (!hasIndex || queryFile is null))
            {
                throw new WrongInputException("--slices and --stress search again, and need --index DIR with --queries FILE");
            }

            if (parsed.GetValue(slices))
            {
                report.Slices(Choice(), queryFile!, parsed.GetValue(train));
            }

            if (parsed.GetValue(stress))
            {
                report.Stress(Choice(), queryFile!, parsed.GetValue(k) ?? Depth(measures), dropsOwn, parsed.GetValue(seed)!.Value);
            }

            if (parsed.GetValue(plot) is { } picture)
            {
                report.Plot(picture, measures);
            }

            return ExitCode.Success;

            QueryChoice Choice() => new(searched!, parsed.GetValue(mode), parsed.GetValue(queryEncoder), parsed.GetValue(modelFolder), fusion.Read(parsed));
        });
        return command;
    }

    private static TrecRun Search(QueryChoice choice, Qrels judgements, string queryFile, int k, bool dropQueryId)
    {
        HashSet<string> judged = judgements.QueryIds.ToHashSet(StringComparer.Ordinal);
        QueryText[] queries = [.. QueryFile.Read(queryFile).Where(query => judged.Contains(query.Id))];
        if (queries.Length == 0)
        {
            throw new WrongInputException($"none of the queries of '{queryFile}' is judged; do query ids and judgements belong together?");
        }

        if (queries.Length < judged.Count)
        {
            Screen.Warn($"{Figure.Count(judged.Count - queries.Length)} of {Figure.Count(judged.Count)} judged queries are not in '{queryFile}' and count as 0");
        }

        using ISparseIndex index = choice.Place.Open();
        using QuerySide side = QuerySide.Open(index, choice);
        using var stop = new StopSignal();
        return DocumentProgress.Run("Searching", "queries", progress => QueryBatch.Run(index, side, queries, k, dropQueryId, progress, stop.Token));
    }

    private static TrecRun SearchVectors(IndexPlace place, Qrels judgements, string file, int k, bool dropQueryId)
    {
        var queries = QueryVectors.Read(file);
        if (judgements.QueryIds.Except(queries.Queries.Select(query => query.Id)).ToArray() is { Length: > 0 } missing)
        {
            Screen.Warn($"{Figure.Count(missing.Length)} of {Figure.Count(judgements.QueryIds.Count)} judged queries are not in '{file}' and count as 0");
        }

        using ISparseIndex index = place.Open();
        using var stop = new StopSignal();
        return queries.Run(index, k, dropQueryId, stop.Token);
    }

    // Only the part of a ranking that a measure looks at has to be found.
    private static int Depth(IReadOnlyList<Measure> measures) => Math.Clamp(measures.Max(measure =>
    {
        int at = measure.Name.LastIndexOf('@');
        return at >= 0 && int.TryParse(measure.Name[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int cut) ? cut : DepthWithoutCut;
    }), LeastDepth, SharedOptions.MostHits);

    /// <summary>The run without the documents that have their query's own id.</summary>
    /// <param name="run">The run.</param>
    /// <param name="dropsOwn">False to give the run back as it is.</param>
    public static TrecRun WithoutOwnIds(TrecRun run, bool dropsOwn)
    {
        if (!dropsOwn)
        {
            return run;
        }

        var kept = new TrecRun();
        foreach (string queryId in run.QueryIds)
        {
            kept.Add(queryId, [.. run.Ranking(queryId).Where(entry => entry.DocumentId != queryId)]);
        }

        return kept;
    }

    private static void Show(IReadOnlyList<Measure> measures, Qrels judgements, TrecRun run, bool asJson)
    {
        MeasureResult[] results = [.. measures.Select(measure => measure.Evaluate(judgements, run))];
        if (asJson)
        {
            JsonLine.Write(Console.Out, json =>
            {
                foreach (MeasureResult result in results)
                {
                    json.WriteNumber(result.Measure.Name, result.Mean);
                }
            });
            return;
        }

        int nameColumns = results.Max(result => result.Measure.Name.Length);
        int barColumns = Math.Clamp(Screen.Width - nameColumns - 10, 10, 50);
        foreach (MeasureResult result in results)
        {
            string mean = result.Mean.ToString("0.0000", CultureInfo.InvariantCulture);
            Screen.Output.MarkupLineInterpolated($"{result.Measure.Name.PadRight(nameColumns)}  [bold]{mean}[/]  [aqua]{WeightBar.Draw(result.Mean, barColumns)}[/]");
        }

        Screen.Note($"over {Figure.Count(judgements.QueryIds.Count, "judged query", "judged queries")}");
    }
}
