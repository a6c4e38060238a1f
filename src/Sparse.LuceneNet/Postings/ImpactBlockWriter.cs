using Lucene.Net.Codecs;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;

namespace Sparse.LuceneNet.Postings;

/// <summary>Writes one term's postings in blocks, and checks what it is given: impacts, and on a merge their scale.</summary>
internal sealed class ImpactBlockWriter(string segment, string field, SparseFieldFormat format, IndexOutput postings) : PostingsConsumer
{
    private readonly int[] _docs = new int[ImpactPostingsFormat.BlockSize];
    private readonly byte[] _impacts = new byte[ImpactPostingsFormat.BlockSize];
    private readonly byte[] _gaps = new byte[ImpactPostingsFormat.BlockSize * 5];
    private BytesRef? _term;
    private int _count;
    private int _lastBlockDoc;

    /// <summary>Starts a term; what was given for one that was never finished is forgotten.</summary>
    /// <param name="term">The term, for messages; read before the next call only.</param>
    public void Start(BytesRef term)
    {
        _term = term;
        _count = 0;
        _lastBlockDoc = -1;
    }

    /// <summary>Writes what is left of the term.</summary>
    public void Finish()
    {
        if (_count > 0)
        {
            WriteBlock();
        }
    }

    /// <inheritdoc/>
    public override void StartDoc(int docId, int freq)
    {
        if (_count == ImpactPostingsFormat.BlockSize)
        {
            WriteBlock();
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
        if (postings is MappingMultiDocsAndPositionsEnum mapping)
        {
            RefuseOtherFormats(mapping.Subs.AsSpan(0, mapping.NumSubs));
        }

        return base.Merge(mergeState, indexOptions, postings, visitedDocs);
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

    private void WriteBlock()
    {
        int length = 0;
        int previous = _lastBlockDoc;
        foreach (int doc in _docs.AsSpan(0, _count))
        {
            uint gap = (uint)(doc - previous - 1);
            for (; gap > 0x7F; gap >>= 7)
            {
                _gaps[length++] = (byte)((gap & 0x7F) | 0x80);
            }

            _gaps[length++] = (byte)gap;
            previous = doc;
        }

        postings.WriteVInt32(previous - _lastBlockDoc - 1);
        postings.WriteVInt32(length);
        postings.WriteBytes(_impacts, 0, _count);
        postings.WriteBytes(_gaps, 0, length);
        _lastBlockDoc = previous;
        _count = 0;
    }
}
