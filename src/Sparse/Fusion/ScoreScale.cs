namespace Sparse.Fusion;

/// <summary>A linear map from a leg's scores to a scale that other legs share.</summary>
/// <param name="Zero">The score that becomes 0.</param>
/// <param name="Unit">The difference that becomes 1, &gt; 0.</param>
/// <param name="Least">The least normalised score.</param>
internal readonly record struct ScoreScale(double Zero, double Unit, double Least = double.NegativeInfinity)
{
    /// <summary>The normalised score.</summary>
    public double this[double score] => Math.Max(Least, (score - Zero) / Unit);

    /// <summary>The scale of a leg.</summary>
    /// <param name="leg">The leg.</param>
    /// <param name="options">The method and its floor.</param>
    public static ScoreScale Of(FusionLeg leg, FusionOptions options) => options.Method switch
    {
        FusionMethod.Calibrated => new(0, leg.Evidence.Bound > 0 ? leg.Evidence.Bound : 1),
        FusionMethod.MinMax => MinMax(leg.Ranking, options.MinMaxFloor),
        FusionMethod.ZScore => Z(leg.Ranking),
        FusionMethod.L2 => new(0, NotZero(Math.Sqrt(leg.Ranking.Sum(hit => hit.Score * hit.Score)))),
        _ => new(0, 1),
    };

    // A lone hit, or hits that are all alike, are all the best: 1, as everywhere (OpenSearch, Anserini).
    private static ScoreScale MinMax(IReadOnlyList<LegHit> ranking, double floor)
    {
        if (ranking.Count == 0)
        {
            return new(0, 1, floor);
        }

        double best = ranking[0].Score, range = best - ranking[^1].Score;
        return range > 0 ? new(ranking[^1].Score, range, floor) : new(best - 1, 1, floor);
    }

    private static ScoreScale Z(IReadOnlyList<LegHit> ranking)
    {
        if (ranking.Count == 0)
        {
            return new(0, 1);
        }

        double mean = ranking.Average(hit => hit.Score);
        return new(mean, NotZero(Math.Sqrt(ranking.Average(hit => (hit.Score - mean) * (hit.Score - mean)))));
    }

    private static double NotZero(double unit) => unit > 0 ? unit : 1;
}
