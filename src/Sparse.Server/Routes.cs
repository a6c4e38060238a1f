using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Sparse.LuceneNet;

namespace Sparse.Server;

/// <summary>All addresses of a server.</summary>
internal static class Routes
{
    private static readonly (string Path, string File, string Type)[] Assets =
    [
        ("/", "page.html", "text/html; charset=utf-8"), ("/page.css", "page.css", "text/css"), ("/page.js", "page.js", "text/javascript"), ("/icon.svg", "icon.svg", "image/svg+xml"),
    ];

    /// <summary>Maps them.</summary>
    /// <param name="app">The application.</param>
    /// <param name="indexes">What it serves.</param>
    /// <param name="options">Limits.</param>
    public static void Map(WebApplication app, IReadOnlyList<ServedIndex> indexes, ServerOptions options)
    {
        Dictionary<string, ServedIndex> byName = indexes.ToDictionary(index => index.Name, StringComparer.Ordinal);
        ServedIndex Named(string name) => byName.GetValueOrDefault(name) ?? throw new RequestException(404, "There is no index of this name; /api/indexes lists them.");

        foreach ((string path, string file, string type) in Assets)
        {
            app.MapGet(path, () => Results.Stream(typeof(Routes).Assembly.GetManifestResourceStream("Sparse.Server.Page." + file)!, type));
        }

        app.MapGet("/health", () => new { status = "up" });
        app.MapGet("/ready", () => indexes.All(index => index.IsReady) ? Results.Json(new { status = "ready" })
            : throw new RequestException(503, "An earlier write failed; searches go on, changes do not."));
        app.MapGet("/api/indexes", () => indexes.Select(index => new { index.Name, Documents = index.Index.Count, index.Modes, index.HasTable, Encoder = index.Index.Encoder?.Name }));
        app.MapGet("/api/indexes/{index}/stats", (string index) => Statistics(Named(index)));

        app.MapGet("/api/indexes/{index}/search", (string index, [FromQuery] string q, int? k, int? from, string? mode, string? encoder, CancellationToken stop) =>
            Named(index).Search(new SearchRequest { Query = q, K = k ?? 10, From = from ?? 0, Mode = mode, Encoder = encoder }, options, stop)).RequireRateLimiting(SparseServer.Limited);
        app.MapPost("/api/indexes/{index}/search", (string index, SearchRequest request, CancellationToken stop) =>
            Named(index).Search(request, options, stop)).RequireRateLimiting(SparseServer.Limited);

        app.MapGet("/api/indexes/{index}/documents/{id}", (string index, string id) => Named(index).Index.Get(id) is { } document
            ? Results.Json(new { document.Id, document.Title, document.Text, document.Fields }) : throw new RequestException(404, "There is no document with this id."));
        Writes(app.MapPut("/api/indexes/{index}/documents/{id}", async (string index, string id, JsonElement document, CancellationToken stop) =>
        {
            IReadOnlyList<bool> replaced = await Named(index).ChangeAsync([BulkReader.Document(document, id, "The document")], stop);
            return Results.Json(new { id, result = replaced[0] ? "updated" : "created" }, statusCode: replaced[0] ? 200 : 201);
        }));
        Writes(app.MapDelete("/api/indexes/{index}/documents/{id}", async (string index, string id, CancellationToken stop) =>
            (await Named(index).ChangeAsync([new Operation(BulkReader.RequireId(id, "The address"), null)], stop))[0]
                ? Results.Json(new { id, result = "deleted" }) : throw new RequestException(404, "There is no document with this id.")));
        Writes(app.MapPost("/api/indexes/{index}/bulk", async (string index, HttpRequest request, CancellationToken stop) =>
        {
            ServedIndex named = Named(index);
            RequireJson(request);
            List<Operation> operations = await BulkReader.LinesAsync(request.Body, options.MaxOperations, stop);
            IReadOnlyList<bool> there = await named.ChangeAsync(operations, stop);
            int deletions = operations.Count(operation => operation.Document is null);
            return new
            {
                added = operations.Count - deletions,
                replaced = there.Where((was, i) => was && operations[i].Document is not null).Count(),
                deleted = there.Where((was, i) => was && operations[i].Document is null).Count(),
            };
        }));

        app.MapPost("/{index}/_search", (string index, JsonElement body) => OpenSearchSearch(Named(index), body, options)).RequireRateLimiting(SparseServer.Limited);
        Writes(app.MapPost("/{index}/_bulk", async (string index, HttpRequest request, CancellationToken stop) =>
        {
            ServedIndex named = Named(index);
            RequireJson(request);
            List<(string Action, Operation Operation)> actions = await BulkReader.OpenSearchAsync(request.Body, index, options.MaxOperations, stop);
            IReadOnlyList<bool> there = await named.ChangeAsync([.. actions.Select(action => action.Operation)], stop);
            return new { errors = false, items = actions.Select((action, i) => Item(index, action.Action, action.Operation.Id, there[i])) };
        }));
    }

    private static void Writes(RouteHandlerBuilder route) => route.WithMetadata(new RequiredAccess(Access.Write), new RequestTimeoutAttribute(SparseServer.Writing))
        .RequireRateLimiting(SparseServer.Limited);

    // A page of another site can post text/plain to this machine unasked, but not JSON.
    private static void RequireJson(HttpRequest request)
    {
        if (request.ContentType?.StartsWith("application/x-ndjson", StringComparison.OrdinalIgnoreCase) != true && !request.HasJsonContentType())
        {
            throw new RequestException(415, "Send application/x-ndjson.");
        }
    }

    private static object Statistics(ServedIndex index)
    {
        IndexStatistics figures = index.Index.Statistics();
        return new { figures.Documents, figures.DeletedDocuments, figures.Segments, figures.Terms, figures.Postings, figures.Bytes, Encoder = figures.Encoder?.Name, figures.Scale };
    }

    private static Dictionary<string, object> Item(string index, string action, string id, bool there) => new()
    {
        [action] = new
        {
            _index = index,
            _id = id,
            status = action == "delete" ? (there ? 200 : 404) : there ? 200 : 201,
            result = action == "delete" ? (there ? "deleted" : "not_found") : there ? "updated" : "created",
        },
    };

    // {"size": 10, "query": {"neural_sparse": {FIELD: {"query_tokens": {TOKEN: WEIGHT}}}}}, or "query_text" in place of the tokens, or {"match": {FIELD: TEXT}}.
    private static object OpenSearchSearch(ServedIndex index, JsonElement body, ServerOptions options)
    {
        int size = Property(body, "size") is { } given ? Whole(given) : 10;
        JsonElement query = Property(body, "query") ?? throw new RequestException(400, "The body has no query.");
        SearchResult result;
        if (Property(query, "neural_sparse") is { } sparse && Only(sparse) is var field)
        {
            RequireSize(size, options);
            if (Property(field, "query_tokens") is { ValueKind: JsonValueKind.Object } tokens)
            {
                result = index.SearchTokens(Weights(tokens), size);
            }
            else
            {
                string text = Property(field, "query_text") is { ValueKind: JsonValueKind.String } words ? words.GetString()! : throw new RequestException(400, "neural_sparse takes query_tokens or query_text.");
                result = Plain(index, text, "sparse", size, options);
            }
        }
        else if (Property(query, "match") is { } match)
        {
            RequireSize(size, options);
            JsonElement value = Only(match);
            JsonElement words = value.ValueKind == JsonValueKind.Object ? Property(value, "query") ?? value : value;
            result = Plain(index, words.ValueKind == JsonValueKind.String ? words.GetString()! : throw new RequestException(400, "match takes a text."), "bm25", size, options);
        }
        else
        {
            throw new RequestException(400, "The query is none of neural_sparse and match, which are what this server answers.");
        }

        return new
        {
            timed_out = false,
            hits = new
            {
                total = new { value = result.Hits.Count, relation = "gte" },
                max_score = result.Hits.Count > 0 ? result.Hits[0].Score : (double?)null,
                hits = result.Hits.Select(hit => new { _index = index.Name, _id = hit.Id, _score = hit.Score, _source = Source(hit) }),
            },
        };
    }

    private static SearchResult Plain(ServedIndex index, string text, string mode, int size, ServerOptions options)
    {
        SearchAnswer answer = index.Search(new SearchRequest { Query = text, Mode = mode, K = size }, options, CancellationToken.None);
        return new SearchResult(text, SearchMode.Sparse, [.. answer.Hits.Select(hit => new SearchHit(hit.Rank, hit.Id, hit.Score, hit.Title, hit.Text, hit.Fields))], answer.Warnings);
    }

    private static Dictionary<string, string> Source(SearchHit hit)
    {
        var source = new Dictionary<string, string>(hit.Fields) { [SparseFields.Text] = hit.Text };
        if (hit.Title is not null)
        {
            source[SparseFields.Title] = hit.Title;
        }

        return source;
    }

    private static JsonElement? Property(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) ? value : null;

    private static JsonElement Only(JsonElement json) => json.ValueKind == JsonValueKind.Object && json.EnumerateObject().Count() == 1 ? json.EnumerateObject().First().Value
        : throw new RequestException(400, "A query names exactly one field.");

    private static int Whole(JsonElement json) => json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out int value) ? value : throw new RequestException(400, "size is not a whole number.");

    private static void RequireSize(int size, ServerOptions options)
    {
        if (size < 1 || size > options.MaxDepth)
        {
            throw new RequestException(400, string.Create(CultureInfo.InvariantCulture, $"size = {size} is out of range; it lies between 1 and {options.MaxDepth}."));
        }
    }

    private static Dictionary<string, float> Weights(JsonElement tokens)
    {
        var weights = new Dictionary<string, float>(StringComparer.Ordinal);
        foreach (JsonProperty token in tokens.EnumerateObject())
        {
            weights[token.Name] = token.Value.ValueKind == JsonValueKind.Number && token.Value.TryGetSingle(out float weight) ? weight : throw new RequestException(400, "A token's weight is not a number.");
        }

        return weights;
    }
}
