using System.Globalization;
using System.Text;

namespace Sparse.Tokens.BytePairs;

/// <summary>Cuts text into words as GPT-2 does, each with the blank before it.</summary>
/// <remarks>
/// The pattern <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c> by hand, in one pass over code
/// points: .NET's Regex knows categories of UTF-16 units only, so letters outside the basic plane would be none. An unpaired
/// surrogate counts as U+FFFD.
/// </remarks>
internal static class WordSplitter
{
    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind
    {
        Blank,
        Letter,
        Number,
        Other,
    }

    /// <summary>Length of the first word; ≥ 1.</summary>
    /// <param name="text">Text, not empty.</param>
    public static int FirstWord(ReadOnlySpan<char> text)
    {
        if (text[0] == '\'')
        {
            foreach (string contraction in Contractions)
            {
                if (text.StartsWith(contraction, StringComparison.Ordinal))
                {
                    return contraction.Length;
                }
            }
        }

        int start = text[0] == ' ' ? 1 : 0;
        Kind kind = start < text.Length ? KindAt(text[start..], out _) : Kind.Blank;
        int length = RunOf(kind, text, start);
        if (kind != Kind.Blank)
        {
            return length;
        }

        // Blanks all go together, but the last one belongs to the word after them if that can take it or not.
        length = RunOf(Kind.Blank, text, 0);
        return length == text.Length || length == 1 ? length : length - 1;
    }

    private static int RunOf(Kind kind, ReadOnlySpan<char> text, int from)
    {
        while (from < text.Length && KindAt(text[from..], out int units) == kind)
        {
            from += units;
        }

        return from;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, out int units)
    {
        Rune.DecodeFromUtf16(text, out Rune rune, out units);
        if (Rune.IsWhiteSpace(rune))
        {
            return Kind.Blank;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }
}
