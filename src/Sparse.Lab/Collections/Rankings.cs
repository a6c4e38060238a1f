using Sparse.Evaluation;
using Sparse.LuceneNet;

namespace Sparse.Lab.Collections;

/// <summary>Results of searches as the runs that measures read.</summary>
internal static class Rankings
{
    /// <summary>The ranking of a result.</summary>
    /// <param name="result">Null where a query held nothing to search by.</param>
    internal static RunEntry[] Of(SearchResult? result) => result is null ? [] : [.. result.Hits.Select(hit => new RunEntry(hit.Id, (float)hit.Score))];
}
