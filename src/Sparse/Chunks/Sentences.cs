using System.Buffers;
using System.Globalization;

namespace Sparse.Chunks;

/// <summary>Finds where sentences begin.</summary>
/// <remarks>
/// A short form of Unicode's sentence boundaries (UAX 29): a sentence ends after a full stop, question or exclamation mark and what
/// closes it, before blanks; not where a small letter follows a full stop, nor after an initial ("J. Smith"). Ideographic stops need
/// no blank. A blank line ends a sentence, and so does a line that begins like a list item, heading or table row. No list of
/// abbreviations: a wrong boundary costs little, because passages hold many sentences.
/// </remarks>
internal static class Sentences
{
    private const string IdeographicStops = "。！？｡";
    private static readonly SearchValues<char> Ends = SearchValues.Create(".!?…؟۔।॥։።\n\u2029" + IdeographicStops);

    /// <summary>Starts of all sentences but the first.</summary>
    /// <param name="text">The text.</param>
    /// <param name="section">The part of it to look at.</param>
    /// <returns>Indexes into the text, ascending; none at a blank.</returns>
    internal static List<int> Starts(string text, Passage section)
    {
        List<int> starts = [];
        int at = section.Start;
        while (at < section.End)
        {
            int found = text.AsSpan(at, section.End - at).IndexOfAny(Ends);
            if (found < 0)
            {
                break;
            }

            int end = at + found;
            at = end + 1;
            bool isBreak = text[end] is '\n' or '\u2029' ? EndsLine(text, section, end, ref at) : EndsSentence(text, section, end, ref at);
            if (isBreak && at < section.End)
            {
                starts.Add(at);
            }
        }

        return starts;
    }

    // Moves to the first character that is not blank, where there may be a sentence.
    private static bool EndsLine(string text, Passage section, int end, ref int at)
    {
        bool isParagraph = text[end] == '\u2029';
        while (at < section.End && char.IsWhiteSpace(text[at]))
        {
            isParagraph |= text[at] is '\n' or '\u2029';
            at++;
        }

        return isParagraph || IsItem(text.AsSpan(at, section.End - at));
    }

    private static bool EndsSentence(string text, Passage section, int end, ref int at)
    {
        while (at < section.End && (Closes(text[at]) || (Ends.Contains(text[at]) && text[at] is not ('\n' or '\u2029'))))
        {
            at++;
        }

        int stop = at;
        while (at < section.End && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        if (IdeographicStops.Contains(text[end], StringComparison.Ordinal))
        {
            return true;
        }

        bool isInitial = text[end] == '.' && end > section.Start && char.IsUpper(text[end - 1]) && (end - 1 == section.Start || !char.IsLetterOrDigit(text[end - 2]));
        if (at > stop && at < section.End && !isInitial && (text[end] is not ('.' or '…') || !char.IsLower(text[at])))
        {
            return true;
        }

        // The blanks may still hold the end of a paragraph.
        at = stop;
        return false;
    }

    private static bool Closes(char c) => c is '"' or '\'' || char.GetUnicodeCategory(c)
        is UnicodeCategory.ClosePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.InitialQuotePunctuation;

    // "- item", "* item", "3. item", "3) item", "# heading", "| cell", "> quote".
    private static bool IsItem(ReadOnlySpan<char> line)
    {
        if (line.Length < 2)
        {
            return false;
        }

        if (line[0] is '-' or '*' or '+' or '•')
        {
            return char.IsWhiteSpace(line[1]);
        }

        int digits = 0;
        while (digits < line.Length && digits < 9 && char.IsAsciiDigit(line[digits]))
        {
            digits++;
        }

        return line[0] is '#' or '|' or '>' || (digits > 0 && digits + 1 < line.Length && line[digits] is '.' or ')' && char.IsWhiteSpace(line[digits + 1]));
    }
}
