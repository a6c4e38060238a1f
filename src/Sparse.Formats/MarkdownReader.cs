using System.Collections.ObjectModel;
using System.Text.RegularExpressions;

namespace Sparse.Formats;

/// <summary>Reads a Markdown file as one document: first heading as title, front matter skipped, code kept.</summary>
/// <remarks>Heading marks and fence lines go, unless they are to be kept; comments go; links and images leave their text. Other marks stay, as tokens they are cheap.</remarks>
internal static partial class MarkdownReader
{
    internal static CorpusDocument Read(Stream stream, CorpusFile file, bool keepsHeadings)
    {
        List<string> lines = PlainTextReader.ReadLines(stream, file);
        int start = SkipFrontMatter(lines, out string frontTitle);
        string? title = null;
        var text = new List<string>();
        string? fence = null;
        for (int i = start; i < lines.Count; i++)
        {
            string line = lines[i];
            if (FenceOf(line) is { } mark && (fence is null || ClosesFence(line, fence)))
            {
                fence = fence is null ? mark : null;
                if (keepsHeadings)
                {
                    text.Add(line);
                }

                continue;
            }

            if (fence is not null)
            {
                text.Add(line);
                continue;
            }

            if (AtxHeading().Match(line) is { Success: true } heading)
            {
                Place(Clean(heading.Groups[1].Value), line.TrimStart().TakeWhile(c => c == '#').Count());
            }
            else if (i + 1 < lines.Count && line.Trim().Length > 0 && SetextUnderline().IsMatch(lines[i + 1]) && IsParagraphStart(lines, i, start))
            {
                Place(Clean(line.Trim()), lines[i + 1].Contains('=', StringComparison.Ordinal) ? 1 : 2);
                i++;
            }
            else
            {
                text.Add(Clean(line));
            }
        }

        string body = Comment().Replace(string.Join('\n', text), " ").Trim();
        return new CorpusDocument(file.Id, title ?? frontTitle, body, ReadOnlyDictionary<string, string>.Empty);

        void Place(string heading, int level)
        {
            if (title is null && heading.Length > 0)
            {
                title = heading;
            }
            else
            {
                text.Add(keepsHeadings ? new string('#', level) + " " + heading : heading);
            }
        }
    }

    /// <summary>Index of the first line behind the front matter; its title, when it names one.</summary>
    private static int SkipFrontMatter(List<string> lines, out string title)
    {
        title = "";
        if (lines.Count == 0 || lines[0].TrimEnd() is not ("---" or "+++"))
        {
            return 0;
        }

        string mark = lines[0].TrimEnd();
        int end = lines.FindIndex(1, line => line.TrimEnd() == mark || (mark == "---" && line.TrimEnd() == "..."));
        if (end < 0)
        {
            // A rule at the top of the page, not front matter.
            return 0;
        }

        Match match = lines.Skip(1).Take(end - 1).Select(line => FrontTitle().Match(line)).FirstOrDefault(found => found.Success) ?? Match.Empty;
        title = match.Groups[1].Value.Trim().Trim('"', '\'');
        return end + 1;
    }

    private static string? FenceOf(string line)
    {
        string trimmed = line.TrimStart(' ', '\t', '>');
        int length = trimmed.TakeWhile(c => c == (trimmed[0] == '~' ? '~' : '`')).Count();
        return length >= 3 ? trimmed[..length] : null;
    }

    private static bool ClosesFence(string line, string fence)
    {
        string trimmed = line.Trim(' ', '\t', '>');
        return trimmed.Length >= fence.Length && trimmed.All(c => c == fence[0]);
    }

    private static bool IsParagraphStart(List<string> lines, int i, int start) => i == start || lines[i - 1].Trim().Length == 0;

    private static string Clean(string line) => Link().Replace(line, "$1");

    [GeneratedRegex(@"^ {0,3}#{1,6}(?:[ \t]+(.*?))?(?:[ \t]+#*)?[ \t]*$", RegexOptions.CultureInvariant)]
    private static partial Regex AtxHeading();

    [GeneratedRegex(@"^ {0,3}(=+|-{2,})[ \t]*$", RegexOptions.CultureInvariant)]
    private static partial Regex SetextUnderline();

    [GeneratedRegex(@"^title\s*[:=]\s*(.+)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex FrontTitle();

    [GeneratedRegex(@"!?\[([^\[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+""[^""]*"")?\)", RegexOptions.CultureInvariant)]
    private static partial Regex Link();

    [GeneratedRegex(@"<!--.*?-->", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Comment();
}
