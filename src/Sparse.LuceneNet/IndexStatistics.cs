using Sparse.Vectors;

namespace Sparse.LuceneNet;

/// <summary>The figures of an index as last committed or refreshed.</summary>
public sealed record IndexStatistics
{
    /// <summary>Live documents.</summary>
    public required int Documents { get; init; }

    /// <summary>Their passages; a document that was added whole counts as one.</summary>
    public required int Passages { get; init; }

    /// <summary>Live documents with vectors, whether a text has terms or not: all, none in an index of text alone, and some while it is being upgraded.</summary>
    public required int DocumentsWithVectors { get; init; }

    /// <summary>Documents, or passages of them, deleted or replaced whose space no merge has freed yet.</summary>
    public required int DeletedDocuments { get; init; }

    /// <summary>Segments.</summary>
    public required int Segments { get; init; }

    /// <summary>Distinct terms of the sparse field.</summary>
    public required long Terms { get; init; }

    /// <summary>Postings of the sparse field, those of deleted documents included.</summary>
    public required long Postings { get; init; }

    /// <summary>Bytes of all files.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes by file kind: the extension without its dot ("segments" for the commit files), in ordinal order.</summary>
    public required IReadOnlyDictionary<string, long> BytesByKind { get; init; }

    /// <summary>Bytes of the sparse field's own files (dictionary and postings).</summary>
    public required long SparseBytes { get; init; }

    /// <summary><see cref="SparseBytes"/> / <see cref="Postings"/>; 0 where there are no postings.</summary>
    public double BytesPerPosting => Postings == 0 ? 0 : (double)SparseBytes / Postings;

    /// <summary>The encoder that made the vectors; null for an index of text alone.</summary>
    public required EncoderIdentity? Encoder { get; init; }

    /// <summary>Weight of one impact step; null for an index of text alone.</summary>
    public required float? Scale { get; init; }

    /// <summary>Version of the sparse postings format on disk.</summary>
    public required int FormatVersion { get; init; }
}
