using Sparse.Cli.Display;
using Sparse.Evaluation;
using Sparse.Formats;
using Sparse.Lab.Collections;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Cli;

/// <summary>Runs many queries, encoded together, into a TREC run.</summary>
internal static class QueryBatch
{
    private const int Window = 64;

    /// <summary>Runs the queries.</summary>
    /// <param name="index">The index.</param>
    /// <param name="side">Mode and encoder.</param>
    /// <param name="queries">The queries; a blank one, or one without a known term, finds nothing.</param>
    /// <param name="k">Hits a query at most.</param>
    /// <param name="dropQueryId">True to leave out the document that has the query's own id.</param>
    /// <param name="progress">Told of every window.</param>
    /// <param name="stop">Stops between queries.</param>
    /// <returns>One ranking a query, in order.</returns>
    public static TrecRun Run(
        ISparseIndex index, QuerySide side, IReadOnlyList<QueryText> queries, int k, bool dropQueryId, DocumentProgress progress, CancellationToken stop)
    {
        var run = new TrecRun();
        foreach (QueryText[] window in queries.Chunk(Window))
        {
            IReadOnlyList<TermVector>? vectors = side.Encoder?.Encode([.. window.Select(query => query.Text)], stop);
            for (int i = 0; i < window.Length; i++)
            {
                stop.ThrowIfCancellationRequested();
                SearchOptions options = side.Options(k) with { WithStoredFields = false, ExcludeId = dropQueryId ? window[i].Id : null };
                run.Add(window[i].Id, Ranking(index, window[i], vectors?[i], k, options));
            }

            progress.Advance(window.Length, (double)run.QueryIds.Count / queries.Count);
        }

        return run;
    }

    private static RunEntry[] Ranking(ISparseIndex index, QueryText query, TermVector? vector, int k, SearchOptions options)
    {
        bool isHybrid = options.Mode == SearchMode.Hybrid;
        if (string.IsNullOrWhiteSpace(query.Text) || (!isHybrid && vector is { Count: 0 }))
        {
            return [];
        }

        SearchResult result = isHybrid ? index.Search(query.Text, k, options with { QueryVector = vector })
            : vector is null ? index.Search(query.Text, k, options)
            : index.SearchVector(vector, k, options);
        return Rankings.Of(result);
    }
}
