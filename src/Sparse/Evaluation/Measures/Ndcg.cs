namespace Sparse.Evaluation;

/// <summary>Normalised discounted cumulative gain: Σ gain / log2(rank + 1) over the cut, divided by that of the ideal ranking.</summary>
/// <remarks>Järvelin and Kekäläinen, 2002, as trec_eval's ndcg_cut computes it; the exponential gain is that of Burges et al., 2005.</remarks>
internal sealed class Ndcg(string name, int depth, bool exponential) : Measure(name)
{
    private protected override double Score(IReadOnlyDictionary<string, int> judgements, IReadOnlyList<RunEntry> ranking)
    {
        double ideal = Sum(judgements.Values.OrderDescending());
        return ideal > 0 ? Sum(ranking.Select(entry => judgements.GetValueOrDefault(entry.DocumentId))) / ideal : 0;
    }

    private double Sum(IEnumerable<int> grades)
    {
        double sum = 0;
        int rank = 0;
        foreach (int grade in grades.Take(depth))
        {
            rank++;
            if (grade > 0)
            {
                sum += (exponential ? Math.Pow(2, grade) - 1 : grade) / Math.Log2(rank + 1.0);
            }
        }

        return sum;
    }
}
