using Lucene.Net.Codecs;
using Lucene.Net.Index;
using Sparse.LuceneNet.Impacts;

namespace Sparse.LuceneNet.Postings;

/// <summary>Postings of sparse fields: for each term its documents and one impact of 1 to 255 in each. Version 3 of the format.</summary>
/// <remarks>
/// <para>
/// Impacts arrive as one-byte payloads (<see cref="ImpactField"/> sends them so), or a document's whole vector as the payload of
/// the empty term (<see cref="PackedImpactField"/>). They are handed back as one-byte payloads: frequency 1, position 0,
/// payload = impact. Whatever Lucene does with postings works on them. Refused when a segment is written, because Lucene shows
/// postings no earlier: a token without payload, a payload longer than one byte, impact 0, an empty term whose payload is no
/// packed vector, and a field indexed without positions. As in any postings format such an error costs the documents buffered
/// in that thread, so give the field only <see cref="ImpactField"/> and <see cref="PackedImpactField"/> values, which cannot
/// cause it. A term that comes more than once in one document (two values of the field) keeps its largest impact. Segments of
/// different scale or encoder do not merge. Segments of version 1 and 2 are read, and become version 3 when they merge. Version 3 is
/// version 2 with a checksum for each term; both go by one name, so that a release from before it says that the segment is newer.
/// </para>
/// <para>The files, in the notation of Lucene's own formats (Int32 and Int64 big-endian, VInt and VLong variable-length):</para>
/// <code>
/// .sid, the dictionary: read into memory and verified whole when the segment is opened
///   Dictionary → Header, PostingsLength, FieldCount, Field^FieldCount, Footer
///   Header     → CodecUtil header, name "SparseImpactDictionary", version 3
///   Field      → FieldNumber, Scale, HasEncoder, [Encoder], DocCount, TermCount, Start, Length, Term^TermCount
///   Encoder    → Name, Fingerprint, VocabularyFingerprint, IsQueryOnly
///   Term       → TermLength, Utf8^TermLength, DocFreq         ascending by UTF-8 bytes
///     PostingsLength, Start, Length      VLong   length of .sip; where the field's part of it begins, a multiple of 64; its length
///     FieldCount, FieldNumber, DocCount  VInt    fields; Lucene's number of the field; documents with at least one term
///     TermCount, TermLength, DocFreq     VInt    terms of the field; bytes of the term; its documents, > 0
///     Scale                              Int32   weight of one impact step, bits of an IEEE 754 single
///     HasEncoder, IsQueryOnly            Byte    0 or 1
///     Name, Fingerprint, Vocabulary...   String  see EncoderIdentity
///   Footer     → CodecUtil footer: CRC-32 of all bytes before it
///
/// .sip, the postings: header, length, footer and term records verified when the segment is opened, each term with its checksum
///                     when it is first read; mapped into memory where it is a file of its own in an FSDirectory
///   Postings   → Header, (Padding, Segment)^FieldCount, Footer
///   Header     → CodecUtil header, name "SparseImpactPostings", version 3
///   Padding    → zeros to the next multiple of 64
///   Segment    → postings, bounds of blocks and order of one field, little-endian: see Sparse.Impacts.ImpactFormat; a term's
///                ordinal there is its place in the dictionary
/// </code>
/// </remarks>
[PostingsFormatName("SparseImpact2")]
public sealed class ImpactPostingsFormat : PostingsFormat
{
    /// <summary>The version that this release writes, and the newest it reads.</summary>
    internal const int Version = 3;

    /// <summary>The version without checksums of terms.</summary>
    internal const int Version2 = 2;

    internal const string DictionaryExtension = "sid";
    internal const string PostingsExtension = "sip";
    internal const string DictionaryCodec = "SparseImpactDictionary";
    internal const string PostingsCodec = "SparseImpactPostings";

    private readonly SparseFieldFormat? _format;
    private readonly int _reorderFrom = int.MaxValue;

    /// <summary>Makes a format that reads any sparse field but writes none: what Lucene's look-up by name needs.</summary>
    public ImpactPostingsFormat()
    {
    }

    /// <summary>Makes a format that writes fields of one scale and encoder, and reads any.</summary>
    /// <param name="format">Scale and encoder of the fields that it is given.</param>
    /// <param name="reorderFrom">Merges to segments of at least so many documents put like documents next to each other, which
    /// makes searches faster and merges slower; ≥ 1, never by default.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="reorderFrom"/> is below 1.</exception>
    public ImpactPostingsFormat(SparseFieldFormat format, int reorderFrom = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentOutOfRangeException.ThrowIfLessThan(reorderFrom, 1);
        _format = format;
        _reorderFrom = reorderFrom;
        SparseCodec.Register();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">This instance was made without scale, for reading.</exception>
    public override FieldsConsumer FieldsConsumer(SegmentWriteState state) =>
        new ImpactPostingsWriter(state, Version, _reorderFrom, _format ?? throw new InvalidOperationException(
            $"Postings format {Name} was asked to write without a scale; make it by new ImpactPostingsFormat(format)."));

    /// <inheritdoc/>
    /// <exception cref="IndexFormatTooNewException">The segment was written by a later version.</exception>
    /// <exception cref="CorruptIndexException">A file is damaged or truncated.</exception>
    public override FieldsProducer FieldsProducer(SegmentReadState state) => new ImpactPostingsReader(state, Version2, Version);
}
