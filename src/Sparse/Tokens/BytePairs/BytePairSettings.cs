namespace Sparse.Tokens.BytePairs;

/// <summary>What a byte-level BPE tokenizer is made of, whichever file it came from.</summary>
internal sealed record BytePairSettings
{
    /// <summary>All pieces by id, added tokens included.</summary>
    public required Vocabulary Vocabulary { get; init; }

    /// <summary>The merges, by rank.</summary>
    public required PairMerges Merges { get; init; }

    /// <summary>SHA-256 over the merges.</summary>
    public required string MergesFingerprint { get; init; }

    /// <summary>Tokens matched in raw text.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>Put a blank before a text that does not begin with one.</summary>
    public required bool AddsBlank { get; init; }

    /// <summary>Ids put before the text.</summary>
    public required int[] Prefix { get; init; }

    /// <summary>Ids put after the text.</summary>
    public required int[] Suffix { get; init; }
}
