using System.CommandLine;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.LuceneNet;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse optimize --index DIR [--reorder]</c>.</summary>
internal static class OptimizeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option<string?> index = SharedOptions.Index();
        var reorder = new Option<bool>("--reorder") { Description = "Put like documents next to each other; slower now, faster searches" };
        var command = new Command("optimize", "Merge an index into one segment, without deleted documents") { index, reorder };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(index)!, parsed.GetValue(reorder)));
        return command;
    }

    private static int Run(string folder, bool reorder)
    {
        using SparseIndex index = IndexFolder.OpenForUpkeep(folder, new SparseIndexOptions { ReorderFrom = reorder ? 1 : null });
        long before = index.Statistics().Bytes;
        index.Optimize();
        Console.Out.WriteLine($"merged {Figure.Count(index.Count, "document")}: {Figure.Bytes(before)} before, {Figure.Bytes(index.Statistics().Bytes)} now");
        return ExitCode.Success;
    }
}
