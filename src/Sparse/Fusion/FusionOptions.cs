namespace Sparse.Fusion;

/// <summary>Options of a fusion.</summary>
public sealed record FusionOptions
{
    /// <summary>The method.</summary>
    public FusionMethod Method { get; init; }

    /// <summary>Leg → weight, finite and ≥ 0; a leg that is not named has 1.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    /// <summary>Documents that have no place in a leg.</summary>
    public MissingScore Missing { get; init; }

    /// <summary>Reciprocal rank: what is added to each rank, &gt; 0; 60 as in the paper (Cormack, Clarke, Büttcher, SIGIR 2009).</summary>
    public double RankConstant { get; init; } = 60;

    /// <summary>Min-max: the least normalised score of a leg, 0 to 1.</summary>
    public double MinMaxFloor { get; init; }

    /// <summary>Hits of each leg that are fused, ≥ 1: together they are the one ranking that pages are cut from.</summary>
    public int Depth { get; init; } = 200;

    /// <summary>Calibrated: what the words of the best documents add, as a share of the best score, 0 (nothing) to 1.</summary>
    public double Feedback { get; init; } = .2;

    /// <summary>True (default) to give the weight of codes (words that the encoder's vocabulary breaks to pieces and that few documents hold) to the search by words, where they are most of a query, and of codes of fewer pieces where they are all of it.</summary>
    public bool Routing { get; init; } = true;

    /// <summary>The weight of a leg.</summary>
    /// <param name="leg">Its name.</param>
    public double WeightOf(string leg) => Weights.TryGetValue(leg, out double weight) ? weight : 1;

    /// <summary>Refuses values out of their range.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public void Validate()
    {
        foreach ((string leg, double weight) in Weights)
        {
            if (!(weight >= 0) || double.IsPositiveInfinity(weight))
            {
                throw new ArgumentException($"The weight {Text(weight)} of leg '{leg}' is not finite and at least 0.");
            }
        }

        Require(RankConstant > 0 && double.IsFinite(RankConstant), "The constant of reciprocal rank", RankConstant, "finite and above 0");
        Require(MinMaxFloor is >= 0 and <= 1, "The floor of min-max", MinMaxFloor, "from 0 to 1");
        Require(Depth >= 1, "The depth", Depth, "at least 1");
        Require(Feedback is >= 0 and <= 1, "The share of feedback", Feedback, "from 0 to 1");
    }

    private static void Require(bool holds, string what, double value, string range)
    {
        if (!holds)
        {
            throw new ArgumentException($"{what} must be {range}, not {Text(value)}.");
        }
    }

    private static string Text(double value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
