namespace Sparse.Vectors;

/// <summary>Rounds a query's weights to integers so that every score is an integer below 2²⁴ times a power of two.</summary>
/// <remarks>
/// The scale of a score is the field's scale times the step of the query weights. The step is ours to choose, so it is chosen
/// to make that product a power of two: then int32 score × 2^exponent is a float without rounding, order and ties are the same
/// in integers, in floats and through Lucene's float scores, and scores of different segments and fields compare exactly.
/// It costs at most one bit of the query weights' precision.
/// </remarks>
public static class QueryQuantizer
{
    /// <summary>The largest sum of quantised query weights: 255 × 65,793 = 2²⁴ − 1.</summary>
    public const int MaxWeightSum = 65_793;

    // Between these every int below 2^24 times 2^exponent is a finite float without rounding: 2^-149 is the smallest float,
    // and (2^24 - 1) x 2^104 the largest.
    private const int MinExponent = -149;
    private const int MaxExponent = 104;

    /// <summary>Quantises the weights of one query against one field.</summary>
    /// <param name="weights">Query weights, finite and &gt; 0; all of the query's, found in the index or not, so that the result depends on the query alone.</param>
    /// <param name="fieldScale">Weight of one impact step of the field; finite and &gt; 0.</param>
    /// <param name="quantized">Overwritten, as long as <paramref name="weights"/>: 0 to 65,535, their sum ≤ 65,793. 0 means the term adds nothing: too light beside the others, or below 1e-45 altogether.</param>
    /// <returns>exponent, -149 to 104: score in weights ≈ Σ quantised × impact × 2^exponent, a finite float without rounding.</returns>
    /// <exception cref="ArgumentException">The lengths differ, a weight or the scale is not finite and positive, or the weights' sum is so large that scores would be beyond floats.</exception>
    public static int Quantize(ReadOnlySpan<float> weights, float fieldScale, Span<ushort> quantized)
    {
        if (weights.Length != quantized.Length)
        {
            throw new ArgumentException($"{weights.Length} weights need {weights.Length} places, not {quantized.Length}.", nameof(quantized));
        }

        if (!(fieldScale > 0) || float.IsPositiveInfinity(fieldScale))
        {
            throw new ArgumentException($"Field scale {fieldScale} is not finite and positive.", nameof(fieldScale));
        }

        double sum = 0;
        foreach (float weight in weights)
        {
            if (!(weight > 0) || float.IsPositiveInfinity(weight))
            {
                throw new ArgumentException($"Query weight {weight} is not finite and positive.", nameof(weights));
            }

            sum += weight;
        }

        if (weights.Length == 0)
        {
            return 0;
        }

        int exponent = Math.Max(MinExponent, Math.ILogB(sum * fieldScale / MaxWeightSum));
        while (!TryQuantize(weights, fieldScale, exponent, quantized))
        {
            exponent++;
        }

        return exponent <= MaxExponent
            ? exponent
            : throw new ArgumentException(
                $"The query weights sum to {sum:g3}; with field scale {fieldScale:g3} scores would be beyond the range of floats. Use smaller weights.", nameof(weights));
    }

    private static bool TryQuantize(ReadOnlySpan<float> weights, float fieldScale, int exponent, Span<ushort> quantized)
    {
        int sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double rounded = Math.Round(Math.ScaleB((double)weights[i] * fieldScale, -exponent));
            if (rounded > ushort.MaxValue)
            {
                return false;
            }

            quantized[i] = (ushort)rounded;
            sum += quantized[i];
        }

        return sum <= MaxWeightSum;
    }
}
