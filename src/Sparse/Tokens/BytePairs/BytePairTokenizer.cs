using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Sparse.Tokens.BytePairs;

/// <summary>Byte-level byte-pair encoding: the tokenizer of GPT-2, RoBERTa and granite.</summary>
/// <remarks>
/// Ours, because Microsoft.ML.Tokenizers 2.0.1 (BpeTokenizer with RobertaPreTokenizer) differs from the reference on one of the 142
/// golden texts with GPT-2's vocabulary (it takes " 's" for a contraction) and puts no markers around a text (measured 2026-11-24;
/// this class differs on none).
/// </remarks>
internal sealed class BytePairTokenizer : ITokenizer
{
    private readonly BytePairSettings _settings;
    private readonly AddedTokens _addedTokens;
    private readonly int[] _byteIds = new int[256];
    private readonly Lazy<string> _fingerprint;

    public BytePairTokenizer(BytePairSettings settings)
    {
        _settings = settings;
        _addedTokens = new AddedTokens(settings.AddedTokens);
        for (int b = 0; b < 256; b++)
        {
            if (!settings.Vocabulary.TryGetId(ByteAlphabet.Letters.AsSpan(b, 1), out _byteIds[b]))
            {
                throw new InvalidDataException($"The vocabulary lacks the piece '{ByteAlphabet.Letters[b]}' for byte 0x{b:X2}: it is not one of byte-level BPE.");
            }
        }

        SpecialIds = settings.AddedTokens.Where(token => token.IsSpecial).Select(token => token.Id)
            .Concat(settings.Prefix).Concat(settings.Suffix).ToFrozenSet();
        _fingerprint = new Lazy<string>(ComputeFingerprint);
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
    public string Fingerprint => _fingerprint.Value;

    /// <inheritdoc/>
    /// <remarks>Unpaired surrogates are taken for U+FFFD.</remarks>
    public TokenSequence Encode(string text, int maxTokens = 512, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        int added = addSpecialTokens ? _settings.Prefix.Length + _settings.Suffix.Length : 0;
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, Math.Max(2, added));
        var tokens = new TokenBuffer(maxTokens - added);
        try
        {
            var word = new Word();
            int done = 0;
            while (!tokens.IsFull && _addedTokens.Next(text, done, out int start, out int end) is { } token)
            {
                AddText(text, done, start, word, ref tokens);
                if (!tokens.IsFull)
                {
                    tokens.Add(token.Id, start, end);
                }

                done = end;
            }

            AddText(text, done, text.Length, word, ref tokens);
            return addSpecialTokens ? tokens.ToSequence(text, _settings.Prefix, _settings.Suffix) : tokens.ToSequence(text, [], []);
        }
        finally
        {
            tokens.Dispose();
        }
    }

    private void AddText(string text, int start, int end, Word word, ref TokenBuffer tokens)
    {
        if (start == end)
        {
            return;
        }

        // A blank that is not in the text lies before it, so that places are one too high.
        bool addsBlank = _settings.AddsBlank && text[start] != ' ';
        ReadOnlySpan<char> rest = addsBlank ? string.Concat(" ", text.AsSpan(start, end - start)) : text.AsSpan(start, end - start);
        int place = addsBlank ? start - 1 : start;
        while (!rest.IsEmpty && !tokens.IsFull)
        {
            int length = WordSplitter.FirstWord(rest);
            word.Fill(rest[..length], place, start, _byteIds);
            Emit(text, word, ref tokens);
            rest = rest[length..];
            place += length;
        }
    }

    private void Emit(string text, Word word, ref TokenBuffer tokens)
    {
        ReadOnlySpan<int> pieces = _settings.Merges.Merge(word.Symbols, word.Work);
        for (int i = 0; i < pieces.Length && !tokens.IsFull; i++)
        {
            int last = (i + 1 < pieces.Length ? pieces[i + 1] : word.Symbols.Length) - 1;
            int start = word.Starts[pieces[i]];
            int end = word.Ends[last];
            int from = start, to = end;
            while (from < to && char.IsWhiteSpace(text[from]))
            {
                from++;
            }

            while (to > from && char.IsWhiteSpace(text[to - 1]))
            {
                to--;
            }

            // A piece of nothing but blanks keeps them: it stands for text, too.
            tokens.Add(word.Symbols[pieces[i]], from < to ? from : start, from < to ? to : end);
        }
    }

    private string ComputeFingerprint()
    {
        var description = new StringBuilder("byte pairs 1\n");
        description.Append(Vocabulary.Fingerprint).Append('\n').Append(_settings.MergesFingerprint).Append('\n').Append(_settings.AddsBlank).Append('\n')
            .AppendJoin(' ', _settings.Prefix).Append('\n').AppendJoin(' ', _settings.Suffix).Append('\n')
            .AppendJoin('\n', _settings.AddedTokens.OrderBy(token => token.Id));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(description.ToString())))[..16];
    }

    /// <summary>The bytes of one word as symbols, each with the span of its character.</summary>
    private sealed class Word
    {
        private int[] _symbols = new int[64];
        private int _count;

        public MergeWork Work { get; } = new();

        public int[] Starts { get; private set; } = new int[64];

        public int[] Ends { get; private set; } = new int[64];

        public Span<int> Symbols => _symbols.AsSpan(0, _count);

        public void Fill(ReadOnlySpan<char> text, int place, int least, int[] byteIds)
        {
            _count = 0;
            Span<byte> bytes = stackalloc byte[4];
            if (_symbols.Length < text.Length * 3)
            {
                int size = text.Length * 3;
                (_symbols, Starts, Ends) = (new int[size], new int[size], new int[size]);
            }

            for (int i = 0; i < text.Length;)
            {
                Rune.DecodeFromUtf16(text[i..], out Rune rune, out int units);
                int count = rune.EncodeToUtf8(bytes);
                for (int b = 0; b < count; b++)
                {
                    _symbols[_count] = byteIds[bytes[b]];
                    Starts[_count] = Math.Max(least, place + i);
                    Ends[_count++] = place + i + units;
                }

                i += units;
            }
        }
    }
}
