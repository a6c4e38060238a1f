using System.Globalization;
using Sparse.Cli.Display;
using Sparse.Evaluation;
using Sparse.Formats;

namespace Sparse.Cli;

/// <summary>Judgements, queries and runs from one layout to another; how a source is laid out is seen from its lines.</summary>
internal static class TableConversion
{
    /// <summary>The targets.</summary>
    public static IReadOnlyList<string> Words { get; } = ["trec-qrels", "beir-qrels", "beir-queries", "tsv-queries", "trec-run", "msmarco-run"];

    /// <summary>Converts a file.</summary>
    /// <param name="source">The file.</param>
    /// <param name="target">The file to write.</param>
    /// <param name="to">One of <see cref="Words"/>.</param>
    /// <returns>How many lines of what, for the summary.</returns>
    public static string Run(string source, string target, string to)
    {
        OutputFile.RequireFolder(target);
        string summary = "";
        OutputFile.Write(target, writer => summary = to switch
        {
            "trec-qrels" or "beir-qrels" => WriteQrels(Qrels.Read(source), writer, isBeir: to == "beir-qrels"),
            "beir-queries" or "tsv-queries" => WriteQueries(TopicFile.Read(source), writer, isJson: to == "beir-queries"),
            _ => WriteRun(TrecRun.Read(source), writer, isTrec: to == "trec-run"),
        });
        return summary;
    }

    private static string WriteQrels(Qrels qrels, StreamWriter writer, bool isBeir)
    {
        writer.Write(isBeir ? "query-id\tcorpus-id\tscore\n" : "");
        foreach (string query in qrels.QueryIds)
        {
            foreach ((string document, int grade) in qrels.Judgements(query))
            {
                string number = grade.ToString(CultureInfo.InvariantCulture);
                writer.Write(isBeir ? $"{query}\t{document}\t{number}\n" : $"{query} 0 {document} {number}\n");
            }
        }

        return Figure.Count(qrels.Count, "judgement");
    }

    private static string WriteQueries(IReadOnlyList<QueryText> queries, StreamWriter writer, bool isJson)
    {
        foreach (QueryText query in queries)
        {
            if (isJson)
            {
                JsonLine.Write(writer, json =>
                {
                    json.WriteString("_id", query.Id);
                    json.WriteString("text", query.Text);
                });
            }
            else
            {
                writer.Write($"{query.Id}\t{string.Join(' ', query.Text.Split(['\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))}\n");
            }
        }

        return Figure.Count(queries.Count, "query", "queries");
    }

    private static string WriteRun(TrecRun run, StreamWriter writer, bool isTrec)
    {
        if (isTrec)
        {
            run.Write(writer, "sparse");
        }
        else
        {
            // MS MARCO's three columns; scores are left out.
            foreach (string query in run.QueryIds)
            {
                foreach ((int rank, RunEntry hit) in run.Ranking(query).Index())
                {
                    writer.Write(string.Create(CultureInfo.InvariantCulture, $"{query}\t{hit.DocumentId}\t{rank + 1}\n"));
                }
            }
        }

        return Figure.Count(run.QueryIds.Count, "ranking");
    }
}
