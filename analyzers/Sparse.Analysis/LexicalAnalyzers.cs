using Lucene.Net.Analysis;
using Lucene.Net.Analysis.Ar;
using Lucene.Net.Analysis.Bg;
using Lucene.Net.Analysis.Ca;
using Lucene.Net.Analysis.Cjk;
using Lucene.Net.Analysis.Cz;
using Lucene.Net.Analysis.Da;
using Lucene.Net.Analysis.De;
using Lucene.Net.Analysis.El;
using Lucene.Net.Analysis.Es;
using Lucene.Net.Analysis.Fa;
using Lucene.Net.Analysis.Fi;
using Lucene.Net.Analysis.Fr;
using Lucene.Net.Analysis.Hi;
using Lucene.Net.Analysis.Hu;
using Lucene.Net.Analysis.Id;
using Lucene.Net.Analysis.It;
using Lucene.Net.Analysis.Nl;
using Lucene.Net.Analysis.No;
using Lucene.Net.Analysis.Pt;
using Lucene.Net.Analysis.Ro;
using Lucene.Net.Analysis.Ru;
using Lucene.Net.Analysis.Standard;
using Lucene.Net.Analysis.Sv;
using Lucene.Net.Analysis.Tr;
using Lucene.Net.Analysis.Util;
using Lucene.Net.Util;

namespace Sparse.Analysis;

/// <summary>The analyzers of the BM25 leg by language: English is ours, the others are Lucene's own with their stop words and stemmers.</summary>
/// <remarks>None of them puts two words at one place, so that a text's length is the number of its words whatever its language.</remarks>
public static class LexicalAnalyzers
{
    /// <summary>The language of an index that names none.</summary>
    public const string English = "en";

    private const LuceneVersion Version = LuceneVersion.LUCENE_48;

    private static readonly SortedDictionary<string, Func<Analyzer>> Makers = new(StringComparer.Ordinal)
    {
        ["ar"] = () => new ArabicAnalyzer(Version),
        ["bg"] = () => new BulgarianAnalyzer(Version),
        ["ca"] = () => new CatalanAnalyzer(Version),
        ["cs"] = () => new CzechAnalyzer(Version),
        ["da"] = () => new DanishAnalyzer(Version),
        ["de"] = () => new GermanAnalyzer(Version),
        ["el"] = () => new GreekAnalyzer(Version),
        [English] = () => new EnglishLexicalAnalyzer(),
        ["es"] = () => new SpanishAnalyzer(Version),
        ["fa"] = () => new PersianAnalyzer(Version),
        ["fi"] = () => new FinnishAnalyzer(Version),
        ["fr"] = () => new FrenchAnalyzer(Version),
        ["hi"] = () => new HindiAnalyzer(Version),
        ["hu"] = () => new HungarianAnalyzer(Version),
        ["id"] = () => new IndonesianAnalyzer(Version),
        ["it"] = () => new ItalianAnalyzer(Version),
        ["ja"] = () => new CJKAnalyzer(Version),
        ["ko"] = () => new CJKAnalyzer(Version),
        ["nl"] = () => new DutchAnalyzer(Version),
        ["no"] = () => new NorwegianAnalyzer(Version),
        ["pt"] = () => new PortugueseAnalyzer(Version),
        ["ro"] = () => new RomanianAnalyzer(Version),
        ["ru"] = () => new RussianAnalyzer(Version),
        ["sv"] = () => new SwedishAnalyzer(Version),
        ["tr"] = () => new TurkishAnalyzer(Version),
        ["und"] = () => new StandardAnalyzer(Version, CharArraySet.Empty),
        ["zh"] = () => new CJKAnalyzer(Version),
    };

    /// <summary>The languages, as ISO 639-1 has them; Chinese, Japanese and Korean share one analyzer of character pairs, and
    /// "und" splits words as Unicode does, without stop words or stems, for any other.</summary>
    public static IReadOnlyCollection<string> Languages => Makers.Keys;

    /// <summary>Makes the analyzer of a language.</summary>
    /// <param name="language">One of <see cref="Languages"/>.</param>
    /// <returns>The analyzer; dispose it.</returns>
    /// <exception cref="ArgumentException">No analyzer is there for the language.</exception>
    public static Analyzer Create(string language)
    {
        ArgumentNullException.ThrowIfNull(language);
        return Makers.TryGetValue(language, out Func<Analyzer>? make)
            ? make()
            : throw new ArgumentException($"There is no analyzer for language '{language}'; choose one of {string.Join(", ", Makers.Keys)}.", nameof(language));
    }
}
