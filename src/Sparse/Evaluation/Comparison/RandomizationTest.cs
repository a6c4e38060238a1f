using System.Numerics;

namespace Sparse.Evaluation;

/// <summary>Fisher's randomisation test on differences by query, two-sided: how often is a mean this far from 0 when each sign falls by chance?</summary>
/// <remarks>
/// Smucker, Allan and Carterette, 2007. It assumes no distribution. Up to 2²⁰ choices of signs are all tried; beyond that they are
/// drawn by a seeded generator of our own, so that a p-value is the same on every machine and .NET version.
/// </remarks>
public static class RandomizationTest
{
    private const int MostExhaustive = 20;

    /// <summary>The p-value.</summary>
    /// <param name="differences">One finite difference a query, at least one; queries without difference change nothing.</param>
    /// <param name="seed">Of the draws.</param>
    /// <param name="samples">Draws, ≥ 1, where not all choices are tried; the smallest p-value is then 1 / (samples + 1).</param>
    /// <returns>Above 0, up to 1.</returns>
    /// <exception cref="ArgumentException">There is no difference, one is not finite, or there are no draws.</exception>
    public static double PValue(ReadOnlySpan<double> differences, ulong seed = 1, int samples = 100_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        if (differences.IsEmpty)
        {
            throw new ArgumentException("There are no differences; expected one a query.", nameof(differences));
        }

        var moved = new List<double>(differences.Length);
        foreach (double difference in differences)
        {
            if (!double.IsFinite(difference))
            {
                throw new ArgumentException($"Difference {difference} is not finite.", nameof(differences));
            }

            if (difference != 0)
            {
                moved.Add(difference);
            }
        }

        double[] values = [.. moved];
        return values.Length == 0 ? 1 : values.Length <= MostExhaustive ? Exhaustive(values) : Sampled(values, seed, samples);
    }

    /// <summary>All choices of signs, one sign changed at a time (Gray code).</summary>
    internal static double Exhaustive(double[] values)
    {
        double sum = values.Sum();
        double observed = Threshold(values);
        bool[] isNegative = new bool[values.Length];
        long extreme = 0;
        long choices = 1L << values.Length;
        for (long i = 1; i <= choices; i++)
        {
            extreme += Math.Abs(sum) >= observed ? 1 : 0;
            int next = BitOperations.TrailingZeroCount(i);
            if (next < values.Length)
            {
                sum += isNegative[next] ? 2 * values[next] : -2 * values[next];
                isNegative[next] = !isNegative[next];
            }
        }

        return (double)extreme / choices;
    }

    /// <summary>Signs by chance; the observed choice counts as one of them.</summary>
    internal static double Sampled(double[] values, ulong seed, int samples)
    {
        double observed = Threshold(values);
        ulong state = seed;
        int extreme = 0;
        for (int sample = 0; sample < samples; sample++)
        {
            double sum = 0;
            ulong signs = 0;
            for (int i = 0; i < values.Length; i++)
            {
                signs = i % 64 == 0 ? Next(ref state) : signs >> 1;
                sum += BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(values[i]) ^ unchecked((long)(signs << 63)));
            }

            extreme += Math.Abs(sum) >= observed ? 1 : 0;
        }

        return (extreme + 1.0) / (samples + 1.0);
    }

    // Sums of the same numbers in another order or with other signs differ in their last bits.
    private static double Threshold(double[] values) => Math.Abs(values.Sum()) - (1e-12 * values.Sum(Math.Abs));

    // SplitMix64, Steele, Lea and Flood, 2014.
    private static ulong Next(ref ulong state)
    {
        unchecked
        {
            ulong mixed = state += 0x9E3779B97F4A7C15;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }
}
