using Sparse.LuceneNet;

namespace Sparse.Cli;

/// <summary>Opens the folder given with <c>--index</c>.</summary>
internal static class IndexFolder
{
    /// <summary>Opens an index for reading, beside any writer.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The index, without an encoder; searches name theirs.</returns>
    /// <exception cref="WrongInputException">There is no index.</exception>
    public static SparseIndex OpenReadOnly(string folder)
    {
        RequireIndex(folder);
        return SparseIndex.OpenReadOnly(folder);
    }

    /// <summary>Opens an index for changes that need no encoder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The index, without an encoder.</returns>
    /// <exception cref="WrongInputException">There is no index.</exception>
    public static SparseIndex OpenForUpkeep(string folder, SparseIndexOptions? options = null)
    {
        RequireIndex(folder);
        return ServedMark.OpenUnserved(folder, encoder: null, options);
    }

    /// <summary>Quotes an argument for the shell where it needs it, so that a printed command can be pasted.</summary>
    /// <param name="argument">The argument.</param>
    public static string ForShell(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,@%+".Contains(c, StringComparison.Ordinal))
            ? argument : "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    /// <summary>Refuses a folder without an index.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="WrongInputException">There is no index.</exception>
    public static void RequireIndex(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new WrongInputException(File.Exists(folder) ? $"'{folder}' is a file; --index takes a folder" : $"there is no folder '{folder}'");
        }

        if (!SparseIndex.Exists(folder))
        {
            throw new WrongInputException($"there is no index in '{folder}'; 'sparse index INPUT --index {ForShell(folder)}' makes one");
        }
    }
}
