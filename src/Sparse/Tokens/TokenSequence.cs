namespace Sparse.Tokens;

/// <summary>One token: a vocabulary id and the span of the original text that it came from.</summary>
/// <param name="Id">Vocabulary id, 0 ≤ Id &lt; vocabulary size.</param>
/// <param name="Start">First UTF-16 index of the span in the original text; 0 for special tokens.</param>
/// <param name="End">UTF-16 index after the span; equal to <paramref name="Start"/> for special tokens.</param>
public readonly record struct Token(int Id, int Start, int End)
{
    /// <summary>True for tokens that the tokenizer added ([CLS], [SEP]), which cover no text.</summary>
    public bool IsAdded => Start == End;
}

/// <summary>The output of a tokenizer for one text: its tokens, in text order, special tokens included.</summary>
public sealed class TokenSequence
{
    private readonly Token[] _tokens;

    /// <summary>Wraps the tokens of one text.</summary>
    /// <param name="text">The original text, to which the offsets refer.</param>
    /// <param name="tokens">Tokens in text order. Owned by the new sequence.</param>
    /// <param name="isTruncated">True when the text had more tokens than were asked for.</param>
    public TokenSequence(string text, Token[] tokens, bool isTruncated)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokens);
        Text = text;
        _tokens = tokens;
        IsTruncated = isTruncated;
    }

    /// <summary>The original text.</summary>
    public string Text { get; }

    /// <summary>Tokens in text order.</summary>
    public ReadOnlySpan<Token> Tokens => _tokens;

    /// <summary>Number of tokens, special tokens included.</summary>
    public int Count => _tokens.Length;

    /// <summary>True when the text had more tokens than the limit and the rest was left out.</summary>
    public bool IsTruncated { get; }
}
