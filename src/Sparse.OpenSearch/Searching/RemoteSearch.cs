using System.Text.Json;
using System.Text.Json.Nodes;
using Sparse.Chunks;
using Sparse.OpenSearch.Cluster;
using Sparse.OpenSearch.Documents;

namespace Sparse.OpenSearch.Searching;

/// <summary>One hit as the server gave it.</summary>
/// <param name="Key">The server's id.</param>
/// <param name="Order">Its place in the order that breaks ties.</param>
/// <param name="Score">The server's score.</param>
/// <param name="Source">What was asked for of the document.</param>
/// <param name="Passage">The passage that scored best; undefined where none was asked for.</param>
internal sealed record RemoteHit(string Key, long Order, double Score, JsonElement Source, JsonElement Passage)
{
    /// <summary>The document's words, parted by blanks.</summary>
    public string Words => Source.ValueKind == JsonValueKind.Object && Source.TryGetProperty("words", out JsonElement words) ? words.GetString()! : "";

    /// <summary>The span of the passage.</summary>
    public Passage? Span => Passage.ValueKind == JsonValueKind.Object ? DocumentJson.SpanOf(Passage) : null;

    /// <summary>The vector's terms with their impacts, of the passage or of the document.</summary>
    public IEnumerable<JsonProperty> Vector
    {
        get
        {
            JsonElement holder = Passage.ValueKind == JsonValueKind.Object ? Passage : Source;
            return holder.TryGetProperty(VectorField.Name, out JsonElement vector) ? vector.EnumerateObject() : [];
        }
    }
}

/// <summary>Builds search requests and reads their answers.</summary>
internal static class RemoteSearch
{
    /// <summary>The most hits that a server gives for one request (index.max_result_window).</summary>
    public const int MostHits = 10_000;

    // Part of an answer is no answer: the cluster says 503 while a shard moves, and is asked again.
    private const string Whole = "allow_partial_search_results=false";

    /// <summary>Runs one search.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="view">The index.</param>
    /// <param name="request">The search.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static JsonElement Ask(ClusterClient client, View view, JsonObject request, CancellationToken cancellationToken) =>
        client.Send(HttpMethod.Post, $"{view.Generation.Index}/_search?{Whole}", request, cancellationToken)
            ?? throw new IOException($"The index '{view.Generation.Index}' at {client.Address} has been replaced or deleted; open it again.");

    /// <summary>Makes a request for the best hits.</summary>
    /// <param name="query">The query.</param>
    /// <param name="hits">How many.</param>
    /// <param name="source">Members of the documents to bring; empty for none.</param>
    /// <param name="filter">Only documents that pass; null for all.</param>
    /// <param name="excludedId">Leaves out the document with this id; null for none.</param>
    public static JsonObject Best(JsonObject query, int hits, IReadOnlyList<string> source, JsonObject? filter, string? excludedId)
    {
        if (filter is not null || excludedId is not null)
        {
            var all = new JsonObject { ["must"] = new JsonArray(query) };
            if (filter is not null)
            {
                all["filter"] = new JsonArray(filter.DeepClone());
            }

            if (excludedId is not null)
            {
                all["must_not"] = new JsonArray(new JsonObject { ["term"] = new JsonObject { ["id"] = excludedId } });
            }

            query = new JsonObject { ["bool"] = all };
        }

        return new JsonObject
        {
            ["size"] = hits,
            ["track_total_hits"] = false,
            ["_source"] = source.Count == 0 ? false : new JsonArray([.. source.Select(member => (JsonNode)member)]),
            ["sort"] = new JsonArray(new JsonObject { ["_score"] = "desc" }, new JsonObject { ["order"] = "asc" }),
            ["query"] = query,
        };
    }

    /// <summary>The dot product with a document, or with the best of its passages.</summary>
    /// <param name="view">The index.</param>
    /// <param name="terms">Terms.</param>
    /// <param name="weights">[terms] integer weights.</param>
    /// <param name="bringPassage">True to bring the passage that scored best.</param>
    public static JsonObject Dot(View view, IReadOnlyList<string> terms, ReadOnlySpan<ushort> weights, bool bringPassage)
    {
        if (!view.Meta.Passages)
        {
            return view.Vectors.Query(terms, weights, "");
        }

        var nested = new JsonObject { ["path"] = "passages", ["score_mode"] = "max", ["query"] = view.Vectors.Query(terms, weights, "passages.") };
        if (bringPassage)
        {
            nested["inner_hits"] = new JsonObject { ["size"] = 1 };
        }

        return new JsonObject { ["nested"] = nested };
    }

    /// <summary>Any of some words.</summary>
    /// <param name="words">Analysed words with their factors.</param>
    public static JsonObject AnyOf(IEnumerable<(string Word, float Factor)> words) => new()
    {
        ["bool"] = new JsonObject
        {
            ["should"] = new JsonArray([.. words.Select(word => (JsonNode)new JsonObject
            {
                ["term"] = new JsonObject { ["words"] = new JsonObject { ["value"] = word.Word, ["boost"] = word.Factor } },
            })]),
            ["minimum_should_match"] = 1,
        },
    };

    /// <summary>Only the documents with some of the server's ids.</summary>
    /// <param name="keys">The ids.</param>
    public static JsonObject Keys(IEnumerable<string> keys) => new() { ["ids"] = new JsonObject { ["values"] = new JsonArray([.. keys.Select(key => (JsonNode)key)]) } };

    /// <summary>The hits of an answer, best first.</summary>
    /// <param name="answer">The answer to <see cref="Best"/>.</param>
    public static List<RemoteHit> Hits(JsonElement answer)
    {
        var hits = new List<RemoteHit>();
        foreach (JsonElement hit in answer.GetProperty("hits").GetProperty("hits").EnumerateArray())
        {
            JsonElement passage = default;
            if (hit.TryGetProperty("inner_hits", out JsonElement inner) && inner.GetProperty("passages").GetProperty("hits").GetProperty("hits") is var passages && passages.GetArrayLength() > 0)
            {
                passage = passages[0].GetProperty("_source");
            }

            // A float, spelt as briefly as a float can be: read as a double it would be another number.
            JsonElement[] sort = [.. hit.GetProperty("sort").EnumerateArray()];
            hits.Add(new RemoteHit(hit.GetProperty("_id").GetString()!, sort[^1].GetInt64(), hit.GetProperty("_score").GetSingle(), hit.TryGetProperty("_source", out JsonElement source) ? source : default, passage));
        }

        return hits;
    }

    /// <summary>Reads members of documents.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="view">The index.</param>
    /// <param name="keys">The server's ids.</param>
    /// <param name="source">The members.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>By the server's id; documents that are gone are missing.</returns>
    public static Dictionary<string, JsonElement> Fetch(ClusterClient client, View view, IReadOnlyCollection<string> keys, IReadOnlyList<string> source, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            return [];
        }

        JsonElement answer = client.Send(
            HttpMethod.Post, $"{view.Generation.Index}/_mget?_source_includes={string.Join(',', source)}",
            new JsonObject { ["ids"] = new JsonArray([.. keys.Select(key => (JsonNode)key)]) }, cancellationToken)
            ?? throw new IOException($"The index '{view.Generation.Index}' at {client.Address} has been replaced or deleted; open it again.");
        return answer.GetProperty("docs").EnumerateArray().Where(document => document.TryGetProperty("_source", out _))
            .ToDictionary(document => document.GetProperty("_id").GetString()!, document => document.GetProperty("_source"), StringComparer.Ordinal);
    }
}
