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
public sealed partial class WordPieceTokenizer : ITokenizer
{
    private readonly TokenizerSettings _settings;
    private readonly TextNormalizer _normalizer;
    private readonly int _unknownId;
    private readonly int _longestPiece;
    private readonly AddedTokens _addedTokens;
    private readonly Lazy<string> _fingerprint;

    internal WordPieceTokenizer(TokenizerSettings settings)
    {
        _settings = settings;
        _normalizer = TextNormalizer.For(settings.Normalizer);
        if (!settings.Vocabulary.TryGetId(settings.UnknownPiece, out _unknownId))
        {
            throw new InvalidDataException($"The vocabulary lacks the unknown piece '{ModelFile.Short(settings.UnknownPiece)}'.");
        }

        for (int id = 0; id < settings.Vocabulary.Count; id++)
        {
            _longestPiece = Math.Max(_longestPiece, settings.Vocabulary[id].Length);
        }

        _addedTokens = new AddedTokens(settings.AddedTokens);
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
    /// <remarks>Unpaired surrogates are left out.</remarks>
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
            return addSpecialTokens ? run.ToSequence(text, _settings.Prefix, _settings.Suffix) : run.ToSequence(text, [], []);
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
        while (!run.IsFull && _addedTokens.Next(text, done, out int start, out int end) is { } token)
        {
            run.AddText(text, done, start);
            run.AddToken(token.Id, start, end);
            done = end;
        }

        run.AddText(text, done, text.Length);
    }

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
