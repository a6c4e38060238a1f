namespace Sparse.Evaluation;

/// <summary>Student's t-test on differences by query, two-sided, and the confidence interval of their mean that belongs to it.</summary>
public static class PairedTTest
{
    /// <summary>How likely a mean at least this far from 0 would be if the true one were 0.</summary>
    /// <param name="differences">One finite difference a query, queries without difference included; at least one.</param>
    /// <returns>0 to 1; 1 for a single query or where all differences are 0.</returns>
    /// <exception cref="ArgumentException">There is no difference, or one is not finite.</exception>
    public static double PValue(ReadOnlySpan<double> differences)
    {
        (double mean, double error) = MeanAndError(differences);
        return differences.Length == 1 || mean == 0 ? 1 : StudentT.TwoSided(Math.Abs(mean) / error, differences.Length - 1);
    }

    /// <summary>The mean and its confidence interval, mean ± t · standard error.</summary>
    /// <param name="values">One finite value (or difference) a query, at least one.</param>
    /// <param name="confidence">Above 0, below 1.</param>
    /// <returns>The interval; unbounded for a single value.</returns>
    /// <exception cref="ArgumentException">There is no value, one is not finite, or the confidence is out of its range.</exception>
    public static MeanInterval Interval(ReadOnlySpan<double> values, double confidence = 0.95)
    {
        if (!(confidence is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies between 0 and 1, both excluded.");
        }

        (double mean, double error) = MeanAndError(values);
        if (values.Length == 1)
        {
            return new MeanInterval(mean, double.NegativeInfinity, double.PositiveInfinity);
        }

        double reach = StudentT.Quantile(1 - confidence, values.Length - 1) * error;
        return new MeanInterval(mean, mean - reach, mean + reach);
    }

    private static (double Mean, double Error) MeanAndError(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
        {
            throw new ArgumentException("There are no values; expected one a query.", nameof(values));
        }

        double sum = 0;
        foreach (double value in values)
        {
            sum += double.IsFinite(value) ? value : throw new ArgumentException($"{value} is not finite.", nameof(values));
        }

        double mean = sum / values.Length;
        double squares = 0;
        foreach (double value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        return (mean, Math.Sqrt(squares / Math.Max(1, values.Length - 1) / values.Length));
    }
}
