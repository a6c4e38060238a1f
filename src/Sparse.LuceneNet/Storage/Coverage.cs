using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Util;

namespace Sparse.LuceneNet.Storage;

/// <summary>Which documents of an index that began with text alone have their vectors by now: those with a mark. Told apart so, and not by
/// having terms, because an encoder may find none in a text.</summary>
/// <remarks>Marks count while the index is partial (<see cref="IndexIdentity.IsPartial"/>) and are not written after that.</remarks>
internal static class Coverage
{
    /// <summary>The column of marks.</summary>
    public const string Column = "sparse.covered";

    /// <summary>Marks a document, or a passage of one.</summary>
    /// <param name="lucene">The Lucene document.</param>
    public static void Mark(Document lucene) => lucene.Add(new NumericDocValuesField(Column, 1));

    /// <summary>True for a document with its vectors.</summary>
    /// <param name="leaf">Its segment.</param>
    /// <param name="doc">Lucene's number.</param>
    public static bool Has(AtomicReaderContext leaf, int doc) => leaf.AtomicReader.GetDocsWithField(Column)?.Get(doc - leaf.DocBase) == true;

    /// <summary>The live documents without vectors. None of them has passages.</summary>
    /// <param name="reader">A partial index.</param>
    /// <returns>Lucene's numbers, ascending.</returns>
    public static IEnumerable<int> Missing(IndexReader reader)
    {
        foreach (AtomicReaderContext leaf in reader.Leaves)
        {
            IBits? live = leaf.AtomicReader.LiveDocs;
            IBits? marked = leaf.AtomicReader.GetDocsWithField(Column);
            for (int doc = 0; doc < leaf.AtomicReader.MaxDoc; doc++)
            {
                if (live?.Get(doc) != false && marked?.Get(doc) != true)
                {
                    yield return leaf.DocBase + doc;
                }
            }
        }
    }
}
