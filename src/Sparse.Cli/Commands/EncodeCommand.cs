using System.CommandLine;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse encode</c>.</summary>
internal static class EncodeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => new("encode", "TODO");
}
