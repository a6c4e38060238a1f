using System.CommandLine;
using System.Globalization;
using Sparse.Lab.Tuning;

namespace Sparse.Cli.Options;

/// <summary><c>--keep-terms</c>, <c>--keep-ratio</c>, <c>--keep-mass</c> and <c>--bits</c>: what <c>index</c> keeps of vectors; kept beside the index, so that <c>--append</c> keeps the same.</summary>
internal sealed class PruneOptionSet
{
    private readonly Option<int?> _terms = NumberOption.Create("--keep-terms", null, 1, 1_000_000, "Terms of a vector that are kept, the heaviest; default: all");
    private readonly Option<double?> _ratio = new("--keep-ratio") { Description = "Keep terms from this share of a vector's largest weight on, 0 to 1", HelpName = "R" };
    private readonly Option<double?> _mass = new("--keep-mass") { Description = "Keep the heaviest terms up to this share of the sum of weights, above 0, to 1", HelpName = "M" };
    private readonly Option<int?> _bits = NumberOption.Create("--bits", null, 2, 8, "Bits of an impact; with fewer, more light terms are left out; default: 8");

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_terms);
        command.Add(_ratio);
        command.Add(_mass);
        command.Add(_bits);
    }

    /// <summary>What the user gave.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>Null where nothing was given.</returns>
    /// <exception cref="WrongInputException">A share is out of its range.</exception>
    public PruneSetting? Read(ParseResult parsed)
    {
        int? terms = parsed.GetValue(_terms), bits = parsed.GetValue(_bits);
        double? ratio = Share(parsed, _ratio), mass = Share(parsed, _mass);
        return terms is null && bits is null && ratio is null && mass is null ? null : new PruneSetting { Terms = terms, Ratio = ratio ?? 0, Mass = mass ?? 1, Bits = bits ?? 8 };
    }

    private static double? Share(ParseResult parsed, Option<double?> option) => parsed.GetValue(option) is { } share && !(share is > 0 and <= 1)
        ? throw new WrongInputException(string.Create(CultureInfo.InvariantCulture, $"{option.Name} takes a share above 0 and up to 1, not '{share}'")) : parsed.GetValue(option);
}
