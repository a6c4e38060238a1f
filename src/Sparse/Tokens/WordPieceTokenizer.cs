using System.Buffers;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Sparse.Tokens;

/// <summary>BERT's word-piece tokenizer, equal to the reference (Hugging Face tokenizers) in ids and in offsets into the original text.</summary>
/// <remarks>
/// Immutable and safe for concurrent use; time grows with the text's length, whatever the text holds.
/// Ours, because Microsoft.ML.Tokenizers 2.0.1 (BertTokenizer, basic tokenization on) differs from the reference on 33 of the 142
/// golden texts in ids and on 37 in offsets: it loses the ASCII symbols $ + &lt; = &gt; ^ ` | ~, takes _ for a letter, does not
/// end words at line breaks, lets words that it cannot spell vanish, reports offsets into its normalised text,
/// and throws on an unpaired surrogate (measured 2026-11-23).
/// </remarks>
public sealed partial class WordPieceTokenizer
{
    private readonly TokenizerSettings _settings;
    private readonly TextNormalizer _normalizer;
    private readonly int _unknownId;
    private readonly int _longestPiece;
    private readonly SearchValues<char> _addedTokenStarts;
    private readonly AddedToken[] _addedTokensLongestFirst;
    private readonly Lazy<string> _fingerprint;

    internal WordPieceTokenizer(TokenizerSettings settings)
    {
        _settings = settings;
        _normalizer = TextNormalizer.For(settings.Normalizer);
        if (!settings.Vocabulary.TryGetId(settings.UnknownPiece, out _unknownId))
        {
            throw new InvalidDataException($"The vocabulary lacks the unknown piece '{settings.UnknownPiece}'.");
        }

        for (int id = 0; id < settings.Vocabulary.Count; id++)
        {
            _longestPiece = Math.Max(_longestPiece, settings.Vocabulary[id].Length);
        }

        _addedTokensLongestFirst = [.. settings.AddedTokens.OrderByDescending(token => token.Content.Length)];
        _addedTokenStarts = SearchValues.Create([.. _addedTokensLongestFirst.Select(token => token.Content[0])]);
        SpecialIds = settings.AddedTokens.Where(token => token.IsSpecial).Select(token => token.Id)
            .Concat(settings.Prefix).Concat(settings.Suffix).ToFrozenSet();
        _fingerprint = new Lazy<string>(ComputeFingerprint);
    }

    /// <summary>All pieces by id, added tokens included.</summary>
    public Vocabulary Vocabulary => _settings.Vocabulary;

    /// <summary>Ids of the markers that stand for no text: [PAD], [UNK], [CLS], [SEP], [MASK] of a BERT vocabulary.</summary>
    public IReadOnlySet<int> SpecialIds { get; }

    /// <summary>SHA-256 over vocabulary and settings, 16 hexadecimal digits: equal fingerprints, equal tokens.</summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>Splits a text into word pieces.</summary>
    /// <param name="text">Any text, unpaired surrogates included; they are left out.</param>
    /// <param name="maxTokens">The most tokens to return, special tokens included; ≥ 2. A longer text loses its end, never the closing [SEP].</param>
    /// <param name="addSpecialTokens">Put [CLS] before and [SEP] after the text, as the tokenizer's file says.</param>
    /// <returns>The tokens, with UTF-16 offsets into <paramref name="text"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxTokens"/> is below 2 or below the number of special tokens.</exception>
    public TokenSequence Encode(string text, int maxTokens = 512, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        int added = addSpecialTokens ? _settings.Prefix.Length + _settings.Suffix.Length : 0;
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, Math.Max(2, added));

        int slack = _settings.ContinuationPrefix.Length;
        int capacity = (_settings.MaxWordLength * 2) + 4;
        Run run = capacity <= 512
            ? new Run(this, maxTokens - added, stackalloc char[capacity + slack], stackalloc int[capacity], stackalloc int[capacity])
            : new Run(this, maxTokens - added, new char[capacity + slack], new int[capacity], new int[capacity]);
        try
        {
            Split(text, ref run);
            var tokens = new Token[run.Count + added];
            int place = 0;
            if (addSpecialTokens)
            {
                foreach (int id in _settings.Prefix)
                {
                    tokens[place++] = new Token(id, 0, 0);
                }
            }

            run.Tokens.CopyTo(tokens.AsSpan(place));
            place += run.Count;
            if (addSpecialTokens)
            {
                foreach (int id in _settings.Suffix)
                {
                    tokens[place++] = new Token(id, 0, 0);
                }
            }

            return new TokenSequence(text, tokens, run.IsFull);
        }
        finally
        {
            run.Dispose();
        }
    }

    /// <summary>Cuts the text at added tokens; what lies between them is normalised and split into words.</summary>
    private void Split(string text, ref Run run)
    {
        int done = 0;
        int from = 0;
        while (!run.IsFull && from < text.Length)
        {
            int found = text.AsSpan(from).IndexOfAny(_addedTokenStarts);
            if (found < 0)
            {
                break;
            }

            int start = from + found;
            if (LongestAt(text.AsSpan(start)) is not { } token)
            {
                from = start + 1;
                continue;
            }

            int end = start + token.Content.Length;
            from = end;
            if (token.SingleWord && ((start > 0 && IsWordCharacter(text[start - 1])) || (end < text.Length && IsWordCharacter(text[end]))))
            {
                continue;
            }

            while (token.TakesBlanksBefore && start > done && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            while (token.TakesBlanksAfter && end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            run.AddText(text, done, start);
            run.AddToken(token.Id, start, end);
            done = end;
            from = end;
        }

        run.AddText(text, done, text.Length);
    }

    /// <summary>The longest added token that the text begins with, if any.</summary>
    private AddedToken? LongestAt(ReadOnlySpan<char> text)
    {
        foreach (AddedToken token in _addedTokensLongestFirst)
        {
            if (text.StartsWith(token.Content, StringComparison.Ordinal))
            {
                return token;
            }
        }

        return null;
    }

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || c == '_' || char.IsSurrogate(c);

    private string ComputeFingerprint()
    {
        var description = new StringBuilder("wordpiece 1\n");
        NormalizerSettings n = _settings.Normalizer;
        description.Append(Vocabulary.Fingerprint).Append('\n')
            .Append(n.CleanText).Append(n.SplitIdeographs).Append(n.StripAccents).Append(n.Lowercase).Append('\n')
            .Append(_settings.UnknownPiece).Append('\n').Append(_settings.ContinuationPrefix).Append('\n').Append(_settings.MaxWordLength).Append('\n')
            .AppendJoin(' ', _settings.Prefix).Append('\n').AppendJoin(' ', _settings.Suffix).Append('\n');
        foreach (AddedToken token in _settings.AddedTokens.OrderBy(token => token.Id))
        {
            description.Append(token).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(description.ToString())))[..16];
    }
}
