using Lucene.Net.Search;

namespace Sparse.LuceneNet.Fields;

/// <summary>Joins queries into one; Lucene limits the clauses of one BooleanQuery (1,024 unless the application says otherwise),
/// and sums of sums score the same.</summary>
internal static class Clauses
{
    /// <summary>Joins queries.</summary>
    /// <param name="queries">At least one.</param>
    /// <param name="occur">SHOULD for any of them, MUST for all.</param>
    /// <returns>The query.</returns>
    public static Query Join(IReadOnlyList<Query> queries, Occur occur)
    {
        int limit = Math.Max(2, BooleanQuery.MaxClauseCount);
        while (queries.Count > limit)
        {
            queries = [.. queries.Chunk(limit).Select(some => One(some, occur))];
        }

        return One(queries, occur);
    }

    private static BooleanQuery One(IReadOnlyList<Query> queries, Occur occur)
    {
        var query = new BooleanQuery(disableCoord: true);
        foreach (Query clause in queries)
        {
            query.Add(clause, occur);
        }

        return query;
    }
}
