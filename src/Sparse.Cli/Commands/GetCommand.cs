using System.CommandLine;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.LuceneNet;
using Spectre.Console;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse get ID... --index DIR [--json]</c>.</summary>
internal static class GetCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var ids = new Argument<string[]>("ID") { Description = "Ids of documents", Arity = ArgumentArity.OneOrMore };
        Option<string?> index = SharedOptions.Index();
        Option<bool> json = SharedOptions.Json();
        var command = new Command("get", "Show documents by id") { ids, index, json };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(ids), parsed.GetRequiredValue(index)!, parsed.GetValue(json)));
        return command;
    }

    private static int Run(string[] ids, string folder, bool asJson)
    {
        using SparseIndex index = IndexFolder.OpenReadOnly(folder);
        int missing = 0;
        foreach (string id in ids)
        {
            if (index.Get(id) is not { } document)
            {
                Console.Error.WriteLine($"sparse: no document has the id '{id}'");
                missing++;
            }
            else if (asJson)
            {
                WriteJson(document);
            }
            else
            {
                WriteText(document);
            }
        }

        return missing == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static void WriteJson(SparseDocument document) => JsonLine.Write(Console.Out, json =>
    {
        json.WriteString("id", document.Id);
        json.WriteString("title", document.Title ?? "");
        json.WriteString("text", document.Text);
        json.WriteStartObject("fields");
        foreach ((string name, string value) in document.Fields)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    });

    private static void WriteText(SparseDocument document)
    {
        Screen.Output.MarkupLineInterpolated($"[bold]{document.Id}[/]");
        if (!string.IsNullOrEmpty(document.Title))
        {
            Console.Out.WriteLine(document.Title);
        }

        foreach ((string name, string value) in document.Fields)
        {
            Screen.Output.MarkupLineInterpolated($"[grey]{name}:[/] {value}");
        }

        Console.Out.WriteLine();
        Console.Out.WriteLine(document.Text);
        Console.Out.WriteLine();
    }
}
