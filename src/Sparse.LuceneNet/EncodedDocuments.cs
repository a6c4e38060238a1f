using Sparse.LuceneNet.Storage;
using Sparse.Vectors;

namespace Sparse.LuceneNet;

/// <summary>Documents with their vectors, as <see cref="SparseIndex.Encode"/> makes them, for the same index to add.</summary>
public sealed class EncodedDocuments
{
    internal EncodedDocuments(IReadOnlyList<SparseDocument> documents, PassageVector[][]? vectors, EncoderIdentity? encoder)
    {
        Documents = documents;
        Vectors = vectors;
        Encoder = encoder;
    }

    /// <summary>The documents, in their order.</summary>
    public IReadOnlyList<SparseDocument> Documents { get; }

    /// <summary>One of them by itself, to be added by itself.</summary>
    /// <param name="index">Its place, from 0.</param>
    public EncodedDocuments this[int index] => new([Documents[index]], Vectors is null ? null : [Vectors[index]], Encoder);

    /// <summary>The vectors of each; null for an index of text alone.</summary>
    internal PassageVector[][]? Vectors { get; }

    /// <summary>The encoder of the index that had them encoded.</summary>
    internal EncoderIdentity? Encoder { get; }
}
