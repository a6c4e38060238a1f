using System.Text.Json;
using Sparse.LuceneNet;
using static Sparse.Server.OpenSearch.OpenSearchRequest;

namespace Sparse.Server.OpenSearch;

/// <summary>Translates filters of OpenSearch to the expressions of <see cref="SearchOptions.Filter"/>.</summary>
internal static class OpenSearchFilter
{
    /// <summary>Both of two expressions.</summary>
    /// <param name="left">One; null for all documents.</param>
    /// <param name="right">The other; null for all documents.</param>
    public static string? And(string? left, string? right) => left is null ? right : right is null ? left : $"({left}) and ({right})";

    /// <summary>Translates a filter.</summary>
    /// <param name="json">term, terms, range, prefix, exists, ids or bool.</param>
    /// <exception cref="RequestException">It is none of them.</exception>
    public static string Read(JsonElement json)
    {
        JsonProperty filter = Only(json, "A filter");
        switch (filter.Name)
        {
            case "term":
                JsonProperty term = Only(filter.Value, "term");
                return $"{term.Name} = {Value(Property(term.Value, "value") ?? term.Value)}";
            case "terms":
                JsonProperty terms = Only(filter.Value, "terms");
                return In(terms.Name, terms.Value);
            case "ids":
                return In(SparseFields.Id, Property(filter.Value, "values") ?? throw Wrong("ids has no values"));
            case "exists":
                return Text(Property(filter.Value, "field") ?? throw Wrong("exists has no field"), "A field") + " = *";
            case "prefix":
                JsonProperty prefix = Only(filter.Value, "prefix");
                string begin = Text(Property(prefix.Value, "value") ?? prefix.Value, "A prefix");
                return begin.Length > 0 && begin.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/') ? $"{prefix.Name} = {begin}*"
                    : throw Wrong("A prefix is of letters, digits, '-', '_', '.' and '/' here");
            case "range":
                JsonProperty range = Only(filter.Value, "range");
                string[] ends =
                [
                    .. (range.Value.ValueKind == JsonValueKind.Object ? range.Value.EnumerateObject() : throw Wrong("A range is no object"))
                        .Select(end => $"{range.Name} {(end.Name switch { "gt" => ">", "gte" => ">=", "lt" => "<", "lte" => "<=", _ => throw Wrong("A range takes gt, gte, lt and lte") })} {Value(end.Value)}"),
                ];
                return ends.Length > 0 ? string.Join(" and ", ends) : throw Wrong("A range has no end");
            case "bool":
                return Bool(filter.Value);
            default:
                throw Wrong($"There is no filter '{SearchRequest.Shorten(filter.Name)}' here; take term, terms, range, prefix, exists, ids or bool");
        }
    }

    private static string Bool(JsonElement json)
    {
        string? all = null;
        foreach (JsonProperty part in json.ValueKind == JsonValueKind.Object ? json.EnumerateObject() : throw Wrong("bool is no object"))
        {
            string[] parts = [.. Listed(part.Value).Select(Read)];
            all = parts.Length == 0 ? all : And(all, part.Name switch
            {
                "must" or "filter" => string.Join(" and ", parts.Select(one => $"({one})")),
                "should" => string.Join(" or ", parts.Select(one => $"({one})")),
                "must_not" => string.Join(" and ", parts.Select(one => $"not ({one})")),
                _ => throw Wrong($"bool has '{SearchRequest.Shorten(part.Name)}', and takes must, should, filter and must_not"),
            });
        }

        return all ?? throw Wrong("bool has no filter in it");
    }

    private static string In(string field, JsonElement values)
    {
        string[] some = [.. Listed(values).Select(Value)];
        return some.Length > 0 ? $"{field} in ({string.Join(", ", some)})" : throw Wrong("There are no values to filter by");
    }

    private static string Value(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => '"' + json.GetString()!.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"',
        JsonValueKind.Number => json.GetRawText(),
        JsonValueKind.True => "\"true\"",
        JsonValueKind.False => "\"false\"",
        _ => throw Wrong("A value to filter by is a text or a number"),
    };
}
