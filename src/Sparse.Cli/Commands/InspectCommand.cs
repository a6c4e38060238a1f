using System.CommandLine;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse inspect</c>.</summary>
internal static class InspectCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => new("inspect", "TODO");
}
