namespace Sparse.LuceneNet.Rules;

/// <summary>Words of queries and of the patterns that rules name: letters and digits in lower case.</summary>
internal static class QueryWords
{
    /// <summary>Splits a query or a pattern.</summary>
    /// <param name="text">Any text; a * at the end of a word belongs to it.</param>
    public static List<string> Split(string text)
    {
        var words = new List<string>();
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool isWord = i < text.Length && (char.IsLetterOrDigit(text[i]) || (text[i] == '*' && start >= 0));
            if (isWord && start < 0)
            {
                start = i;
            }
            else if (!isWord && start >= 0)
            {
                words.Add(text[start..i].ToLowerInvariant());
                start = -1;
            }
        }

        return words;
    }

    /// <summary>True when a query says the words of a pattern in a row.</summary>
    /// <param name="query">The query's words.</param>
    /// <param name="pattern">The pattern.</param>
    public static bool Say(List<string> query, string pattern)
    {
        List<string> words = Split(pattern);
        for (int at = 0; at + words.Count <= query.Count; at++)
        {
            if (words.Select((word, i) => word.EndsWith('*') ? query[at + i].StartsWith(word.TrimEnd('*'), StringComparison.Ordinal) : query[at + i] == word).All(isSaid => isSaid))
            {
                return words.Count > 0;
            }
        }

        return false;
    }
}
