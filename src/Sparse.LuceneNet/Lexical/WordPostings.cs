using Lucene.Net.Index;
using Lucene.Net.Search;

namespace Sparse.LuceneNet.Lexical;

/// <summary>The documents that hold a word, unpacked, over all segments of one state of an index.</summary>
/// <param name="docs">Document numbers, ascending, deleted ones included.</param>
/// <param name="frequencies">[docs] how often each says the word.</param>
internal sealed class WordPostings(int[] docs, ushort[] frequencies)
{
    /// <summary>The documents that hold it, ascending.</summary>
    public ReadOnlySpan<int> Docs => docs;

    /// <summary>How often a document says it.</summary>
    /// <param name="place">The document's place among them.</param>
    public int FrequencyAt(int place) => frequencies[place];

    /// <summary>Reads a word's postings.</summary>
    /// <param name="reader">The index.</param>
    /// <param name="term">Field and word.</param>
    /// <param name="docFreq">How many documents hold it.</param>
    /// <returns>Null where a document says the word more often than is kept.</returns>
    public static WordPostings? Read(IndexReader reader, Term term, int docFreq)
    {
        var docs = new int[docFreq];
        var frequencies = new ushort[docFreq];
        int count = 0;
        foreach (AtomicReaderContext leaf in reader.Leaves)
        {
            if (leaf.AtomicReader.GetTerms(term.Field)?.GetEnumerator() is not { } terms || !terms.SeekExact(term.Bytes))
            {
                continue;
            }

            DocsEnum postings = terms.Docs(null, null, DocsFlags.FREQS);
            for (int doc = postings.NextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = postings.NextDoc(), count++)
            {
                if (postings.Freq > ushort.MaxValue)
                {
                    return null;
                }

                docs[count] = leaf.DocBase + doc;
                frequencies[count] = (ushort)postings.Freq;
            }
        }

        return new WordPostings(docs, frequencies);
    }

    /// <summary>How often a document says the word; 0 where it doesn't.</summary>
    /// <param name="doc">A document number, above the last one asked for.</param>
    /// <param name="from">Where the last question ended; 0 at first.</param>
    public int Frequency(int doc, ref int from)
    {
        int at = docs.AsSpan(from).BinarySearch(doc);
        from += at < 0 ? ~at : at;
        return at < 0 ? 0 : frequencies[from];
    }
}
