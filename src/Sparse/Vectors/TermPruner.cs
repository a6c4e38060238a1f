namespace Sparse.Vectors;

/// <summary>Leaves the light terms of a vector out. Among equal weights the lower term id is kept first.</summary>
public static class TermPruner
{
    /// <summary>Prunes one vector.</summary>
    /// <param name="vector">The vector; all shares refer to it as it comes.</param>
    /// <param name="options">What to keep.</param>
    /// <returns>The kept terms with their weights unchanged; <paramref name="vector"/> itself where nothing is left out.</returns>
    public static TermVector Prune(TermVector vector, PruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(vector);
        ArgumentNullException.ThrowIfNull(options);
        ReadOnlySpan<float> weights = vector.Weights;

        // Every criterion keeps a head of the terms by (weight descending, term ascending), so together they keep the shortest.
        // Thresholds alone need no order.
        double floor = options.KeepFromWeight;
        foreach (float weight in weights)
        {
            floor = Math.Max(floor, options.KeepFromShareOfMaximum * weight);
        }

        int kept = 0;
        foreach (float weight in weights)
        {
            kept += weight >= floor ? 1 : 0;
        }

        ulong[]? ranks = null;
        if (options.KeepShareOfMass < 1 || options.KeepTerms < kept)
        {
            ranks = Rank(weights);
            kept = Math.Min(kept, Math.Min(options.KeepTerms, CountOfMass(weights, ranks, options.KeepShareOfMass)));
        }

        if (kept == vector.Count)
        {
            return vector;
        }

        var terms = new int[kept];
        var keptWeights = new float[kept];
        ulong last = ranks is null || kept == 0 ? ulong.MaxValue : ranks[kept - 1];
        int count = 0;
        for (int i = 0; i < weights.Length && count < kept; i++)
        {
            if (ranks is null ? weights[i] >= floor : RankOf(weights[i], i) <= last)
            {
                terms[count] = vector.Terms[i];
                keptWeights[count++] = weights[i];
            }
        }

        return new TermVector(terms, keptWeights);
    }

    /// <summary>One sortable number a term: positive floats order as their bits do, and heavier comes first.</summary>
    private static ulong RankOf(float weight, int place) => ((ulong)~BitConverter.SingleToUInt32Bits(weight) << 32) | (uint)place;

    private static ulong[] Rank(ReadOnlySpan<float> weights)
    {
        var ranks = new ulong[weights.Length];
        for (int i = 0; i < ranks.Length; i++)
        {
            ranks[i] = RankOf(weights[i], i);
        }

        Array.Sort(ranks);
        return ranks;
    }

    private static int CountOfMass(ReadOnlySpan<float> weights, ulong[] ranks, double share)
    {
        if (share >= 1)
        {
            return ranks.Length;
        }

        double total = 0;
        foreach (ulong rank in ranks)
        {
            total += weights[unchecked((int)(uint)rank)];
        }

        double mass = 0;
        int count = 0;
        while (count < ranks.Length && mass < share * total)
        {
            mass += weights[unchecked((int)(uint)ranks[count++])];
        }

        return count;
    }
}
