namespace Sparse.Evaluation;

/// <summary>Σ precision at the rank of each relevant document within the cut, divided by the number of relevant documents.</summary>
internal sealed class AveragePrecision(string name, int depth, int level) : Measure(name)
{
    private protected override double Score(IReadOnlyDictionary<string, int> judgements, IReadOnlyList<RunEntry> ranking)
    {
        double sum = 0;
        int found = 0;
        for (int i = 0; i < ranking.Count && i < depth; i++)
        {
            if (IsRelevant(judgements, ranking[i], level))
            {
                found++;
                sum += (double)found / (i + 1);
            }
        }

        int relevant = CountRelevant(judgements, level);
        return relevant > 0 ? sum / relevant : 0;
    }
}
