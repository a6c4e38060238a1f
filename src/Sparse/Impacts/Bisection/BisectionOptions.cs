namespace Sparse.Impacts.Bisection;

/// <summary>How <see cref="GraphBisection"/> works; the defaults are the measured ones.</summary>
internal sealed record BisectionOptions
{
    /// <summary>Documents in a leaf, ≥ 1: the smallest block whose bounds shall be tight. Splits fall on multiples of it.</summary>
    public int LeafSize { get; init; } = 32;

    /// <summary>Rounds of exchanges at most a split, ≥ 0.</summary>
    public int MaxRounds { get; init; } = 20;

    /// <summary>Terms in fewer documents of the whole are ignored, ≥ 1. One document's own term never matters.</summary>
    public int MinDocFrequency { get; init; } = 2;

    /// <summary>Null starts from the input's order; a number from that seed's shuffle of it.</summary>
    public int? Seed { get; init; }

    /// <summary>Threads at most, ≥ 1. The order is the same for each number.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
