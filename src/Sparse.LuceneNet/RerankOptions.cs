using Sparse.Reranking;

namespace Sparse.LuceneNet;

/// <summary>How the best hits of a search are put in a better order.</summary>
/// <param name="Reranker">Scores them; stays the caller's.</param>
public sealed record RerankOptions(IReranker Reranker)
{
    /// <summary>Hits to rerank, ≥ 1; those behind them keep their order.</summary>
    public int Top { get; init; } = 50;

    /// <summary>Hits that are scored at a time, ≥ 1: time is looked at in between.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>How long it may take, &gt; 0; the hits that are not scored by then keep their order behind those that are. Null: as long as it takes.</summary>
    public TimeSpan? Budget { get; init; }
}
