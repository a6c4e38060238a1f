using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Impacts;

/// <summary>An <see cref="ImpactField"/> that goes through <c>IndexWriter</c> as one token a document, for much faster indexing.</summary>
/// <remarks>
/// The index is the same, byte for byte. The token is the empty term; the postings writer unpacks its payload, the vector, when a
/// segment is flushed, which takes about half as much memory again as the buffered vectors. One thing differs until then: deletes
/// and updates by a term <em>of this field</em> (<c>DeleteDocuments(new Term("sparse", …))</c>) miss documents that still wait in
/// the buffer, because Lucene looks for the term among the buffered tokens. Deletes by other fields, such as an id, and by queries
/// work as ever. Use it with <see cref="Postings.SparseCodec"/> or <see cref="Postings.ImpactPostingsFormat"/>: other formats
/// keep it packed, until a merge into ours. Documents with this field and with plain <see cref="ImpactField"/> values may share
/// an index, even a document. A term of more than 32,766 bytes is refused when it is set, and not when the document is added.
/// </remarks>
public sealed class PackedImpactField : ImpactField
{
    /// <summary>Makes a field without terms.</summary>
    /// <param name="name">Name of the field.</param>
    public PackedImpactField(string name)
        : base(name, new PackedTokenStream())
    {
    }

    /// <summary>Makes a field of a quantised vector.</summary>
    /// <param name="name">Name of the field.</param>
    /// <param name="vector">The document's impacts.</param>
    /// <param name="vocabulary">The vocabulary of its term ids.</param>
    public PackedImpactField(string name, ImpactVector vector, Vocabulary vocabulary)
        : this(name) => SetImpacts(vector, vocabulary);

    /// <summary>Makes a field of terms and impacts.</summary>
    /// <param name="name">Name of the field.</param>
    /// <param name="impacts">Term → impact of 1 to 255.</param>
    public PackedImpactField(string name, IReadOnlyDictionary<string, byte> impacts)
        : this(name) => SetImpacts(impacts);
}
