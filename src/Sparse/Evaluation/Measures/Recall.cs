namespace Sparse.Evaluation;

/// <summary>Share of the relevant documents that lie within the cut; 0 when none is relevant.</summary>
internal sealed class Recall(string name, int depth, int level) : Measure(name)
{
    private protected override double Score(IReadOnlyDictionary<string, int> judgements, IReadOnlyList<RunEntry> ranking)
    {
        int relevant = CountRelevant(judgements, level);
        return relevant > 0 ? (double)CountRelevant(judgements, ranking, level, depth) / relevant : 0;
    }
}
