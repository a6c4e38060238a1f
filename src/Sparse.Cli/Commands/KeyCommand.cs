using System.CommandLine;
using Sparse.Cli.Options;
using Sparse.Server;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse key NAME --keys FILE [--access read|write]</c>.</summary>
internal static class KeyCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Whose the key is" };
        var keys = new Option<string>("--keys") { Description = "File to keep the key's hash in", HelpName = "FILE", Required = true };
        Option<Access> access = ChoiceOption.Create("--access", Access.Read, "What the key allows; default: read", ("read", Access.Read), ("write", Access.Write));
        var command = new Command("key", "Make a key for a server, and print it this once") { name, keys, access };
        command.SetAction(parsed =>
        {
            Console.Out.WriteLine(ApiKeys.Create(parsed.GetRequiredValue(keys), parsed.GetRequiredValue(name), parsed.GetValue(access)));
            return ExitCode.Success;
        });
        return command;
    }
}
