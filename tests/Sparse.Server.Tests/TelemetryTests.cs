using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Sparse.Server.Tests;

/// <summary>What the server tells of itself.</summary>
internal sealed class TelemetryTests
{
    [Test]
    public async Task Metrics_count_searches_changes_and_documents_for_Prometheus()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using HttpResponseMessage added = await server.BulkAsync("{\"id\":\"a\",\"text\":\"old cars\"}");
        Assert.That(added.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await server.SearchAsync(new { query = "cars", mode = "sparse" });
        string metrics = await server.Client.GetStringAsync("/metrics");
        Assert.That(metrics, Does.Match(@"sparse_search_duration_seconds_count\{.*index=""docs"".*mode=""Sparse"".*\} \d"));
        Assert.That(metrics, Does.Match(@"sparse_documents\{.*index=""docs"".*\} 1"));
        Assert.That(metrics, Does.Match(@"sparse_changes_total\{.*index=""docs"".*\} \d").And.Contain("http_server_request_duration_seconds").And.Contain("dotnet_process_memory"));
    }

    [Test]
    public async Task Traces_go_to_the_collector_named()
    {
        using var collector = new HttpListener();
        string address = FreeAddress();
        collector.Prefixes.Add(address);
        collector.Start();
        Task<byte[]> received = Task.Run(async () =>
        {
            HttpListenerContext context = await collector.GetContextAsync();
            Assert.That(context.Request.Url!.AbsolutePath, Is.EqualTo("/v1/traces"));
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            context.Response.Close();
            return body.ToArray();
        });
        await using (RunningServer server = await RunningServer.StartAsync(new ServerOptions { Traces = new Uri(address) }))
        {
            await server.SearchAsync(new { query = "cars", mode = "sparse" });
        }

        // A server that stops sends what it has.
        string text = System.Text.Encoding.Latin1.GetString(await received.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.That(text, Does.Contain("search").And.Contain("encode").And.Contain("POST /api/indexes/{index}/search"));
    }

    [Test]
    public async Task Description_names_every_route_and_no_other_host()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        JsonElement document = await server.JsonAsync("/openapi.json");
        string[] described = [.. document.GetProperty("paths").EnumerateObject().Select(path => path.Name)];
        string[] routes = [.. server.Routes.Select(route => "/" + route.RoutePattern.RawText!.Trim('/')).Where(path => path.Count(c => c == '/') > 1 || path is "/health" or "/ready").Distinct()];
        Assert.That(routes, Has.Length.GreaterThan(10));
        Assert.That(described, Is.EquivalentTo(routes));
        Assert.That(document.ToString(), Does.Not.Contain("http://").And.Not.Contain("https://"));
        JsonElement search = document.GetProperty("components").GetProperty("schemas").GetProperty("SearchRequest").GetProperty("properties");
        Assert.That(search.EnumerateObject().Select(property => property.Name), Is.SupersetOf(new[] { "query", "mode", "filter", "facets", "explain" }));
    }

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";
    }
}
