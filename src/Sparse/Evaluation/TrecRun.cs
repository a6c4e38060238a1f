using System.Globalization;
using System.Text;

namespace Sparse.Evaluation;

/// <summary>Rankings of a set of queries, as TREC run files hold them: <c>query-id Q0 document-id rank score tag</c>.</summary>
/// <remarks>
/// trec_eval, and ir_measures through it, ignore the rank column: they order by score (as 32-bit float) descending, then by
/// document id descending, byte by byte. A run read from a file is ordered so. A run that was added in memory keeps the order
/// in which it came; when it is written, a score that does not lie below the one before it is lowered to the next smaller
/// float, so that every evaluation tool sees the order that we returned.
/// </remarks>
public sealed class TrecRun
{
    private readonly Dictionary<string, IReadOnlyList<RunEntry>> _rankings = new(StringComparer.Ordinal);
    private readonly List<string> _queryIds = [];

    /// <summary>Ids of the queries, in order of first appearance; one whose result is empty counts.</summary>
    public IReadOnlyList<string> QueryIds => _queryIds;

    /// <summary>Adds the ranking of one query, in its own order.</summary>
    /// <param name="queryId">The query's id, not yet in the run.</param>
    /// <param name="ranking">Documents, best first, each once; scores do not increase. Owned by the run.</param>
    /// <exception cref="ArgumentException">The query is in the run, a document occurs twice, or a score is not finite or rises.</exception>
    public void Add(string queryId, IReadOnlyList<RunEntry> ranking)
    {
        ArgumentException.ThrowIfNullOrEmpty(queryId);
        ArgumentNullException.ThrowIfNull(ranking);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < ranking.Count; i++)
        {
            (string id, float score) = ranking[i];
            if (!seen.Add(id))
            {
                throw new ArgumentException($"Document '{id}' occurs twice in the ranking of query '{queryId}'.", nameof(ranking));
            }

            if (!float.IsFinite(score) || (i > 0 && score > ranking[i - 1].Score))
            {
                throw new ArgumentException(
                    $"Score {score} at rank {i + 1} of query '{queryId}' is not finite or lies above the one before.", nameof(ranking));
            }
        }

        if (!_rankings.TryAdd(queryId, ranking))
        {
            throw new ArgumentException($"Query '{queryId}' is in the run already.", nameof(queryId));
        }

        _queryIds.Add(queryId);
    }

    /// <summary>The ranking of one query.</summary>
    /// <param name="queryId">The query's id.</param>
    /// <returns>Documents, best first; empty for a query that is not in the run.</returns>
    public IReadOnlyList<RunEntry> Ranking(string queryId) =>
        _rankings.TryGetValue(queryId, out IReadOnlyList<RunEntry>? ranking) ? ranking : [];

    /// <summary>Reads a run file; each query's documents are put into trec_eval's order.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The run; an empty file gives an empty run.</returns>
    /// <exception cref="BadInputException">A line does not hold six columns, a score is no finite number, or a document occurs twice.</exception>
    public static TrecRun Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using Utf8Lines lines = Utf8Lines.Open(path);
        var queries = new Dictionary<string, (List<RunEntry> Entries, HashSet<string> Seen)>(StringComparer.Ordinal);
        var order = new List<string>();
        while (lines.Read() is { } line)
        {
            string[] parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0)
            {
                continue;
            }

            if (parts.Length != 6)
            {
                throw new BadInputException(path, lines.LineNumber, $"{parts.Length} columns; expected six: 'query-id Q0 document-id rank score tag'.");
            }

            if (!float.TryParse(parts[4], NumberStyles.Float, CultureInfo.InvariantCulture, out float score) || !float.IsFinite(score))
            {
                throw new BadInputException(path, lines.LineNumber, $"score '{parts[4]}' is not a finite number.");
            }

            if (!queries.TryGetValue(parts[0], out (List<RunEntry> Entries, HashSet<string> Seen) query))
            {
                query = ([], new HashSet<string>(StringComparer.Ordinal));
                queries.Add(parts[0], query);
                order.Add(parts[0]);
            }

            if (!query.Seen.Add(parts[2]))
            {
                throw new BadInputException(path, lines.LineNumber, $"document '{parts[2]}' occurs twice for query '{parts[0]}'.");
            }

            query.Entries.Add(new RunEntry(parts[2], score));
        }

        var run = new TrecRun();
        foreach (string queryId in order)
        {
            List<RunEntry> entries = queries[queryId].Entries;
            entries.Sort(TrecOrder);
            run.Add(queryId, entries);
        }

        return run;
    }

    /// <summary>Writes the run, scores lowered where needed so that they strictly fall (see the remarks of the class).</summary>
    /// <param name="writer">Where to; stays open.</param>
    /// <param name="tag">Name of the run, without blanks.</param>
    /// <exception cref="ArgumentException">The tag or an id is empty or holds blanks, which the layout cannot carry.</exception>
    public void Write(TextWriter writer, string tag)
    {
        ArgumentNullException.ThrowIfNull(writer);
        CheckColumn(tag, "Tag");
        foreach (string queryId in _queryIds)
        {
            CheckColumn(queryId, "Query id");
            int rank = 0;
            float last = float.PositiveInfinity;
            foreach ((string documentId, float score) in _rankings[queryId])
            {
                CheckColumn(documentId, "Document id");
                last = score < last ? score : MathF.BitDecrement(last);
                rank++;
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"{queryId} Q0 {documentId} {rank} {last:R} {tag}\n"));
            }
        }
    }

    /// <summary>trec_eval's order: score descending, then the id's UTF-8 bytes descending.</summary>
    private static int TrecOrder(RunEntry left, RunEntry right)
    {
        int byScore = right.Score.CompareTo(left.Score);
        return byScore != 0
            ? byScore
            : Encoding.UTF8.GetBytes(right.DocumentId).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(left.DocumentId));
    }

    private static void CheckColumn(string value, string what)
    {
        if (string.IsNullOrEmpty(value) || value.Any(char.IsWhiteSpace))
        {
            throw new ArgumentException($"{what} '{value}' is empty or holds blanks, which a TREC run file cannot carry.");
        }
    }
}
