using Lucene.Net.Index;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings.Version1;
using Sparse.LuceneNet.Postings.Version2;
using Sparse.Search;

namespace Sparse.LuceneNet.Postings;

/// <summary>One sparse field in one segment: what Lucene reads, and what our own scorers need beyond it.</summary>
internal sealed class ImpactTerms(
    SegmentInfo segment, FieldInfo info, SparseFieldFormat format, int version, ImpactDictionary dictionary, int docCount, long bytes, IndexInput? blocks, MappedImpacts? mapped) : Terms
{
    /// <summary>Name of the segment.</summary>
    public string Segment => segment.Name;

    /// <summary>Documents of the segment, deleted ones included.</summary>
    public int MaxDoc => segment.DocCount;

    /// <summary>Name of the field.</summary>
    public string Field => info.Name;

    /// <summary>Scale and encoder of the impacts.</summary>
    public SparseFieldFormat Format => format;

    /// <summary>Version of the files.</summary>
    public int FormatVersion => version;

    /// <summary>The terms.</summary>
    public ImpactDictionary Dictionary => dictionary;

    /// <summary>The postings of version 2; null in version 1.</summary>
    public MappedImpacts? Mapped => mapped;

    /// <summary>What the field takes on disk, dictionary and postings.</summary>
    public long Bytes => bytes;

    /// <summary>Memory held, in bytes.</summary>
    public long RamBytesUsed => dictionary.RamBytesUsed + (mapped?.RamBytesUsed ?? 0);

    /// <inheritdoc/>
    public override IComparer<BytesRef> Comparer => BytesRef.UTF8SortedAsUnicodeComparer;

    /// <inheritdoc/>
    public override long Count => dictionary.Count;

    /// <inheritdoc/>
    public override long SumTotalTermFreq => dictionary.PostingCount;

    /// <inheritdoc/>
    public override long SumDocFreq => dictionary.PostingCount;

    /// <inheritdoc/>
    public override int DocCount => docCount;

    /// <inheritdoc/>
    public override bool HasFreqs => true;

    /// <inheritdoc/>
    public override bool HasOffsets => false;

    /// <inheritdoc/>
    public override bool HasPositions => true;

    /// <inheritdoc/>
    public override bool HasPayloads => info.HasPayloads;

    /// <summary>The sparse field of a leaf reader, through any reader that wraps it without changing its terms.</summary>
    /// <param name="reader">A leaf.</param>
    /// <param name="field">Name of the field.</param>
    /// <returns>Null when no document of the leaf has a term in the field.</returns>
    /// <exception cref="InvalidDataException">The leaf holds the field in another postings format, which knows no scale.</exception>
    public static ImpactTerms? Of(AtomicReader reader, string field)
    {
        Terms? terms = reader.GetTerms(field);
        return terms switch
        {
            null => null,
            ImpactTerms impacts => impacts,
            _ => (terms.GetEnumerator() as ImpactTermsEnum)?.Terms ?? throw new InvalidDataException(
                $"Field '{field}' of {reader} is not a sparse field: it was written without SparseCodec, so its impacts have no scale; index it again with SparseCodec, or merge it by AddIndexes into an index that has it."),
        };
    }

    /// <inheritdoc/>
    public override TermsEnum GetEnumerator() => new ImpactTermsEnum(this);

    /// <summary>Looks terms up, and makes sure that what is found may be read. Needs a lease of <see cref="Mapped"/> where there is one.</summary>
    /// <param name="names">The terms.</param>
    /// <param name="weights">[terms] their quantised weights; a term of weight 0 adds nothing and is not looked up.</param>
    /// <param name="ordinals">[terms] overwritten: their ordinals, −1 where the segment doesn't have the term.</param>
    /// <returns>True when one was found.</returns>
    public bool Find(ReadOnlySpan<BytesRef> names, ReadOnlySpan<ushort> weights, Span<int> ordinals)
    {
        bool any = false;
        for (int i = 0; i < names.Length; i++)
        {
            int ord = ordinals[i] = weights[i] == 0 ? -1 : dictionary.Find(names[i]);
            if (ord >= 0)
            {
                any = true;
                mapped?.Term(ord);
            }
        }

        return any;
    }

    /// <summary>The impact of a term in a document. Needs a lease of <see cref="Mapped"/> where there is one.</summary>
    /// <param name="ord">The ordinal of a term that <see cref="Find"/> has found.</param>
    /// <param name="doc">A document number.</param>
    /// <returns>1 to 255, or 0 where the document doesn't have the term.</returns>
    public int Impact(int ord, int doc)
    {
        if (mapped is not null)
        {
            return PostingLookup.Impact(mapped.Segment, ord, mapped.PositionOf(doc));
        }

        ImpactCursor cursor = NewCursor();
        cursor.Start(ord);
        cursor.SeekTo(doc);
        return cursor.Doc == doc ? cursor.Impact : 0;
    }

    /// <summary>A fresh cursor over the postings of this field, for one thread.</summary>
    /// <returns>Positioned nowhere until its <see cref="ImpactCursor.Start"/>.</returns>
    public ImpactCursor NewCursor() => mapped is null ? new ImpactBlockCursor(this, (IndexInput)blocks!.Clone()) : new ImpactSegmentCursor(this, mapped);
}
