namespace Sparse.Evaluation;

/// <summary>A measure of rankings against judgements, named as ir_measures names it: nDCG@10, RR@10, R@100.</summary>
/// <remarks>
/// Means follow <c>trec_eval -c</c>: over every query of the judgements, also those for which nothing was retrieved or nothing
/// is relevant, which count as 0. Queries of the run without judgements are left out; documents without judgement are not
/// relevant. Values are in [0, 1].
/// </remarks>
public abstract class Measure
{
    private protected Measure(string name) => Name = name;

    /// <summary>The name as it was written, for example <c>nDCG@10</c>.</summary>
    public string Name { get; }

    /// <summary>Understands one name.</summary>
    /// <param name="name">
    /// nDCG, RR, AP (cut-off optional), R, P, Success, Judged (cut-off needed), in any case; MRR, MAP, Recall and Precision too.
    /// Parameters in brackets: <c>rel=2</c> (lowest relevant grade; all but nDCG and Judged) and <c>dcg='log2'</c> or
    /// <c>dcg='exp-log2'</c> (nDCG: gain is the grade, or 2^grade - 1).
    /// </param>
    /// <returns>The measure.</returns>
    /// <exception cref="ArgumentException">No such measure, parameter or cut-off; the message lists what there is.</exception>
    public static Measure Parse(string name) => MeasureParser.Parse(name);

    /// <summary>Understands a list such as <c>nDCG@10,RR@10,R@100</c>.</summary>
    /// <param name="names">Names separated by commas.</param>
    /// <returns>The measures, in order, at least one, each name once.</returns>
    /// <exception cref="ArgumentException">A name is empty, unknown or occurs twice.</exception>
    public static IReadOnlyList<Measure> ParseList(string names) => MeasureParser.ParseList(names);

    /// <summary>Evaluates a run.</summary>
    /// <param name="qrels">The judgements, at least one.</param>
    /// <param name="run">The run, in its own order.</param>
    /// <returns>Mean and values by query.</returns>
    /// <exception cref="ArgumentException">There are no judgements.</exception>
    public MeasureResult Evaluate(Qrels qrels, TrecRun run)
    {
        ArgumentNullException.ThrowIfNull(qrels);
        ArgumentNullException.ThrowIfNull(run);
        if (qrels.QueryIds.Count == 0)
        {
            throw new ArgumentException("There are no judgements to evaluate against.", nameof(qrels));
        }

        var values = new KeyValuePair<string, double>[qrels.QueryIds.Count];
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            string queryId = qrels.QueryIds[i];
            double value = Score(qrels.Judgements(queryId), run.Ranking(queryId));
            values[i] = new KeyValuePair<string, double>(queryId, value);
            sum += value;
        }

        return new MeasureResult(this, sum / values.Length, values);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The value for one query.</summary>
    private protected abstract double Score(IReadOnlyDictionary<string, int> judgements, IReadOnlyList<RunEntry> ranking);

    /// <summary>How many documents are judged at or above a grade.</summary>
    private protected static int CountRelevant(IReadOnlyDictionary<string, int> judgements, int level) =>
        judgements.Values.Count(grade => grade >= level);

    /// <summary>How many of the first <paramref name="depth"/> documents are judged at or above a grade.</summary>
    private protected static int CountRelevant(
        IReadOnlyDictionary<string, int> judgements, IReadOnlyList<RunEntry> ranking, int level, int depth) =>
        ranking.Take(depth).Count(entry => IsRelevant(judgements, entry, level));

    /// <summary>True when the document is judged at or above a grade.</summary>
    private protected static bool IsRelevant(IReadOnlyDictionary<string, int> judgements, RunEntry entry, int level) =>
        judgements.TryGetValue(entry.DocumentId, out int grade) && grade >= level;
}
