namespace Sparse.Server;

/// <summary>A request that can't be done as it is.</summary>
/// <param name="status">HTTP status, 4xx or 503.</param>
/// <param name="sentence">What is wrong and what to do.</param>
internal sealed class RequestException(int status, string sentence) : Exception(sentence)
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;
}
