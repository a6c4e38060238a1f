using System.Globalization;
using System.Text.RegularExpressions;

namespace Sparse.Cli.Display;

/// <summary>The stretch of a text that holds most of the query's words.</summary>
internal static partial class Snippet
{
    /// <summary>Chooses the stretch.</summary>
    /// <param name="text">The document's text.</param>
    /// <param name="queryWords">Words as <see cref="Words"/> gives them.</param>
    /// <param name="columns">About so many columns.</param>
    /// <returns>One line, an ellipsis before it where it does not start with the text; the caller cuts its end.</returns>
    public static string Choose(string text, IReadOnlySet<string> queryWords, int columns)
    {
        string line = TextLayout.OneLine(text);
        if (line.Length <= columns)
        {
            return line;
        }

        // Places of query words, then the window that holds most of them, an early one first.
        int[] places = [.. WordPattern().Matches(line).Where(word => IsMatch(word.Value, queryWords)).Select(word => word.Index)];
        int best = 0, bestCount = 0;
        for (int i = 0; i < places.Length; i++)
        {
            int count = places.Skip(i).TakeWhile(place => place < places[i] + columns - 20).Count();
            if (count > bestCount)
            {
                (best, bestCount) = (places[i], count);
            }
        }

        if (best < columns / 2)
        {
            return line;
        }

        int start = line.LastIndexOf(' ', best - Math.Min(best, 20)) + 1;
        return start == 0 ? line : "… " + line[start..];
    }

    /// <summary>The words of a query, in lower case, without the shortest.</summary>
    /// <param name="query">Any text.</param>
    public static IReadOnlySet<string> Words(string query) =>
        WordPattern().Matches(query).Select(word => word.Value.ToLower(CultureInfo.InvariantCulture)).Where(word => word.Length > 2).ToHashSet();

    /// <summary>True when a word of the text is one of the query's, up to an ending.</summary>
    /// <param name="word">A word of the text.</param>
    /// <param name="queryWords">Words as <see cref="Words"/> gives them.</param>
    public static bool IsMatch(string word, IReadOnlySet<string> queryWords)
    {
        string lower = word.ToLower(CultureInfo.InvariantCulture);
        return queryWords.Contains(lower)
            || queryWords.Any(query => query.Length > 3 && lower.Length > 3 && Math.Abs(query.Length - lower.Length) <= 2
                && (lower.StartsWith(query, StringComparison.Ordinal) || query.StartsWith(lower, StringComparison.Ordinal)));
    }

    /// <summary>Words: letters, marks and digits together.</summary>
    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+")]
    public static partial Regex WordPattern();
}
