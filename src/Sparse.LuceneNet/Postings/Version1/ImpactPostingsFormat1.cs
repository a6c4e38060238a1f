using Lucene.Net.Codecs;
using Lucene.Net.Index;
using Sparse.LuceneNet.Impacts;

namespace Sparse.LuceneNet.Postings.Version1;

/// <summary>Postings of sparse fields: for each term its documents and one impact of 1 to 255 in each. Version 1 of the format: read, and written by tests alone.</summary>
/// <remarks>
/// <para>
/// Impacts arrive as one-byte payloads (<see cref="ImpactField"/> sends them so) and are handed back as such: frequency 1,
/// position 0, payload = impact. Whatever Lucene does with postings works on them. Refused when a segment is written, because
/// Lucene shows postings no earlier: a token without payload, a payload longer than one byte, impact 0, and a field indexed
/// without positions. As in any postings format such an error costs the documents buffered in that thread, so give the field
/// only <see cref="ImpactField"/> values, which cannot cause it. A term that comes more than once in one document (two values
/// of the field) keeps its largest impact. Segments of different scale or encoder do not merge.
/// </para>
/// <para>The files, in the notation of Lucene's own formats (Int32 and Int64 big-endian, VInt and VLong variable-length):</para>
/// <code>
/// .sid, the dictionary: read into memory and verified whole when the segment is opened
///   Dictionary → Header, PostingsLength, FieldCount, Field^FieldCount, Footer
///   Header     → CodecUtil header, name "SparseImpactDictionary", version 1
///   Field      → FieldNumber, Scale, HasEncoder, [Encoder], DocCount, TermCount, Start, Term^TermCount
///   Encoder    → Name, Fingerprint, VocabularyFingerprint, IsQueryOnly
///   Term       → Length, Utf8^Length, DocFreq, Bytes          ascending by UTF-8 bytes
///     PostingsLength, Start, Bytes       VLong   length of .sip; offset of the field's first term in it; length of the term's part
///     FieldCount, FieldNumber, DocCount  VInt    fields; Lucene's number of the field; documents with at least one term
///     TermCount, Length, DocFreq         VInt    terms of the field; bytes of the term; its documents, > 0
///     Scale                              Int32   weight of one impact step, bits of an IEEE 754 single
///     HasEncoder, IsQueryOnly            Byte    0 or 1
///     Name, Fingerprint, Vocabulary...   String  see EncoderIdentity
///   Footer     → CodecUtil footer: CRC-32 of all bytes before it
///
/// .sip, the postings: header, length and footer verified when the segment is opened, the checksum by CheckIntegrity
///   Postings   → Header, TermPostings^(terms of all fields), Footer
///   Header     → CodecUtil header, name "SparseImpactPostings", version 1
///   TermPostings → Block^⌈DocFreq / 128⌉                      documents ascending, 128 a block, the last one shorter
///   Block      → LastGap, GapBytes, Impact^n, Gap^n
///     LastGap    VInt    last document of this block − last document of the block before (−1 for the first) − 1
///     GapBytes   VInt    length of all the gaps in bytes, so that a block can be skipped
///     Impact     Byte    1 to 255
///     Gap        VInt    document − document before − 1
/// </code>
/// </remarks>
[PostingsFormatName("SparseImpact1")]
internal sealed class ImpactPostingsFormat1 : PostingsFormat
{
    internal const int Version = 1;

    internal const int BlockSize = 128;

    private readonly SparseFieldFormat? _format;

    /// <summary>Makes a format that reads any sparse field but writes none: what Lucene's look-up by name needs.</summary>
    public ImpactPostingsFormat1()
    {
    }

    /// <summary>Makes a format that writes fields of one scale and encoder, and reads any.</summary>
    /// <param name="format">Scale and encoder of the fields that it is given.</param>
    public ImpactPostingsFormat1(SparseFieldFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        _format = format;
        SparseCodec.Register();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">This instance was made without scale, for reading.</exception>
    public override FieldsConsumer FieldsConsumer(SegmentWriteState state) =>
        new ImpactPostingsWriter(state, Version, int.MaxValue, _format ?? throw new InvalidOperationException(
            $"Postings format {Name} was asked to write without a scale; make it by new ImpactPostingsFormat1(format)."));

    /// <inheritdoc/>
    /// <exception cref="IndexFormatTooNewException">The segment was written by a later version.</exception>
    /// <exception cref="CorruptIndexException">A file is damaged or truncated.</exception>
    public override FieldsProducer FieldsProducer(SegmentReadState state) => new ImpactPostingsReader(state, Version, Version);
}
