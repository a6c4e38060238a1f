using Lucene.Net.Documents;
using Lucene.Net.Index;
using Sparse.Chunks;

namespace Sparse.LuceneNet.Storage;

/// <summary>How passages lie in Lucene: documents one after the other, of which the first holds words and stored fields too.</summary>
/// <remarks>
/// They are added as one block and carry one id, so that they are replaced and deleted together; merges keep their order. Two columns
/// of numbers: the place of a passage among its document's, and its span. A document without passages has neither.
/// </remarks>
internal static class PassageColumns
{
    /// <summary>The place of a passage among its document's, from 0.</summary>
    public const string Ordinal = "sparse.passage";

    /// <summary>Start and end of a passage in the text, 32 bits each.</summary>
    public const string Span = "sparse.span";

    /// <summary>Adds the columns to a Lucene document.</summary>
    /// <param name="lucene">The Lucene document.</param>
    /// <param name="ordinal">The passage's place.</param>
    /// <param name="span">Its span.</param>
    public static void Add(Document lucene, int ordinal, Passage span)
    {
        lucene.Add(new NumericDocValuesField(Ordinal, ordinal));
        lucene.Add(new NumericDocValuesField(Span, ((long)span.Start << 32) | (uint)span.End));
    }

    /// <summary>True when some document of an index may have passages.</summary>
    /// <param name="reader">The index.</param>
    public static bool AreIn(IndexReader reader) => reader.Leaves.Any(leaf => leaf.AtomicReader.FieldInfos.FieldInfo(Ordinal) is not null);

    /// <summary>The Lucene document with a passage's words and stored fields.</summary>
    /// <param name="leaves">The index.</param>
    /// <param name="doc">Lucene's number of any passage, or of a document without.</param>
    /// <returns>The number of the first passage, or the same number.</returns>
    public static int HeadOf(IList<AtomicReaderContext> leaves, int doc)
    {
        AtomicReaderContext leaf = leaves[ReaderUtil.SubIndex(doc, leaves)];
        return doc - OrdinalOf(leaf, doc);
    }

    /// <summary>The place of a passage among its document's.</summary>
    /// <param name="leaf">Its segment.</param>
    /// <param name="doc">Lucene's number.</param>
    /// <returns>0 for the first, and for a document without passages.</returns>
    public static int OrdinalOf(AtomicReaderContext leaf, int doc) =>
        leaf.AtomicReader.GetNumericDocValues(Ordinal) is { } ordinals ? (int)ordinals.Get(doc - leaf.DocBase) : 0;

    /// <summary>The span of a passage.</summary>
    /// <param name="leaves">The index.</param>
    /// <param name="doc">Lucene's number.</param>
    /// <returns>Null for a document without passages.</returns>
    public static Passage? SpanOf(IList<AtomicReaderContext> leaves, int doc)
    {
        AtomicReaderContext leaf = leaves[ReaderUtil.SubIndex(doc, leaves)];
        if (leaf.AtomicReader.GetDocsWithField(Span) is not { } has || !has.Get(doc - leaf.DocBase))
        {
            return null;
        }

        long span = leaf.AtomicReader.GetNumericDocValues(Span).Get(doc - leaf.DocBase);
        return new Passage((int)(span >> 32), unchecked((int)span));
    }

    /// <summary>Counts live documents, whatever their passages.</summary>
    /// <param name="reader">The index.</param>
    public static int CountDocuments(IndexReader reader)
    {
        int documents = 0;
        foreach (AtomicReader segment in reader.Leaves.Select(leaf => leaf.AtomicReader))
        {
            documents += segment.NumDocs;
            if (segment.GetNumericDocValues(Ordinal) is { } ordinals)
            {
                for (int doc = 0; doc < segment.MaxDoc; doc++)
                {
                    documents -= ordinals.Get(doc) > 0 && segment.LiveDocs?.Get(doc) != false ? 1 : 0;
                }
            }
        }

        return documents;
    }
}
