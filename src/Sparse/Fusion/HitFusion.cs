namespace Sparse.Fusion;

/// <summary>Makes one ranking of several legs'.</summary>
public static class HitFusion
{
    /// <summary>All documents that one leg or another returned.</summary>
    /// <param name="rankings">Each leg's hits.</param>
    /// <returns>Document numbers, ascending, each once.</returns>
    public static int[] Candidates(params IReadOnlyList<IReadOnlyList<LegHit>> rankings)
    {
        ArgumentNullException.ThrowIfNull(rankings);
        var all = new int[rankings.Sum(ranking => ranking.Count)];
        int count = 0;
        foreach (IReadOnlyList<LegHit> ranking in rankings)
        {
            foreach (LegHit hit in ranking)
            {
                all[count++] = hit.Doc;
            }
        }

        Array.Sort(all);
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            if (i == 0 || all[i] != all[i - 1])
            {
                all[kept++] = all[i];
            }
        }

        return all[..kept];
    }

    /// <summary>Fuses the legs.</summary>
    /// <param name="candidates">The documents, ascending: what the legs were made with.</param>
    /// <param name="legs">The legs, at least one.</param>
    /// <param name="options">How.</param>
    /// <returns>All candidates in one order: fused score descending, then document ascending.</returns>
    /// <exception cref="ArgumentException">There is no leg, two have one name, or an option is out of its range.</exception>
    public static FusedHit[] Fuse(ReadOnlySpan<int> candidates, IReadOnlyList<FusionLeg> legs, FusionOptions options)
    {
        FusedRanking ranking = Rank(candidates.ToArray(), legs, options);
        return ranking.First(ranking.Count);
    }

    /// <summary>Fuses the legs, and leaves it for later what they say of each hit.</summary>
    /// <param name="candidates">The documents, ascending: what the legs were made with; kept.</param>
    /// <param name="legs">The legs, at least one.</param>
    /// <param name="options">How.</param>
    /// <returns>All candidates in one order: fused score descending, then document ascending.</returns>
    /// <exception cref="ArgumentException">There is no leg, two have one name, or an option is out of its range.</exception>
    internal static FusedRanking Rank(int[] candidates, IReadOnlyList<FusionLeg> legs, FusionOptions options)
    {
        ArgumentNullException.ThrowIfNull(legs);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (legs.Count == 0)
        {
            throw new ArgumentException("There is no leg to fuse.", nameof(legs));
        }

        if (legs.Select(leg => leg.Name).Distinct(StringComparer.Ordinal).Count() < legs.Count)
        {
            throw new ArgumentException($"Two legs have one name among {string.Join(", ", legs.Select(leg => leg.Name))}.", nameof(legs));
        }

        var normalized = new double[legs.Count][];
        for (int leg = 0; leg < normalized.Length; leg++)
        {
            ScoreScale scale = ScoreScale.Of(legs[leg], options);
            double[] scores = normalized[leg] = new double[candidates.Length];
            for (int i = 0; i < scores.Length; i++)
            {
                scores[i] = Normalized(legs[leg], i, scale, options);
            }
        }

        return new FusedRanking(candidates, legs, Weights(legs, options), normalized);
    }

    /// <summary>Adds what the words of the best documents say: see <see cref="FeedbackTerms"/>.</summary>
    /// <param name="hits">Fused hits.</param>
    /// <param name="scores">[hits] each one's score by those words, ≥ 0.</param>
    /// <param name="best">The best such score that counts in full, &gt; 0: that of the documents themselves.</param>
    /// <param name="weight">What it is worth.</param>
    /// <returns>The hits in their new order, each with one leg more.</returns>
    internal static FusedHit[] AddFeedback(IReadOnlyList<FusedHit> hits, ReadOnlySpan<double> scores, double best, double weight)
    {
        ArgumentNullException.ThrowIfNull(hits);
        if (scores.Length != hits.Count || !(best > 0))
        {
            throw new ArgumentException($"There are {scores.Length} scores, the best of them {best}, for {hits.Count} hits.", nameof(scores));
        }

        var added = new FusedHit[hits.Count];
        for (int i = 0; i < added.Length; i++)
        {
            double normalized = Math.Min(1, scores[i] / best);
            added[i] = new FusedHit(hits[i].Doc, hits[i].Score + (weight * normalized), [.. hits[i].Legs, new LegScore(FeedbackTerms.Leg, scores[i], normalized, weight, null)]);
        }

        Sort(added);
        return added;
    }

    /// <summary>Sorts hits into the one total order: score descending, then document ascending.</summary>
    /// <param name="hits">The hits.</param>
    private static void Sort(FusedHit[] hits) =>
        Array.Sort(hits, (a, b) => b.Score.CompareTo(a.Score) is not 0 and var order ? order : a.Doc.CompareTo(b.Doc));

    /// <summary>The caller's weights, less what a leg claims of the others; calibrated, times the trust in each leg, summing to 1, so that scores mean the same for every query.</summary>
    private static double[] Weights(IReadOnlyList<FusionLeg> legs, FusionOptions options)
    {
        var weights = new double[legs.Count];
        for (int leg = 0; leg < weights.Length; leg++)
        {
            weights[leg] = options.WeightOf(legs[leg].Name);
            if (options.Method == FusionMethod.Calibrated)
            {
                weights[leg] *= legs[leg].Evidence.Trust;
            }
        }

        for (int leg = 0; leg < weights.Length; leg++)
        {
            if (legs[leg].Claim > 0 && weights[leg] > 0)
            {
                double moved = legs[leg].Claim * (weights.Sum() - weights[leg]);
                weights = [.. weights.Select((weight, other) => other == leg ? weight + moved : weight * (1 - legs[leg].Claim))];
            }
        }

        double sum = weights.Sum();
        return options.Method == FusionMethod.Calibrated && sum > 0 ? Array.ConvertAll(weights, weight => weight / sum) : weights;
    }

    private static double Normalized(FusionLeg leg, int candidate, ScoreScale scale, FusionOptions options)
    {
        if (leg.AssumedOf(candidate) is { } assumed)
        {
            return options.Method == FusionMethod.ReciprocalRank ? 1 / (options.RankConstant + leg.RankAt(assumed)) : scale[assumed];
        }

        int? rank = leg.RankOf(candidate);
        if (options.Method == FusionMethod.ReciprocalRank)
        {
            return rank is { } place ? 1 / (options.RankConstant + place) : 0;
        }

        if (rank is not null || (options.Missing == MissingScore.Exact && leg.ScoreOf(candidate) is not null))
        {
            return scale[leg.ScoreOf(candidate)!.Value];
        }

        return options.Missing == MissingScore.Zero || leg.Ranking.Count == 0 ? 0 : scale[leg.Ranking[^1].Score];
    }
}
