using System.CommandLine;
using System.Globalization;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.Encoders.Splade;
using Sparse.Lab.Collections;
using Sparse.Lab.Plots;
using Sparse.Lab.Tuning;
using Sparse.LuceneNet;
using Sparse.Vectors;
using Spectre.Console;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse tune COLLECTION --budget "400 MB"|"p95 20 ms" [--index DIR] [--plot FILE]</c>, or <c>sparse tune COLLECTION --long</c>.</summary>
internal static class TuneCommand
{
    private const int SampleDocuments = 5_000;
    private const int SampleQueries = 200;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var input = new Argument<string>("COLLECTION") { Description = "Documents, queries and judgements: a BEIR folder or zip, SMART files, or TREC topics with qrels" };
        var budget = new Option<string?>("--budget") { Description = "What an index may cost: \"400 MB\", or \"p95 20 ms\" a query", HelpName = "BUDGET" };
        var longDocuments = new Option<bool>("--long") { Description = "Measure long documents instead: their beginning, merged passages, kept passages" };
        Option<string?> index = SharedOptions.Index(required: false);
        Option<string?> encoder = SharedOptions.Encoder(withNone: false);
        Option<int?> maxTokens = SharedOptions.MaxTokens();
        Option<int?> sample = NumberOption.Create("--sample", SampleDocuments, 1, int.MaxValue, "Documents to try settings on");
        Option<int?> seed = NumberOption.Create("--seed", 1, 0, int.MaxValue, "Of the draw of the sample");
        Option<string?> plot = SharedOptions.Plot();
        var split = new Option<string>("--split") { Description = "Which judgements, where there are several", HelpName = "NAME", DefaultValueFactory = _ => "test" };
        var command = new Command("tune", "Find what to keep of vectors within a budget of size or time, and index a collection so") { input, budget, longDocuments, index, encoder, maxTokens, sample, seed, split, plot };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(input);
            string? words = parsed.GetValue(budget);
            if (words is null != parsed.GetValue(longDocuments))
            {
                throw new WrongInputException("give --budget \"400 MB\" or --budget \"p95 20 ms\", or --long");
            }

            var limit = words is null ? null : Budget.Parse(words);
            string? folder = parsed.GetValue(index);
            if (folder is not null && SparseIndex.Exists(folder))
            {
                throw new WrongInputException($"'{folder}' already holds an index; name another folder for the tuned one");
            }

            var collection = Collection.Read(path, Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))), parsed.GetValue(split)!);
            string choice = parsed.GetValue(encoder)!;
            using SpladeEncoder model = EncoderChoice.OpenSplade(choice, new EncoderSettings(parsed.GetValue(maxTokens)!.Value, null));
            string work = Directory.CreateTempSubdirectory("sparse-tune-").FullName;
            using var stop = new StopSignal();
            try
            {
                return limit is null ? Long(collection, model, parsed.GetValue(maxTokens)!.Value, work, stop.Token)
                    : Tune(collection, model, limit, new Request(folder, choice, parsed.GetValue(maxTokens)!.Value, parsed.GetValue(sample)!.Value, parsed.GetValue(seed)!.Value, parsed.GetValue(plot)), work, stop.Token);
            }
            finally
            {
                Directory.Delete(work, recursive: true);
            }
        });
        return command;
    }

    private static int Long(Collection collection, SpladeEncoder model, int maxTokens, string work, CancellationToken stop)
    {
        LongDocumentWay[] ways = DocumentProgress.Run("Measuring", "ways", progress =>
            (LongDocumentWay[])[.. LongDocuments.Run(collection, model, maxTokens, work, (what, done, all) => progress.Describe($"{what}, {Figure.Count(done)} of {Figure.Count(all)}"), stop)]);
        Table table = Columns("", "nDCG@10", "", "R@100", "vectors", "index");
        foreach (LongDocumentWay way in ways)
        {
            table.AddRow(Markup.Escape(way.Name), Number(way.Score, "0.0000"), $"[aqua]{WeightBar.Draw(way.Score, 12)}[/]", Number(way.Recall, "0.0000"), Figure.Count(way.Vectors), Figure.Bytes(way.Bytes));
        }

        Screen.Output.Write(table);
        Screen.Note($"{Figure.Count(collection.Documents.Length, "document")}, {Figure.Count(collection.Queries.Length, "query", "queries")}; passages end between sentences");
        return ExitCode.Success;
    }

    private static int Tune(Collection collection, SpladeEncoder model, Budget budget, Request request, string work, CancellationToken stop)
    {
        var cache = new VectorCache(Path.Combine(Path.GetDirectoryName(ModelCache.Folder)!, "vectors"));
        (TuningRun run, TuningPoint[] points) = DocumentProgress.Run("Tuning", "settings", progress =>
        {
            var tuning = new TuningRun(collection, model, cache, request.Sample, SampleQueries, request.Seed, work, (what, done, all) => progress.Describe($"{what}, {Figure.Count(done)} of {Figure.Count(all)}"), stop);
            var tried = new List<TuningPoint>();
            tuning.Measured(TuningRun.Grid[0], stop); // Not counted: the first run of the code is slow.
            foreach (PruneSetting setting in TuningRun.Grid)
            {
                tried.Add(tuning.Measured(setting, stop));
                progress.Advance(1, (double)tried.Count / TuningRun.Grid.Count);
            }

            return (tuning, tried.ToArray());
        });
        IReadOnlyList<TuningPoint> frontier = TuningRun.Frontier(points, budget);
        TuningPoint? chosen = points.Where(budget.Holds).OrderByDescending(point => point.Score).ThenBy(point => TuningRun.Cost(point, budget)).FirstOrDefault();
        Table table = Columns("", "keep", "nDCG@10", "", "postings a document", "index", "ms a query", "95 %");
        foreach (TuningPoint point in frontier.Append(points[0]).Append(chosen).OfType<TuningPoint>().Distinct().OrderBy(point => TuningRun.Cost(point, budget)))
        {
            table.AddRow(
                point == chosen ? "[bold]>[/]" : "", Markup.Escape(point.Setting.ToString()), Number(point.Score, "0.0000"), $"[aqua]{WeightBar.Draw(point.Score, 12)}[/]",
                Number(point.Postings, "0.0"), Figure.Bytes(point.Bytes), Number(point.Latency, "0.000"), Number(point.Latency95, "0.000"));
        }

        Screen.Output.Write(table);
        Screen.Note($"of {Figure.Count(points.Length)} settings, on {Figure.Count(run.Documents, "document")} of {Figure.Count(collection.Documents.Length)} and {Figure.Count(run.Queries, "query", "queries")}; "
            + "sizes are the sample's times its share, texts included; times are the sample's own, and grow with the collection");
        if (request.Plot is { } picture)
        {
            double unit = budget.Bytes is null ? 1 : 1e6;
            (double, double) Place(TuningPoint point) => (TuningRun.Cost(point, budget) / unit, point.Score);
            Picture.SaveFrontier(picture, $"{collection.Name}: what to keep", budget.Bytes is null ? "95th percentile, ms a query" : "index, MB", "nDCG@10",
                [.. points.Select(Place)], [.. frontier.Select(Place)], chosen is null ? null : Place(chosen), budget.Bytes is { } bytes ? bytes / unit : budget.Milliseconds);
        }

        if (chosen is null)
        {
            throw new WrongInputException($"no setting keeps to {budget}; the cheapest costs {(budget.Bytes is null ? Number(frontier[0].Latency95, "0.000") + " ms" : Figure.Bytes(frontier[0].Bytes))}");
        }

        Console.Out.WriteLine($"Within {budget}: keep {chosen.Setting}, nDCG@10 {Number(chosen.Score, "0.0000")} (everything: {Number(points[0].Score, "0.0000")})");
        if (request.Index is null)
        {
            Console.Out.WriteLine($"Index so: sparse index INPUT --index DIR{Arguments(chosen.Setting)}, or name --index here");
            return ExitCode.Success;
        }

        TuningPoint whole = Apply(collection, model, cache, chosen.Setting, request, stop);
        Console.Out.WriteLine($"'{request.Index}' holds {Figure.Count(collection.Documents.Length, "document")} so, {Figure.Bytes(whole.Bytes)}, nDCG@10 {Number(whole.Score, "0.0000")}, "
            + $"{Number(whole.Latency, "0.000")} ms a query, 95 % {Number(whole.Latency95, "0.000")}; sparse index --append goes on with the same");
        return budget.Holds(whole) ? ExitCode.Success : throw new WrongInputException($"the whole index is past {budget}, which the sample did not show; tune with a larger --sample or a smaller budget");
    }

    private static TuningPoint Apply(Collection collection, SpladeEncoder model, VectorCache cache, PruneSetting setting, Request request, CancellationToken stop) =>
        DocumentProgress.Run("Indexing", "documents", progress =>
        {
            TermVector[] vectors = cache.Get($"{collection.Name}-documents", model, [.. collection.Documents.Select(document => document.FullText)], done => progress.Describe($"encoding, {Figure.Count(done)} of {Figure.Count(collection.Documents.Length)}"), stop);
            TermVector[] queries = cache.Get($"{collection.Name}-queries", model, [.. collection.Queries.Select(query => query.Text)], null, stop);
            using SparseIndex index = SparseIndex.Create(request.Index!, model, new SparseIndexOptions { Pruning = setting.ToOptions(), MaxWeight = setting.MaxWeight(model.MaxWeight) });
            new ToolMemory { ModelFolder = EncoderChoice.FolderOf(request.Encoder), MaxTokens = request.MaxTokens, Prune = setting }.Write(request.Index!);
            int before = 0;
            Collection.AddTo(index, collection.Documents, vectors, done =>
            {
                progress.Advance(done - before, (double)done / collection.Documents.Length);
                before = done;
            }, stop);
            index.Calibrate();
            return TuningRun.Measured(index, setting, collection.Queries, queries, collection.Qrels, 1, stop);
        });

    private static string Arguments(PruneSetting setting) =>
        (setting.Terms is { } terms ? $" --keep-terms {terms}" : "") + (setting.Ratio > 0 ? $" --keep-ratio {Number(setting.Ratio, "0.###")}" : "")
        + (setting.Mass < 1 ? $" --keep-mass {Number(setting.Mass, "0.###")}" : "") + (setting.Bits < 8 ? $" --bits {setting.Bits}" : "");

    private static Table Columns(params string[] names)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string name in names)
        {
            table.AddColumn(new TableColumn(name) { NoWrap = true, Alignment = name is "" or "keep" ? Justify.Left : Justify.Right });
        }

        return table;
    }

    private static string Number(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    private sealed record Request(string? Index, string Encoder, int MaxTokens, int Sample, int Seed, string? Plot);
}
