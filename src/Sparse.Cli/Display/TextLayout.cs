using System.Globalization;
using System.Text;

namespace Sparse.Cli.Display;

/// <summary>Fits text of any script into columns: wide characters count two, combining marks none.</summary>
internal static class TextLayout
{
    /// <summary>Columns that a text takes.</summary>
    /// <param name="text">One line.</param>
    public static int Columns(string text) => text.EnumerateRunes().Sum(Columns);

    /// <summary>Makes one line of any text: control characters and runs of blanks become one blank.</summary>
    /// <param name="text">Any text.</param>
    public static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isBlank = Rune.IsWhiteSpace(rune) || Rune.IsControl(rune);
            if (!isBlank)
            {
                line.Append(rune.ToString());
            }
            else if (line.Length > 0 && line[^1] != ' ')
            {
                line.Append(' ');
            }
        }

        return line.ToString().TrimEnd();
    }

    /// <summary>Cuts a line to a width, with an ellipsis where something is missing.</summary>
    /// <param name="line">One line.</param>
    /// <param name="columns">At most so many columns, ≥ 1.</param>
    public static string Cut(string line, int columns)
    {
        if (Columns(line) <= columns)
        {
            return line;
        }

        var cut = new StringBuilder();
        int used = 0;
        foreach (Rune rune in line.EnumerateRunes())
        {
            used += Columns(rune);
            if (used > columns - 1)
            {
                break;
            }

            cut.Append(rune.ToString());
        }

        return cut.ToString().TrimEnd() + "…";
    }

    /// <summary>Pads a line on the right to a width.</summary>
    /// <param name="line">One line, no wider than <paramref name="columns"/>.</param>
    /// <param name="columns">The width.</param>
    public static string Pad(string line, int columns) => line + new string(' ', Math.Max(0, columns - Columns(line)));

    /// <summary>Breaks a line at blanks.</summary>
    /// <param name="line">One line.</param>
    /// <param name="columns">Width of each piece.</param>
    /// <param name="most">At most so many pieces; the last one ends in an ellipsis where more would follow.</param>
    public static IReadOnlyList<string> Wrap(string line, int columns, int most)
    {
        var lines = new List<string>();
        var current = new StringBuilder();
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i++)
        {
            if (current.Length > 0 && Columns(current.ToString()) + 1 + Columns(words[i]) > columns)
            {
                if (lines.Count == most - 1)
                {
                    lines.Add(Cut(current + " " + string.Join(' ', words[i..]), columns));
                    return lines;
                }

                lines.Add(current.ToString());
                current.Clear();
            }

            current.Append(current.Length > 0 ? " " : "").Append(Cut(words[i], columns));
        }

        if (current.Length > 0)
        {
            lines.Add(current.ToString());
        }

        return lines;
    }

    private static int Columns(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.Control => 0,
        _ => IsWide(rune.Value) ? 2 : 1,
    };

    // East Asian Wide and Fullwidth blocks, and the emoji planes.
    private static bool IsWide(int value) => value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6)
        or (>= 0x1F300 and <= 0x1F64F) or (>= 0x1F900 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD);
}
