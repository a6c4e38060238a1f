using System.Text.Json;

namespace Sparse.Server.OpenSearch;

/// <summary>A <c>_search</c> body: what it asks for, and what its answer is to show.</summary>
/// <param name="Search">The search.</param>
/// <param name="Aggregations">Name of each aggregation, with its field and number of buckets.</param>
/// <param name="Source">Which fields to show; null for all, none for none.</param>
internal sealed record OpenSearchRequest(SearchRequest Search, IReadOnlyList<(string Name, string Field, int Size)> Aggregations, string[]? Source)
{
    private const int DefaultBuckets = 10;
    private static readonly string[] Known = ["query", "size", "from", "sort", "min_score", "explain", "highlight", "_source", "aggs", "aggregations", "post_filter", "track_total_hits", "track_scores", "timeout"];

    /// <summary>Reads a body.</summary>
    /// <param name="body">The JSON.</param>
    /// <exception cref="RequestException">It asks for what this server does not do.</exception>
    public static OpenSearchRequest Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("The body is no object");
        }

        foreach (JsonProperty property in body.EnumerateObject())
        {
            if (!Known.Contains(property.Name))
            {
                throw Wrong($"The body has '{SearchRequest.Shorten(property.Name)}', and this server takes {string.Join(", ", Known)}");
            }
        }

        SearchRequest search = Query(Property(body, "query") ?? throw Wrong("The body has no query"), new SearchRequest());
        if (Property(body, "post_filter") is { } after)
        {
            search = search with { Filter = OpenSearchFilter.And(search.Filter, OpenSearchFilter.Read(after)) };
        }

        List<(string Name, string Field, int Size)> aggregations = Aggregated(Property(body, "aggs") ?? Property(body, "aggregations"));
        search = search with
        {
            K = Property(body, "size") is { } size ? Whole(size, "size") : search.K,
            From = Property(body, "from") is { } from ? Whole(from, "from") : 0,
            MinScore = Property(body, "min_score") is { } least ? Number(least, "min_score") : null,
            Explain = Property(body, "explain") is { ValueKind: JsonValueKind.True },
            Highlight = Property(body, "highlight") is { ValueKind: JsonValueKind.Object },
            Sort = Property(body, "sort") is { } sort ? [.. Listed(sort).Select(Sorted)] : null,
            Facets = aggregations.Count == 0 ? null : [.. aggregations.Select(one => one.Field).Distinct()],
            FacetValues = aggregations.Count == 0 ? DefaultBuckets : aggregations.Max(one => one.Size),
        };
        return new OpenSearchRequest(search, aggregations, Property(body, "_source") is { } source ? Shown(source) : null);
    }

    /// <summary>A property of an object; null where there is none.</summary>
    /// <param name="json">The object.</param>
    /// <param name="name">Its name.</param>
    public static JsonElement? Property(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) ? value : null;

    /// <summary>The one property of an object.</summary>
    /// <param name="json">The object.</param>
    /// <param name="what">What it is, for the sentence.</param>
    public static JsonProperty Only(JsonElement json, string what)
    {
        using JsonElement.ObjectEnumerator properties = json.ValueKind == JsonValueKind.Object ? json.EnumerateObject() : throw Wrong($"{what} is no object");
        return properties.MoveNext() && properties.Current is var only && !properties.MoveNext() ? only : throw Wrong($"{what} names one thing, no more and no less");
    }

    /// <summary>An array's elements, or one thing by itself.</summary>
    /// <param name="json">Either.</param>
    public static IEnumerable<JsonElement> Listed(JsonElement json) => json.ValueKind == JsonValueKind.Array ? json.EnumerateArray() : [json];

    /// <summary>A string.</summary>
    /// <param name="json">It.</param>
    /// <param name="what">What it is, for the sentence.</param>
    public static string Text(JsonElement json, string what) => json.ValueKind == JsonValueKind.String ? json.GetString()! : throw Wrong($"{what} is no text");

    /// <summary>An error of the caller's.</summary>
    /// <param name="sentence">What is wrong, without its full stop.</param>
    public static RequestException Wrong(string sentence) => new(400, sentence + ".");

    private static SearchRequest Query(JsonElement json, SearchRequest request)
    {
        JsonProperty query = Only(json, "A query");
        switch (query.Name)
        {
            case "match" or "match_phrase":
                JsonElement given = Only(query.Value, query.Name).Value;
                string words = Text(Property(given, "query") ?? given, query.Name);
                return query.Name == "match" ? request with { Query = words, Mode = "bm25" }
                    : request with { Query = '"' + words.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"', Mode = "bm25", Syntax = "lucene" };
            case "query_string":
                return request with { Query = Text(Property(query.Value, "query") ?? throw Wrong("query_string has no query"), "query_string"), Mode = "bm25", Syntax = "lucene" };
            case "neural_sparse":
                JsonElement field = Only(query.Value, query.Name).Value;
                return Property(field, "query_tokens") is { ValueKind: JsonValueKind.Object } tokens ? request with { Tokens = Weights(tokens), Mode = "sparse" }
                    : request with { Query = Text(Property(field, "query_text") ?? throw Wrong("neural_sparse takes query_tokens or query_text"), "query_text"), Mode = "sparse" };
            case "hybrid":
                return Hybrid(Property(query.Value, "queries") ?? throw Wrong("hybrid has no queries"), request);
            case "bool":
                return Bool(query.Value, request);
            default:
                throw Wrong($"There is no query '{SearchRequest.Shorten(query.Name)}' here; take match, match_phrase, query_string, neural_sparse, hybrid, or bool of one of them with filters");
        }
    }

    // The words and the terms of one text: the answers of two legs are only beside one another where they are asked the same.
    private static SearchRequest Hybrid(JsonElement queries, SearchRequest request)
    {
        SearchRequest[] legs = [.. Listed(queries).Select(query => Query(query, request))];
        SearchRequest? words = legs.FirstOrDefault(leg => leg is { Mode: "bm25", Syntax: null }), terms = legs.FirstOrDefault(leg => leg.Mode == "sparse");
        return legs.Length == 2 && words is not null && terms is not null && (terms.Query is null || terms.Query == words.Query)
            ? words with { Mode = "hybrid", Tokens = terms.Tokens }
            : throw Wrong("hybrid takes two queries here, match and neural_sparse, of the same text");
    }

    private static SearchRequest Bool(JsonElement json, SearchRequest request)
    {
        SearchRequest? found = null;
        foreach (JsonProperty part in json.ValueKind == JsonValueKind.Object ? json.EnumerateObject() : throw Wrong("bool is no object"))
        {
            switch (part.Name)
            {
                case "must" or "should":
                    foreach (JsonElement query in Listed(part.Value))
                    {
                        found = found is null ? Query(query, request) : throw Wrong("bool takes one query to score by here, and filters beside it");
                    }

                    break;
                case "filter":
                    request = request with { Filter = Listed(part.Value).Aggregate(request.Filter, (all, one) => OpenSearchFilter.And(all, OpenSearchFilter.Read(one))) };
                    break;
                case "must_not":
                    request = request with { Filter = Listed(part.Value).Aggregate(request.Filter, (all, one) => OpenSearchFilter.And(all, $"not ({OpenSearchFilter.Read(one)})")) };
                    break;
                default:
                    throw Wrong($"bool has '{SearchRequest.Shorten(part.Name)}', and takes must, should, filter and must_not");
            }
        }

        return found is null ? throw Wrong("bool has no query to score by; give one under must") : found with { Filter = OpenSearchFilter.And(found.Filter, request.Filter) };
    }

    private static string Sorted(JsonElement key)
    {
        JsonProperty? field = key.ValueKind == JsonValueKind.Object ? Only(key, "A sort key") : null;
        string name = field?.Name ?? Text(key, "A sort key");
        if (name == "_score")
        {
            return "score";
        }

        string order = field is not { } given ? "asc" : Text(Property(given.Value, "order") ?? given.Value, "An order");
        return order switch { "asc" => name, "desc" => "-" + name, _ => throw Wrong($"There is no order '{SearchRequest.Shorten(order)}'; take asc or desc") };
    }

    private static List<(string Name, string Field, int Size)> Aggregated(JsonElement? json)
    {
        var found = new List<(string, string, int)>();
        if (json is not { } given)
        {
            return found;
        }

        foreach (JsonProperty named in given.ValueKind == JsonValueKind.Object ? given.EnumerateObject() : throw Wrong("aggs is no object"))
        {
            JsonElement terms = Property(named.Value, "terms") ?? throw Wrong("An aggregation takes terms alone here");
            found.Add((named.Name, Text(Property(terms, "field") ?? throw Wrong("terms has no field"), "A field"), Property(terms, "size") is { } size ? Whole(size, "size") : DefaultBuckets));
        }

        return found;
    }

    private static string[]? Shown(JsonElement source) => source.ValueKind switch
    {
        JsonValueKind.True => null,
        JsonValueKind.False => [],
        _ => [.. Listed(source).Select(field => Text(field, "A field of _source"))],
    };

    private static int Whole(JsonElement json, string what) => json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out int value) ? value : throw Wrong($"{what} is no whole number");

    private static double Number(JsonElement json, string what) =>
        json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out double value) && double.IsFinite(value) ? value : throw Wrong($"{what} is no number");

    private static Dictionary<string, float> Weights(JsonElement tokens)
    {
        var weights = new Dictionary<string, float>(StringComparer.Ordinal);
        foreach (JsonProperty token in tokens.EnumerateObject())
        {
            weights[token.Name] = token.Value.ValueKind == JsonValueKind.Number && token.Value.TryGetSingle(out float weight) ? weight : throw Wrong("A token's weight is no number");
        }

        return weights;
    }
}
