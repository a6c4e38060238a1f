using Lucene.Net.Codecs;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings.Version1;
using Sparse.LuceneNet.Postings.Version2;

namespace Sparse.LuceneNet.Postings;

/// <summary>Writes the sparse fields of one segment, in either version; see <see cref="ImpactPostingsFormat"/> for the files.</summary>
internal sealed class ImpactPostingsWriter : FieldsConsumer
{
    private readonly SparseFieldFormat _format;
    private readonly int _version;
    private readonly int _documents;
    private readonly JointOrder? _order;
    private readonly IndexOutput _dictionary;
    private readonly IndexOutput _postings;
    private readonly RAMOutputStream _fields = new();
    private readonly RAMOutputStream _terms = new();
    private int _fieldCount;

    public ImpactPostingsWriter(SegmentWriteState state, int version, int reorderFrom, SparseFieldFormat format)
    {
        _format = format;
        _version = version;
        _documents = state.SegmentInfo.DocCount;
        _order = state.Context.Context == IOContext.UsageContext.MERGE && _documents >= reorderFrom ? JointOrder.Of(state.FieldInfos) : null;
        SegmentName = state.SegmentInfo.Name;
        IndexOutput? dictionary = null;
        try
        {
            dictionary = state.Directory.CreateOutput(FileName(ImpactPostingsFormat.DictionaryExtension), state.Context);
            CodecUtil.WriteHeader(dictionary, ImpactPostingsFormat.DictionaryCodec, version);
            _postings = state.Directory.CreateOutput(FileName(ImpactPostingsFormat.PostingsExtension), state.Context);
            CodecUtil.WriteHeader(_postings, ImpactPostingsFormat.PostingsCodec, version);
            _dictionary = dictionary;
        }
        catch
        {
            IOUtils.DisposeWhileHandlingException(dictionary, _postings);
            throw;
        }

        string FileName(string extension) => IndexFileNames.SegmentFileName(SegmentName, state.SegmentSuffix, extension);
    }

    /// <summary>Name of the segment, for messages.</summary>
    public string SegmentName { get; }

    /// <inheritdoc/>
    public override TermsConsumer AddField(FieldInfo field)
    {
        if (field.IndexOptions != IndexOptions.DOCS_AND_FREQS_AND_POSITIONS)
        {
            throw new ArgumentException(
                $"Sparse field '{field.Name}' of segment {SegmentName} is indexed as {field.IndexOptions}, and impacts need DOCS_AND_FREQS_AND_POSITIONS: give the field ImpactField values only.");
        }

        _fieldCount++;
        return _version == ImpactPostingsFormat1.Version
            ? new ImpactBlockTermsWriter(SegmentName, field, _format, _postings, _terms, _fields)
            : new ImpactSegmentTermsWriter(SegmentName, field, _format, _documents, _order, _postings, _terms, _fields);
    }

    /// <summary>Writes what every field begins with in the dictionary.</summary>
    /// <param name="to">The dictionary.</param>
    /// <param name="field">The field.</param>
    /// <param name="format">Its scale and encoder.</param>
    public static void WriteFormat(DataOutput to, FieldInfo field, SparseFieldFormat format)
    {
        to.WriteVInt32(field.Number);
        to.WriteInt32(BitConverter.SingleToInt32Bits(format.Scale));
        if (format.Encoder is { } encoder)
        {
            to.WriteByte(1);
            to.WriteString(encoder.Name);
            to.WriteString(encoder.Fingerprint);
            to.WriteString(encoder.VocabularyFingerprint);
            to.WriteByte(encoder.IsQueryOnly ? (byte)1 : (byte)0);
        }
        else
        {
            to.WriteByte(0);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing)
        {
            return;
        }

        // After an error this writes files that Lucene deletes at once; telling the cases apart would save nothing.
        try
        {
            CodecUtil.WriteFooter(_postings);
            _dictionary.WriteVInt64(_postings.Position);
            _dictionary.WriteVInt32(_fieldCount);
            _fields.WriteTo(_dictionary);
            CodecUtil.WriteFooter(_dictionary);
        }
        catch
        {
            IOUtils.DisposeWhileHandlingException(_dictionary, _postings, _terms, _fields);
            throw;
        }

        IOUtils.Dispose(_dictionary, _postings, _terms, _fields);
    }
}
