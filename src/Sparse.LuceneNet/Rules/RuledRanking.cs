using Lucene.Net.Search;

namespace Sparse.LuceneNet.Rules;

/// <summary>A document in a ranking.</summary>
/// <param name="Doc">Lucene's number.</param>
/// <param name="Score">Its score, rules included.</param>
/// <param name="Own">Its score without rules.</param>
internal readonly record struct Ranked(int Doc, double Score, double Own)
{
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
    /// <param name="points">Rounds a change of a score to the points that the score is made of.</param>
    /// <returns>Score descending, then document ascending, but for the pinned ones.</returns>
    public static List<Ranked> Apply(
        IEnumerable<ScoreDoc> found, IEnumerable<SearchRule> rules, Func<string[], IEnumerable<ScoreDoc>> search, Func<string, int> docOf, Func<double, double> points)
    {
        var ranking = found.Select(doc => new Ranked(doc.Doc, doc.Score, doc.Score)).ToList();
        SearchRule[] all = [.. rules];
        if (all.Length == 0)
        {
            return ranking;
        }

        foreach (IGrouping<string, SearchRule> lifted in all.Where(rule => rule.Action == RuleAction.Boost).GroupBy(rule => rule.Document!))
        {
            double factor = lifted.Aggregate(1.0, (product, rule) => product * rule.Factor);
            foreach (ScoreDoc doc in search([lifted.Key]))
            {
                ranking.RemoveAll(other => other.Doc == doc.Doc);
                ranking.Add(new Ranked(doc.Doc, doc.Score + points(doc.Score * (factor - 1)), doc.Score) { Rules = [.. lifted.Select(rule => rule.Id)] });
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

            ScoreDoc? own = search([pin.Document!]).FirstOrDefault();
            int at = ranking.FindIndex(other => other.Doc == (own?.Doc ?? doc));
            Ranked pinned = at >= 0 ? ranking[at] : new Ranked(own?.Doc ?? doc, own?.Score ?? 0, own?.Score ?? 0);
            ranking.RemoveAll(other => other.Doc == pinned.Doc);
            ranking.Insert(Math.Min(pin.Position - 1, ranking.Count), pinned with { Rules = [.. pinned.Rules, pin.Id] });
        }

        return ranking;
    }
}
