namespace Sparse.Evaluation;

/// <summary>Student's t distribution with whole degrees of freedom: finite sums, no gamma function (Abramowitz and Stegun 26.7.3, 26.7.4).</summary>
internal static class StudentT
{
    /// <summary>Probability that |T| is at least <paramref name="t"/>.</summary>
    /// <param name="t">At least 0; infinity gives 0.</param>
    /// <param name="freedom">Degrees of freedom, ≥ 1.</param>
    internal static double TwoSided(double t, int freedom)
    {
        double angle = Math.Atan(t / Math.Sqrt(freedom));
        double cosine = Math.Cos(angle);
        bool isOdd = freedom % 2 == 1;
        double term = isOdd ? cosine : 1;
        double sum = freedom == 1 ? 0 : term;
        for (int i = isOdd ? 3 : 2; i <= freedom - 2; i += 2)
        {
            term *= cosine * cosine * (i - 1) / i;
            sum += term;
        }

        double inside = isOdd ? 2 / Math.PI * (angle + (Math.Sin(angle) * sum)) : Math.Sin(angle) * sum;
        return Math.Clamp(1 - inside, 0, 1);
    }

    /// <summary>The t beyond which, on both sides together, <paramref name="probability"/> lies.</summary>
    /// <param name="probability">Above 0, below 1.</param>
    /// <param name="freedom">Degrees of freedom, ≥ 1.</param>
    internal static double Quantile(double probability, int freedom)
    {
        double high = 1;
        while (TwoSided(high, freedom) > probability)
        {
            high *= 2;
        }

        double low = 0;
        for (int halvings = 0; halvings < 100; halvings++)
        {
            double middle = (low + high) / 2;
            (low, high) = TwoSided(middle, freedom) > probability ? (middle, high) : (low, middle);
        }

        return high;
    }
}
