using System.Collections.Concurrent;
using Lucene.Net.Index;
using Lucene.Net.Search;

namespace Sparse.LuceneNet.Lexical;

/// <summary>Where words stand in one state of an index, and in how many documents. Safe for concurrent use.</summary>
/// <remarks>Kept from query to query, because finding a word costs as much as reading a short list of postings, and feedback asks for dozens of common ones a query.</remarks>
/// <param name="searcher">A searcher of the state.</param>
internal sealed class KnownWords(IndexSearcher searcher)
{
    // Some 300 bytes each.
    private const int Most = 20_000;
    private readonly ConcurrentDictionary<(string Field, string Word), TermContext> _found = new();

    /// <summary>How many documents hold a word, deleted ones included until they are merged away.</summary>
    /// <param name="field">Where.</param>
    /// <param name="word">The word.</param>
    public int Documents(string field, string word) => Find(field, word).DocFreq;

    /// <summary>The query of a word.</summary>
    /// <param name="field">Where.</param>
    /// <param name="word">The word.</param>
    /// <param name="weight">Its factor.</param>
    public TermQuery Query(string field, string word, float weight) => new(new Term(field, word), Find(field, word)) { Boost = weight };

    private TermContext Find(string field, string word)
    {
        if (!_found.TryGetValue((field, word), out TermContext? found))
        {
            if (_found.Count >= Most)
            {
                _found.Clear();
            }

            found = TermContext.Build(searcher.TopReaderContext, new Term(field, word));
            _found[(field, word)] = found;
        }

        return found;
    }
}
