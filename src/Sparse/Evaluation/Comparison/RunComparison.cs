namespace Sparse.Evaluation;

/// <summary>What a query scored in two runs.</summary>
/// <param name="QueryId">The query's id.</param>
/// <param name="Baseline">Its value in the baseline.</param>
/// <param name="Value">Its value in the other run.</param>
public readonly record struct QueryDifference(string QueryId, double Baseline, double Value)
{
    /// <summary>Value less baseline.</summary>
    public double Difference => Value - Baseline;
}

/// <summary>Two runs compared by one measure, query by query.</summary>
/// <remarks>Every judged query counts, as in the means; p-values are two-sided and not yet corrected for several comparisons (<see cref="HolmCorrection"/>).</remarks>
public sealed class RunComparison
{
    private RunComparison(MeasureResult baseline, MeasureResult result)
    {
        Measure = result.Measure;
        BaselineMean = baseline.Mean;
        Mean = result.Mean;
        Queries = [.. baseline.PerQuery.Zip(result.PerQuery, (left, right) => new QueryDifference(left.Key, left.Value, right.Value))];
        double[] differences = [.. Queries.Select(query => query.Difference)];
        Difference = PairedTTest.Interval(differences);
        TTest = PairedTTest.PValue(differences);
        Randomization = RandomizationTest.PValue(differences);
        Wins = differences.Count(difference => difference > 0);
        Losses = differences.Count(difference => difference < 0);
    }

    /// <summary>The measure.</summary>
    public Measure Measure { get; }

    /// <summary>Mean of the baseline.</summary>
    public double BaselineMean { get; }

    /// <summary>Mean of the other run.</summary>
    public double Mean { get; }

    /// <summary>Mean difference with its 95 % confidence interval.</summary>
    public MeanInterval Difference { get; }

    /// <summary>p-value of the paired t-test.</summary>
    public double TTest { get; }

    /// <summary>p-value of the randomisation test: 100,000 draws, seed 1.</summary>
    public double Randomization { get; }

    /// <summary>Queries that are better than in the baseline.</summary>
    public int Wins { get; }

    /// <summary>Queries that are worse.</summary>
    public int Losses { get; }

    /// <summary>Every judged query, in the order of the judgements.</summary>
    public IReadOnlyList<QueryDifference> Queries { get; }

    /// <summary>Compares two runs.</summary>
    /// <param name="measure">The measure.</param>
    /// <param name="qrels">The judgements, at least one.</param>
    /// <param name="baseline">The run to compare with.</param>
    /// <param name="run">The run in question.</param>
    /// <returns>The comparison.</returns>
    /// <exception cref="ArgumentException">There are no judgements.</exception>
    public static RunComparison Of(Measure measure, Qrels qrels, TrecRun baseline, TrecRun run)
    {
        ArgumentNullException.ThrowIfNull(measure);
        return new RunComparison(measure.Evaluate(qrels, baseline), measure.Evaluate(qrels, run));
    }
}
