using System.CommandLine;
using System.Globalization;
using Sparse.Cli.Options;
using Sparse.Fusion;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse calibrate --index DIR [--queries N]</c>.</summary>
internal static class CalibrateCommand
{
    private const int DefaultQueries = 64;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option<string?> index = SharedOptions.Index();
        Option<int?> queries = NumberOption.Create("--sample", DefaultQueries, 1, 10_000, "Documents to take a query from; default: 64");
        Option<string?> modelFolder = SharedOptions.ModelFolder();
        var command = new Command("calibrate", "Fit what hybrid scores mean in an index, on queries taken from its documents: 0 a chance match, 1 the right document") { index, queries, modelFolder };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(index)!, parsed.GetValue(queries) ?? DefaultQueries, parsed.GetValue(modelFolder)));
        return command;
    }

    private static int Run(string folder, int queries, string? modelFolder)
    {
        EncoderIdentity identity;
        using (SparseIndex reading = IndexFolder.OpenReadOnly(folder))
        {
            identity = reading.Encoder ?? throw new WrongInputException($"'{folder}' holds no vectors, so there is nothing to fuse");
        }

        ToolMemory memory = ToolMemory.Read(folder) ?? new ToolMemory();
        using ITermEncoder encoder = EncoderChoice.ForIndex(identity, memory, modelFolder, new EncoderSettings(memory.MaxTokens, null));
        using SparseIndex index = SparseIndex.Open(folder, encoder);
        FusionCalibration calibration = index.Calibrate(queries);
        Console.Out.WriteLine(calibration.Queries == 0
            ? "too few documents tell their queries from others: hybrid scores stay shares of the most that a query can score"
            : string.Create(CultureInfo.InvariantCulture,
                $"fitted on {calibration.Queries} queries: score 0 is a share of {calibration.Background:0.000} of the most that a query can score, score 1 of {calibration.Best:0.000}"));
        return ExitCode.Success;
    }
}
