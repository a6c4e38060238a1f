using Sparse.Vectors;

namespace Sparse.LuceneNet.Impacts;

/// <summary>What the segments of one sparse field remember: how impacts translate to weights, and who made them.</summary>
/// <remarks>Two formats are equal when scale and encoder are; only segments of equal formats merge or are searched together.</remarks>
public sealed record SparseFieldFormat
{
    /// <summary>Describes a sparse field.</summary>
    /// <param name="scale">Weight of one impact step, see <see cref="ImpactQuantizer.Scale"/>; finite and &gt; 0.</param>
    /// <param name="encoder">The encoder of the documents, or null for vectors of the caller's own making.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not finite and positive.</exception>
    public SparseFieldFormat(float scale, EncoderIdentity? encoder = null)
    {
        if (!(scale > 0) || float.IsPositiveInfinity(scale))
        {
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale of a sparse field must be finite and positive.");
        }

        Scale = scale;
        Encoder = encoder;
    }

    /// <summary>Weight of one impact step.</summary>
    public float Scale { get; }

    /// <summary>The encoder of the documents, or null for vectors of the caller's own making.</summary>
    public EncoderIdentity? Encoder { get; }

    /// <summary>True when impacts of both mean the same: equal scales and equal encoder fingerprints.</summary>
    /// <param name="other">Another field's format, or the same field's in another segment.</param>
    /// <returns>False when merging or searching them together would mix scales or models.</returns>
    internal bool IsCompatibleWith(SparseFieldFormat other) =>
        Scale.Equals(other.Scale) && Encoder?.Fingerprint == other.Encoder?.Fingerprint;

    /// <summary>Scale and encoder for messages.</summary>
    /// <returns>Such as "scale 0.0117, encoder 'splade-tiny' (0123456789abcdef)".</returns>
    internal string Describe() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"scale {Scale:R}, {(Encoder is null ? "no encoder" : $"encoder '{Encoder.Name}' ({Encoder.Fingerprint})")}");
}
