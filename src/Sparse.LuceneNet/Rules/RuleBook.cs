using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sparse.LuceneNet.Rules;

/// <summary>The rules of an index and the record of their changes, as a commit keeps them.</summary>
/// <param name="Rules">The rules, in the order in which they were set.</param>
/// <param name="History">Every change, the oldest first.</param>
internal sealed record RuleBook(IReadOnlyList<SearchRule> Rules, IReadOnlyList<RuleChange> History)
{
    private const string Key = "sparse.rules";

    /// <summary>No rules.</summary>
    public static RuleBook Empty { get; } = new([], []);

    /// <summary>Reads the book of a commit.</summary>
    /// <param name="commitData">The commit's data.</param>
    public static RuleBook Read(IDictionary<string, string> commitData) =>
        commitData.TryGetValue(Key, out string? json) ? JsonSerializer.Deserialize(json, RuleJson.Default.RuleBook) ?? Empty : Empty;

    /// <summary>What the commit remembers.</summary>
    /// <param name="commitData">Overwritten under the book's key.</param>
    public void WriteTo(IDictionary<string, string> commitData) => commitData[Key] = JsonSerializer.Serialize(this, RuleJson.Default.RuleBook);

    /// <summary>The book with a rule more, or another under the same id.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="at">Now.</param>
    /// <param name="by">Who sets it.</param>
    /// <exception cref="ArgumentException">The rule makes no sense.</exception>
    public RuleBook With(SearchRule rule, DateTimeOffset at, string by)
    {
        Check(rule);
        return new RuleBook([.. Rules.Where(other => other.Id != rule.Id), rule], [.. History, new RuleChange(at, by, false, rule)]);
    }

    /// <summary>The book without a rule.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="at">Now.</param>
    /// <param name="by">Who takes it away.</param>
    /// <returns>Null when there is none.</returns>
    public RuleBook? Without(string id, DateTimeOffset at, string by) => Rules.FirstOrDefault(rule => rule.Id == id) is { } gone
        ? new RuleBook([.. Rules.Where(rule => rule.Id != id)], [.. History, new RuleChange(at, by, true, gone)])
        : null;

    private static void Check(SearchRule rule)
    {
        string? problem = string.IsNullOrWhiteSpace(rule.Id) ? "it needs an id"
            : string.IsNullOrWhiteSpace(rule.Term) == string.IsNullOrWhiteSpace(rule.Document) ? "it is about a term or about a document"
            : rule.Action == RuleAction.Synonym && (rule.Term is null || string.IsNullOrWhiteSpace(rule.To)) ? "a synonym needs a term and what to search for too"
            : rule.Action != RuleAction.Synonym && rule.To is not null ? "only a synonym says what to search for too"
            : !(rule.Factor > 0) || float.IsPositiveInfinity(rule.Factor) ? string.Create(CultureInfo.InvariantCulture, $"its factor {rule.Factor} is not finite and above 0")
            : rule.Position < 1 ? $"its position {rule.Position} is below 1"
            : rule.Query is not null && QueryWords.Split(rule.Query).Count == 0 ? $"its query pattern '{rule.Query}' holds no word"
            : null;
        if (problem is not null)
        {
            throw new ArgumentException($"Rule '{rule.Id}' can't be kept: {problem}.", nameof(rule));
        }
    }
}

/// <summary>Generated at compile time.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RuleBook))]
internal sealed partial class RuleJson : JsonSerializerContext;
