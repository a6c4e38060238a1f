using Lucene.Net.Codecs;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;

namespace Sparse.LuceneNet.Postings;

/// <summary>Writes the sparse fields of one segment; see <see cref="ImpactPostingsFormat"/> for the files.</summary>
internal sealed class ImpactPostingsWriter : FieldsConsumer
{
    private readonly SparseFieldFormat _format;
    private readonly IndexOutput _dictionary;
    private readonly IndexOutput _postings;
    private readonly RAMOutputStream _fields = new();
    private readonly RAMOutputStream _terms = new();
    private int _fieldCount;

    public ImpactPostingsWriter(SegmentWriteState state, SparseFieldFormat format)
    {
        _format = format;
        SegmentName = state.SegmentInfo.Name;
        IndexOutput? dictionary = null;
        try
        {
            dictionary = state.Directory.CreateOutput(FileName(ImpactPostingsFormat.DictionaryExtension), state.Context);
            CodecUtil.WriteHeader(dictionary, ImpactPostingsFormat.DictionaryCodec, ImpactPostingsFormat.Version);
            _postings = state.Directory.CreateOutput(FileName(ImpactPostingsFormat.PostingsExtension), state.Context);
            CodecUtil.WriteHeader(_postings, ImpactPostingsFormat.PostingsCodec, ImpactPostingsFormat.Version);
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
        return new ImpactTermsWriter(SegmentName, field, _format, _postings, _terms, _fields);
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
