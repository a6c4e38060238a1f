using Sparse.Fusion;
using Sparse.Vectors;

namespace Sparse.LuceneNet;

/// <summary>How a query is matched with documents.</summary>
public enum SearchMode
{
    /// <summary>The dot product of the query's and the document's term vectors, exact over the stored impacts.</summary>
    Sparse,

    /// <summary>Okapi BM25 over the words of title and text.</summary>
    Bm25,

    /// <summary>Both side by side, their scores fused.</summary>
    Hybrid,
}

/// <summary>Options of one search.</summary>
public sealed record SearchOptions
{
    /// <summary>The mode; null: sparse where the index holds vectors and an encoder is at hand, else BM25.</summary>
    public SearchMode? Mode { get; init; }

    /// <summary>Encodes the query in place of the index's encoder: the same model, or an inference-free encoder of the same vocabulary.</summary>
    public ITermEncoder? QueryEncoder { get; init; }

    /// <summary>Leaves the document with this id out of the hits (BEIR: the query's own id); null leaves none out.</summary>
    public string? ExcludeId { get; init; }

    /// <summary>True (default) to read title, text and further fields of each hit; false for ids and scores alone.</summary>
    public bool WithStoredFields { get; init; } = true;

    /// <summary>Hits to leave out at the front, ≥ 0: 20 with k = 10 gives hits 21 to 30 of the one ranking that all pages are cut from.</summary>
    public int Skip { get; init; }

    /// <summary>Hybrid: how scores are fused; null for the defaults.</summary>
    public FusionOptions? Fusion { get; init; }

    /// <summary>Hybrid: the query's vector, made before by the query encoder; null to have it made now.</summary>
    public TermVector? QueryVector { get; init; }

    /// <summary>Hybrid: rankings made elsewhere, fused with the index's own legs.</summary>
    public IReadOnlyList<OutsideLeg> OutsideLegs { get; init; } = [];
}
