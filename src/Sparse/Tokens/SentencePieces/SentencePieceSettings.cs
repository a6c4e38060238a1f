using Sparse.Tokens.BytePairs;

namespace Sparse.Tokens.SentencePieces;

/// <summary>Where a blank is put before a text.</summary>
internal enum LeadingBlank
{
    Never,

    /// <summary>Before the text only.</summary>
    First,

    /// <summary>Before the text, and before what follows an added token.</summary>
    Always,
}

/// <summary>Everything a SentencePiece tokenizer is made of, whichever file it came from.</summary>
internal sealed record SentencePieceSettings
{
    /// <summary>All pieces by id, added tokens included.</summary>
    public required Vocabulary Vocabulary { get; init; }

    /// <summary>Ids of the pieces that text can become; the others are markers, bytes and pieces out of use.</summary>
    public required IReadOnlyList<int> TextIds { get; init; }

    /// <summary>Log probabilities by id, of a unigram model; null for BPE.</summary>
    public double[]? Scores { get; init; }

    /// <summary>
    /// Add scores in single precision over the whole text, as SentencePiece does, and not in double precision over a word, as Hugging
    /// Face does: where the same pieces fit in two orders, the last bit decides.
    /// </summary>
    public bool SumsInSinglePrecision { get; init; }

    /// <summary>The merges of a BPE model; null for unigram.</summary>
    public PairMerges? Merges { get; init; }

    /// <summary>Id of what no piece spells.</summary>
    public required int UnknownId { get; init; }

    /// <summary>Make one unknown token of neighbouring ones.</summary>
    public bool FusesUnknown { get; init; } = true;

    /// <summary>Ids of the pieces &lt;0x00&gt; to &lt;0xFF&gt; that spell what no piece does; null where there are none.</summary>
    public int[]? ByteIds { get; init; }

    /// <summary>What is replaced before all else; null: nothing.</summary>
    public Charsmap? Charsmap { get; init; }

    /// <summary>Leave all that is white out at the end of a text.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Leave blanks out at the ends of a text, and all but one elsewhere.</summary>
    public bool MergesBlanks { get; init; }

    /// <summary>Where a blank is put before a text.</summary>
    public LeadingBlank LeadingBlank { get; init; }

    /// <summary>Put it before a text that begins with a blank, too.</summary>
    public bool DoublesLeadingBlank { get; init; } = true;

    /// <summary>Tokens matched in raw text.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Markers, whether they are matched in text or not.</summary>
    public IReadOnlyList<int> MarkerIds { get; init; } = [];

    /// <summary>Ids put before the text.</summary>
    public int[] Prefix { get; init; } = [];

    /// <summary>Ids put after the text.</summary>
    public int[] Suffix { get; init; } = [];

    /// <summary>Identifies the files that all this came from.</summary>
    public required string Fingerprint { get; init; }
}
