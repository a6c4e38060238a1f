namespace Sparse.LuceneNet;

/// <summary>What a further field of documents is for.</summary>
public enum FieldKind
{
    /// <summary>Exact values, one or several: filters by = and in, facets, sorting. A JSON array of strings stands for several.</summary>
    Keyword,

    /// <summary>A finite decimal number (a double): filters by range, facets, sorting.</summary>
    Number,

    /// <summary>A point in time to the millisecond, ISO 8601, UTC where it says nothing else: filters by range, facets by year, sorting. "2020" and "2020-05" stand for their first instant.</summary>
    Date,

    /// <summary>Words of its own for BM25: <see cref="SearchOptions.FieldBoosts"/>, and "name:word" in Lucene's syntax.</summary>
    Text,
}

/// <summary>A further field that is searched, filtered, counted or sorted by; all others are stored only.</summary>
/// <param name="Name">Letters, digits, '_', '-' and '.', from a letter or '_' on; none of <see cref="SparseFields"/>, and not and, or, not, in.</param>
/// <param name="Kind">What it is for.</param>
public sealed record IndexField(string Name, FieldKind Kind);
