using Lucene.Net.Analysis;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.LuceneNet.Storage;

namespace Sparse.LuceneNet.Lexical;

/// <summary>Likelier spellings of words that an index does not hold, from the index's own words.</summary>
/// <remarks>
/// The index holds stems. Stems at most two edits away are found by Lucene's Levenshtein automaton; the best one is shown as the
/// texts write it, for nobody searches for "vaccin".
/// </remarks>
internal static class Spelling
{
    private const int LongWord = 6;
    private const int ShortWord = 3;
    private const int TextsLookedAt = 3;

    /// <summary>Looks for likelier spellings.</summary>
    /// <param name="searcher">The index.</param>
    /// <param name="analyzer">The analyzer of its text.</param>
    /// <param name="query">The query's text.</param>
    /// <returns>One a word that no document holds and that has a neighbour, in the order of the query.</returns>
    public static IReadOnlyList<SpellingSuggestion> Suggest(IndexSearcher searcher, Analyzer analyzer, string query)
    {
        var suggestions = new List<SpellingSuggestion>();
        if (MultiFields.GetTerms(searcher.IndexReader, SparseFields.Text) is not { } terms)
        {
            return suggestions;
        }

        foreach ((string stem, int start, int end) in WordQuery.Places(analyzer, query))
        {
            if (stem.Length >= ShortWord && searcher.IndexReader.DocFreq(new Term(SparseFields.Text, stem)) == 0 && Nearest(terms, stem) is { } nearest)
            {
                string replacement = AsWritten(searcher, analyzer, nearest.Stem);
                suggestions.Add(new SpellingSuggestion(query[start..end], start, replacement, nearest.Documents));
            }
        }

        return suggestions;
    }

    // Fewest edits first, then the commoner one. Typists get the first letter right.
    private static (string Stem, int Documents)? Nearest(Terms terms, string stem)
    {
        int edits = stem.Length >= LongWord ? 2 : 1;
        var near = new FuzzyTermsEnum(terms, new AttributeSource(), new Term(SparseFields.Text, stem), edits, prefixLength: 1, transpositions: true);
        IBoostAttribute closeness = near.Attributes.AddAttribute<IBoostAttribute>();
        (string Stem, int Documents)? best = null;
        float bestCloseness = 0;
        while (near.MoveNext())
        {
            if (best is null || closeness.Boost > bestCloseness || (closeness.Boost == bestCloseness && near.DocFreq > best.Value.Documents))
            {
                best = (near.Term.Utf8ToString(), near.DocFreq);
                bestCloseness = closeness.Boost;
            }
        }

        return best;
    }

    private static string AsWritten(IndexSearcher searcher, Analyzer analyzer, string stem)
    {
        var forms = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (ScoreDoc found in searcher.Search(new TermQuery(new Term(SparseFields.Text, stem)), TextsLookedAt).ScoreDocs)
        {
            string text = DocumentFields.Read(searcher, found.Doc).FullText;
            foreach ((string word, int start, int end) in WordQuery.Places(analyzer, text))
            {
                if (word == stem)
                {
                    string form = text[start..end].ToLowerInvariant();
                    forms[form] = forms.GetValueOrDefault(form) + 1;
                }
            }
        }

        return forms.Count == 0 ? stem : forms.OrderByDescending(form => form.Value).ThenBy(form => form.Key, StringComparer.Ordinal).First().Key;
    }
}
