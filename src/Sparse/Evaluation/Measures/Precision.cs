namespace Sparse.Evaluation;

/// <summary>Relevant documents within the cut, divided by the cut, also when fewer were retrieved.</summary>
internal sealed class Precision(string name, int depth, int level) : Measure(name)
{
    private protected override double Score(IReadOnlyDictionary<string, int> judgements, IReadOnlyList<RunEntry> ranking) =>
        (double)CountRelevant(judgements, ranking, level, depth) / depth;
}
