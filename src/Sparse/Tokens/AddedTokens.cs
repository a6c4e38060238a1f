using System.Buffers;

namespace Sparse.Tokens;

/// <summary>Finds added tokens in raw text: the longest at the leftmost place.</summary>
internal sealed class AddedTokens
{
    private readonly AddedToken[] _tokens;
    private readonly PieceTrie _trie = new();
    private readonly SearchValues<char> _starts;

    public AddedTokens(IReadOnlyList<AddedToken> tokens)
    {
        _tokens = [.. tokens];
        for (int i = 0; i < _tokens.Length; i++)
        {
            _trie.Add(_tokens[i].Content, i);
        }

        _starts = SearchValues.Create([.. _tokens.Select(token => token.Content[0])]);
    }

    /// <summary>Finds the next one.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="from">Where to begin; what lies before is taken.</param>
    /// <param name="start">First character of the token with its blanks.</param>
    /// <param name="end">Character after it.</param>
    /// <returns>The token; null where no more come.</returns>
    public AddedToken? Next(string text, int from, out int start, out int end)
    {
        for (int at = from; at < text.Length; at = start + 1)
        {
            int found = text.AsSpan(at).IndexOfAny(_starts);
            if (found < 0)
            {
                break;
            }

            start = at + found;
            int length = _trie.Longest(text.AsSpan(start), out int index);
            end = start + length;
            if (length == 0)
            {
                continue;
            }

            AddedToken token = _tokens[index];
            if (token.SingleWord && ((start > 0 && IsWordCharacter(text[start - 1])) || (end < text.Length && IsWordCharacter(text[end]))))
            {
                start = end - 1;
                continue;
            }

            while (token.TakesBlanksBefore && start > from && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            while (token.TakesBlanksAfter && end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            return token;
        }

        start = end = text.Length;
        return null;
    }

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || c == '_' || char.IsSurrogate(c);
}
