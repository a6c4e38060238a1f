namespace Sparse.Chunks;

/// <summary>Where a text is cut into passages.</summary>
public enum ChunkBy
{
    /// <summary>After as many words as fit.</summary>
    Tokens,

    /// <summary>Between sentences, as many as fit; a sentence that does not fit is cut between words.</summary>
    Sentences,

    /// <summary>At each Markdown heading; a section that does not fit is cut between sentences.</summary>
    Headings,
}

/// <summary>How long passages are, and where they end.</summary>
public sealed record ChunkOptions
{
    /// <summary>The fewest <see cref="MaxTokens"/>.</summary>
    public const int LeastTokens = 32;

    /// <summary>Where a text is cut; default: between sentences.</summary>
    public ChunkBy By { get; init; } = ChunkBy.Sentences;

    /// <summary>Tokens of a passage at most, those of its lead and the model's markers included; ≥ 32, default 256. An encoder should read as many.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>
    /// Tokens at a passage's end that the next one repeats at most, in whole words (or sentences, where text is cut between those);
    /// 0 to half of <see cref="MaxTokens"/>, default 0. Headings are never repeated across.
    /// </summary>
    public int OverlapTokens { get; init; }

    internal void Check()
    {
        if (!Enum.IsDefined(By))
        {
            throw new ArgumentOutOfRangeException(nameof(By), By, "Texts are cut by Tokens, Sentences or Headings.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTokens, LeastTokens, nameof(MaxTokens));
        if (OverlapTokens < 0 || OverlapTokens > MaxTokens / 2)
        {
            throw new ArgumentOutOfRangeException(nameof(OverlapTokens), OverlapTokens, $"Passages of {MaxTokens} tokens may overlap by 0 to {MaxTokens / 2}.");
        }
    }
}
