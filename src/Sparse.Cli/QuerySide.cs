using Sparse.Cli.Options;
using Sparse.Fusion;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Cli;

/// <summary>What the options say about the query side of a search.</summary>
/// <param name="Place">Where the index lies.</param>
/// <param name="Mode">The mode; null for the index's default.</param>
/// <param name="Encoding">How queries become term vectors.</param>
/// <param name="ModelFolder">A model folder given by the user; null: the one that the index remembers.</param>
/// <param name="Fusion">How hybrid search fuses.</param>
internal sealed record QueryChoice(IndexPlace Place, SearchMode? Mode, QueryEncoding Encoding, string? ModelFolder, FusionOptions Fusion);

/// <summary>The query side of a search, resolved against an index: its mode and, only where that mode needs one, an encoder.</summary>
internal sealed class QuerySide : IDisposable
{
    private readonly FusionOptions _fusion;

    private QuerySide(SearchMode mode, ITermEncoder? encoder, FusionOptions fusion)
    {
        Mode = mode;
        Encoder = encoder;
        _fusion = fusion;
    }

    /// <summary>The mode.</summary>
    public SearchMode Mode { get; }

    /// <summary>Encodes queries; null for BM25.</summary>
    public ITermEncoder? Encoder { get; }

    /// <summary>Why hybrid search has no encoder here and goes by words alone; null where it has one, or needs none.</summary>
    public string? Problem { get; private init; }

    /// <summary>Options for a search by this side.</summary>
    /// <param name="hits">How many hits are wanted: legs are fused as deep as that at least.</param>
    public SearchOptions Options(int hits) => new() { Mode = Mode, QueryEncoder = Encoder, Fusion = _fusion with { Depth = Math.Max(_fusion.Depth, hits) } };

    /// <summary>Resolves the options against an index.</summary>
    /// <param name="index">The index.</param>
    /// <param name="choice">What the user said.</param>
    /// <param name="mayFallBack">True to do without the encoder where it can't be opened: where hybrid search may go by words, and the user named
    /// neither mode nor model that need it. A run to be measured must not be by words when it says hybrid.</param>
    /// <returns>The query side; it owns its encoder.</returns>
    /// <exception cref="WrongInputException">The index can't be searched so.</exception>
    public static QuerySide Open(ISparseIndex index, QueryChoice choice, bool mayFallBack = false)
    {
        SearchMode mode = choice.Mode ?? (index.Encoder is null ? SearchMode.Bm25 : SearchMode.Hybrid);
        if (mode == SearchMode.Bm25)
        {
            return new QuerySide(mode, null, choice.Fusion);
        }

        if (index.Encoder is not { } identity)
        {
            throw new WrongInputException($"'{choice.Place}' was built with --encoder none and holds no vectors; search it with --mode bm25, or give it vectors: sparse upgrade");
        }

        try
        {
            return new QuerySide(mode, OpenEncoder(index, identity, choice), choice.Fusion);
        }
        catch (Exception error) when (mayFallBack && mode == SearchMode.Hybrid && choice.ModelFolder is null && error is not OutOfMemoryException)
        {
            return new QuerySide(mode, null, choice.Fusion) { Problem = $"The encoder of the index can't be opened ({Failure.OneLine(error)})" };
        }
    }

    private static ITermEncoder OpenEncoder(ISparseIndex index, EncoderIdentity identity, QueryChoice choice)
    {
        ToolMemory memory = choice.Place.Memory(index);
        bool isByTable = choice.Encoding == QueryEncoding.Idf
            || (choice.Encoding == QueryEncoding.Auto && EncoderChoice.HasQueryTable(choice.ModelFolder ?? memory.ModelFolder));
        return isByTable
            ? EncoderChoice.ForInferenceFreeQueries(identity, memory, choice.ModelFolder)
            : EncoderChoice.ForIndex(identity, memory, choice.ModelFolder, new EncoderSettings(memory.MaxTokens, null) { OwnTermsOnly = choice.Encoding == QueryEncoding.Lexical });
    }

    /// <inheritdoc/>
    public void Dispose() => Encoder?.Dispose();
}
