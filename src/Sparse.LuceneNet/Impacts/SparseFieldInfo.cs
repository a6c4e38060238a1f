using Lucene.Net.Index;
using Sparse.LuceneNet.Postings;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Impacts;

/// <summary>One sparse field over all segments of an index, with the proof that their impacts mean the same.</summary>
internal sealed class SparseFieldInfo
{
    private SparseFieldInfo(string field, IReadOnlyList<ImpactTerms> segments)
    {
        Field = field;
        Format = segments[0].Format;
        FormatVersion = segments.Min(terms => terms.FormatVersion);
        PostingCount = segments.Sum(terms => terms.SumDocFreq);
        DocCount = segments.Sum(terms => (long)terms.DocCount);
        Bytes = segments.Sum(terms => terms.Bytes);
    }

    /// <summary>Name of the field.</summary>
    public string Field { get; }

    /// <summary>Scale and encoder of all segments.</summary>
    public SparseFieldFormat Format { get; }

    /// <summary>Weight of one impact step.</summary>
    public float Scale => Format.Scale;

    /// <summary>The encoder of the documents, or null for vectors of the caller's own making.</summary>
    public EncoderIdentity? Encoder => Format.Encoder;

    /// <summary>The oldest format version among the segments.</summary>
    public int FormatVersion { get; }

    /// <summary>Postings, those of deleted documents included.</summary>
    public long PostingCount { get; }

    /// <summary>Documents with at least one term in the field, deleted ones included.</summary>
    public long DocCount { get; }

    /// <summary>What the field takes on disk, dictionaries and postings.</summary>
    public long Bytes { get; }

    /// <summary>Reads what the segments say of a field.</summary>
    /// <param name="reader">Any reader.</param>
    /// <param name="field">Name of the field.</param>
    /// <returns>Null when no document has a term in the field.</returns>
    /// <exception cref="InvalidDataException">Segments differ in scale or encoder, or one holds the field in a format that is not ours.</exception>
    public static SparseFieldInfo? Read(IndexReader reader, string field)
    {
        var segments = new List<ImpactTerms>();
        foreach (AtomicReaderContext leaf in reader.Leaves)
        {
            if (ImpactTerms.Of(leaf.AtomicReader, field) is not { } terms)
            {
                continue;
            }

            if (segments.Count > 0 && !segments[0].Format.IsCompatibleWith(terms.Format))
            {
                throw new InvalidDataException(
                    $"Sparse field '{field}' has {segments[0].Format.Describe()} in segment {segments[0].Segment} and {terms.Format.Describe()} in segment {terms.Segment}, so their scores cannot be compared: encode the documents of one again, with the other's format.");
            }

            segments.Add(terms);
        }

        return segments.Count == 0 ? null : new SparseFieldInfo(field, segments);
    }
}
