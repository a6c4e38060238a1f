namespace Sparse.Tokens;

/// <summary>Text to ids with places in the text. Implementations are immutable and safe for concurrent use.</summary>
/// <remarks>Time and memory grow with the text's length, whatever the text holds.</remarks>
public interface ITokenizer
{
    /// <summary>All pieces by id, added tokens included.</summary>
    Vocabulary Vocabulary { get; }

    /// <summary>Ids of the markers that stand for no text: padding, unknown, begin, end, mask.</summary>
    IReadOnlySet<int> SpecialIds { get; }

    /// <summary>Ids of the markers put before a text: [CLS], &lt;s&gt;.</summary>
    IReadOnlyList<int> Prefix { get; }

    /// <summary>Ids of the markers put after a text: [SEP], &lt;/s&gt;.</summary>
    IReadOnlyList<int> Suffix { get; }

    /// <summary>SHA-256 over vocabulary and settings, 16 hexadecimal digits: equal fingerprints, equal tokens.</summary>
    string Fingerprint { get; }

    /// <summary>Splits a text into pieces.</summary>
    /// <param name="text">Any text, unpaired surrogates included.</param>
    /// <param name="maxTokens">The most tokens to return, special tokens included; ≥ 2. A longer text loses its end, never the closing marker.</param>
    /// <param name="addSpecialTokens">Put the markers before and after the text that the tokenizer's file names.</param>
    /// <returns>The tokens, with UTF-16 offsets into <paramref name="text"/>; blanks at the ends of a piece are not in its span.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxTokens"/> is below 2 or below the number of special tokens.</exception>
    TokenSequence Encode(string text, int maxTokens = 512, bool addSpecialTokens = true);
}
