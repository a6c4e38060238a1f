namespace Sparse.Formats;

/// <summary>A query with its id.</summary>
/// <param name="Id">Its id, not empty.</param>
/// <param name="Text">Its text, not blank.</param>
public sealed record QueryText(string Id, string Text);

/// <summary>Reads query files: BEIR's queries.jsonl (<c>_id</c> or <c>id</c>, <c>text</c>) or lines <c>id TAB text</c>.</summary>
public static class QueryFile
{
    /// <summary>Reads all queries; lines that begin with a brace are JSON.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The queries in order, at least one; ids are unique.</returns>
    /// <exception cref="BadInputException">A line is no query, its text is blank, an id occurs twice, or there is no query.</exception>
    public static IReadOnlyList<QueryText> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using Utf8Lines lines = Utf8Lines.Open(path);
        var choice = new FieldChoice(isBeir: false, new CorpusOptions());
        var queries = new List<QueryText>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        bool? isJson = null;
        while (lines.Read() is { } line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            isJson ??= line.TrimStart().StartsWith('{');
            QueryText query;
            if (isJson.Value)
            {
                CorpusDocument record = choice.ToDocument(JsonLinesReader.ParseObject(line, path, lines.LineNumber), path, lines.LineNumber);
                query = new QueryText(record.Id, record.Text);
            }
            else
            {
                int tab = line.IndexOf('\t', StringComparison.Ordinal);
                if (tab <= 0)
                {
                    throw new BadInputException(path, lines.LineNumber, "no query id before a tab; expected 'id TAB text' or a JSON object with _id and text.");
                }

                query = new QueryText(line[..tab].Trim(), line[(tab + 1)..].Trim());
            }

            if (string.IsNullOrWhiteSpace(query.Text))
            {
                throw new BadInputException(path, lines.LineNumber, $"query '{query.Id}' is empty; expected some text.");
            }

            if (!seen.Add(query.Id))
            {
                throw new BadInputException(path, lines.LineNumber, $"query id '{query.Id}' occurs twice; expected one line a query.");
            }

            queries.Add(query);
        }

        return queries.Count > 0
            ? queries
            : throw new BadInputException(path, 0, "no queries; expected lines 'id TAB text' or JSON objects with _id and text.");
    }
}
