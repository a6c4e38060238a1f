namespace Sparse.Lab.Reproduction;

/// <summary>One collection searched one way.</summary>
internal sealed record Cell
{
    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>The way.</summary>
    public required string Way { get; init; }

    /// <summary>The measure's mean over the judged queries.</summary>
    public required double Score { get; init; }

    /// <summary>What was expected; null where nothing was.</summary>
    public required double? Expected { get; init; }

    /// <summary>Seconds for all of it: encoding where it was not cached, indexing, searching.</summary>
    public required double Seconds { get; init; }

    /// <summary>Of these, seconds of encoding.</summary>
    public required double EncodingSeconds { get; init; }

    /// <summary>Documents.</summary>
    public required int Documents { get; init; }

    /// <summary>Judged queries.</summary>
    public required int Queries { get; init; }

    /// <summary>Size of the index.</summary>
    public required long IndexBytes { get; init; }

    /// <summary>Products of weights that a query and a document have in common, in the mean over all pairs; null for words.</summary>
    public required double? Flops { get; init; }

    /// <summary>Mean milliseconds a query, one thread, the query's vector made before.</summary>
    public required double Latency { get; init; }

    /// <summary>95th percentile of that.</summary>
    public required double Latency95 { get; init; }

    /// <summary>Score less expected; 0 where nothing is expected.</summary>
    public double Difference => Score - (Expected ?? Score);

    /// <summary>True where the score lies outside its band.</summary>
    /// <param name="band">The band.</param>
    public bool IsOutside(double band) => Math.Abs(Difference) > band;
}
