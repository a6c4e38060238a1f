namespace Sparse.LuceneNet.Explaining;

/// <summary>Explains the hits of one query.</summary>
internal interface IHitExplainer
{
    /// <summary>Explains a hit.</summary>
    /// <param name="doc">Lucene's number of what was found.</param>
    /// <param name="document">The document as it is stored.</param>
    /// <returns>The explanation, and the stretches of <see cref="SparseDocument.FullText"/> that speak for its terms, by their number in it.</returns>
    (HitExplanation Explanation, List<Mark> Marks) Explain(int doc, SparseDocument document);
}
