using Sparse.LuceneNet;

namespace Sparse.OpenSearch;

/// <summary>Options of an <see cref="OpenSearchIndex"/>.</summary>
public sealed record OpenSearchOptions
{
    /// <summary>Fields, language, passages and scale, as for a local index. Used on creation, but for pruning and chunker.</summary>
    public SparseIndexOptions Index { get; init; } = new();

    /// <summary>Primary shards of a new index, ≥ 1; null: 1, or what the index had when it was made last.</summary>
    public int? Shards { get; init; }

    /// <summary>Copies of each shard beside the primary, ≥ 0; null: 1, or what the index had when it was made last.</summary>
    public int? Replicas { get; init; }

    /// <summary>An API key as the server gave it; null: the environment's SPARSE_API_KEY, if any.</summary>
    public string? ApiKey { get; init; }

    /// <summary>A user for basic authentication; null: the environment's SPARSE_USER, if any.</summary>
    public string? User { get; init; }

    /// <summary>The user's password; null: the environment's SPARSE_PASSWORD.</summary>
    public string? Password { get; init; }

    /// <summary>How long one request may take; 100 seconds, more than a cluster waits for a lost shard.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>How often a request that the cluster could not take is tried again, ≥ 0; 8 by default: waits double from .2 to 10 seconds, half a minute altogether.</summary>
    public int Retries { get; init; } = 8;

    /// <summary>Bulk requests under way at once, ≥ 1.</summary>
    public int Connections { get; init; } = 4;
}
