namespace Examine;

/// <summary>One item of content: its id, what it is, and its values by field.</summary>
public sealed class ValueSet(string id, string? category, string? itemType, IDictionary<string, object> values)
{
    public string Id { get; } = id;

    /// <summary>What kind of content: content, media, member.</summary>
    public string? Category { get; } = category;

    /// <summary>Its document type.</summary>
    public string? ItemType { get; } = itemType;

    public IReadOnlyDictionary<string, IReadOnlyList<object>> Values { get; } =
        values.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<object>)(pair.Value is IEnumerable<object> many ? [.. many] : [pair.Value]));
}
