using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.LuceneNet.Lexical;

namespace Sparse.LuceneNet.Hybrid;

/// <summary>Words of one query, each looked up in the index once: finding a word costs more than a posting list of it. For one thread.</summary>
/// <param name="searcher">A searcher of the index's view.</param>
internal sealed class KnownWords(IndexSearcher searcher)
{
    private readonly Dictionary<(string Field, string Word), TermContext> _found = [];

    /// <summary>How many documents hold a word, deleted ones included until they are merged away.</summary>
    /// <param name="field">Where.</param>
    /// <param name="word">The word.</param>
    public int Documents(string field, string word) => Find(field, word).DocFreq;

    /// <summary>How rare a word of the texts is.</summary>
    /// <param name="word">The word.</param>
    /// <param name="documents">Documents that have words.</param>
    public double Idf(string word, long documents) => ExactLengthBm25.Idf(documents, Documents(SparseFields.Text, word));

    /// <summary>The query of a word.</summary>
    /// <param name="field">Where.</param>
    /// <param name="word">The word.</param>
    /// <param name="weight">Its factor.</param>
    public TermQuery Query(string field, string word, float weight) => new(new Term(field, word), Find(field, word)) { Boost = weight };

    private TermContext Find(string field, string word)
    {
        if (!_found.TryGetValue((field, word), out TermContext? found))
        {
            _found[(field, word)] = found = TermContext.Build(searcher.TopReaderContext, new Term(field, word));
        }

        return found;
    }
}
