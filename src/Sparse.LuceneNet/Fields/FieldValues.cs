using System.Globalization;
using System.Text;
using System.Text.Json;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Util;

namespace Sparse.LuceneNet.Fields;

/// <summary>Values of further fields: from text to what Lucene filters, sorts and counts by.</summary>
internal static class FieldValues
{
    private static readonly (string Format, Func<DateTimeOffset, DateTimeOffset> Next)[] DateFormats =
    [
        ("yyyy", date => date.Year == 9999 ? DateTimeOffset.MaxValue : date.AddYears(1)),
        ("yyyy-MM", date => date is { Year: 9999, Month: 12 } ? DateTimeOffset.MaxValue : date.AddMonths(1)),
        ("yyyy-MM-dd", date => date is { Year: 9999, Month: 12, Day: 31 } ? DateTimeOffset.MaxValue : date.AddDays(1)),
        ("yyyy-MM-dd'T'HH:mmK", date => date.AddMinutes(1)),
        ("yyyy-MM-dd HH:mmK", date => date.AddMinutes(1)),
        ("yyyy-MM-dd'T'HH:mm:ssK", date => date.AddSeconds(1)),
        ("yyyy-MM-dd HH:mm:ssK", date => date.AddSeconds(1)),
        ("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", date => date.AddMilliseconds(1)),
        ("yyyy-MM-dd HH:mm:ss.FFFFFFFK", date => date.AddMilliseconds(1)),
    ];

    /// <summary>The column that a keyword field is sorted by: its smallest value.</summary>
    /// <param name="name">The field.</param>
    public static string SortColumn(string name) => "sort:" + name;

    /// <summary>Why a value does not fit a field.</summary>
    /// <param name="kind">The field's kind.</param>
    /// <param name="value">The value; an empty one stands for none.</param>
    /// <returns>What was expected, as the end of a sentence; null when it fits.</returns>
    public static string? Problem(FieldKind kind, string value) => kind switch
    {
        FieldKind.Number when value.Length > 0 && !TryNumber(value, out _) => "a number was expected",
        FieldKind.Date when value.Length > 0 && !TryDate(value, out _, out _) => "a date such as 2026-11-24 or 2026-11-24T10:00:00Z was expected",
        FieldKind.Keyword when Keywords(value).Any(word => Encoding.UTF8.GetByteCount(word) > IndexWriter.MAX_TERM_LENGTH)
            => $"a keyword has {IndexWriter.MAX_TERM_LENGTH} bytes at most",
        _ => null,
    };

    /// <summary>Adds what filters, sorting, facets and words need.</summary>
    /// <param name="document">The document.</param>
    /// <param name="name">The field.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="value">A value that fits it.</param>
    public static void AddTo(Document document, string name, FieldKind kind, string value)
    {
        switch (kind)
        {
            case FieldKind.Keyword:
                string[] words = Keywords(value);
                foreach (string word in words)
                {
                    document.Add(new StringField(name, word, Field.Store.NO));
                    document.Add(new SortedSetDocValuesField(name, new BytesRef(word)));
                }

                if (words.Length > 0)
                {
                    document.Add(new SortedDocValuesField(SortColumn(name), new BytesRef(words.Min(StringComparer.Ordinal))));
                }

                break;
            case FieldKind.Number when TryNumber(value, out double number):
                document.Add(new DoubleField(name, number, Field.Store.NO));
                document.Add(new DoubleDocValuesField(name, number));
                break;
            case FieldKind.Date when TryDate(value, out long start, out _):
                document.Add(new Int64Field(name, start, Field.Store.NO));
                document.Add(new NumericDocValuesField(name, start));
                break;
            case FieldKind.Text:
                document.Add(new TextField(name, value, Field.Store.NO));
                break;
        }
    }

    /// <summary>The values of a keyword field: the text, or the strings of a JSON array, each once; empty ones count for nothing.</summary>
    /// <param name="value">The stored text.</param>
    public static string[] Keywords(string value)
    {
        if (value.StartsWith('[') && value.EndsWith(']'))
        {
            try
            {
                if (JsonSerializer.Deserialize(value, KeywordsJson.Default.StringArray) is { } several)
                {
                    return [.. several.Where(word => !string.IsNullOrEmpty(word)).Distinct(StringComparer.Ordinal)];
                }
            }
            catch (JsonException)
            {
                // A keyword may well look like "[draft]".
            }
        }

        return value.Length == 0 ? [] : [value];
    }

    /// <summary>Reads a number.</summary>
    /// <param name="text">Such as 12, -0.5 or 1e6.</param>
    /// <param name="number">The number; never −0, which would sort below 0.</param>
    /// <returns>False when it is none, or not finite.</returns>
    public static bool TryNumber(string text, out double number)
    {
        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
        number += 0.0;
        return isNumber;
    }

    /// <summary>Reads a date.</summary>
    /// <param name="text">Such as 2026, 2026-11, 2026-11-24, 2026-11-24T10:00Z.</param>
    /// <param name="start">Its first millisecond since 1970.</param>
    /// <param name="end">The first millisecond after the year, month, day, minute, second or millisecond that it names.</param>
    /// <returns>False when it is none.</returns>
    public static bool TryDate(string text, out long start, out long end)
    {
        foreach ((string format, Func<DateTimeOffset, DateTimeOffset> next) in DateFormats)
        {
            if (DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date))
            {
                start = date.ToUnixTimeMilliseconds();
                end = next(date).ToUnixTimeMilliseconds();
                return true;
            }
        }

        start = end = 0;
        return false;
    }
}

/// <summary>Generated at compile time: no reflection for each document.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class KeywordsJson : System.Text.Json.Serialization.JsonSerializerContext;
