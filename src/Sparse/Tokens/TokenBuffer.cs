using System.Buffers;

namespace Sparse.Tokens;

/// <summary>Collects the tokens of one text up to a limit, and one more to know that there are more.</summary>
internal ref struct TokenBuffer
{
    private readonly int _limit;
    private Token[] _tokens;

    public TokenBuffer(int limit)
    {
        _limit = limit;
        _tokens = ArrayPool<Token>.Shared.Rent(Math.Clamp(limit, 16, 512) + 1);
    }

    /// <summary>Tokens added so far.</summary>
    public int Count { get; private set; }

    /// <summary>True once there was a token too many.</summary>
    public readonly bool IsFull => Count > _limit;

    public readonly void Dispose() => ArrayPool<Token>.Shared.Return(_tokens);

    public void Add(int id, int start, int end)
    {
        if (Count == _tokens.Length)
        {
            Token[] larger = ArrayPool<Token>.Shared.Rent(_tokens.Length * 2);
            _tokens.AsSpan().CopyTo(larger);
            ArrayPool<Token>.Shared.Return(_tokens);
            _tokens = larger;
        }

        _tokens[Count++] = new Token(id, start, end);
    }

    /// <summary>Takes the tokens after the first <paramref name="count"/> back.</summary>
    public void CutTo(int count) => Count = count;

    /// <summary>Makes the last token reach to <paramref name="end"/>.</summary>
    public readonly void StretchLast(int end) => _tokens[Count - 1] = _tokens[Count - 1] with { End = end };

    /// <summary>The tokens within the limit, between the markers.</summary>
    public readonly TokenSequence ToSequence(string text, ReadOnlySpan<int> prefix, ReadOnlySpan<int> suffix)
    {
        int count = Math.Min(Count, _limit);
        var tokens = new Token[prefix.Length + count + suffix.Length];
        int place = 0;
        foreach (int id in prefix)
        {
            tokens[place++] = new Token(id, 0, 0);
        }

        _tokens.AsSpan(0, count).CopyTo(tokens.AsSpan(place));
        place += count;
        foreach (int id in suffix)
        {
            tokens[place++] = new Token(id, 0, 0);
        }

        return new TokenSequence(text, tokens, IsFull);
    }
}
