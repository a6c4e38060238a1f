using Sparse.LuceneNet;
using Sparse.Server;
using Sparse.Vectors;

namespace Sparse.Cli;

/// <summary>The folder of an index as a server takes it: under the folder's name, with the encoders that its queries need.</summary>
internal static class ServedFolder
{
    /// <summary>Refuses folders that would have the same name.</summary>
    /// <param name="folders">The folders.</param>
    /// <exception cref="WrongInputException">Two have.</exception>
    public static void RequireDistinctNames(IEnumerable<string> folders)
    {
        if (folders.GroupBy(NameOf).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new WrongInputException($"two folders are named '{twice.Key}'; an index is served under its folder's name, so rename one");
        }
    }

    /// <summary>Opens one.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="readOnly">True to leave the write lock to others and follow what they commit.</param>
    /// <exception cref="WrongInputException">There is no index, or its encoder is gone.</exception>
    public static ServedIndex Open(string folder, bool readOnly)
    {
        EncoderIdentity? identity;
        using (SparseIndex closed = IndexFolder.OpenReadOnly(folder))
        {
            identity = closed.Encoder;
        }

        ToolMemory memory = ToolMemory.Read(folder) ?? new ToolMemory();
        ITermEncoder? model = identity is null ? null : EncoderChoice.ForIndex(identity, memory, null, new EncoderSettings(memory.MaxTokens, null));
        ITermEncoder? table = null;
        try
        {
            table = identity is null ? null : EncoderChoice.ForInferenceFreeQueries(identity, memory, null);
        }
        catch (WrongInputException)
        {
            // No table fits the vocabulary: every query goes through the model.
        }

        SparseIndexOptions options = memory.ToOptions(model, new SparseIndexOptions());
        return new ServedIndex(NameOf(folder), readOnly ? SparseIndex.OpenReadOnly(folder, model, options) : ServedMark.OpenUnserved(folder, model, options), model, table);
    }

    private static string NameOf(string folder) => new DirectoryInfo(folder).Name;
}
