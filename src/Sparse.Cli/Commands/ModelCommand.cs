using System.CommandLine;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse model</c>.</summary>
internal static class ModelCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => new("model", "TODO");
}
