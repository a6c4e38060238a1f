using Lucene.Net.Codecs;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.Impacts;
using Sparse.LuceneNet.Impacts;

namespace Sparse.LuceneNet.Postings.Version2;

/// <summary>Writes one sparse field as an impact segment, at once or, where documents are reordered, when all terms are known.</summary>
internal sealed class ImpactSegmentTermsWriter : TermsConsumer
{
    private readonly string _segment;
    private readonly FieldInfo _field;
    private readonly SparseFieldFormat _format;
    private readonly int _documents;
    private readonly RAMOutputStream _terms;
    private readonly DataOutput _fields;
    private readonly IndexOutput _postings;
    private readonly ImpactTermBuffer _buffer;
    private readonly JointOrder? _order;
    private readonly PostingsStash? _stash;
    private readonly ImpactSegmentWriter? _writer;
    private readonly long _start;
    private PackedPostings? _packed;
    private int _termCount;

    /// <summary>Starts a field.</summary>
    /// <param name="segment">Name of the segment, for messages.</param>
    /// <param name="field">The field.</param>
    /// <param name="format">Its scale and encoder.</param>
    /// <param name="documents">Documents of the segment.</param>
    /// <param name="order">Puts like documents next to each other: the order that it has, or that this field finds, for which all
    /// postings are held in memory; null for the order of documents.</param>
    /// <param name="postings">Where the impact segment goes.</param>
    /// <param name="terms">Holds the terms until the field is finished; empty before and after.</param>
    /// <param name="fields">Where the field's dictionary goes when it is finished.</param>
    public ImpactSegmentTermsWriter(
        string segment, FieldInfo field, SparseFieldFormat format, int documents, JointOrder? order, IndexOutput postings, RAMOutputStream terms, DataOutput fields)
    {
        _segment = segment;
        _field = field;
        _format = format;
        _documents = documents;
        _postings = postings;
        _terms = terms;
        _fields = fields;
        _buffer = new ImpactTermBuffer(segment, field.Name, format);
        while (postings.Position % ImpactFormat.Alignment != 0)
        {
            postings.WriteByte(0);
        }

        _start = postings.Position;
        _order = order;
        if (order is { Documents: null })
        {
            _stash = new PostingsStash();
        }
        else
        {
            _writer = new ImpactSegmentWriter(new IndexOutputStream(postings), documents, order?.Documents);
        }
    }

    /// <inheritdoc/>
    public override IComparer<BytesRef> Comparer => BytesRef.UTF8SortedAsUnicodeComparer;

    /// <inheritdoc/>
    public override PostingsConsumer StartTerm(BytesRef text)
    {
        // The empty term sorts before all others, so that whether vectors are packed is known first.
        if (text.Length == 0)
        {
            return _packed = new PackedPostings(_segment, _field.Name);
        }

        _buffer.Start(text);
        return _buffer;
    }

    /// <inheritdoc/>
    public override void FinishTerm(BytesRef text, TermStats stats)
    {
        if (_packed is null)
        {
            Write(text, _buffer.Documents, _buffer.Values);
        }
        else if (text.Length > 0)
        {
            _packed.AddTerm(text, _buffer.Documents, _buffer.Values);
        }
    }

    /// <summary>Writes a term, after those before it in the order of their bytes.</summary>
    /// <param name="text">The term.</param>
    /// <param name="docs">Its documents, ascending.</param>
    /// <param name="impacts">Their impacts.</param>
    public void Write(BytesRef text, ReadOnlySpan<int> docs, ReadOnlySpan<byte> impacts)
    {
        _stash?.Add(docs, impacts);
        if (_order is null)
        {
            _writer!.AddTermInOrder(docs, impacts);
        }
        else
        {
            _writer?.AddTerm(docs, impacts);
        }

        _terms.WriteVInt32(text.Length);
        _terms.WriteBytes(text.Bytes, text.Offset, text.Length);
        _terms.WriteVInt32(docs.Length);
        _termCount++;
    }

    /// <inheritdoc/>
    public override void Finish(long sumTotalTermFreq, long sumDocFreq, int docCount)
    {
        _packed?.WriteTo(this);
        ImpactSegmentWriter writer = _writer ?? new ImpactSegmentWriter(new IndexOutputStream(_postings), _documents, Reorder());
        _stash?.MoveTo(writer);
        long length = writer.Finish();
        ImpactPostingsWriter.WriteFormat(_fields, _field, _format);
        _fields.WriteVInt32(docCount);
        _fields.WriteVInt32(_termCount);
        _fields.WriteVInt64(_start);
        _fields.WriteVInt64(length);
        _terms.WriteTo(_fields);
        _terms.Reset();
    }

    private int[] Reorder()
    {
        int[] order = _stash!.Order(_documents);

        // A field whose documents are all deleted has nothing to say to the others.
        _order!.Documents = _termCount > 0 ? order : null;
        return order;
    }
}
