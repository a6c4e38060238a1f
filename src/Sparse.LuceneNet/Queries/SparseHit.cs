namespace Sparse.LuceneNet.Queries;

/// <summary>A hit of <see cref="SparseSearcher"/>.</summary>
/// <param name="Doc">Document number in the reader, ≥ 0.</param>
/// <param name="Score">Score with the query's boost, the same float as a stock searcher's.</param>
public readonly record struct SparseHit(int Doc, float Score);
