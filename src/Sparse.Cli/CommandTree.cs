using System.CommandLine;
using System.CommandLine.Help;
using Sparse.Cli.Commands;

namespace Sparse.Cli;

/// <summary>All commands under <c>sparse</c>.</summary>
internal static class CommandTree
{
    /// <summary>Builds the tree; nothing else is loaded until a command runs.</summary>
    /// <returns>The root.</returns>
    public static RootCommand Create()
    {
        var root = new RootCommand("Search by meaning in ordinary Lucene.NET indexes: learned sparse retrieval, offline, on the CPU.")
        {
            IndexCommand.Create(),
            SearchCommand.Create(),
            EvalCommand.Create(),
            CompareCommand.Create(),
            ConvertCommand.Create(),
            ReproduceCommand.Create(),
            TuneCommand.Create(),
            EncodeCommand.Create(),
            InspectCommand.Create(),
            StatsCommand.Create(),
            GetCommand.Create(),
            DeleteCommand.Create(),
            CheckCommand.Create(),
            BackupCommand.Create(),
            PushCommand.Create(),
            PullCommand.Create(),
            OptimizeCommand.Create(),
            UpgradeCommand.Create(),
            CalibrateCommand.Create(),
            ServeCommand.Create(),
            McpCommand.Create(),
            KeyCommand.Create(),
            ModelCommand.Create(),
            RulesCommand.Create(),
        };
        root.SetAction(parsed => new HelpAction().Invoke(parsed));
        return root;
    }
}
