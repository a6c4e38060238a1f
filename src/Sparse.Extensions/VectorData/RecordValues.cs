using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sparse.LuceneNet;

namespace Sparse.Extensions.VectorData;

/// <summary>Values of data properties: as text in an index and back, and as values in its filters.</summary>
internal static class RecordValues
{
    // Past it not every whole number is a double, which is what filters compare.
    private const long MostExact = 1L << 53;

    private static readonly Dictionary<Type, FieldKind> Kinds = new()
    {
        [typeof(string)] = FieldKind.Keyword,
        [typeof(string[])] = FieldKind.Keyword,
        [typeof(List<string>)] = FieldKind.Keyword,
        [typeof(bool)] = FieldKind.Keyword,
        [typeof(Guid)] = FieldKind.Keyword,
        [typeof(int)] = FieldKind.Number,
        [typeof(long)] = FieldKind.Number,
        [typeof(float)] = FieldKind.Number,
        [typeof(double)] = FieldKind.Number,
        [typeof(DateTime)] = FieldKind.Date,
        [typeof(DateTimeOffset)] = FieldKind.Date,
    };

    /// <summary>True for types that data properties may have.</summary>
    /// <param name="type">A type, nullable or not.</param>
    public static bool IsKnown(Type type) => Kinds.ContainsKey(Plain(type));

    /// <summary>The field that an indexed property of a known type becomes.</summary>
    /// <param name="type">A type, nullable or not.</param>
    public static FieldKind KindOf(Type type) => Kinds[Plain(type)];

    /// <summary>Writes a value as the index keeps it; times without a zone count as UTC.</summary>
    /// <param name="value">A value of a known type.</param>
    /// <exception cref="ArgumentException">A number is too large to be compared exactly.</exception>
    public static string ToText(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        IEnumerable<string> several => JsonSerializer.Serialize([.. several], StringsJson.Default.StringArray),
        long number when number is < -MostExact or > MostExact =>
            throw new ArgumentException($"The number {number.ToString(CultureInfo.InvariantCulture)} is past ±2^53, where filters can't tell neighbours apart; keep it as a string."),
        DateTime { Kind: DateTimeKind.Unspecified } time => DateTime.SpecifyKind(time, DateTimeKind.Utc).ToString("O", CultureInfo.InvariantCulture),
        DateTime time => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("O", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"A value of type {value.GetType().Name} can't be kept; it should have been refused with its property."),
    };

    /// <summary>Reads a value back.</summary>
    /// <param name="text">What <see cref="ToText"/> wrote.</param>
    /// <param name="type">The property's type.</param>
    public static object FromText(string text, Type type)
    {
        Type plain = Plain(type);
        CultureInfo culture = CultureInfo.InvariantCulture;
        return plain == typeof(string) ? text
            : plain == typeof(bool) ? text == "true"
            : plain == typeof(int) ? int.Parse(text, culture)
            : plain == typeof(long) ? long.Parse(text, culture)
            : plain == typeof(float) ? float.Parse(text, culture)
            : plain == typeof(double) ? double.Parse(text, culture)
            : plain == typeof(Guid) ? Guid.Parse(text)
            : plain == typeof(DateTime) ? DateTime.Parse(text, culture, DateTimeStyles.RoundtripKind)
            : plain == typeof(DateTimeOffset) ? DateTimeOffset.Parse(text, culture, DateTimeStyles.RoundtripKind)
            : JsonSerializer.Deserialize(text, StringsJson.Default.StringArray) is not { } strings ? Array.Empty<string>()
            : plain == typeof(string[]) ? strings : new List<string>(strings);
    }

    private static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;
}

/// <summary>Generated at compile time.</summary>
[JsonSerializable(typeof(string[]))]
internal sealed partial class StringsJson : JsonSerializerContext;
