using Sparse.Vectors;

namespace Sparse.LuceneNet;

/// <summary>How a query is matched with documents.</summary>
public enum SearchMode
{
    /// <summary>The dot product of the query's and the document's term vectors, exact over the stored impacts.</summary>
    Sparse,

    /// <summary>Okapi BM25 over the words of title and text.</summary>
    Bm25,
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
}
