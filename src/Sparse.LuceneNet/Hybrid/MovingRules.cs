using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.Fusion;
using Sparse.LuceneNet.Rules;
using Sparse.LuceneNet.Storage;

namespace Sparse.LuceneNet.Hybrid;

/// <summary>Rules that lift and pin documents, over a fused ranking.</summary>
internal sealed class MovingRules
{
    private readonly IReadOnlyList<SearchRule> _rules;
    private readonly Dictionary<string, int> _docs = new(StringComparer.Ordinal);

    /// <summary>Looks up the documents of rules.</summary>
    /// <param name="searcher">The index.</param>
    /// <param name="rules">Rules about documents.</param>
    /// <param name="filter">What may be found; null for all.</param>
    public MovingRules(IndexSearcher searcher, IReadOnlyList<SearchRule> rules, Filter? filter)
    {
        _rules = rules;
        foreach (string id in rules.Select(rule => rule.Document!).Distinct())
        {
            if (searcher.Search(new TermQuery(new Term(SparseFields.Id, id)), filter, 1).ScoreDocs is [{ } found])
            {
                _docs[id] = PassageColumns.HeadOf(searcher.IndexReader.Leaves, found.Doc);
            }
        }
    }

    /// <summary>The documents that they name and that may be found: to be scored whether a leg finds them or not.</summary>
    public IReadOnlyList<int> Documents => [.. _docs.Values];

    /// <summary>Ranks by the rules.</summary>
    /// <param name="fused">All fused documents, best first; those named are among them.</param>
    /// <returns>Score descending, then document ascending, but for the pinned ones; without the documents that only a rule named.</returns>
    public List<Ranked> Rank(FusedHit[] fused)
    {
        HashSet<int> named = [.. _docs.Values];
        Dictionary<int, FusedHit> matching = fused.Where(hit => named.Contains(hit.Doc) && hit.Legs.Any(leg => leg.Score > 0)).ToDictionary(hit => hit.Doc);
        return RuledRanking.Apply(
            fused.Where(hit => !named.Contains(hit.Doc) || hit.Legs.Any(leg => leg.Rank is not null)).Select(Own),
            _rules,
            ids => ids.Where(_docs.ContainsKey).Select(id => _docs[id]).Where(matching.ContainsKey).Select(doc => Own(matching[doc])),
            id => _docs.GetValueOrDefault(id, -1),
            change => change);
    }

    private static Ranked Own(FusedHit hit) => new(hit.Doc, hit.Score, hit.Score);
}
