namespace Sparse.OpenSearch;

/// <summary>What a push did.</summary>
/// <param name="Name">Name of the remote index.</param>
/// <param name="Sent">Documents that were sent.</param>
/// <param name="Unchanged">Documents that were there already.</param>
/// <param name="Deleted">Documents that were there and are no more.</param>
/// <param name="Shards">Primary shards.</param>
public sealed record PushReport(string Name, long Sent, long Unchanged, long Deleted, int Shards);
