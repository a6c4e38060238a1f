namespace Sparse.LuceneNet;

/// <summary>Names of the Lucene fields that <see cref="SparseIndex"/> writes.</summary>
public static class SparseFields
{
    /// <summary>The document's own id: indexed as one term, stored, and a column of binary doc values.</summary>
    public const string Id = "id";

    /// <summary>The title: stored, and indexed for BM25 by itself.</summary>
    public const string Title = "title";

    /// <summary>The text: title and text indexed for BM25, the text alone stored.</summary>
    public const string Text = "text";

    /// <summary>The term vector: impacts, not stored.</summary>
    public const string Sparse = "sparse";
}
