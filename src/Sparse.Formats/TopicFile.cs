using System.Text;

namespace Sparse.Formats;

/// <summary>Reads TREC topics: records <c>&lt;top&gt;</c> with <c>&lt;num&gt; Number: 301</c> and <c>&lt;title&gt;</c>, or what <see cref="QueryFile"/> reads.</summary>
internal static class TopicFile
{
    /// <summary>Reads all; a query is the topic's title.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BadInputException">A topic has no number or no title.</exception>
    internal static IReadOnlyList<QueryText> Read(string path)
    {
        using Utf8Lines lines = Utf8Lines.Open(path);
        var queries = new List<QueryText>();
        string? number = null;
        StringBuilder? title = null;
        bool isTopics = false, inTitle = false;
        while (lines.Read() is { } line)
        {
            string trimmed = line.Trim();
            if (trimmed.Length > 0 && !isTopics && !trimmed.StartsWith('<'))
            {
                return QueryFile.Read(path);
            }

            if (trimmed.StartsWith("<top>", StringComparison.OrdinalIgnoreCase))
            {
                (isTopics, number, title, inTitle) = (true, null, null, false);
            }
            else if (trimmed.StartsWith("</top>", StringComparison.OrdinalIgnoreCase))
            {
                string text = title?.ToString().Trim() ?? "";
                queries.Add(number is { Length: > 0 } && text.Length > 0 ? new QueryText(number, text)
                    : throw new BadInputException(path, lines.LineNumber, $"topic '{number}' has no {(number is { Length: > 0 } ? "<title>" : "<num>")}; expected both."));
            }
            else if (trimmed.StartsWith("<num>", StringComparison.OrdinalIgnoreCase))
            {
                number = Content(trimmed, "num").Replace("Number:", "", StringComparison.OrdinalIgnoreCase).Trim();
            }
            else if (trimmed.StartsWith("<title>", StringComparison.OrdinalIgnoreCase))
            {
                title = new StringBuilder(Content(trimmed, "title"));
                inTitle = !trimmed.Contains("</title>", StringComparison.OrdinalIgnoreCase);
            }
            else if (trimmed.StartsWith('<'))
            {
                inTitle = false;
            }
            else if (inTitle)
            {
                title!.Append(' ').Append(trimmed);
            }
        }

        return queries.Count > 0 ? queries : throw new BadInputException(path, 0, "no topics; expected <top> with <num> and <title>, or lines 'id TAB text'.");
    }

    private static string Content(string line, string tag) =>
        line[(tag.Length + 2)..].Replace($"</{tag}>", "", StringComparison.OrdinalIgnoreCase).Replace("Topic:", "", StringComparison.OrdinalIgnoreCase).Trim();
}
