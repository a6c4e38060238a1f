using System.Globalization;

namespace Sparse.Fusion;

/// <summary>What calibrated scores mean in one index: fitted on sample queries, kept in the index.</summary>
/// <remarks>
/// Calibrated sums are shares of what a query could score at most; how large a good share is depends on the texts and the model. The
/// scale moves them so that 0 is what a document scores that only happens to match, and 1 what the document scores that a query was
/// taken from. One map for all hits of an index: it changes no order, and a threshold set once goes on meaning the same.
/// </remarks>
/// <param name="Queries">Sample queries that it was fitted on; 0 for none, which leaves scores as they are.</param>
/// <param name="Background">Mean sum of the last document of the fused ranking of a sample query.</param>
/// <param name="Best">Mean sum of the document that the sample query was taken from; above <paramref name="Background"/>.</param>
public sealed record FusionCalibration(int Queries, double Background, double Best)
{
    /// <summary>Sums as they are.</summary>
    public static FusionCalibration None { get; } = new(0, 0, 1);

    /// <summary>Fits the scale.</summary>
    /// <param name="background">Sums of documents that only happen to match, one a sample query.</param>
    /// <param name="best">Sums of the documents that the queries were taken from.</param>
    /// <returns>The scale; <see cref="None"/> where the two can't be told apart.</returns>
    public static FusionCalibration Fit(IReadOnlyList<double> background, IReadOnlyList<double> best)
    {
        ArgumentNullException.ThrowIfNull(background);
        ArgumentNullException.ThrowIfNull(best);
        if (background.Count == 0 || best.Count == 0)
        {
            return None;
        }

        var fitted = new FusionCalibration(best.Count, background.Average(), best.Average());
        return fitted.Best > fitted.Background ? fitted : None;
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">Three numbers, parted by blanks.</param>
    /// <returns>The calibration; null where the text is none.</returns>
    public static FusionCalibration? TryParse(string? text)
    {
        string[] parts = text?.Split(' ') ?? [];
        return parts.Length == 3
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int queries)
            && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double background)
            && double.TryParse(parts[2], NumberStyles.Float, CultureInfo.InvariantCulture, out double best)
            && double.IsFinite(background) && double.IsFinite(best) && best > background
            ? new(queries, background, best)
            : null;
    }

    /// <summary>The score of a sum.</summary>
    /// <param name="sum">A calibrated sum.</param>
    public double Score(double sum) => (sum - Background) / (Best - Background);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Queries} {Background:R} {Best:R}");
}
