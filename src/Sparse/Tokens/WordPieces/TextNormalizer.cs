using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Sparse.Tokens;

/// <summary>What word-piece tokenization does with one character.</summary>
internal enum CharacterKind
{
    /// <summary>Part of a word, after mapping to one other character or itself.</summary>
    Word = 1,

    /// <summary>Ends a word and is left out.</summary>
    Space,

    /// <summary>A word of its own: punctuation, and ideographs where they are told apart.</summary>
    Isolated,

    /// <summary>Left out without ending the word: control characters, accents.</summary>
    Dropped,

    /// <summary>Becomes several characters, or lies outside the basic plane: see <see cref="TextNormalizer.Expand"/>.</summary>
    Complex,
}

/// <summary>The four switches of BERT's text normaliser.</summary>
/// <param name="CleanText">Leave control characters out and make every blank a space.</param>
/// <param name="SplitIdeographs">Make every Chinese character a word of its own.</param>
/// <param name="StripAccents">Decompose (NFD) and leave non-spacing marks out.</param>
/// <param name="Lowercase">Lowercase, code point by code point.</param>
internal sealed record NormalizerSettings(bool CleanText, bool SplitIdeographs, bool StripAccents, bool Lowercase)
{
    /// <summary>Those of bert-base-uncased.</summary>
    public static NormalizerSettings Uncased { get; } = new(true, true, true, true);
}

/// <summary>
/// BERT's clean-up and word splitting as a map of single characters: every step of it looks at one code point only, so the
/// whole of it is one table, filled as characters turn up, and offsets into the original text come for nothing.
/// </summary>
/// <remarks>
/// Safe for concurrent use. One instance for each combination of settings, shared by all tokenizers. The one thing that NFD does
/// across code points, sorting marks, is left out: the marks that it sorts are the non-spacing ones, which go anyway, but for a
/// few of music and old Korean. 2026-11-23: equal to Python's unicodedata 14.0 on all of its code points but U+1171E, which
/// Unicode has since moved to the spacing marks.
/// </remarks>
internal sealed class TextNormalizer
{
    private static readonly ConcurrentDictionary<NormalizerSettings, TextNormalizer> Instances = new();
    private static readonly Lazy<Dictionary<int, string>> Decompositions = new(ReadDecompositions);

    private readonly NormalizerSettings _settings;
    // Kind in the upper half, mapped character in the lower: one write publishes both. 0 = not looked at yet.
    private readonly int[] _entries = new int[char.MaxValue + 1];

    // Forms of several characters: Hangul, two-part vowels of Indic scripts. Only of the basic plane, so it stays small.
    private readonly ConcurrentDictionary<int, string> _expanded = new();

    private TextNormalizer(NormalizerSettings settings)
    {
        _settings = settings;
        for (int c = 0; c < 128; c++)
        {
            Classify((char)c);
        }
    }

    /// <summary>The normaliser with these settings.</summary>
    public static TextNormalizer For(NormalizerSettings settings) => Instances.GetOrAdd(settings, static s => new TextNormalizer(s));

    /// <summary>What becomes of one UTF-16 unit; surrogates are <see cref="CharacterKind.Complex"/>.</summary>
    /// <param name="c">The unit.</param>
    /// <param name="mapped">What stands for it when the kind is Word or Isolated.</param>
    public CharacterKind Lookup(char c, out char mapped)
    {
        int entry = _entries[c];
        if (entry == 0)
        {
            entry = Classify(c);
        }

        mapped = unchecked((char)entry);
        return (CharacterKind)(entry >> 16);
    }

    /// <summary>The normal form of one code point of kind Complex.</summary>
    /// <param name="rune">The code point; U+FFFD stands for an unpaired surrogate.</param>
    /// <param name="isIdeograph">True when it must stand alone as a word.</param>
    /// <returns>Zero or more code points, still to be told apart by <see cref="KindOf"/>.</returns>
    public string Expand(Rune rune, out bool isIdeograph)
    {
        isIdeograph = false;
        if (_settings.CleanText)
        {
            if (rune.Value == 0 || rune == Rune.ReplacementChar || IsControl(rune))
            {
                return "";
            }

            if (Rune.IsWhiteSpace(rune))
            {
                return " ";
            }
        }

        isIdeograph = _settings.SplitIdeographs && IsIdeograph(rune.Value);
        if (_expanded.TryGetValue(rune.Value, out string? known))
        {
            return known;
        }

        string text = rune.ToString();
        if (IsCaseless(rune.Value))
        {
            return text;
        }

        if (_settings.StripAccents)
        {
            text = Decompose(rune.Value, text);
        }

        var result = new StringBuilder();
        foreach (Rune part in text.EnumerateRunes())
        {
            if (_settings.StripAccents && Rune.GetUnicodeCategory(part) == UnicodeCategory.NonSpacingMark)
            {
                continue;
            }

            AppendLower(result, part);
        }

        string form = result.ToString();
        if (rune.IsBmp && form.Length > 1)
        {
            _expanded[rune.Value] = form;
        }

        return form;
    }

    /// <summary>Word, Space or Isolated: what the word splitter makes of a code point that is already normalised.</summary>
    public static CharacterKind KindOf(Rune rune) =>
        Rune.IsWhiteSpace(rune) ? CharacterKind.Space
        : IsPunctuation(rune) ? CharacterKind.Isolated
        : CharacterKind.Word;

    private void AppendLower(StringBuilder result, Rune rune)
    {
        if (!_settings.Lowercase)
        {
            result.Append(rune.ToString());
        }
        else if (rune.Value == 0x130)
        {
            // İ is the one code point whose lower case is two.
            result.Append("i\u0307");
        }
        else
        {
            result.Append(Rune.ToLowerInvariant(rune).ToString());
        }
    }

    private int Classify(char c)
    {
        CharacterKind kind = CharacterKind.Complex;
        char mapped = c;
        if (!char.IsSurrogate(c))
        {
            string text = Expand(new Rune(c), out bool isIdeograph);
            if (text.Length == 0)
            {
                kind = CharacterKind.Dropped;
            }
            else if (text.Length == 1)
            {
                mapped = text[0];
                kind = isIdeograph ? CharacterKind.Isolated : KindOf(new Rune(mapped));
            }
        }

        return _entries[c] = ((int)kind << 16) | mapped;
    }

    private static bool IsControl(Rune rune) =>
        rune.Value is not ('\t' or '\n' or '\r')
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate;

    private static bool IsPunctuation(Rune rune) =>
        (rune.IsAscii && rune.Value is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126))
        || Rune.IsPunctuation(rune);

    /// <summary>True in the busy parts of the higher planes that know neither case nor decomposition: emoji and ideographs.</summary>
    private static bool IsCaseless(int c) => c is (>= 0x1F000 and <= 0x1FAFF) or (>= 0x20000 and <= 0x2F7FF);

    /// <summary>Reads decompositions.txt: in each line a code point and what NFD without non-spacing marks makes of it.</summary>
    private static Dictionary<int, string> ReadDecompositions()
    {
        using Stream stream = typeof(TextNormalizer).Assembly.GetManifestResourceStream("Sparse.Tokens.decompositions.txt")!;
        using var reader = new StreamReader(stream);
        var decompositions = new Dictionary<int, string>(2100);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] != '#')
            {
                int[] codes = Array.ConvertAll(line.Split(' '), code => int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                decompositions.Add(codes[0], string.Concat(codes.Skip(1).Select(char.ConvertFromUtf32)));
            }
        }

        return decompositions;
    }

    private static string Decompose(int c, string text)
    {
        if (c is < 0xAC00 or > 0xD7A3)
        {
            // Not string.Normalize: without ICU data (invariant globalization, as in many containers) it does nothing and says nothing.
            return Decompositions.Value.GetValueOrDefault(c, text);
        }

        // Hangul syllables decompose by arithmetic (Unicode, section 3.12), several times as fast as by the library.
        int syllable = c - 0xAC00;
        char leading = (char)(0x1100 + (syllable / 588));
        char vowel = (char)(0x1161 + (syllable % 588 / 28));
        int trailing = syllable % 28;
        return trailing == 0 ? new string([leading, vowel]) : new string([leading, vowel, (char)(0x11A7 + trailing)]);
    }

    private static bool IsIdeograph(int c) =>
        c is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
            or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
