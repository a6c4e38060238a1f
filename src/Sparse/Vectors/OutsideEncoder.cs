using Sparse.Tokens;

namespace Sparse.Vectors;

/// <summary>Stands for the encoder of vectors that were made elsewhere: an index of such vectors is made with it, and searched by vectors. It encodes no text.</summary>
public sealed class OutsideEncoder : ITermEncoder
{
    /// <summary>The name in indexes whose vectors came without a word about their encoder.</summary>
    public const string UnknownName = "vectors";

    /// <summary>Makes it.</summary>
    /// <param name="vocabulary">The terms of the vectors.</param>
    /// <param name="maxWeight">The weight that impact 255 stands for; finite and &gt; 0.</param>
    /// <param name="identity">Whose vectors they are; null where nobody says: then they go with any others of that kind, whose terms have the same names.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not finite and positive.</exception>
    public OutsideEncoder(Vocabulary vocabulary, float maxWeight, EncoderIdentity? identity = null)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        _ = ImpactQuantizer.ForMaxWeight(maxWeight);
        Vocabulary = vocabulary;
        MaxWeight = maxWeight;
        Identity = identity ?? Unknown(UnknownName);
    }

    /// <inheritdoc/>
    public EncoderIdentity Identity { get; }

    /// <inheritdoc/>
    public Vocabulary Vocabulary { get; }

    /// <inheritdoc/>
    public float MaxWeight { get; }

    /// <summary>The identity of vectors whose terms are those of a vocabulary, so that query-only encoders of it may search them.</summary>
    /// <param name="vocabularyFingerprint"><see cref="Vocabulary.Fingerprint"/>, or any word where the vocabulary is not known.</param>
    /// <returns>The identity.</returns>
    public static EncoderIdentity Unknown(string vocabularyFingerprint) => new(UnknownName, UnknownName, vocabularyFingerprint, IsQueryOnly: false);

    /// <summary>Encodes nothing but an empty list.</summary>
    /// <param name="texts">No texts.</param>
    /// <param name="cancellationToken">Not used.</param>
    /// <returns>An empty list.</returns>
    /// <exception cref="NotSupportedException">There is a text.</exception>
    public IReadOnlyList<TermVector> Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return texts.Count == 0 ? [] : throw new NotSupportedException($"The vectors by '{Identity.Name}' were made elsewhere, and nothing here encodes a text for them: give a vector.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Owns nothing.
    }
}
