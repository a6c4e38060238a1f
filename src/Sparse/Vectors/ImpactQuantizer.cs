namespace Sparse.Vectors;

/// <summary>Rounds weights to 8-bit impacts with one scale for a whole field, so that segments merge without loss.</summary>
public sealed class ImpactQuantizer
{
    /// <summary>The largest impact.</summary>
    public const int MaxImpact = 255;

    /// <summary>Makes a quantiser.</summary>
    /// <param name="scale">Weight of one impact step; finite and &gt; 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not finite and positive.</exception>
    public ImpactQuantizer(float scale)
    {
        if (!(scale > 0) || float.IsPositiveInfinity(scale))
        {
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale of a sparse field must be finite and positive.");
        }

        Scale = scale;
    }

    /// <summary>Weight of one impact step.</summary>
    public float Scale { get; }

    /// <summary>The quantiser whose impact 255 stands for the given weight.</summary>
    /// <param name="maxWeight">The largest weight to tell apart; finite and &gt; 0.</param>
    /// <returns>The quantiser.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not finite and positive, or so small that a step of it is not a float.</exception>
    public static ImpactQuantizer ForMaxWeight(float maxWeight) =>
        maxWeight / MaxImpact > 0 && !float.IsPositiveInfinity(maxWeight)
            ? new ImpactQuantizer(maxWeight / MaxImpact)
            : throw new ArgumentOutOfRangeException(
                nameof(maxWeight), maxWeight, "The largest weight of a sparse field must be finite, positive and not below 1e-40.");

    /// <summary>The impact nearest to a weight; halves round to even, weights past the range saturate at 255.</summary>
    /// <param name="weight">Finite and ≥ 0.</param>
    /// <returns>0 to 255; 0 means that the term is left out.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not a number or negative.</exception>
    public byte Quantize(float weight) => weight >= 0
        ? (byte)Math.Min(MathF.Round(weight / Scale), MaxImpact)
        : throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight must be 0 or more.");

    /// <summary>Quantises a vector; terms whose impact rounds to 0 are left out.</summary>
    /// <param name="vector">The weights.</param>
    /// <param name="saturated">How many weights lay past the range and became 255.</param>
    /// <returns>The impacts.</returns>
    public ImpactVector Quantize(TermVector vector, out int saturated)
    {
        ArgumentNullException.ThrowIfNull(vector);
        var terms = new int[vector.Count];
        var impacts = new byte[vector.Count];
        int count = 0;
        saturated = 0;
        for (int i = 0; i < terms.Length; i++)
        {
            byte impact = Quantize(vector.Weights[i]);
            if (impact == 0)
            {
                continue;
            }

            if (MathF.Round(vector.Weights[i] / Scale) > MaxImpact)
            {
                saturated++;
            }

            terms[count] = vector.Terms[i];
            impacts[count++] = impact;
        }

        return new ImpactVector(terms[..count], impacts[..count]);
    }
}
