using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.LuceneNet;

namespace Sparse.Server.Tests;

/// <summary>A real server on a free port, over a real index in a folder of its own.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
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

    public static async Task<RunningServer> StartAsync(ServerOptions? options = null, string? folder = null)
    {
        folder ??= Directory.CreateTempSubdirectory("sparse-server-").FullName;
        SpladeEncoder model = SpladeEncoder.BuiltIn();
        var index = new ServedIndex("docs", SparseIndex.OpenOrCreate(Path.Combine(folder, "docs"), model), model, InferenceFreeEncoder.BuiltIn());
        WebApplication app = SparseServer.Build([index], (options ?? new ServerOptions()) with { Urls = ["http://127.0.0.1:0"] });
        await app.StartAsync();
        return new RunningServer(folder, index, app);
    }

    public Task<HttpResponseMessage> BulkAsync(string lines) =>
        Client.PostAsync("/api/indexes/docs/bulk", new StringContent(lines, Encoding.UTF8, "application/x-ndjson"));

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
