using System.CommandLine;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.LuceneNet;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse delete ID... --index DIR</c>.</summary>
internal static class DeleteCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var ids = new Argument<string[]>("ID") { Description = "Ids of documents", Arity = ArgumentArity.OneOrMore };
        Option<string?> index = SharedOptions.Index();
        var command = new Command("delete", "Delete documents by id; an id that is not there is no error") { ids, index };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(ids), parsed.GetRequiredValue(index)!));
        return command;
    }

    private static int Run(string[] ids, string folder)
    {
        using SparseIndex index = IndexFolder.OpenForUpkeep(folder);
        string[] distinct = [.. ids.Distinct(StringComparer.Ordinal)];
        int deleted = index.Delete(distinct);
        index.Commit();
        Console.Out.WriteLine(deleted == distinct.Length ? $"deleted {Figure.Count(deleted, "document")}"
            : $"deleted {Figure.Count(deleted, "document")}; {Figure.Count(distinct.Length - deleted, "id")} not in the index");
        return ExitCode.Success;
    }
}
