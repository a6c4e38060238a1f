namespace Sparse.Evaluation;

/// <summary>Share of the retrieved documents within the cut that are judged, whatever their grade; 0 when nothing was retrieved.</summary>
/// <remarks>As ir_measures defines it: of fewer retrieved documents than the cut, the share of those that there are.</remarks>
internal sealed class Judged(string name, int depth) : Measure(name)
{
    private protected override double Score(IReadOnlyDictionary<string, int> judgements, IReadOnlyList<RunEntry> ranking)
    {
        int retrieved = Math.Min(depth, ranking.Count);
        return retrieved > 0 ? (double)CountRelevant(judgements, ranking, int.MinValue, depth) / retrieved : 0;
    }
}
