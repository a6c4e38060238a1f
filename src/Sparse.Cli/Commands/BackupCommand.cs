using System.CommandLine;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.LuceneNet;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse backup --index DIR --to DIR</c>.</summary>
internal static class BackupCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option<string?> index = SharedOptions.Index();
        var to = new Option<string>("--to") { Description = "Folder for the copy: empty, or not there yet", HelpName = "DIR", Required = true };
        var command = new Command("backup", "Copy the last commit of an index while it stays in use") { index, to };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(index)!, parsed.GetRequiredValue(to)));
        return command;
    }

    private static int Run(string folder, string copy)
    {
        using SparseIndex index = IndexFolder.OpenReadOnly(folder);
        index.Backup(copy);
        ToolMemory.Read(folder)?.Write(copy);
        using SparseIndex copied = SparseIndex.OpenReadOnly(copy);
        Console.Out.WriteLine($"copied {Figure.Count(copied.Count, "document")}, {Figure.Bytes(copied.Statistics().Bytes)}: {copy}");
        return ExitCode.Success;
    }
}
