using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Search.Similarities;
using Lucene.Net.Util;

namespace Sparse.LuceneNet.Lexical;

/// <summary>A searcher to whom only some documents exist: words and lengths are counted among them alone.</summary>
/// <remarks>
/// Its BM25 equals, to the last bit, that of an index which holds nothing but these documents: the same integers go into the same
/// formula. It costs one pass over the postings of the query's words and one over the lengths.
/// </remarks>
internal sealed class AdmittedSearcher : IndexSearcher
{
    private readonly FixedBitSet[] _admitted;
    private readonly long _documents;

    /// <summary>Makes the searcher.</summary>
    /// <param name="reader">The index.</param>
    /// <param name="filter">Which live documents are admitted; null for all.</param>
    /// <param name="similarity">Scores words; its norms are lengths.</param>
    public AdmittedSearcher(IndexReader reader, Filter? filter, Similarity similarity)
        : base(reader)
    {
        Similarity = similarity;
        _admitted = [.. reader.Leaves.Select(leaf => Admitted(leaf, filter))];
        _documents = _admitted.Sum(bits => (long)bits.Cardinality);
    }

    /// <inheritdoc/>
    public override CollectionStatistics CollectionStatistics(string field)
    {
        long documents = 0, words = 0;
        for (int i = 0; i < _admitted.Length; i++)
        {
            if (IndexReader.Leaves[i].AtomicReader.GetNormValues(field) is not { } lengths)
            {
                continue;
            }

            for (int doc = _admitted[i].NextSetBit(0); doc >= 0; doc = doc + 1 < _admitted[i].Length ? _admitted[i].NextSetBit(doc + 1) : -1)
            {
                long length = lengths.Get(doc);
                words += length;
                documents += length > 0 ? 1 : 0;
            }
        }

        return new CollectionStatistics(field, _documents, documents, words, words);
    }

    /// <inheritdoc/>
    public override TermStatistics TermStatistics(Term term, TermContext context)
    {
        long documents = 0, times = 0;
        for (int i = 0; i < _admitted.Length; i++)
        {
            DocsEnum? postings = IndexReader.Leaves[i].AtomicReader.GetTermDocsEnum(term);
            for (int doc = postings?.NextDoc() ?? DocIdSetIterator.NO_MORE_DOCS; doc != DocIdSetIterator.NO_MORE_DOCS; doc = postings!.NextDoc())
            {
                if (_admitted[i].Get(doc))
                {
                    documents++;
                    times += postings!.Freq;
                }
            }
        }

        return new TermStatistics(term.Bytes, documents, times);
    }

    private static FixedBitSet Admitted(AtomicReaderContext leaf, Filter? filter)
    {
        AtomicReader reader = leaf.AtomicReader;
        var bits = new FixedBitSet(Math.Max(1, reader.MaxDoc));
        if (filter is null)
        {
            for (int doc = 0; doc < reader.MaxDoc; doc++)
            {
                if (reader.LiveDocs?.Get(doc) != false)
                {
                    bits.Set(doc);
                }
            }
        }
        else if (filter.GetDocIdSet(leaf, reader.LiveDocs)?.GetIterator() is { } docs)
        {
            for (int doc = docs.NextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.NextDoc())
            {
                if (reader.LiveDocs?.Get(doc) != false)
                {
                    bits.Set(doc);
                }
            }
        }

        return bits;
    }
}
