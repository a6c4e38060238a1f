namespace Sparse.Formats.Vectors;

/// <summary>Values of any source as the whole numbers of a target, with what that costs.</summary>
/// <param name="factor">Target value of a source value of 1; 1 hands whole numbers through.</param>
/// <param name="largest">The target's largest value.</param>
/// <param name="unrecordedScale">Weight of a value of 1, where the target has no place for that; else 1.</param>
internal sealed class IntegerValues(double factor, int largest, double unrecordedScale = 1)
{
    private long _dropped;
    private long _saturated;
    private double _error;

    /// <summary>What rounding cost, as whole sentences.</summary>
    internal IEnumerable<string> Losses
    {
        get
        {
            if (unrecordedScale != 1)
            {
                yield return FormattableString.Invariant($"a value of 1 weighs {unrecordedScale:R}, and the layout has no place to say so");
            }

            if (_error > 0)
            {
                yield return FormattableString.Invariant($"weights are rounded to whole steps of 1/{factor:0.######}, off by {_error / factor:0.######} at most");
            }

            if (_dropped > 0)
            {
                yield return FormattableString.Invariant($"{_dropped:N0} weights round to 0 and are left out");
            }

            if (_saturated > 0)
            {
                yield return FormattableString.Invariant($"{_saturated:N0} weights lie above {largest:N0} steps and are cut to that");
            }
        }
    }

    /// <summary>The value in the target: the nearest whole number, halves to even, as NumPy's rint in naver's export.</summary>
    /// <param name="value">Finite and &gt; 0.</param>
    /// <returns>0 (left out) to the largest.</returns>
    internal int Of(float value)
    {
        if (factor == 1 && value <= largest && value >= 1 && value == (int)value)
        {
            return (int)value;
        }

        double exact = value * factor;
        double rounded = Math.Round(exact);
        if (rounded > largest)
        {
            _saturated++;
            return largest;
        }

        _error = Math.Max(_error, Math.Abs(rounded - exact));
        _dropped += rounded == 0 ? 1 : 0;
        return (int)rounded;
    }
}
