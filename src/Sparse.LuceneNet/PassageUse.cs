namespace Sparse.LuceneNet;

/// <summary>What becomes of the passages that a long text is cut into.</summary>
public enum PassageUse
{
    /// <summary>
    /// Each passage has a vector of its own, and a document scores as its best one does (MaxP; Dai and Callan, arXiv:1905.09217).
    /// Hits say which passage it was.
    /// </summary>
    Keep,

    /// <summary>The document has one vector: of each term the largest weight of its passages. Fewer postings, and no passage to point to.</summary>
    Merge,
}
