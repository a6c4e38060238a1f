namespace Sparse.Server;

/// <summary>Where a server listens, and what it lets a request ask for.</summary>
internal sealed record ServerOptions
{
    /// <summary>Addresses, http alone: TLS is a reverse proxy's.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:8080"];

    /// <summary>The keys that requests must show; null for none, then the server answers on loopback alone.</summary>
    public ApiKeys? Keys { get; init; }

    /// <summary>Where traces go: a collector that takes OTLP over HTTP, http://HOST:4318; null for nowhere.</summary>
    public Uri? Traces { get; init; }

    /// <summary>Most bytes of a request's body.</summary>
    public int MaxBodyBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Most operations of one bulk request.</summary>
    public int MaxOperations { get; init; } = 10_000;

    /// <summary>The last rank that a page of hits may reach.</summary>
    public int MaxDepth { get; init; } = 1_000;

    /// <summary>Most hits that one request may have explained or highlighted: the model reads each of their texts again.</summary>
    public int MaxExplained { get; init; } = 100;

    /// <summary>Most fields to count or sort by.</summary>
    public int MaxFields { get; init; } = 16;

    /// <summary>Most UTF-16 units of a query, and of a filter.</summary>
    public int MaxQueryCharacters { get; init; } = 2_000;

    /// <summary>Searches that run at a time; as many again wait four times over, and the next ones get 429.</summary>
    public int MaxConcurrent { get; init; } = 2 * Environment.ProcessorCount;

    /// <summary>Changes that run at a time, beside searches and not behind them; as many again wait eight times over, and the next ones get 429.</summary>
    public int MaxConcurrentChanges { get; init; } = Environment.ProcessorCount;

    /// <summary>How long a search waits for the query's encoder before it goes on by words.</summary>
    public TimeSpan EncoderBudget { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest time of a search.</summary>
    public TimeSpan SearchTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time of a change, encoding included.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromMinutes(2);
}
