using System.Collections.Frozen;

namespace Sparse.Tokens.SentencePieces;

/// <summary>SentencePiece, unigram or BPE: the tokenizers of XLM-RoBERTa, Llama and Mistral.</summary>
/// <remarks>
/// <para>Kudo and Richardson, arXiv:1808.06226; unigram: Kudo, arXiv:1804.10959. Blanks become ▁ and belong to the word after them.
/// Where no piece holds a ▁ behind another character, words are segmented one by one, which gives the same tokens as the whole
/// text at once.</para>
/// <para>Ours, because Microsoft.ML.Tokenizers 2.0.1 (measured 2026-11-24 against SentencePiece 0.1.97; this class differs on none)
/// differs in ids on one of the 142 golden texts with Mistral's model (the order of equal merges in a run of one letter) and on 15
/// with a unigram model (unknown characters are not joined), and reports spans in its normalised text, wrong on 137 and 123.</para>
/// </remarks>
internal sealed partial class SentencePieceTokenizer : ITokenizer
{
    private const char Blank = '▁';

    private readonly SentencePieceSettings _settings;
    private readonly AddedTokens _addedTokens;
    private readonly PieceTrie _pieces = new();
    private readonly bool _cutsAtBlanks = true;
    private readonly double _unknownScore;

    public SentencePieceTokenizer(SentencePieceSettings settings)
    {
        _settings = settings;
        _addedTokens = new AddedTokens(settings.AddedTokens);
        double least = 0;
        foreach (int id in settings.TextIds)
        {
            string piece = settings.Vocabulary[id];
            _pieces.Add(piece, id);
            least = Math.Min(least, settings.Scores?[id] ?? 0);
            _cutsAtBlanks &= piece.AsSpan().TrimStart(Blank).IndexOf(Blank) < 0;
        }

        // SentencePiece's penalty of an unknown character.
        _unknownScore = settings.SumsInSinglePrecision ? (float)(least - 10) : least - 10;
        SpecialIds = settings.MarkerIds.Concat(settings.AddedTokens.Where(token => token.IsSpecial).Select(token => token.Id))
            .Append(settings.UnknownId).Concat(settings.Prefix).Concat(settings.Suffix).ToFrozenSet();
    }

    /// <inheritdoc/>
    public Vocabulary Vocabulary => _settings.Vocabulary;

    /// <inheritdoc/>
    public IReadOnlySet<int> SpecialIds { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Prefix => _settings.Prefix;

    /// <inheritdoc/>
    public IReadOnlyList<int> Suffix => _settings.Suffix;

    /// <inheritdoc/>
    public string Fingerprint => _settings.Fingerprint;

    /// <inheritdoc/>
    /// <remarks>Unpaired surrogates are taken for U+FFFD.</remarks>
    public TokenSequence Encode(string text, int maxTokens = 512, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        int added = addSpecialTokens ? _settings.Prefix.Length + _settings.Suffix.Length : 0;
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, Math.Max(2, added));
        var run = new Run(this, maxTokens - added);
        try
        {
            int done = 0;
            while (!run.IsFull && _addedTokens.Next(text, done, out int start, out int end) is { } token)
            {
                run.AddText(text, done, start);
                run.AddToken(token.Id, start, end);
                done = end;
            }

            run.AddText(text, done, text.Length);
            return addSpecialTokens ? run.ToSequence(text, _settings.Prefix, _settings.Suffix) : run.ToSequence(text, [], []);
        }
        finally
        {
            run.Dispose();
        }
    }
}
