using System.Runtime.CompilerServices;
using Lucene.Net.Codecs;
using Lucene.Net.Index;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;

namespace Sparse.LuceneNet.Postings;

/// <summary>Gathers one term's postings, and checks what it is given: impacts, and on a merge their scale.</summary>
internal abstract class ImpactConsumer(string segment, string field, SparseFieldFormat format, int capacity) : PostingsConsumer
{
    private int[] _docs = new int[capacity];
    private byte[] _impacts = new byte[capacity];
    private MergedDocuments? _merged;
    private BytesRef? _term;
    private int _count;

    /// <summary>Documents gathered, ascending.</summary>
    protected ReadOnlySpan<int> Docs => _docs.AsSpan(0, _count);

    /// <summary>Their impacts.</summary>
    protected ReadOnlySpan<byte> Impacts => _impacts.AsSpan(0, _count);

    /// <summary>Starts a term; what was given for one that was never finished is forgotten.</summary>
    /// <param name="term">The term, for messages; read before the next call only.</param>
    public virtual void Start(BytesRef term)
    {
        _term = term;
        _count = 0;
    }

    /// <inheritdoc/>
    public override void StartDoc(int docId, int freq)
    {
        if (_count == _docs.Length)
        {
            MakeRoom();
        }

        _docs[_count] = docId;
        _impacts[_count] = 0;
    }

    /// <inheritdoc/>
    public override void AddPosition(int position, BytesRef? payload, int startOffset, int endOffset)
    {
        if (payload is not { Length: 1 })
        {
            throw new ArgumentException(
                $"{Place()} has a payload of {payload?.Length ?? 0} bytes, and an impact is one byte: give the field ImpactField values only.");
        }

        byte impact = payload.Bytes[payload.Offset];
        if (impact == 0)
        {
            throw new ArgumentException($"{Place()} has impact 0, and impacts are 1 to 255: leave the term out.");
        }

        // Two values of the field in one document: the larger impact stands, as in max pooling over text.
        _impacts[_count] = Math.Max(_impacts[_count], impact);
    }

    /// <inheritdoc/>
    public override void FinishDoc()
    {
        if (_impacts[_count] == 0)
        {
            throw new ArgumentException($"{Place()} has no position to carry its impact: give the field ImpactField values only.");
        }

        _count++;
    }

    /// <inheritdoc/>
    public override TermStats Merge(MergeState mergeState, IndexOptions indexOptions, DocsEnum postings, FixedBitSet visitedDocs)
    {
        if (postings is not MappingMultiDocsAndPositionsEnum mapping)
        {
            return base.Merge(mergeState, indexOptions, postings, visitedDocs);
        }

        Span<MultiDocsAndPositionsEnum.EnumWithSlice> sources = mapping.Subs.AsSpan(0, mapping.NumSubs);
        RefuseOtherFormats(sources);
        foreach (MultiDocsAndPositionsEnum.EnumWithSlice source in sources)
        {
            if (source.DocsAndPositionsEnum is not ImpactPostingsEnum { Cursor: not null })
            {
                return base.Merge(mergeState, indexOptions, postings, visitedDocs);
            }
        }

        _merged ??= new MergedDocuments(mergeState);
        int count = 0;
        foreach (MultiDocsAndPositionsEnum.EnumWithSlice source in sources)
        {
            count += Copy(((ImpactPostingsEnum)source.DocsAndPositionsEnum).Cursor!, source.Slice.ReaderIndex, _merged, visitedDocs);
        }

        return new TermStats(count, count);
    }

    /// <summary>Called when the gathered postings fill their capacity: takes them away by <see cref="Clear"/>, or asks for more room by <see cref="Grow"/>.</summary>
    protected abstract void MakeRoom();

    /// <summary>Forgets the gathered postings.</summary>
    protected void Clear() => _count = 0;

    /// <summary>Doubles the capacity.</summary>
    protected void Grow()
    {
        int size = (int)Math.Min(Array.MaxLength, _docs.Length * 2L);
        Array.Resize(ref _docs, size);
        Array.Resize(ref _impacts, size);
    }

    /// <summary>Adds a source's postings of the term, but for those of deleted documents.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Copy(ImpactCursor source, int reader, MergedDocuments documents, FixedBitSet visitedDocs)
    {
        int count = 0, start = documents.Start(reader);
        int[]? moved = documents.Moved(reader);
        for (ReadOnlySpan<int> docs = source.Docs; docs.Length > 0; docs = source.Docs)
        {
            ReadOnlySpan<byte> impacts = source.Impacts;
            for (int i = 0; i < docs.Length; i++)
            {
                int doc = moved is null ? start + docs[i] : moved[docs[i]];
                if (doc < 0)
                {
                    continue;
                }

                if (_count == _docs.Length)
                {
                    MakeRoom();
                }

                _docs[_count] = doc;
                _impacts[_count++] = impacts[i];
                visitedDocs.Set(doc);
                count++;
            }

            source.Skip(docs.Length);
        }

        return count;
    }

    private void RefuseOtherFormats(ReadOnlySpan<MultiDocsAndPositionsEnum.EnumWithSlice> sources)
    {
        foreach (MultiDocsAndPositionsEnum.EnumWithSlice source in sources)
        {
            switch (source.DocsAndPositionsEnum)
            {
                case ImpactPostingsEnum impacts when !impacts.Terms.Format.IsCompatibleWith(format):
                    throw new InvalidDataException(
                        $"Sparse field '{field}' has {impacts.Terms.Format.Describe()} in segment {impacts.Terms.Segment} and {format.Describe()} in this writer, and impacts of different meaning do not merge: open the index with its own format, or encode its documents again.");
                case MultiDocsAndPositionsEnum nested:
                    RefuseOtherFormats(nested.Subs.AsSpan(0, nested.NumSubs));
                    break;
                default:
                    break;
            }
        }
    }

    private string Place() => $"Term '{_term?.Utf8ToString()}' of document {_docs[_count]} in sparse field '{field}' of segment {segment}";
}
