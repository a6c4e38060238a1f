using System.Runtime.InteropServices;
using Lucene.Net.Analysis;
using Lucene.Net.Analysis.TokenAttributes;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.LuceneNet.Fields;

namespace Sparse.LuceneNet.Lexical;

/// <summary>Text to a bag of words: any of them may match, and a word said twice counts twice. No character has a meaning of its own.</summary>
internal static class WordQuery
{
    /// <summary>Makes the query of a text.</summary>
    /// <param name="analyzer">The analyzer that the fields were indexed with.</param>
    /// <param name="fields">The fields, each with its factor.</param>
    /// <param name="text">Any text.</param>
    /// <returns>The query; null when the analyzer leaves no word.</returns>
    public static Query? Parse(Analyzer analyzer, IReadOnlyDictionary<string, float> fields, string text)
    {
        List<(string Word, int Count)> words = Words(analyzer, text);
        return words.Count == 0 ? null : AnyOf(fields, words.Select(word => (word.Word, (float)word.Count)));
    }

    /// <summary>Any of some words, in any of some fields.</summary>
    /// <param name="fields">The fields, each with its factor.</param>
    /// <param name="words">Analysed words, each with its factor; at least one.</param>
    /// <returns>The query.</returns>
    public static Query AnyOf(IReadOnlyDictionary<string, float> fields, IEnumerable<(string Word, float Weight)> words)
    {
        (string Word, float Weight)[] all = [.. words];
        return Clauses.Join(
            [.. fields.SelectMany(field => all.Select(word => new TermQuery(new Term(field.Key, word.Word)) { Boost = word.Weight * field.Value }))], Occur.SHOULD);
    }

    /// <summary>The words of a text with how often it says them, in the order of their first places.</summary>
    /// <param name="analyzer">The analyzer.</param>
    /// <param name="text">Any text.</param>
    public static List<(string Word, int Count)> Words(Analyzer analyzer, string text)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var words = new List<(string Word, int Count)>();
        foreach ((string word, _, _) in Places(analyzer, text))
        {
            if (places.TryGetValue(word, out int place))
            {
                words[place] = (word, words[place].Count + 1);
            }
            else
            {
                places.Add(word, words.Count);
                words.Add((word, 1));
            }
        }

        return words;
    }

    /// <summary>The words of a text with how often it says them.</summary>
    /// <param name="analyzer">The analyzer.</param>
    /// <param name="text">Any text.</param>
    public static Dictionary<string, int> Counts(Analyzer analyzer, string text)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string word, _, _) in Places(analyzer, text))
        {
            CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _)++;
        }

        return counts;
    }

    /// <summary>The words of a text with their places.</summary>
    /// <param name="analyzer">The analyzer.</param>
    /// <param name="text">Any text.</param>
    /// <returns>Analysed words with UTF-16 offsets, in the order of the text.</returns>
    public static List<(string Word, int Start, int End)> Places(Analyzer analyzer, string text)
    {
        var found = new List<(string, int, int)>();
        using TokenStream words = analyzer.GetTokenStream(SparseFields.Text, text);
        ICharTermAttribute word = words.AddAttribute<ICharTermAttribute>();
        IOffsetAttribute offset = words.AddAttribute<IOffsetAttribute>();
        words.Reset();
        while (words.IncrementToken())
        {
            found.Add((word.ToString(), offset.StartOffset, offset.EndOffset));
        }

        words.End();
        return found;
    }
}
