using System.Globalization;

namespace Sparse.Lab.Tuning;

/// <summary>A limit on the size of an index or on the time of a query.</summary>
/// <param name="Bytes">Bytes at most; null where time is limited.</param>
/// <param name="Milliseconds">95th percentile of milliseconds a query at most; null where size is limited.</param>
internal sealed record Budget(long? Bytes, double? Milliseconds)
{
    /// <summary>Reads "400 MB", "1.5 GB", "200 kB" or "p95 20 ms".</summary>
    /// <param name="text">The words.</param>
    /// <exception cref="ArgumentException">They say something else.</exception>
    internal static Budget Parse(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["p95" or "P95", var time, "ms"] && double.TryParse(time, NumberStyles.Float, CultureInfo.InvariantCulture, out double milliseconds) && milliseconds > 0)
        {
            return new Budget(null, milliseconds);
        }

        double? unit = words.Length == 2 ? words[1] switch { "kB" or "KB" => 1e3, "MB" => 1e6, "GB" => 1e9, _ => null } : null;
        return unit is { } factor && double.TryParse(words[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double size) && size > 0
            ? new Budget((long)(size * factor), null)
            : throw new ArgumentException($"A budget is \"400 MB\" or \"p95 20 ms\", not \"{text}\".");
    }

    /// <summary>True where a point keeps it.</summary>
    /// <param name="point">The point.</param>
    internal bool Holds(TuningPoint point) => Bytes is { } bytes ? point.Bytes <= bytes : point.Latency95 <= Milliseconds;

    /// <inheritdoc/>
    public override string ToString() => Bytes is { } bytes
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.##} MB") : string.Create(CultureInfo.InvariantCulture, $"p95 {Milliseconds:0.###} ms");
}
