namespace Sparse.Reranking;

/// <summary>Scores passages against a query, better and more slowly than the search that found them. Implementations are safe for concurrent use.</summary>
public interface IReranker : IDisposable
{
    /// <summary>A name for people.</summary>
    string Name { get; }

    /// <summary>Scores passages.</summary>
    /// <param name="query">The query.</param>
    /// <param name="passages">The passages; of one that is too long the end is not read.</param>
    /// <param name="cancellationToken">Stops between runs of the model.</param>
    /// <returns>[passages] scores, finite; larger is better. A passage's score does not depend on the others beyond float rounding.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    float[] Score(string query, IReadOnlyList<string> passages, CancellationToken cancellationToken = default);
}
