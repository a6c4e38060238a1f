namespace Sparse.Evaluation;

/// <summary>How alike two rankings are, whatever is relevant: rank-biased overlap, extrapolated (Webber, Moffat and Zobel, 2010, equation 32).</summary>
/// <remarks>1 for equal rankings, 0 for disjoint ones; what is seen is taken to go on below the last rank. Rankings may differ in length.</remarks>
public static class RankBiasedOverlap
{
    /// <summary>Overlap of two rankings.</summary>
    /// <param name="left">Documents, best first, each once.</param>
    /// <param name="right">Likewise.</param>
    /// <param name="persistence">Weight of a rank relative to the one before, above 0, below 1; .9 puts 86 % of the weight on the first 10.</param>
    /// <returns>0 to 1; two empty rankings are equal.</returns>
    public static double Between(IReadOnlyList<RunEntry> left, IReadOnlyList<RunEntry> right, double persistence = 0.9)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (!(persistence is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(persistence), persistence, "The persistence lies between 0 and 1, both excluded.");
        }

        (IReadOnlyList<RunEntry> shorter, IReadOnlyList<RunEntry> longer) = left.Count <= right.Count ? (left, right) : (right, left);
        if (shorter.Count == 0)
        {
            return longer.Count == 0 ? 1 : 0;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        int shared = 0, sharedOfShorter = 0;
        double sum = 0, weight = 1;
        for (int depth = 1; depth <= longer.Count; depth++)
        {
            // A document is shared from the rank on at which both rankings have shown it.
            shared += seen.Add(longer[depth - 1].DocumentId) ? 0 : 1;
            if (depth <= shorter.Count)
            {
                shared += seen.Add(shorter[depth - 1].DocumentId) ? 0 : 1;
                sharedOfShorter = shared;
            }

            weight *= persistence;
            double beyond = depth <= shorter.Count ? 0 : (double)sharedOfShorter * (depth - shorter.Count) / shorter.Count;
            sum += (shared + beyond) / depth * weight;
        }

        double rest = ((double)(shared - sharedOfShorter) / longer.Count) + ((double)sharedOfShorter / shorter.Count);
        return Math.Clamp(((1 - persistence) / persistence * sum) + (rest * weight), 0, 1);
    }

    /// <summary>Mean over all queries of either run; a query that one of them lacks counts as 0.</summary>
    /// <param name="left">A run with at least one query, unless the other has one.</param>
    /// <param name="right">Likewise.</param>
    /// <param name="persistence">As above.</param>
    /// <returns>0 to 1.</returns>
    /// <exception cref="ArgumentException">Neither run has a query.</exception>
    public static double MeanBetween(TrecRun left, TrecRun right, double persistence = 0.9)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        string[] queries = [.. left.QueryIds.Union(right.QueryIds, StringComparer.Ordinal)];
        return queries.Length > 0
            ? queries.Average(query => Between(left.Ranking(query), right.Ranking(query), persistence))
            : throw new ArgumentException("Neither run has a query.", nameof(left));
    }
}
