using System.CommandLine;
using System.Diagnostics;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.Cli.Vectors;
using Sparse.Evaluation;
using Sparse.Formats;
using Sparse.LuceneNet;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse search QUERY --index DIR|--target URL [-k 10] [--json]</c>, or <c>--queries FILE --run OUT.trec</c>.</summary>
internal static class SearchCommand
{
    private const int HitsOfOneQuery = 10;
    private const int HitsOfABatch = 1_000;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var query = new Argument<string[]>("QUERY") { Description = "Any text; it has no syntax", Arity = ArgumentArity.ZeroOrMore };
        var place = new PlaceOptions();
        Option<int?> k = SharedOptions.K("Hits a query; default: 10, with --queries 1,000", null);
        Option<SearchMode?> mode = SharedOptions.Mode();
        var fusion = new FusionChoice();
        Option<int?> skip = NumberOption.Create("--skip", 0, 0, SharedOptions.MostHits, "Leave out the first hits: 20 with -k 10 shows the third page");
        Option<QueryEncoding> queryEncoder = SharedOptions.QueryEncoder();
        Option<string?> modelFolder = SharedOptions.ModelFolder();
        Option<bool> json = SharedOptions.Json();
        Option<string?> queries = SharedOptions.Queries();
        var run = new Option<string?>("--run") { Description = "Write the hits of --queries as a TREC run", HelpName = "OUT.trec" };
        Option<string?> queryVectors = SharedOptions.QueryVectors();
        Option<bool> dropQueryId = SharedOptions.DropQueryId();
        var command = new Command("search", "Search an index, by one query or a file of them")
        {
            query, k, mode, queryEncoder, modelFolder, json, queries, queryVectors, run, dropQueryId,
        };
        place.AddTo(command);
        foreach (Option option in (Option[])[skip, .. fusion.Options])
        {
            command.Add(option);
        }

        var results = new ResultOptions();
        results.AddTo(command);
        command.SetAction(parsed =>
        {
            string[] words = parsed.GetValue(query) ?? [];
            string? file = parsed.GetValue(queries), vectorFile = parsed.GetValue(queryVectors);
            string? output = parsed.GetValue(run);
            var choice = new QueryChoice(place.Read(parsed)!, parsed.GetValue(mode), parsed.GetValue(queryEncoder), parsed.GetValue(modelFolder), fusion.Read(parsed));
            if (file is null && vectorFile is null && output is null)
            {
                return One(words, choice, parsed.GetValue(k) ?? HitsOfOneQuery, parsed.GetValue(skip) ?? 0, parsed.GetValue(json), options => results.Apply(parsed, options));
            }

            if (file is null == vectorFile is null || output is null || words.Length > 0 || parsed.GetValue(json))
            {
                throw new WrongInputException("a batch takes --queries FILE (or --query-vectors FILE) and --run OUT.trec together, without a QUERY and without --json");
            }

            return vectorFile is not null ? VectorBatch(vectorFile, output, choice.Place, parsed.GetValue(k) ?? HitsOfABatch, parsed.GetValue(dropQueryId))
                : Batch(file!, output, choice, parsed.GetValue(k) ?? HitsOfABatch, parsed.GetValue(dropQueryId));
        });
        return command;
    }

    private static int One(string[] words, QueryChoice choice, int k, int skip, bool asJson, Func<SearchOptions, SearchOptions> shape)
    {
        string query = string.Join(' ', words);
        if (words.Length == 0)
        {
            throw new WrongInputException("give a QUERY, or --queries FILE with --run OUT.trec");
        }

        if (string.IsNullOrWhiteSpace(query))
        {
            throw new WrongInputException("the query is empty");
        }

        using ISparseIndex index = choice.Place.Open();
        using QuerySide side = QuerySide.Open(index, choice, mayFallBack: true);
        SearchOptions options = shape(side.Options(skip + k)) with { Skip = skip };
        if (choice.Mode is null && options.Mode == SearchMode.Hybrid)
        {
            // What hybrid search cannot do chooses the mode that can.
            options = options.Syntax != QuerySyntax.Plain ? options with { Mode = SearchMode.Bm25 }
                : options.Sort.Any(key => key.Field == "score") || (options.MinScore is not null && options.Sort.Count + options.Facets.Count > 0)
                    ? options with { Mode = SearchMode.Sparse } : options;
        }

        SearchResult result = index.Search(query, k, options);
        if (side.Problem is { } problem && result.Fallback is { } generic)
        {
            string fallback = problem + ", so the search was by words (BM25).";
            result = result with { Fallback = fallback, Warnings = [.. result.Warnings.Select(warning => warning == generic ? fallback : warning)] };
        }

        foreach (string warning in result.Warnings)
        {
            Screen.Warn(warning);
        }

        foreach (SpellingSuggestion suggestion in result.Suggestions)
        {
            Screen.Note($"sparse: no document holds '{suggestion.Word}'; {Figure.Count(suggestion.Documents, "document")} {(suggestion.Documents == 1 ? "holds" : "hold")} '{suggestion.Replacement}'");
        }

        if (asJson)
        {
            HitList.WriteJson(Console.Out, result);
        }
        else
        {
            HitList.WriteText(result, index.Count);
        }

        return ExitCode.Success;
    }

    private static int VectorBatch(string file, string output, IndexPlace place, int k, bool dropQueryId)
    {
        var queries = QueryVectors.Read(file);
        using ISparseIndex index = place.Open();
        using var stop = new StopSignal();
        var clock = Stopwatch.StartNew();
        TrecRun run = queries.Run(index, k, dropQueryId, stop.Token);
        OutputFile.Write(output, writer => run.Write(writer, HitList.Word(SearchMode.Sparse)));
        Console.Out.WriteLine($"{Figure.Count(queries.Queries.Count, "query", "queries")}, {Figure.Count(run.QueryIds.Sum(id => (long)run.Ranking(id).Count), "hit")} in {Figure.Duration(clock.Elapsed)}: {output}");
        return ExitCode.Success;
    }

    private static int Batch(string file, string output, QueryChoice choice, int k, bool dropQueryId)
    {
        IReadOnlyList<QueryText> queries = QueryFile.Read(file);
        using ISparseIndex index = choice.Place.Open();
        using QuerySide side = QuerySide.Open(index, choice);
        using var stop = new StopSignal();
        (TrecRun run, TimeSpan elapsed) = DocumentProgress.Run("Searching", "queries", progress =>
            (QueryBatch.Run(index, side, queries, k, dropQueryId, progress, stop.Token), progress.Elapsed));
        OutputFile.Write(output, writer => run.Write(writer, HitList.Word(side.Mode)));
        long hits = run.QueryIds.Sum(id => (long)run.Ranking(id).Count);
        Console.Out.WriteLine($"{Figure.Count(queries.Count, "query", "queries")}, {Figure.Count(hits, "hit")} in {Figure.Duration(elapsed)}: {output}");
        return ExitCode.Success;
    }
}
