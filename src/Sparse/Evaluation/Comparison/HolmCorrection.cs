namespace Sparse.Evaluation;

/// <summary>Holm's step-down correction (1979): p-values that stay honest when several comparisons are made at once.</summary>
public static class HolmCorrection
{
    /// <summary>Adjusts p-values; a comparison whose adjusted value is below α is significant at α for the whole family.</summary>
    /// <param name="pValues">One a comparison, each 0 to 1.</param>
    /// <returns>The adjusted values in the same order, each 0 to 1 and not below what it was.</returns>
    /// <exception cref="ArgumentException">A value is not in 0 to 1.</exception>
    public static double[] Adjust(IReadOnlyList<double> pValues)
    {
        ArgumentNullException.ThrowIfNull(pValues);
        if (pValues.Any(p => !(p is >= 0 and <= 1)))
        {
            throw new ArgumentException($"{pValues.First(p => !(p is >= 0 and <= 1))} is no p-value; expected 0 to 1.", nameof(pValues));
        }

        int[] order = [.. Enumerable.Range(0, pValues.Count).OrderBy(i => pValues[i])];
        var adjusted = new double[pValues.Count];
        double largest = 0;
        for (int place = 0; place < order.Length; place++)
        {
            largest = Math.Max(largest, Math.Min(1, (order.Length - place) * pValues[order[place]]));
            adjusted[order[place]] = largest;
        }

        return adjusted;
    }
}
