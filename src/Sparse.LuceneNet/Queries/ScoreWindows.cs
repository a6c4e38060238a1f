namespace Sparse.LuceneNet.Queries;

/// <summary>The integer scores of one segment's documents in one query, window after window of documents. For one thread.</summary>
/// <param name="documents">Documents of the segment.</param>
/// <param name="postings">Postings of the query's terms: what reading everything costs.</param>
internal abstract class ScoreWindows(int documents, long postings)
{
    /// <summary>Documents of the segment.</summary>
    public int Documents => documents;

    /// <summary>Postings of the query's terms.</summary>
    public long Postings => postings;

    /// <summary>The window's first document.</summary>
    public int Start { get; protected set; }

    /// <summary>The document after the window's last; 0 before the first window.</summary>
    public int End { get; protected set; }

    /// <summary>[End − Start and more] scores of the window's documents; 0 for those without a term of the query. Valid until the next window.</summary>
    public int[] Scores { get; protected set; } = [];

    /// <summary>Goes to the first window that ends after a document; no document between that and the window's start has a score.</summary>
    /// <param name="target">A document at or after <see cref="End"/>.</param>
    /// <param name="all">True when every document is asked for from here on, one after the other.</param>
    /// <returns>False when no document at or after the target has a score; then there is no window any more.</returns>
    public abstract bool MoveTo(int target, bool all);
}
