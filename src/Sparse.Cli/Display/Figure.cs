using System.Globalization;

namespace Sparse.Cli.Display;

/// <summary>Numbers as people read them, the same in every locale.</summary>
internal static class Figure
{
    /// <summary>A count with thousands separators.</summary>
    /// <param name="count">Any number.</param>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count and its noun: "1 document", "2 documents".</summary>
    /// <param name="count">Any number.</param>
    /// <param name="noun">The noun in the singular.</param>
    /// <param name="plural">The plural where it is not noun + s.</param>
    public static string Count(long count, string noun, string? plural = null) => $"{Count(count)} {(count == 1 ? noun : plural ?? noun + "s")}";

    /// <summary>A rate with three digits or so.</summary>
    /// <param name="rate">A number a second.</param>
    public static string Rate(double rate) => rate.ToString(rate < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    /// <summary>A weight or score with three decimals.</summary>
    /// <param name="weight">Any number.</param>
    public static string Weight(double weight) => weight.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>Bytes in the unit that fits.</summary>
    /// <param name="bytes">At least 0.</param>
    public static string Bytes(long bytes) => bytes switch
    {
        < 10_000 => $"{Count(bytes)} bytes",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0#} GB"),
    };

    /// <summary>A duration: "0.4 s", "12 s", "3:05", "1:02:03".</summary>
    /// <param name="duration">At least 0.</param>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0} s"),
        { TotalHours: < 1 } => duration.ToString(@"m\:ss", CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalHours}:{duration:mm\\:ss}"),
    };
}
