using System.CommandLine;
using System.Diagnostics;
using Sparse.Cli.Display;
using Sparse.Lab.Collections;
using Sparse.Lab.Plots;
using Sparse.Lab.Reproduction;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse reproduce [MATRIX] [--data DIR] [--only NAME...] [--out DIR] [--cache DIR] [--accept] [--plot FILE]</c>.</summary>
internal static class ReproduceCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("MATRIX") { Description = "What to run and which scores to expect; default: bench/reproduce.json", DefaultValueFactory = _ => Path.Combine("bench", "reproduce.json") };
        var data = new Option<string?>("--data") { Description = "Folder of the collections; default: what the matrix says", HelpName = "DIR" };
        var only = new Option<string[]>("--only") { Description = "Collections to run, by name; default: all that are there", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        var output = new Option<string?>("--out") { Description = "Write leaderboard.md and leaderboard.html here", HelpName = "DIR" };
        var cache = new Option<string?>("--cache") { Description = "Folder of vectors made before; default: in the platform's folder for caches", HelpName = "DIR" };
        var accept = new Option<bool>("--accept") { Description = "Write the scores into the matrix as the expected ones" };
        Option<string?> plot = Options.SharedOptions.Plot();
        var command = new Command("reproduce", "Measure collections from raw text, and compare with the scores that are expected") { file, data, only, output, cache, accept, plot };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            if (!File.Exists(path))
            {
                throw new WrongInputException($"there is no matrix '{path}'; name the file, or run this in the folder of the project");
            }

            string? folder = parsed.GetValue(output);
            if (folder is not null)
            {
                Directory.CreateDirectory(folder);
            }

            return Run(path, parsed.GetValue(data), parsed.GetValue(only) ?? [], folder, parsed.GetValue(cache) ?? Path.Combine(Path.GetDirectoryName(ModelCache.Folder)!, "vectors"), parsed.GetValue(accept), parsed.GetValue(plot));
        });
        return command;
    }

    private static int Run(string path, string? data, string[] only, string? output, string cacheFolder, bool accepts, string? plot)
    {
        var matrix = Matrix.Read(path);
        string root = Path.GetDirectoryName(Path.GetFullPath(path))!, indexes = Directory.CreateTempSubdirectory("sparse-reproduce-").FullName;
        string? unknown = only.FirstOrDefault(name => matrix.Collections.All(collection => collection.Name != name));
        if (unknown is not null)
        {
            throw new WrongInputException($"there is no collection '{unknown}' in '{path}'; there are {string.Join(", ", matrix.Collections.Select(collection => collection.Name))}");
        }

        var cells = new List<Cell>();
        List<string> missing = [];
        var clock = Stopwatch.StartNew();
        using var stop = new StopSignal();
        try
        {
            DocumentProgress.Run("Reproducing", "scores", progress =>
            {
                MatrixCollection[] wanted = [.. matrix.Collections.Where(collection => only.Length == 0 || only.Contains(collection.Name))];
                using var run = new MatrixRun(matrix, root, data is null ? Path.GetFullPath(Path.Combine(root, matrix.Data)) : Path.GetFullPath(data), new VectorCache(cacheFolder), indexes)
                {
                    Progress = (what, done, all) => progress.Describe(all == 0 ? what : $"{what} {Figure.Count(done)} of {Figure.Count(all)}"),
                };
                foreach (MatrixCollection collection in wanted)
                {
                    if (!Path.Exists(run.PathOf(collection)))
                    {
                        missing.Add(collection.Name);
                        continue;
                    }

                    foreach (Cell cell in run.Run(collection, matrix.Ways, stop.Token))
                    {
                        cells.Add(cell);
                        progress.Advance(1, (double)cells.Count / (wanted.Length * matrix.Ways.Count));
                    }
                }

                return 0;
            });
        }
        finally
        {
            Directory.Delete(indexes, recursive: true);
        }

        if (missing.Count > 0)
        {
            Screen.Note($"sparse: not there, left out: {string.Join(", ", missing)} (--data says where collections lie)");
        }

        if (cells.Count == 0)
        {
            throw new WrongInputException("none of the collections is there; say where they lie with --data DIR");
        }

        var board = new Leaderboard(matrix, cells, "sparse reproduce" + (only.Length == 0 ? "" : " --only " + string.Join(' ', only)));
        LeaderboardTable.Write(matrix, cells);
        Console.Out.WriteLine(board.Summary);
        Screen.Note($"sparse: {Figure.Duration(clock.Elapsed)} altogether, vectors are kept in {cacheFolder}");
        if (output is not null)
        {
            OutputFile.Write(Path.Combine(output, "leaderboard.md"), writer => writer.Write(board.ToMarkdown()));
            OutputFile.Write(Path.Combine(output, "leaderboard.html"), writer => writer.Write(board.ToHtml()));
        }

        if (plot is not null)
        {
            string[] names = [.. cells.Select(cell => cell.Collection).Distinct()];
            Picture.SaveBars(plot, $"{matrix.Measure} by collection", matrix.Measure, names, [.. matrix.Ways.Select(way => (way.Name,
                names.Select(name => cells.FirstOrDefault(cell => cell.Collection == name && cell.Way == way.Name)?.Score ?? double.NaN).ToArray()))]);
        }

        if (accepts)
        {
            Dictionary<string, IReadOnlyDictionary<string, double>> expected = matrix.Expected.ToDictionary();
            foreach (IGrouping<string, Cell> collection in cells.GroupBy(cell => cell.Collection))
            {
                Dictionary<string, double> ways = expected.TryGetValue(collection.Key, out IReadOnlyDictionary<string, double>? known) ? known.ToDictionary() : [];
                foreach (Cell cell in collection)
                {
                    ways[cell.Way] = Math.Round(cell.Score, 4);
                }

                expected[collection.Key] = ways;
            }

            (matrix with { Expected = expected }).Write(path);
            return ExitCode.Success;
        }

        return cells.Any(cell => cell.IsOutside(matrix.Band)) ? ExitCode.Failure : ExitCode.Success;
    }
}
