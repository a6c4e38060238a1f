using System.CommandLine;
using System.Globalization;
using Sparse.Fusion;

namespace Sparse.Cli.Options;

/// <summary>The options that say how hybrid search fuses its legs.</summary>
internal sealed class FusionChoice
{
    private readonly Option<FusionMethod> _method = ChoiceOption.Create(
        "--fusion", FusionMethod.Calibrated,
        "Hybrid: fuse by calibrated shares (default), reciprocal rank, min-max, z-score, L2 norm, or raw scores",
        ("calibrated", FusionMethod.Calibrated), ("rrf", FusionMethod.ReciprocalRank), ("minmax", FusionMethod.MinMax),
        ("zscore", FusionMethod.ZScore), ("l2", FusionMethod.L2), ("raw", FusionMethod.Raw));

    private readonly Option<string?> _weights = new("--weights") { Description = "Hybrid: weights of the legs, such as bm25=1,sparse=0.5", HelpName = "LIST" };

    private readonly Option<MissingScore> _missing = ChoiceOption.Create(
        "--missing", MissingScore.Exact,
        "Hybrid: a document that a leg did not return has its exact score there (default), its last hit's, or zero",
        ("exact", MissingScore.Exact), ("floor", MissingScore.Floor), ("zero", MissingScore.Zero));

    /// <summary>The options, to add to a command.</summary>
    public IReadOnlyList<Option> Options => [_method, _weights, _missing];

    /// <summary>Reads them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>The choice; its depth is the default's.</returns>
    /// <exception cref="WrongInputException">The weights can't be understood.</exception>
    public FusionOptions Read(ParseResult parsed) => new()
    {
        Method = parsed.GetValue(_method),
        Missing = parsed.GetValue(_missing),
        Weights = Weights(parsed.GetValue(_weights)),
    };

    private static Dictionary<string, double> Weights(string? list)
    {
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (string part in list?.Split(',') ?? [])
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !double.TryParse(part.AsSpan(equals + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double weight)
                || !double.IsFinite(weight) || weight < 0 || !weights.TryAdd(part[..equals].Trim(), weight))
            {
                throw new WrongInputException($"--weights takes LEG=NUMBER, parted by commas, each leg once and no number below 0, such as bm25=1,sparse=0.5, not '{list}'");
            }
        }

        return weights;
    }
}
