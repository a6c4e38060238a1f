using Lucene.Net.Codecs;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;

namespace Sparse.LuceneNet.Postings.Version1;

/// <summary>Writes the terms of one sparse field, and passes each term's documents on to <see cref="ImpactBlockWriter"/>.</summary>
internal sealed class ImpactBlockTermsWriter : TermsConsumer
{
    private readonly FieldInfo _field;
    private readonly SparseFieldFormat _format;
    private readonly IndexOutput _postings;
    private readonly RAMOutputStream _terms;
    private readonly DataOutput _fields;
    private readonly ImpactBlockWriter _blocks;
    private readonly long _start;
    private long _termStart;
    private int _termCount;

    /// <summary>Starts a field.</summary>
    /// <param name="segment">Name of the segment, for messages.</param>
    /// <param name="field">The field.</param>
    /// <param name="format">Its scale and encoder.</param>
    /// <param name="postings">Where postings go, term after term.</param>
    /// <param name="terms">Holds the terms until the field is finished; empty before and after.</param>
    /// <param name="fields">Where the field's dictionary goes when it is finished.</param>
    public ImpactBlockTermsWriter(string segment, FieldInfo field, SparseFieldFormat format, IndexOutput postings, RAMOutputStream terms, DataOutput fields)
    {
        _field = field;
        _format = format;
        _postings = postings;
        _terms = terms;
        _fields = fields;
        _blocks = new ImpactBlockWriter(segment, field.Name, format, postings);
        _start = postings.Position;
    }

    /// <inheritdoc/>
    public override IComparer<BytesRef> Comparer => BytesRef.UTF8SortedAsUnicodeComparer;

    /// <inheritdoc/>
    public override PostingsConsumer StartTerm(BytesRef text)
    {
        _termStart = _postings.Position;
        _blocks.Start(text);
        return _blocks;
    }

    /// <inheritdoc/>
    public override void FinishTerm(BytesRef text, TermStats stats)
    {
        _blocks.Finish();
        _terms.WriteVInt32(text.Length);
        _terms.WriteBytes(text.Bytes, text.Offset, text.Length);
        _terms.WriteVInt32(stats.DocFreq);
        _terms.WriteVInt64(_postings.Position - _termStart);
        _termCount++;
    }

    /// <inheritdoc/>
    public override void Finish(long sumTotalTermFreq, long sumDocFreq, int docCount)
    {
        ImpactPostingsWriter.WriteFormat(_fields, _field, _format);
        _fields.WriteVInt32(docCount);
        _fields.WriteVInt32(_termCount);
        _fields.WriteVInt64(_start);
        _terms.WriteTo(_fields);
        _terms.Reset();
    }
}
