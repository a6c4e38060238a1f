namespace Sparse.Evaluation;

/// <summary>1 / rank of the first relevant document within the cut; 0 when there is none.</summary>
internal sealed class ReciprocalRank(string name, int depth, int level) : Measure(name)
{
    private protected override double Score(IReadOnlyDictionary<string, int> judgements, IReadOnlyList<RunEntry> ranking)
    {
        for (int i = 0; i < ranking.Count && i < depth; i++)
        {
            if (IsRelevant(judgements, ranking[i], level))
            {
                return 1.0 / (i + 1);
            }
        }

        return 0;
    }
}
