using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.LuceneNet.Storage;

namespace Sparse.LuceneNet.Queries;

/// <summary>The best documents by their best passages (MaxP), exactly.</summary>
internal static class BestPassages
{
    /// <summary>Finds the k best documents for a query.</summary>
    /// <param name="searcher">The index.</param>
    /// <param name="query">The query.</param>
    /// <param name="k">How many documents at most, ≥ 1.</param>
    /// <param name="filter">Leaves only passages that it lets through; null for all.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>Each by its best passage, or itself where it was added whole; best first.</returns>
    public static ScoreDoc[] Find(SparseSearcher searcher, SparseQuery query, int k, Filter? filter = null, CancellationToken cancellationToken = default)
    {
        IndexReader reader = searcher.Reader;
        return PassageColumns.AreIn(reader)
            ? Find(n => searcher.Search(query, n, filter, cancellationToken).ScoreDocs, doc => PassageColumns.HeadOf(reader.Leaves, doc), k, reader.MaxDoc)
            : searcher.Search(query, k, filter, cancellationToken).ScoreDocs;
    }

    /// <summary>Finds the k best documents.</summary>
    /// <param name="search">The n best passages, score descending, then document ascending: the first n of one order, whatever n.</param>
    /// <param name="headOf">The document that a passage belongs to.</param>
    /// <param name="k">How many documents at most, ≥ 1.</param>
    /// <param name="passages">How many passages there are.</param>
    /// <returns>The best passage of each of the k best documents, in the order of passages.</returns>
    /// <remarks>
    /// Passages that another one of the same document beats take places in the list, so more are asked for until k documents are there.
    /// What is found is the start of one order, so that more passages never change the documents before them.
    /// </remarks>
    public static ScoreDoc[] Find(Func<int, ScoreDoc[]> search, Func<int, int> headOf, int k, int passages)
    {
        var best = new List<ScoreDoc>();
        var seen = new HashSet<int>();
        for (long wanted = 2L * k; ; wanted *= 4)
        {
            ScoreDoc[] found = search((int)Math.Clamp(wanted, 1, Math.Max(passages, 1)));
            best.Clear();
            seen.Clear();
            for (int i = 0; i < found.Length && best.Count < k; i++)
            {
                if (seen.Add(headOf(found[i].Doc)))
                {
                    best.Add(found[i]);
                }
            }

            if (best.Count == k || found.Length < wanted)
            {
                return [.. best];
            }
        }
    }
}
