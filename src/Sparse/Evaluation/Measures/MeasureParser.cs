using System.Globalization;
using System.Text.RegularExpressions;

namespace Sparse.Evaluation;

/// <summary>ir_measures' notation: NAME, optionally (KEY=VALUE,...), optionally @CUT.</summary>
internal static partial class MeasureParser
{
    private const string Known = "nDCG@k, nDCG(dcg='exp-log2')@k, RR@k, AP@k, R@k, P@k, Success@k, Judged@k, and (rel=N) for all but nDCG and Judged";

    internal static Measure Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string trimmed = name.Trim();
        Match match = Notation().Match(trimmed);
        if (!match.Success)
        {
            throw new ArgumentException($"'{trimmed}' is not a measure; there are {Known}.", nameof(name));
        }

        int? cut = null;
        if (match.Groups["cut"] is { Success: true, Value: string text })
        {
            cut = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) && parsed > 0
                ? parsed
                : throw new ArgumentException($"The cut-off of '{trimmed}' must be a whole number from 1 to {int.MaxValue}.", nameof(name));
        }

        string kind = match.Groups["name"].Value.ToUpperInvariant();
        (int level, bool exponential) = ReadParameters(match.Groups["parameters"], kind, trimmed);
        int depth = cut ?? int.MaxValue;
        return kind switch
        {
            "NDCG" => new Ndcg(trimmed, depth, exponential),
            "RR" or "MRR" => new ReciprocalRank(trimmed, depth, level),
            "AP" or "MAP" => new AveragePrecision(trimmed, depth, level),
            "R" or "RECALL" or "P" or "PRECISION" or "SUCCESS" or "JUDGED" when cut is null =>
                throw new ArgumentException($"'{trimmed}' needs a cut-off, for example {trimmed}@10.", nameof(name)),
            "R" or "RECALL" => new Recall(trimmed, depth, level),
            "P" or "PRECISION" => new Precision(trimmed, depth, level),
            "SUCCESS" => new Success(trimmed, depth, level),
            "JUDGED" => new Judged(trimmed, depth),
            _ => throw new ArgumentException($"'{trimmed}' is not a measure; there are {Known}.", nameof(name)),
        };
    }

    internal static IReadOnlyList<Measure> ParseList(string names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var measures = new List<Measure>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= names.Length; i++)
        {
            char c = i < names.Length ? names[i] : ',';
            depth += c switch { '(' => 1, ')' => -1, _ => 0 };
            if (c == ',' && (depth <= 0 || i == names.Length))
            {
                Measure measure = Parse(names[start..i]);
                if (measures.Any(other => other.Name == measure.Name))
                {
                    throw new ArgumentException($"Measure '{measure.Name}' is named twice in '{names}'.", nameof(names));
                }

                measures.Add(measure);
                start = i + 1;
            }
        }

        return measures;
    }

    private static (int Level, bool Exponential) ReadParameters(Group parameters, string kind, string name)
    {
        int level = 1;
        bool exponential = false;
        if (!parameters.Success)
        {
            return (level, exponential);
        }

        foreach (string parameter in parameters.Value.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] pair = parameter.Split('=', 2, StringSplitOptions.TrimEntries);
            string value = pair.Length == 2 ? pair[1].Trim('\'', '"') : "";
            if (kind == "NDCG" && pair[0] == "dcg" && value is "log2" or "exp-log2")
            {
                exponential = value == "exp-log2";
            }
            else if (kind is "NDCG" or "JUDGED" || pair[0] != "rel" || !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out level) || level < 1)
            {
                string expected = kind switch { "NDCG" => "expected dcg='log2' or dcg='exp-log2'", "JUDGED" => "it takes none", _ => "expected rel=N, N from 1" };
                throw new ArgumentException($"'{parameter}' is no parameter of '{name}'; {expected}.", nameof(name));
            }
        }

        return (level, exponential);
    }

    [GeneratedRegex(@"^(?<name>[A-Za-z]+)(\((?<parameters>[^()]*)\))?(@(?<cut>[^@]*))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Notation();
}
