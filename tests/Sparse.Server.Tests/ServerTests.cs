using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;

namespace Sparse.Server.Tests;

/// <summary>What the server promises to those who ask it.</summary>
internal sealed class ServerTests
{
    private const string Pages = """
        {"id": "disk", "title": "df", "text": "Show how much of a volume is in use.", "lang": "en"}
        {"id": "cake", "text": "A recipe for apple cakes."}
        {"id": "car", "text": "Repair of old cars and trucks."}
        """;

    private RunningServer _server = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _server = await RunningServer.StartAsync();
        Assert.That((await _server.BulkAsync(Pages)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [OneTimeTearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [TestCase("full")]
    [TestCase("idf")]
    public async Task Search_finds_by_meaning_or_by_its_own_words(string encoder)
    {
        JsonElement answer = await _server.JsonAsync("/api/indexes/docs/search?q=car%20repair&highlight=true&mode=sparse&encoder=" + encoder);
        Assert.That(answer.GetProperty("hits")[0].GetProperty("id").GetString(), Is.EqualTo("car"));
        Assert.That(answer.GetProperty("hits")[0].GetProperty("highlight").GetProperty("spans").GetArrayLength(), Is.GreaterThan(1));
        Assert.That(answer.GetProperty("terms").GetArrayLength(), Is.GreaterThan(1));
    }

    [Test]
    public async Task Blocked_terms_no_longer_count()
    {
        HttpResponseMessage response = await _server.Client.PostAsJsonAsync("/api/indexes/docs/search", new { query = "apple", mode = "sparse", encoder = "idf", edits = new Dictionary<string, float> { ["apple"] = 0 } });
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.That(answer.GetProperty("hits").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task Document_can_be_put_read_replaced_and_deleted()
    {
        const string path = "/api/indexes/docs/documents/note%2F1";
        Assert.That((await _server.Client.PutAsJsonAsync(path, new { text = "first" })).StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await _server.Client.PutAsJsonAsync(path, new { text = "second", year = 2026 })).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await _server.JsonAsync(path)).GetProperty("fields").GetProperty("year").GetString(), Is.EqualTo("2026"));
        Assert.That((await _server.Client.DeleteAsync(path)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await _server.Client.GetAsync(path)).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task OpenSearch_clients_find_by_tokens_and_by_match()
    {
        foreach (string query in new[] { """{"neural_sparse": {"v": {"query_tokens": {"cake": 1.5, "no such token": 2}}}}""", """{"match": {"text": "apple cakes"}}""" })
        {
            HttpResponseMessage response = await _server.Client.PostAsync("/docs/_search", Json("{\"query\": " + query + ", \"size\": 1}"));
            JsonElement hit = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("hits").GetProperty("hits")[0];
            Assert.That(hit.GetProperty("_id").GetString(), Is.EqualTo("cake"), query);
        }

        HttpResponseMessage bulk = await _server.Client.PostAsync("/docs/_bulk", Json("{\"index\":{\"_id\":\"os\"}}\n{\"text\":\"from a client\"}\n{\"delete\":{\"_id\":\"os\"}}\n"));
        Assert.That(await bulk.Content.ReadAsStringAsync(), Does.Contain("created").And.Contain("deleted").And.Contain("\"errors\":false"));
    }

    [Test]
    public async Task Broken_line_refuses_the_whole_bulk()
    {
        Assert.That((await _server.BulkAsync("{\"id\":\"half\",\"text\":\"x\"}\n{broken\n")).StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await _server.Client.GetAsync("/api/indexes/docs/documents/half")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Searches_past_the_limit_get_429_and_a_change_goes_on_beside_them()
    {
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { MaxConcurrent = 1 });
        Assert.That((await server.BulkAsync(Pages)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Task<HttpResponseMessage>[] searches = [.. Enumerable.Range(0, 60).Select(i => server.Client.GetAsync("/api/indexes/docs/search?explain=true&q=car%20repair%20" + i))];
        Assert.That((await server.BulkAsync("{\"id\":\"beside\",\"text\":\"x\"}")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        HttpResponseMessage[] answers = await Task.WhenAll(searches);
        Assert.That(answers.Select(answer => (int)answer.StatusCode).Distinct(), Is.EquivalentTo(new[] { 200, 429 }));
        Assert.That(answers.First(answer => (int)answer.StatusCode == 429).Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task Another_hosts_name_is_refused_without_keys()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/indexes") { Headers = { Host = "rebound.example" } };
        Assert.That((int)(await _server.Client.SendAsync(request)).StatusCode, Is.EqualTo(421));
    }

    [Test]
    public async Task Least_score_that_is_no_finite_number_is_refused()
    {
        HttpResponseMessage infinite = await _server.Client.PostAsync("/api/indexes/docs/search", Json("{\"query\":\"old cars\",\"minScore\":1e999}"));
        HttpResponseMessage none = await _server.Client.GetAsync("/api/indexes/docs/search?q=old%20cars&minScore=NaN");
        Assert.That((int)infinite.StatusCode, Is.EqualTo(400));
        Assert.That((int)none.StatusCode, Is.EqualTo(400));
        Assert.That(await infinite.Content.ReadAsStringAsync(), Does.Contain("minScore"));
    }

    [Test]
    public async Task Malformed_requests_seed_1_get_4xx_and_learn_no_path()
    {
        int count = Environment.GetEnvironmentVariable("SPARSE_LONG") == "1" ? 10_000 : 1_000;
        var random = new Random(1);
        for (int i = 0; i < count; i++)
        {
            (HttpMethod method, string path, string body) = Malformed.Next(random);
            using var request = new HttpRequestMessage(method, path) { Content = method == HttpMethod.Get ? null : Json(body) };
            using HttpResponseMessage response = await _server.Client.SendAsync(request);
            string text = await response.Content.ReadAsStringAsync();
            Assert.That((int)response.StatusCode, Is.InRange(400, 499), $"{i}: {method} {path} {body[..Math.Min(200, body.Length)]} -> {text}");
            Assert.That(text, Does.Not.Contain(_server.Folder).And.Not.Contain("   at "), $"{i}: {method} {path}");
        }
    }

    [Test]
    public async Task Every_route_asks_for_a_key_and_changes_for_one_that_may_write()
    {
        string file = Path.Combine(_server.Folder, "keys.json");
        string read = ApiKeys.Create(file, "reader", Access.Read), write = ApiKeys.Create(file, "writer", Access.Write);
        Assert.That(File.ReadAllText(file), Does.Not.Contain(read[8..]).And.Not.Contain(write[8..]));
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { Keys = ApiKeys.Read(file) });
        RouteEndpoint[] routes = [.. server.Routes];
        Assert.That(routes, Has.Length.GreaterThan(20));
        foreach (RouteEndpoint route in routes)
        {
            string path = route.RoutePattern.RawText!.Replace("{index}", "docs", StringComparison.Ordinal).Replace("{id}", "1", StringComparison.Ordinal) + (route.RoutePattern.RawText.EndsWith("inspect", StringComparison.Ordinal) ? "?text=x" : "");
            var method = new HttpMethod(route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]);
            bool isChange = method != HttpMethod.Get && !path.EndsWith("search", StringComparison.Ordinal) && !path.StartsWith("/mcp", StringComparison.Ordinal);
            Assert.That(await Status(null), Is.EqualTo(401), path);
            Assert.That(await Status("sparse-guess"), Is.EqualTo(401), path);
            Assert.That(await Status(read), isChange ? Is.EqualTo(403) : Is.Not.AnyOf(401, 403), path);
            Assert.That(await Status(write), Is.Not.AnyOf(401, 403), path);

            async Task<int> Status(string? key)
            {
                using var request = new HttpRequestMessage(method, path) { Content = method == HttpMethod.Get ? null : Json("{}") };
                request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
                return (int)(await server.Client.SendAsync(request)).StatusCode;
            }
        }
    }

    [TestCase("http://0.0.0.0:8080", "keys")]
    [TestCase("http://*:8080", "address")]
    [TestCase("https://localhost:8080", "address")]
    public void Without_keys_it_listens_on_loopback_alone(string url, string reason) =>
        Assert.That(() => SparseServer.Build([], new ServerOptions { Urls = [url] }), Throws.ArgumentException.With.Message.Contains(reason));

    [Test]
    public async Task Acknowledged_changes_are_there_after_a_restart()
    {
        RunningServer first = await RunningServer.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
            Assert.That((await first.BulkAsync(string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{i},\"text\":\"number {i}\"}}"))).StatusCode, Is.EqualTo(HttpStatusCode.OK))));
        await first.StopAsync();
        await using RunningServer again = await RunningServer.StartAsync(folder: first.Folder);
        Assert.That((await again.JsonAsync("/api/indexes/docs/stats")).GetProperty("documents").GetInt32(), Is.EqualTo(8));
    }

    [Test]
    public async Task Page_asks_no_other_host()
    {
        foreach (string path in new[] { "/", "/page.css", "/page.js", "/hits.js", "/query.js", "/api", "/api.js" })
        {
            Assert.That((await _server.Client.GetStringAsync(path)).Replace("http://www.w3.org", "", StringComparison.Ordinal), Does.Not.Contain("http"), path);
        }
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
