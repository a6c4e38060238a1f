using System.Globalization;
using System.Text;
using Lucene.Net.Analysis.Da;
using Lucene.Net.Analysis.De;
using Lucene.Net.Analysis.En;
using Lucene.Net.Analysis.Es;
using Lucene.Net.Analysis.Fi;
using Lucene.Net.Analysis.Fr;
using Lucene.Net.Analysis.Hu;
using Lucene.Net.Analysis.It;
using Lucene.Net.Analysis.Nl;
using Lucene.Net.Analysis.No;
using Lucene.Net.Analysis.Pt;
using Lucene.Net.Analysis.Ro;
using Lucene.Net.Analysis.Snowball;
using Lucene.Net.Analysis.Sv;
using Lucene.Net.Analysis.Tr;
using Lucene.Net.Analysis.Util;
using Lucene.Net.Util;

namespace Sparse.Analysis;

/// <summary>Guesses which language a text is in: by its script, else by its stop words. Silent when in doubt.</summary>
/// <remarks>Good enough to warn, not to decide: a model that reads English alone gives a German text confident nonsense.</remarks>
public static class TextLanguage
{
    // Enough of a long text; a book's first page tells as much as the book.
    private const int MostWords = 200;

    private static readonly Lazy<(string Language, CharArraySet Words)[]> StopWords = new(() =>
    [
        ("da", DanishAnalyzer.DefaultStopSet), ("de", GermanAnalyzer.DefaultStopSet), ("en", EnglishStopWords()), ("es", SpanishAnalyzer.DefaultStopSet),
        ("fi", FinnishAnalyzer.DefaultStopSet), ("fr", FrenchAnalyzer.DefaultStopSet), ("hu", HungarianAnalyzer.DefaultStopSet),
        ("it", ItalianAnalyzer.DefaultStopSet), ("nl", DutchAnalyzer.DefaultStopSet), ("no", NorwegianAnalyzer.DefaultStopSet),
        ("pt", PortugueseAnalyzer.DefaultStopSet), ("ro", RomanianAnalyzer.DefaultStopSet), ("sv", SwedishAnalyzer.DefaultStopSet),
        ("tr", TurkishAnalyzer.DefaultStopSet),
    ]);

    /// <summary>The language that a text seems to be in, where it is not the expected one.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="expected">The language that it should be in, as ISO 639-1 has it.</param>
    /// <returns>Another language's code; null when the text may well be in the expected one, or gives no sign of any.</returns>
    public static string? OtherThan(string text, string expected)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(expected);
        if (Script(text) is { } byScript)
        {
            return byScript.Contains(expected, StringComparer.Ordinal) ? null : byScript[0];
        }

        if (!StopWords.Value.Any(known => known.Language == expected))
        {
            return null;
        }

        List<string> words = Words(text);
        int own = 0, best = 0;
        string? other = null;
        foreach ((string language, CharArraySet stops) in StopWords.Value)
        {
            int count = words.Count(stops.Contains);
            if (language == expected)
            {
                own = count;
            }
            else if (count > best)
            {
                (best, other) = (count, language);
            }
        }

        // Two words that only the other language has, and twice as many: 2026-11-24 on ../shared/data, see TextLanguageTests.
        return best >= own + 2 && best >= 2 * own ? other : null;
    }

    // The languages of the script that most letters are of; null for Latin letters and for texts without any.
    private static string[]? Script(string text)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        int letters = 0;
        foreach (Rune rune in text.EnumerateRunes().Take(4_000))
        {
            if (!Rune.IsLetter(rune))
            {
                continue;
            }

            letters++;
            string? script = rune.Value switch
            {
                >= 0x370 and < 0x400 or >= 0x1F00 and < 0x2000 => "el",
                >= 0x400 and < 0x530 => "ru bg",
                >= 0x590 and < 0x600 => "he",
                >= 0x600 and < 0x780 => "ar fa",
                >= 0x900 and < 0x980 => "hi",
                >= 0xE00 and < 0xE80 => "th",
                >= 0x1100 and < 0x1200 or >= 0xAC00 and < 0xD7B0 => "ko",
                >= 0x3040 and < 0x3100 => "ja",
                >= 0x3400 and < 0xA000 or >= 0xF900 and < 0xFB00 => "zh ja",
                _ => null,
            };
            if (script is not null)
            {
                counts[script] = counts.GetValueOrDefault(script) + 1;
            }
        }

        // Japanese mixes its syllables with Chinese characters.
        if (counts.TryGetValue("ja", out int syllables) && counts.Remove("zh ja", out int characters))
        {
            counts["ja"] = syllables + characters;
        }

        if (counts.Count == 0)
        {
            return null;
        }

        KeyValuePair<string, int> most = counts.MaxBy(count => count.Value);
        return most.Value * 2 > letters ? most.Key.Split(' ') : null;
    }

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        int start = -1;
        for (int i = 0; i <= text.Length && words.Count < MostWords; i++)
        {
            bool isLetter = i < text.Length && (char.IsLetter(text[i]) || text[i] is '\'' or '’');
            if (isLetter && start < 0)
            {
                start = i;
            }
            else if (!isLetter && start >= 0)
            {
                words.Add(text[start..i].ToLower(CultureInfo.InvariantCulture));
                start = -1;
            }
        }

        return words;
    }

    // Lucene's English set has 33 words, too few beside the hundreds of others; Snowball's list lies in the same assembly.
    private static CharArraySet EnglishStopWords()
    {
        System.Reflection.Assembly assembly = typeof(SnowballFilter).Assembly;
        string? name = assembly.GetManifestResourceNames().FirstOrDefault(resource => resource.EndsWith("english_stop.txt", StringComparison.Ordinal));
        if (name is null || assembly.GetManifestResourceStream(name) is not { } list)
        {
            return EnglishAnalyzer.DefaultStopSet;
        }

        using var reader = new StreamReader(list, Encoding.UTF8);
        return WordlistLoader.GetSnowballWordSet(reader, LuceneVersion.LUCENE_48);
    }
}
