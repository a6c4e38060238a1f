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
    public static Query? Parse(Analyzer analyzer, string field, string text)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var order = new List<string>();
        using (TokenStream words = analyzer.GetTokenStream(field, text))
        {
            ICharTermAttribute word = words.AddAttribute<ICharTermAttribute>();
            words.Reset();
            while (words.IncrementToken())
            {
                string value = word.ToString();
                if (!counts.TryGetValue(value, out int count))
                {
                    order.Add(value);
                }

                counts[value] = count + 1;
            }

            words.End();
        }

        var clauses = new List<Query>();
        foreach (string word in order)
        {
            clauses.Add(new TermQuery(new Term(field, word)) { Boost = counts[word] });
        }

        // Lucene limits the clauses of one BooleanQuery (1,024 unless the application says otherwise): sums of sums score the same.
        int limit = Math.Max(2, BooleanQuery.MaxClauseCount);
        while (clauses.Count > limit)
        {
            clauses = [.. clauses.Chunk(limit).Select(AnyOf)];
        }

        return clauses.Count == 0 ? null : AnyOf(clauses);
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
