using Lucene.Net.Documents;
using Lucene.Net.Index;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Impacts;

/// <summary>A field that takes a document's impacts through <c>IndexWriter</c>: each term once, its impact as a one-byte payload.</summary>
/// <remarks>
/// Index it with <see cref="Postings.SparseCodec"/>. Neither stored nor normed. To spare garbage, one instance may be used for document
/// after document, on one thread at a time, by setting its impacts anew. A document should have one value of a sparse field;
/// of two, the larger impact of each term stands. <see cref="PackedImpactField"/> is indexed faster.
/// </remarks>
public class ImpactField : Field
{
    private static readonly FieldType ImpactType = CreateType();

    /// <summary>Makes a field without terms.</summary>
    /// <param name="name">Name of the field.</param>
    public ImpactField(string name)
        : this(name, new ImpactTokenStream())
    {
    }

    /// <summary>Makes a field of a quantised vector.</summary>
    /// <param name="name">Name of the field.</param>
    /// <param name="vector">The document's impacts.</param>
    /// <param name="vocabulary">The vocabulary of its term ids.</param>
    public ImpactField(string name, ImpactVector vector, Vocabulary vocabulary)
        : this(name) => SetImpacts(vector, vocabulary);

    /// <summary>Makes a field of terms and impacts.</summary>
    /// <param name="name">Name of the field.</param>
    /// <param name="impacts">Term → impact of 1 to 255.</param>
    public ImpactField(string name, IReadOnlyDictionary<string, byte> impacts)
        : this(name) => SetImpacts(impacts);

    private protected ImpactField(string name, ImpactTokens tokens)
        : base(name, tokens, ImpactType)
    {
    }

    /// <summary>Takes the impacts of the next document from a quantised vector.</summary>
    /// <param name="vector">The document's impacts.</param>
    /// <param name="vocabulary">The vocabulary of its term ids.</param>
    /// <exception cref="ArgumentException">The vector has a term that the vocabulary has not.</exception>
    public void SetImpacts(ImpactVector vector, Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vector);
        ArgumentNullException.ThrowIfNull(vocabulary);
        if (vector.Count > 0 && vector.Terms[^1] >= vocabulary.Count)
        {
            throw new ArgumentException($"The vector has term {vector.Terms[^1]} and the vocabulary only {vocabulary.Count} terms: they do not belong together.", nameof(vector));
        }

        Tokens.Clear();
        Tokens.Add(vector, vocabulary);
    }

    /// <summary>Takes the impacts of the next document.</summary>
    /// <param name="impacts">Term → impact of 1 to 255.</param>
    /// <exception cref="ArgumentException">A term is empty or its impact 0.</exception>
    public void SetImpacts(IReadOnlyDictionary<string, byte> impacts)
    {
        ArgumentNullException.ThrowIfNull(impacts);
        foreach ((string term, byte impact) in impacts)
        {
            if (term.Length == 0 || impact == 0)
            {
                throw new ArgumentException($"Term '{term}' of sparse field '{Name}' has impact {impact}: terms must not be empty, and impacts are 1 to 255.", nameof(impacts));
            }
        }

        Tokens.Clear();
        foreach ((string term, byte impact) in impacts)
        {
            Tokens.Add(term, impact);
        }
    }

    private ImpactTokens Tokens => (ImpactTokens)m_tokenStream;

    private static FieldType CreateType()
    {
        var type = new FieldType
        {
            IsIndexed = true,
            IsTokenized = true,
            OmitNorms = true,
            IndexOptions = IndexOptions.DOCS_AND_FREQS_AND_POSITIONS,
        };
        type.Freeze();
        return type;
    }
}
