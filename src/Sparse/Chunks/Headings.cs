namespace Sparse.Chunks;

/// <summary>Cuts Markdown at its headings.</summary>
/// <remarks>
/// As CommonMark has them: one to six #, or a line of = or - under a paragraph of one line; indented by at most three blanks; not in
/// fenced code. A heading with nothing under it stays with the next one.
/// </remarks>
internal static class Headings
{
    /// <summary>The sections of a text.</summary>
    /// <param name="text">Markdown, or any text: it is one section then.</param>
    /// <returns>Sections that follow each other from the text's start to its end.</returns>
    internal static List<Passage> Sections(string text)
    {
        List<Passage> sections = [];
        int section = 0;
        bool hasBody = false;
        (char Mark, int Length) fence = default;
        int paragraph = -1;
        bool isAfterText = false;
        for (int start = 0; start < text.Length;)
        {
            int length = text.AsSpan(start).IndexOf('\n');
            int next = length < 0 ? text.Length : start + length + 1;
            ReadOnlySpan<char> line = text.AsSpan(start, next - start).TrimEnd();
            ReadOnlySpan<char> content = line.TrimStart(' ');
            bool isCode = fence.Length > 0 || line.Length - content.Length > 3;
            int heading = -1;
            if (fence.Length > 0)
            {
                if (Run(content, fence.Mark) is var close && close >= fence.Length && close == content.Length)
                {
                    fence = default;
                }
            }
            else if (!isCode && FenceOf(content) is { Length: > 0 } opened)
            {
                fence = opened;
            }
            else if (!isCode && IsAtx(content))
            {
                heading = start;
            }
            else if (!isCode && paragraph >= 0 && IsUnderline(content))
            {
                heading = paragraph;
            }

            if (heading >= 0)
            {
                // The line of an underlined heading was taken for the last section's body.
                bool hadBody = heading == start ? hasBody : isAfterText;
                if (hadBody && heading > section)
                {
                    sections.Add(new Passage(section, heading));
                    section = heading;
                }

                hasBody = false;
                paragraph = -1;
            }
            else
            {
                bool isParagraph = !content.IsEmpty && !isCode && fence.Length == 0 && !"-*+>|".Contains(content[0], StringComparison.Ordinal);
                paragraph = isParagraph && IsBlankBefore(text, start) ? start : -1;
                isAfterText = hasBody;
                hasBody |= !content.IsEmpty;
            }

            start = next;
        }

        if (text.Length > section)
        {
            sections.Add(new Passage(section, text.Length));
        }

        return sections;
    }

    private static bool IsAtx(ReadOnlySpan<char> content)
    {
        int marks = Run(content, '#');
        return marks is >= 1 and <= 6 && (marks == content.Length || content[marks] is ' ' or '\t');
    }

    private static bool IsUnderline(ReadOnlySpan<char> content) =>
        content.Length >= 2 && content[0] is '=' or '-' && Run(content, content[0]) == content.Length;

    private static (char Mark, int Length) FenceOf(ReadOnlySpan<char> content)
    {
        char mark = content.IsEmpty ? ' ' : content[0];
        int length = mark is '`' or '~' ? Run(content, mark) : 0;
        return length >= 3 && (mark == '~' || !content[length..].Contains('`')) ? (mark, length) : default;
    }

    private static int Run(ReadOnlySpan<char> content, char mark) => content.IndexOfAnyExcept(mark) is var end && end < 0 ? content.Length : end;

    private static bool IsBlankBefore(string text, int start)
    {
        int end = start - 1;
        while (end > 0 && text[end - 1] is ' ' or '\t' or '\r')
        {
            end--;
        }

        return end <= 0 || text[end - 1] == '\n';
    }
}
