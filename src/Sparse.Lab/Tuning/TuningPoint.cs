using System.Globalization;
using Sparse.Vectors;

namespace Sparse.Lab.Tuning;

/// <summary>What is kept of vectors, and in how many bits.</summary>
internal sealed record PruneSetting
{
    /// <summary>The most terms; null for all.</summary>
    public int? Terms { get; init; }

    /// <summary>Terms from this share of the largest weight on; 0 for all.</summary>
    public double Ratio { get; init; }

    /// <summary>The heaviest terms up to this share of the sum; 1 for all.</summary>
    public double Mass { get; init; } = 1;

    /// <summary>Bits of an impact, 1 to 8: with fewer, more light terms round to 0 and are left out.</summary>
    public int Bits { get; init; } = 8;

    /// <summary>The same as options.</summary>
    internal PruningOptions ToOptions() => new() { KeepTerms = Terms ?? int.MaxValue, KeepFromShareOfMaximum = Ratio, KeepShareOfMass = Mass };

    /// <summary>The weight of impact 255, so that the largest of an encoder has the largest impact of these bits.</summary>
    /// <param name="encoderMaximum">The encoder's largest weight.</param>
    internal float MaxWeight(float encoderMaximum) => encoderMaximum * ImpactQuantizer.MaxImpact / ((1 << Bits) - 1);

    /// <inheritdoc/>
    public override string ToString()
    {
        string[] parts = [.. new[]
        {
            Terms is { } terms ? $"{terms} terms" : "",
            Ratio > 0 ? string.Create(CultureInfo.InvariantCulture, $"from {Ratio:0.##} of the maximum") : "",
            Mass < 1 ? string.Create(CultureInfo.InvariantCulture, $"{Mass:0.##} of the mass") : "",
            Bits < 8 ? $"{Bits} bits" : "",
        }.Where(part => part.Length > 0)];
        return parts.Length == 0 ? "everything" : string.Join(", ", parts);
    }
}

/// <summary>A setting and what it costs and brings.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Score">nDCG@10.</param>
/// <param name="Bytes">Bytes of the index; of a sample, times its share of the whole.</param>
/// <param name="Postings">Postings a document.</param>
/// <param name="Latency">Mean milliseconds a query.</param>
/// <param name="Latency95">95th percentile of that.</param>
internal sealed record TuningPoint(PruneSetting Setting, double Score, long Bytes, double Postings, double Latency, double Latency95);
