using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Sparse.LuceneNet;
using Sparse.Server.OpenSearch;

namespace Sparse.Server;

/// <summary>All addresses of a server.</summary>
internal static class Routes
{
    private const string Searching = "Search", Documents = "Documents", Rules = "Rules", Indexes = "Indexes", Upkeep = "Upkeep", Compatible = "OpenSearch";

    private static readonly (string Path, string File, string Type)[] Assets =
    [
        ("/", "page.html", "text/html; charset=utf-8"), ("/page.css", "page.css", "text/css"), ("/page.js", "page.js", "text/javascript"), ("/hits.js", "hits.js", "text/javascript"),
        ("/query.js", "query.js", "text/javascript"), ("/icon.svg", "icon.svg", "image/svg+xml"), ("/api", "api.html", "text/html; charset=utf-8"), ("/api.js", "api.js", "text/javascript"),
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
            app.MapGet(path, () => Results.Stream(typeof(Routes).Assembly.GetManifestResourceStream("Sparse.Server.Page." + file)!, type)).ExcludeFromDescription();
        }

        MapUpkeep(app, indexes, Named, options);
        MapSearch(app, Named, options);
        MapDocuments(app, Named, options);
        MapRules(app, Named);
        MapOpenSearch(app, Named, options);
        app.MapMcp("/mcp").RequireRateLimiting(SparseServer.Limited);
    }

    private static void MapUpkeep(WebApplication app, IReadOnlyList<ServedIndex> indexes, Func<string, ServedIndex> named, ServerOptions options)
    {
        app.MapOpenApi("/openapi.json");
        app.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(new HttpMethodMetadata([HttpMethods.Get]));
        app.MapGet("/health", () => new { status = "up" }).WithTags(Upkeep).WithSummary("The process is up");
        app.MapGet("/ready", () => indexes.All(index => index.IsReady) ? Results.Json(new { status = "ready" })
            : throw new RequestException(503, "An earlier write failed; searches go on, changes do not.")).WithTags(Upkeep).WithSummary("Every index takes searches and changes");
        app.MapGet("/api/indexes", () => indexes.Select(index => new
        {
            index.Name,
            Documents = index.Index.Count,
            index.Modes,
            index.HasTable,
            Encoder = index.Index.Encoder?.Name,
            index.Index.Language,
            index.Index.Fields,
        })).WithTags(Indexes).WithSummary("The indexes: modes, encoder, fields to filter by");
        app.MapGet("/api/indexes/{index}/stats", (string index) => Statistics(named(index))).WithTags(Indexes).WithSummary("Figures of an index");
        app.MapGet("/api/indexes/{index}/inspect", (string index, [FromQuery] string text, string? encoder, CancellationToken stop) => named(index).Inspect(text, encoder, options, stop))
            .WithTags(Indexes).WithSummary("What the encoder makes of a text").RequireRateLimiting(SparseServer.Limited);
    }

    private static void MapSearch(WebApplication app, Func<string, ServedIndex> named, ServerOptions options)
    {
        app.MapGet("/api/indexes/{index}/search", (string index, [AsParameters] SearchAddress address, CancellationToken stop) => named(index).Search(address.ToRequest(), options, stop))
            .WithTags(Searching).WithSummary("Search, by an address").RequireRateLimiting(SparseServer.Limited);
        app.MapPost("/api/indexes/{index}/search", (string index, SearchRequest request, CancellationToken stop) => named(index).Search(request, options, stop))
            .WithTags(Searching).WithSummary("Search, with all options").RequireRateLimiting(SparseServer.Limited);
    }

    private static void MapDocuments(WebApplication app, Func<string, ServedIndex> named, ServerOptions options)
    {
        app.MapGet("/api/indexes/{index}/documents/{id}", (string index, string id) => named(index).Document(id) is { } document
            ? Results.Json(new { document.Id, document.Title, document.Text, document.Fields }) : throw new RequestException(404, "There is no document with this id."))
            .WithTags(Documents).WithSummary("Read a document");
        Writes(app.MapPut("/api/indexes/{index}/documents/{id}", async (string index, string id, JsonElement document, CancellationToken stop) =>
        {
            IReadOnlyList<bool> replaced = await named(index).ChangeAsync([BulkReader.Document(document, id, "The document")], stop);
            return Results.Json(new { id, result = replaced[0] ? "updated" : "created" }, statusCode: replaced[0] ? 200 : 201);
        })).WithTags(Documents).WithSummary("Add or replace a document: {\"title\", \"text\", further fields}");
        Writes(app.MapDelete("/api/indexes/{index}/documents/{id}", async (string index, string id, CancellationToken stop) =>
            (await named(index).ChangeAsync([new Operation(BulkReader.RequireId(id, "The address"), null)], stop))[0]
                ? Results.Json(new { id, result = "deleted" }) : throw new RequestException(404, "There is no document with this id.")))
            .WithTags(Documents).WithSummary("Delete a document");
        Writes(app.MapPost("/api/indexes/{index}/bulk", async (string index, HttpRequest request, CancellationToken stop) =>
        {
            ServedIndex one = named(index);
            RequireJson(request);
            List<Operation> operations = await BulkReader.LinesAsync(request.Body, options.MaxOperations, stop);
            IReadOnlyList<bool> there = await one.ChangeAsync(operations, stop);
            int deletions = operations.Count(operation => operation.Document is null);
            return new
            {
                added = operations.Count - deletions,
                replaced = there.Where((was, i) => was && operations[i].Document is not null).Count(),
                deleted = there.Where((was, i) => was && operations[i].Document is null).Count(),
            };
        })).WithTags(Documents).WithSummary("Many changes, all or none: a document a line, or {\"delete\": \"id\"}").Accepts<JsonElement>("application/x-ndjson", "application/json");
    }

    private static void MapRules(WebApplication app, Func<string, ServedIndex> named)
    {
        app.MapGet("/api/indexes/{index}/rules", (string index) => named(index).Index.Rules).WithTags(Rules).WithSummary("The rules that searches follow");
        app.MapGet("/api/indexes/{index}/rules/log", (string index) => named(index).Index.RuleHistory).WithTags(Rules).WithSummary("Every change of a rule, the oldest first");
        Writes(app.MapPut("/api/indexes/{index}/rules/{id}", async (string index, string id, SearchRule rule, string? by) =>
        {
            await named(index).ChangeRuleAsync(id, rule with { Id = id }, by ?? "");
            return new { id, result = "set" };
        })).WithTags(Rules).WithSummary("Set a rule: block, boost, pin or synonym");
        Writes(app.MapDelete("/api/indexes/{index}/rules/{id}", async (string index, string id, string? by) => await named(index).ChangeRuleAsync(id, null, by ?? "")
            ? new { id, result = "removed" } : throw new RequestException(404, "There is no rule with this id."))).WithTags(Rules).WithSummary("Take a rule away");
    }

    private static void MapOpenSearch(WebApplication app, Func<string, ServedIndex> named, ServerOptions options)
    {
        app.MapPost("/{index}/_search", (string index, JsonElement body, CancellationToken stop) =>
        {
            var request = OpenSearchRequest.Read(body);
            return OpenSearchAnswer.Of(named(index).Search(request.Search, options, stop), request);
        }).WithTags(Compatible).WithSummary("Search as OpenSearch does: match, neural_sparse, hybrid, bool with filters, aggs of terms").RequireRateLimiting(SparseServer.Limited);
        Writes(app.MapPost("/{index}/_bulk", async (string index, HttpRequest request, CancellationToken stop) =>
        {
            ServedIndex one = named(index);
            RequireJson(request);
            List<(string Action, Operation Operation)> actions = await BulkReader.OpenSearchAsync(request.Body, index, options.MaxOperations, stop);
            IReadOnlyList<bool> there = await one.ChangeAsync([.. actions.Select(action => action.Operation)], stop);
            return new { errors = false, items = actions.Select((action, i) => OpenSearchAnswer.Item(index, action.Action, action.Operation.Id, there[i])) };
        })).WithTags(Compatible).WithSummary("Many changes as OpenSearch takes them: index and delete").Accepts<JsonElement>("application/x-ndjson", "application/json");
    }

    private static RouteHandlerBuilder Writes(RouteHandlerBuilder route) => route.WithMetadata(new RequiredAccess(Access.Write), new RequestTimeoutAttribute(SparseServer.Writing))
        .RequireRateLimiting(SparseServer.Writing);

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
}
