using Sparse.Cli.Options;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Cli;

/// <summary>What the options say about the query side of a search.</summary>
/// <param name="IndexFolder">Folder of the index.</param>
/// <param name="Mode">The mode; null for the index's default.</param>
/// <param name="Encoding">How queries become term vectors.</param>
/// <param name="ModelFolder">A model folder given by the user; null: the one that the index remembers.</param>
internal sealed record QueryChoice(string IndexFolder, SearchMode? Mode, QueryEncoding Encoding, string? ModelFolder);

/// <summary>The query side of a search, resolved against an index: its mode and, only where that mode needs one, an encoder.</summary>
internal sealed class QuerySide : IDisposable
{
    private QuerySide(SearchMode mode, ITermEncoder? encoder)
    {
        Mode = mode;
        Encoder = encoder;
    }

    /// <summary>The mode.</summary>
    public SearchMode Mode { get; }

    /// <summary>Encodes queries; null for BM25.</summary>
    public ITermEncoder? Encoder { get; }

    /// <summary>Options for a search by this side.</summary>
    public SearchOptions Options => new() { Mode = Mode, QueryEncoder = Encoder };

    /// <summary>Resolves the options against an index.</summary>
    /// <param name="index">The index.</param>
    /// <param name="choice">What the user said.</param>
    /// <returns>The query side; it owns its encoder.</returns>
    /// <exception cref="WrongInputException">The index can't be searched so.</exception>
    public static QuerySide Open(SparseIndex index, QueryChoice choice)
    {
        SearchMode mode = choice.Mode ?? (index.Encoder is null ? SearchMode.Bm25 : SearchMode.Sparse);
        if (mode == SearchMode.Bm25)
        {
            return new QuerySide(mode, null);
        }

        if (index.Encoder is not { } identity)
        {
            throw new WrongInputException($"'{choice.IndexFolder}' was built with --encoder none and holds no vectors; search it with --mode bm25");
        }

        ToolMemory memory = ToolMemory.Read(choice.IndexFolder) ?? new ToolMemory();
        bool isByTable = choice.Encoding == QueryEncoding.Idf
            || (choice.Encoding == QueryEncoding.Auto && EncoderChoice.HasQueryTable(choice.ModelFolder ?? memory.ModelFolder));
        ITermEncoder encoder = isByTable
            ? EncoderChoice.ForInferenceFreeQueries(identity, memory, choice.ModelFolder)
            : EncoderChoice.ForIndex(identity, memory, choice.ModelFolder, new EncoderSettings(memory.MaxTokens, null) { OwnTermsOnly = choice.Encoding == QueryEncoding.Lexical });
        return new QuerySide(mode, encoder);
    }

    /// <inheritdoc/>
    public void Dispose() => Encoder?.Dispose();
}
