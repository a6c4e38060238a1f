using System.CommandLine;
using Sparse.Server;
using Sparse.Server.Mcp;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse mcp --index DIR...</c>.</summary>
internal static class McpCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var folders = new Option<string[]>("--index", "-i") { Description = "Folders of indexes; each is named after its folder", HelpName = "DIR", Required = true, AllowMultipleArgumentsPerToken = true };
        var command = new Command("mcp", "Let a language model search: the Model Context Protocol over standard input and output (over HTTP: sparse serve, at /mcp)") { folders };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(folders)));
        return command;
    }

    private static async Task<int> RunAsync(string[] folders)
    {
        using var stop = new StopSignal();
        ServedFolder.RequireDistinctNames(folders);
        var served = new List<ServedIndex>();
        try
        {
            foreach (string folder in folders)
            {
                served.Add(ServedFolder.Open(folder, readOnly: true));
            }

            await StdioServer.RunAsync(served, stop.Token);
        }
        finally
        {
            foreach (ServedIndex index in served)
            {
                await index.DisposeAsync();
            }
        }

        return ExitCode.Success;
    }
}
