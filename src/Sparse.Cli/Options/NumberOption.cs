using System.CommandLine;
using System.Globalization;

namespace Sparse.Cli.Options;

/// <summary>A whole number between two limits, with an error sentence that names both.</summary>
internal static class NumberOption
{
    /// <summary>Makes the option.</summary>
    /// <param name="name">Its name with dashes.</param>
    /// <param name="fallback">The value when it is not given; null where its absence means something of its own.</param>
    /// <param name="least">The smallest value.</param>
    /// <param name="most">The largest value.</param>
    /// <param name="description">One phrase for the help.</param>
    /// <returns>The option.</returns>
    public static Option<int?> Create(string name, int? fallback, int least, int most, string description)
    {
        var option = new Option<int?>(name)
        {
            Description = description,
            HelpName = "N",
            CustomParser = result =>
            {
                if (result.Tokens.Count == 0)
                {
                    return fallback;
                }

                string given = result.Tokens[^1].Value;
                if (int.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most)
                {
                    return value;
                }

                string limits = most == int.MaxValue ? string.Create(CultureInfo.InvariantCulture, $"a whole number of at least {least:N0}")
                    : string.Create(CultureInfo.InvariantCulture, $"a whole number from {least:N0} to {most:N0}");
                result.AddError($"{name} takes {limits}, not '{given}'");
                return null;
            },
        };
        if (fallback is not null)
        {
            option.DefaultValueFactory = _ => fallback;
        }

        return option;
    }
}
