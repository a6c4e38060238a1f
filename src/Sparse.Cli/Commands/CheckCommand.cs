using System.CommandLine;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.LuceneNet;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse check --index DIR [--verbose]</c>.</summary>
internal static class CheckCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option<string?> index = SharedOptions.Index();
        var verbose = new Option<bool>("--verbose") { Description = "Print what Lucene's CheckIndex says" };
        var command = new Command("check", "Look for damage: Lucene's CheckIndex, then impacts, scale, encoder and ids; exit code 1 where there is any") { index, verbose };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(index)!, parsed.GetValue(verbose)));
        return command;
    }

    private static int Run(string folder, bool isVerbose)
    {
        IndexFolder.RequireIndex(folder);
        CheckReport report = SparseIndex.Check(folder);
        if (isVerbose)
        {
            Console.Out.WriteLine(report.LuceneOutput.TrimEnd());
        }

        if (report.IsClean)
        {
            Console.Out.WriteLine($"no damage: {Figure.Count(report.Documents, "document")}, {Figure.Count(report.Postings, "posting")} read");
            return ExitCode.Success;
        }

        foreach (string problem in report.Problems)
        {
            Console.Out.WriteLine($"damaged: {problem}");
        }

        Console.Error.WriteLine($"sparse: '{folder}' has {Figure.Count(report.Problems.Count, "problem")}; restore a backup, or index again");
        return ExitCode.Failure;
    }
}
