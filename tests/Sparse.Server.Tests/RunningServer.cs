using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Server.Tests;

/// <summary>A real server on a free port, over a real index in a folder of its own.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private static readonly IndexField[] Fields = [new("lang", FieldKind.Keyword), new("year", FieldKind.Number)];
    private readonly WebApplication _app;
    private readonly ServedIndex _index;

    private RunningServer(string folder, ServedIndex index, WebApplication app)
    {
        (Folder, _index, _app) = (folder, index, app);
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public string Folder { get; }

    public HttpClient Client { get; }

    public IEnumerable<RouteEndpoint> Routes => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    public static async Task<RunningServer> StartAsync(ServerOptions? options = null, string? folder = null, IndexField[]? fields = null, Func<ITermEncoder, ITermEncoder>? queries = null)
    {
        folder ??= Directory.CreateTempSubdirectory("sparse-server-").FullName;
        var model = SpladeEncoder.BuiltIn();
        var index = new ServedIndex("docs", SparseIndex.OpenOrCreate(Path.Combine(folder, "docs"), model, new SparseIndexOptions { Fields = fields ?? Fields }), queries?.Invoke(model) ?? model, InferenceFreeEncoder.BuiltIn());
        WebApplication app = SparseServer.Build([index], (options ?? new ServerOptions()) with { Urls = ["http://127.0.0.1:0"] });
        await app.StartAsync();
        return new RunningServer(folder, index, app);
    }

    public Task<HttpResponseMessage> BulkAsync(string lines) =>
        Client.PostAsync("/api/indexes/docs/bulk", new StringContent(lines, Encoding.UTF8, "application/x-ndjson"));

    public async Task<JsonElement> SearchAsync(object request) => await JsonAsync("/api/indexes/docs/search", request);

    public async Task<JsonElement> JsonAsync(string path, object request)
    {
        using HttpResponseMessage response = await Client.PostAsJsonAsync(path, request);
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.That((int)response.StatusCode, Is.EqualTo(200), answer.ToString());
        return answer;
    }

    /// <summary>The sentence of a request that is refused.</summary>
    public async Task<string> RefusedAsync(string path, object request, int status = 400)
    {
        using HttpResponseMessage response = await Client.PostAsJsonAsync(path, request);
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.That((int)response.StatusCode, Is.EqualTo(status), answer.ToString());
        return answer.GetProperty("error").GetString()!;
    }

    public static string[] Ids(JsonElement answer) => [.. answer.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("id").GetString()!)];

    public async Task<JsonElement> JsonAsync(string path) => await Client.GetFromJsonAsync<JsonElement>(path);

    public async Task StopAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _index.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
