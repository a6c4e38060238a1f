namespace Sparse.Evaluation;

/// <summary>1 when a relevant document lies within the cut, else 0.</summary>
internal sealed class Success(string name, int depth, int level) : Measure(name)
{
    private protected override double Score(IReadOnlyDictionary<string, int> judgements, IReadOnlyList<RunEntry> ranking) =>
        CountRelevant(judgements, ranking, level, depth) > 0 ? 1 : 0;
}
