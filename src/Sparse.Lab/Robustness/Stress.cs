using System.Text;
using Sparse.Formats;

namespace Sparse.Lab.Robustness;

/// <summary>Queries as people mistype, reorder and reword them; each kind drawn with a seed.</summary>
internal static class Stress
{
    /// <summary>The kinds.</summary>
    internal static IReadOnlyList<string> Kinds { get; } = ["typos", "word order", "synonyms", "capitals", "accents"];

    /// <summary>Changes queries.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="seed">Of the draws.</param>
    /// <returns>The queries in order; those that the kind finds nothing to change in are as they were.</returns>
    internal static IReadOnlyList<QueryText> Changed(IReadOnlyList<QueryText> queries, string kind, int seed)
    {
        var random = new Random(seed);
        return [.. queries.Select(query => query with { Text = Changed(query.Text, kind, random) })];
    }

    private static string Changed(string text, string kind, Random random)
    {
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return kind switch
        {
            "typos" => string.Join(' ', Typo(words, random)),
            "word order" => string.Join(' ', words.OrderBy(_ => random.Next())),
            "synonyms" => string.Join(' ', words.Select(Synonym)),
            "capitals" => text.ToUpperInvariant(),
            "accents" => string.Join(' ', words.Select(word => Accented(word, random))),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind of stress."),
        };
    }

    /// <summary>One slip of the fingers in one word of four letters or more: two letters swapped, one left out, one twice, or a neighbour's key.</summary>
    private static string[] Typo(string[] words, Random random)
    {
        int[] open = [.. Enumerable.Range(0, words.Length).Where(i => words[i].Length >= 4 && words[i].All(char.IsLetter))];
        if (open.Length == 0)
        {
            return words;
        }

        string[] changed = [.. words];
        int at = open[random.Next(open.Length)];
        string word = changed[at];
        int letter = random.Next(1, word.Length - 1);
        changed[at] = random.Next(4) switch
        {
            0 => word[..letter] + word[letter + 1] + word[letter] + word[(letter + 2)..],
            1 => word.Remove(letter, 1),
            2 => word.Insert(letter, word[letter].ToString()),
            _ => word[..letter] + Neighbour(word[letter], random) + word[(letter + 1)..],
        };
        return changed;
    }

    private static char Neighbour(char letter, Random random)
    {
        foreach (string row in (string[])["qwertyuiop", "asdfghjkl", "zxcvbnm"])
        {
            int at = row.IndexOf(char.ToLowerInvariant(letter), StringComparison.Ordinal);
            if (at >= 0)
            {
                return row[at == 0 ? 1 : at == row.Length - 1 ? at - 1 : random.Next(2) == 0 ? at - 1 : at + 1];
            }
        }

        return letter;
    }

    private static string Synonym(string word)
    {
        string bare = word.ToLowerInvariant().TrimEnd('.', ',', '?', '!');
        return Synonyms.Of(bare) is { } other ? other + word[bare.Length..] : word;
    }

    private static string Accented(string word, Random random)
    {
        int[] vowels = [.. Enumerable.Range(0, word.Length).Where(i => "aeiouAEIOU".Contains(word[i], StringComparison.Ordinal))];
        if (vowels.Length == 0)
        {
            return word;
        }

        int at = vowels[random.Next(vowels.Length)];
        return (word[..(at + 1)] + '\u0301' + word[(at + 1)..]).Normalize(NormalizationForm.FormC);
    }
}
