namespace Sparse.LuceneNet;

/// <summary>What <see cref="SparseIndex.Check()"/> found.</summary>
/// <param name="Documents">Live documents looked at.</param>
/// <param name="Postings">Sparse postings read, each with its impact.</param>
/// <param name="Problems">One sentence a problem; empty for a sound index.</param>
/// <param name="LuceneOutput">What Lucene's own CheckIndex printed.</param>
public sealed record CheckReport(int Documents, long Postings, IReadOnlyList<string> Problems, string LuceneOutput)
{
    /// <summary>True when no problem was found.</summary>
    public bool IsClean => Problems.Count == 0;
}
