using Sparse.Tokens;

namespace Sparse.Vectors;

/// <summary>What an index remembers of the encoder that made its vectors.</summary>
/// <param name="Name">A name for people: "builtin", or the model folder's name.</param>
/// <param name="Fingerprint">16 hexadecimal digits over weights, tokenizer, activation and quantisation: equal fingerprints, equal vectors.</param>
/// <param name="VocabularyFingerprint"><see cref="Vocabulary.Fingerprint"/> of its terms.</param>
/// <param name="IsQueryOnly">True for encoders that weigh a query's own word pieces (inference-free); they fit any documents of the same vocabulary.</param>
public sealed record EncoderIdentity(string Name, string Fingerprint, string VocabularyFingerprint, bool IsQueryOnly)
{
    /// <summary>True when this encoder's queries may search documents encoded by <paramref name="documents"/>.</summary>
    /// <param name="documents">Identity stored in the index.</param>
    /// <returns>True for the same encoder, or a query-only one of the same vocabulary.</returns>
    public bool CanQuery(EncoderIdentity documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        return IsQueryOnly ? VocabularyFingerprint == documents.VocabularyFingerprint : Fingerprint == documents.Fingerprint;
    }
}

/// <summary>Text to term vector. Implementations are safe for concurrent use.</summary>
public interface ITermEncoder : IDisposable
{
    /// <summary>What an index remembers of this encoder.</summary>
    EncoderIdentity Identity { get; }

    /// <summary>The terms of the vectors.</summary>
    Vocabulary Vocabulary { get; }

    /// <summary>The weight that impact 255 stands for by default; larger weights saturate. Finite and &gt; 0.</summary>
    float MaxWeight { get; }

    /// <summary>The one language whose texts it was made for, as ISO 639-1 has it; null for several, or where nobody says.</summary>
    string? Language => null;

    /// <summary>Makes the pieces of a text that it reads, ids of <see cref="Vocabulary"/>; null for an encoder that does not tell.</summary>
    ITokenizer? Tokenizer => null;

    /// <summary>Encodes texts, in batches of the encoder's own choosing, on its own threads.</summary>
    /// <param name="texts">Any texts; an empty one gives whatever the model gives, often <see cref="TermVector.Empty"/>.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>One vector a text, in the order of the texts. A text's vector does not depend on its neighbours beyond float rounding.</returns>
    IReadOnlyList<TermVector> Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken = default);
}
