using System.Globalization;
using System.Text.RegularExpressions;

namespace Sparse.Server;

/// <summary>Words of a text that are terms of a query.</summary>
internal static partial class Highlight
{
    private const int MostMarks = 200;

    /// <summary>The words of a text, in lower case.</summary>
    /// <param name="text">Any text.</param>
    public static HashSet<string> Words(string text) => [.. Word().Matches(text).Select(word => word.Value.ToLower(CultureInfo.InvariantCulture))];

    /// <summary>Finds the places to mark: words, up to a plural s.</summary>
    /// <param name="text">A hit's text.</param>
    /// <param name="words">Lower-case words.</param>
    public static IReadOnlyList<Mark> Find(string text, HashSet<string> words) =>
        [.. Word().Matches(text).Where(word => IsMatch(word.Value.ToLower(CultureInfo.InvariantCulture), words)).Take(MostMarks).Select(word => new Mark(word.Index, word.Length))];

    private static bool IsMatch(string word, HashSet<string> words) =>
        words.Contains(word) || words.Contains(word + "s") || (word.Length > 3 && word[^1] == 's' && words.Contains(word[..^1]));

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+")]
    private static partial Regex Word();
}
