using System.Collections.Concurrent;
using Lucene.Net.Index;
using Lucene.Net.Search;

namespace Sparse.LuceneNet.Lexical;

/// <summary>Where words stand in one state of an index, and in how many documents. Safe for concurrent use.</summary>
/// <remarks>
/// Kept from query to query, because finding a word costs as much as reading a short list of postings, and feedback asks for dozens of common ones a query.
/// Of a word that is asked for again the postings are kept too, unpacked: looking for thirty words of feedback in thirty documents took .36 ms through
/// Lucene's skip lists, which start anew for each word and segment (2026-11-30, 107 k documents).
/// </remarks>
/// <param name="searcher">A searcher of the state.</param>
internal sealed class KnownWords(IndexSearcher searcher)
{
    // Some 300 bytes each.
    private const int Most = 20_000;

    // 6 bytes each: 24 MB, of which no word takes more than an eighth.
    private const int MostPostings = 4_000_000;

    // So few are read whole the first time: it costs less than to look for some of them.
    private const int Few = 256;
    private readonly ConcurrentDictionary<(string Field, string Word), Known> _found = new();
    private int _postings;

    /// <summary>How many documents hold a word, deleted ones included until they are merged away.</summary>
    /// <param name="field">Where.</param>
    /// <param name="word">The word.</param>
    public int Documents(string field, string word) => Find(field, word).Context.DocFreq;

    /// <summary>The query of a word.</summary>
    /// <param name="field">Where.</param>
    /// <param name="word">The word.</param>
    /// <param name="weight">Its factor.</param>
    public TermQuery Query(string field, string word, float weight) => new(new Term(field, word), Find(field, word).Context) { Boost = weight };

    /// <summary>The postings of a word.</summary>
    /// <param name="field">Where.</param>
    /// <param name="word">The word.</param>
    /// <returns>Null where they are not kept: the first time, unless they are few, and where there are too many.</returns>
    public WordPostings? Postings(string field, string word)
    {
        Known known = Find(field, word);
        int docFreq = known.Context.DocFreq;
        if (known.Postings is not null || docFreq > MostPostings / 8 || (Interlocked.Increment(ref known.Asked) < 2 && docFreq > Few))
        {
            return known.Postings;
        }

        if (Interlocked.Add(ref _postings, docFreq) > MostPostings)
        {
            Forget();
        }

        known.Postings = WordPostings.Read(searcher.IndexReader, new Term(field, word), docFreq);
        if (known.Postings is null)
        {
            Interlocked.Exchange(ref known.Asked, int.MinValue);
        }

        return known.Postings;
    }

    private Known Find(string field, string word)
    {
        if (!_found.TryGetValue((field, word), out Known? found))
        {
            if (_found.Count >= Most)
            {
                Forget();
            }

            found = new Known(TermContext.Build(searcher.TopReaderContext, new Term(field, word)));
            _found[(field, word)] = found;
        }

        return found;
    }

    private void Forget()
    {
        _found.Clear();
        Interlocked.Exchange(ref _postings, 0);
    }

    private sealed class Known(TermContext context)
    {
        public int Asked;

        public TermContext Context => context;

        public WordPostings? Postings { get; set; }
    }
}
