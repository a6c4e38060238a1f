using Lucene.Net.Analysis;
using Lucene.Net.Analysis.TokenAttributes;
using Lucene.Net.Index;
using Lucene.Net.Search;

namespace Sparse.LuceneNet.Lexical;

/// <summary>Text to a bag of words: any of them may match, and a word said twice counts twice. No character has a meaning of its own.</summary>
internal static class WordQuery
{
    /// <summary>Makes the query of a text.</summary>
    /// <param name="analyzer">The analyzer that the field was indexed with.</param>
    /// <param name="field">The field.</param>
    /// <param name="text">Any text.</param>
    /// <returns>The query; null when the analyzer leaves no word.</returns>
    public static Query? Parse(Analyzer analyzer, string field, string text) =>
        Words(analyzer, field, text) is { Count: > 0 } words ? AnyOf(field, [.. words.Select(word => (word.Word, (float)word.Count))]) : null;

    /// <summary>The words of a text with how often it says them, in the order of their first places.</summary>
    /// <param name="analyzer">The analyzer that the field was indexed with.</param>
    /// <param name="field">The field.</param>
    /// <param name="text">Any text.</param>
    public static List<(string Word, int Count)> Words(Analyzer analyzer, string field, string text)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var found = new List<(string Word, int Count)>();
        using TokenStream words = analyzer.GetTokenStream(field, text);
        ICharTermAttribute word = words.AddAttribute<ICharTermAttribute>();
        words.Reset();
        while (words.IncrementToken())
        {
            string value = word.ToString();
            if (places.TryGetValue(value, out int place))
            {
                found[place] = (value, found[place].Count + 1);
            }
            else
            {
                places.Add(value, found.Count);
                found.Add((value, 1));
            }
        }

        words.End();
        return found;
    }

    /// <summary>Any of some words.</summary>
    /// <param name="field">The field.</param>
    /// <param name="words">Analysed words, each with its factor; at least one.</param>
    public static Query AnyOf(string field, IReadOnlyList<(string Word, float Weight)> words)
    {
        List<Query> clauses = [.. words.Select(word => new TermQuery(new Term(field, word.Word)) { Boost = word.Weight })];

        // Lucene limits the clauses of one BooleanQuery (1,024 unless the application says otherwise): sums of sums score the same.
        int limit = Math.Max(2, BooleanQuery.MaxClauseCount);
        while (clauses.Count > limit)
        {
            clauses = [.. clauses.Chunk(limit).Select(AnyOf)];
        }

        return AnyOf(clauses);
    }

    private static Query AnyOf(IReadOnlyCollection<Query> clauses)
    {
        var query = new BooleanQuery(disableCoord: true);
        foreach (Query clause in clauses)
        {
            query.Add(clause, Occur.SHOULD);
        }

        return query;
    }
}
