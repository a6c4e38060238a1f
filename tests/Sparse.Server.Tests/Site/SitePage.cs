using System.Text.Json;
using Microsoft.Playwright;
using Sparse.Formats;
using Sparse.LuceneNet;

namespace Sparse.Server.Tests.Site;

/// <summary>The sample corpus served on a free port, and a real Chromium to look at it.</summary>
internal sealed class SitePage : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private SitePage(RunningServer server, IPlaywright playwright, IBrowser browser) => (Server, _playwright, _browser) = (server, playwright, browser);

    public RunningServer Server { get; }

    public static string? Chromium { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    public static async Task<SitePage> StartAsync()
    {
        (IPlaywright playwright, IBrowser browser) = await BrowserAsync();
        RunningServer server = await RunningServer.StartAsync(fields: [new IndexField("platform", FieldKind.Keyword), new IndexField("words", FieldKind.Number)]);
        CorpusDocument[] pages = [.. Corpus.Open([Path.Combine(Root(), "samples", "corpus")])];
        Assert.That(pages, Has.Length.EqualTo(342));
        using HttpResponseMessage added = await server.BulkAsync(string.Join('\n', pages.Select(page => JsonSerializer.Serialize(
            new { id = page.Id, title = page.Title, text = page.Text, platform = page.Id.Split('/')[0], words = page.Text.Split(' ').Length }))));
        Assert.That((int)added.StatusCode, Is.EqualTo(200), await added.Content.ReadAsStringAsync());
        return new SitePage(server, playwright, browser);
    }

    /// <summary>A Chromium of this machine; the test is skipped where there is none.</summary>
    public static async Task<(IPlaywright Playwright, IBrowser Browser)> BrowserAsync()
    {
        if (Chromium is null)
        {
            Assert.Ignore("skipped: no Chromium on the PATH");
        }

        IPlaywright playwright = await Playwright.CreateAsync();
        return (playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] }));
    }

    /// <summary>Opens the page in a browser of its own, and tells of every error and of every request to another host.</summary>
    public async Task<(IPage Page, List<string> Faults)> OpenAsync(string address = "/", ColorScheme colours = ColorScheme.Light, int width = 1280, int height = 900)
    {
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions { BaseURL = Server.Client.BaseAddress!.ToString(), ColorScheme = colours, ViewportSize = new ViewportSize { Width = width, Height = height } });
        IPage page = await context.NewPageAsync();
        page.SetDefaultTimeout(30_000);
        var faults = new List<string>();
        page.Console += (_, message) => { if (message.Type is "error" or "warning") { faults.Add(message.Text); } };
        page.PageError += (_, error) => faults.Add(error);
        page.Request += (_, request) => { if (new Uri(request.Url).Authority != Server.Client.BaseAddress.Authority) { faults.Add("asked " + request.Url); } };
        await page.GotoAsync(address);
        return (page, faults);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await Server.DisposeAsync();
    }

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sparse.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("The repository is not above the tests.");
        }

        return folder;
    }
}
