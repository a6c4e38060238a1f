namespace Sparse.Tokens;

/// <summary>Everything a word-piece tokenizer is made of, whichever file it came from.</summary>
internal sealed record TokenizerSettings
{
    /// <summary>All pieces by id, added tokens included.</summary>
    public required Vocabulary Vocabulary { get; init; }

    /// <summary>The clean-up of text.</summary>
    public required NormalizerSettings Normalizer { get; init; }

    /// <summary>Tokens matched in raw text.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>The piece of a word that no pieces spell.</summary>
    public required string UnknownPiece { get; init; }

    /// <summary>Ids put before the text, [CLS].</summary>
    public required int[] Prefix { get; init; }

    /// <summary>Ids put after the text, [SEP].</summary>
    public required int[] Suffix { get; init; }

    /// <summary>What begins a piece inside a word.</summary>
    public string ContinuationPrefix { get; init; } = "##";

    /// <summary>Words of more code points than this become the unknown piece.</summary>
    public int MaxWordLength { get; init; } = 100;
}
