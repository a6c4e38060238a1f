namespace Sparse.LuceneNet.Rules;

/// <summary>A document in a ranking.</summary>
/// <param name="Doc">Lucene's number.</param>
/// <param name="Score">Its score, rules included.</param>
/// <param name="Own">Its score without rules.</param>
internal readonly record struct Ranked(int Doc, double Score, double Own)
{
    /// <summary>A document that Lucene found.</summary>
    /// <param name="doc">Its number and score.</param>
    public static Ranked Of(Lucene.Net.Search.ScoreDoc doc) => new(doc.Doc, doc.Score, doc.Score);

    /// <summary>Ids of the rules for this document.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];
}

/// <summary>Puts lifted and pinned documents where the rules want them.</summary>
internal static class RuledRanking
{
    /// <summary>Ranks by the rules.</summary>
    /// <param name="found">The best documents without rules, best first, as many as are wanted and as many more as rules name documents.</param>
    /// <param name="rules">Rules about documents.</param>
    /// <param name="search">Finds the best of some documents: ids → hits.</param>
    /// <param name="docOf">A document's number by its id where it may be found, whether the query matches it or not; −1 for none.</param>
    /// <param name="points">Rounds a change of a score to what the score is made of.</param>
    /// <returns>Score descending, then document ascending, but for the pinned ones.</returns>
    public static List<Ranked> Apply(
        IEnumerable<Ranked> found, IEnumerable<SearchRule> rules, Func<string[], IEnumerable<Ranked>> search, Func<string, int> docOf, Func<double, double> points)
    {
        List<Ranked> ranking = [.. found];
        SearchRule[] all = [.. rules];
        if (all.Length == 0)
        {
            return ranking;
        }

        foreach (IGrouping<string, SearchRule> lifted in all.Where(rule => rule.Action == RuleAction.Boost).GroupBy(rule => rule.Document!))
        {
            double factor = lifted.Aggregate(1.0, (product, rule) => product * rule.Factor);
            foreach (Ranked doc in search([lifted.Key]))
            {
                ranking.RemoveAll(other => other.Doc == doc.Doc);
                ranking.Add(new Ranked(doc.Doc, doc.Own + points(Math.Abs(doc.Own) * (factor - 1)), doc.Own) { Rules = [.. lifted.Select(rule => rule.Id)] });
            }
        }

        ranking.Sort((left, right) => left.Score != right.Score ? right.Score.CompareTo(left.Score) : left.Doc.CompareTo(right.Doc));
        foreach (SearchRule pin in all.Where(rule => rule.Action == RuleAction.Pin).OrderBy(rule => rule.Position))
        {
            int doc = docOf(pin.Document!);
            if (doc < 0)
            {
                continue;
            }

            Ranked own = search([pin.Document!]).FirstOrDefault(new Ranked(doc, 0, 0));
            int at = ranking.FindIndex(other => other.Doc == own.Doc);
            Ranked pinned = at >= 0 ? ranking[at] : own;
            ranking.RemoveAll(other => other.Doc == pinned.Doc);
            ranking.Insert(Math.Min(pin.Position - 1, ranking.Count), pinned with { Rules = [.. pinned.Rules, pin.Id] });
        }

        return ranking;
    }
}
