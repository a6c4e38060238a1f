using System.Net.Http.Json;
using System.Text.Json;

namespace Sparse.Cli.Tests;

/// <summary><c>sparse serve</c> as somebody meets it who types it.</summary>
internal sealed class ServeCommandTests
{
    private SmallCorpus _corpus = null!;

    [OneTimeSetUp]
    public void Index()
    {
        _corpus = new SmallCorpus();
        ToolResult made = Tool.Run("index", _corpus.Corpus, "--index", _corpus.Index, "--chunk", "sentences");
        Assert.That(made.ExitCode, Is.Zero, made.Error);
    }

    [OneTimeTearDown]
    public void Remove() => _corpus.Dispose();

    [Test]
    public async Task Serves_until_interrupted_and_meanwhile_owns_the_folder()
    {
        using var server = ServedProcess.Start(_corpus.Index);
        using var client = new HttpClient { BaseAddress = new Uri(server.Url) };
        string name = Path.GetFileName(_corpus.Index);
        JsonElement answer = await client.GetFromJsonAsync<JsonElement>($"/api/indexes/{name}/search?q=vaccination");
        Assert.That(answer.GetProperty("hits")[0].GetProperty("id").GetString(), Is.EqualTo("d1"));
        Assert.That(await client.GetStringAsync("/"), Does.Contain("<title>Sparse</title>"));

        ToolResult append = Tool.Run("index", _corpus.Corpus, "--index", _corpus.Index, "--append");
        Assert.That(append.ExitCode, Is.EqualTo(2));
        Assert.That(append.Error, Does.Contain($"served at {server.Url}").And.Contain($"/api/indexes/{name}/bulk"));
        Assert.That(Tool.Run("search", "vaccination", "--index", _corpus.Index).ExitCode, Is.Zero, "reading goes on beside the server");

        ToolResult again = Tool.Run("serve", "--index", _corpus.Index, "--urls", "http://127.0.0.1:0");
        Assert.That(again.ExitCode, Is.EqualTo(2));
        Assert.That(again.Error, Does.Contain("served at"));

        // Passages as the index was built with.
        using HttpResponseMessage put = await client.PutAsJsonAsync($"/api/indexes/{name}/documents/new", new { text = "Clouds are made of water. Thunder follows lightning." });
        Assert.That((int)put.StatusCode, Is.EqualTo(201));
        answer = await client.GetFromJsonAsync<JsonElement>($"/api/indexes/{name}/search?q=thunder&mode=sparse");
        Assert.That(answer.GetProperty("hits")[0].GetProperty("passage").GetProperty("start").GetInt32(), Is.GreaterThanOrEqualTo(0));

        server.Interrupt();
        Assert.That(server.WaitForExit(), Is.Zero);
        ToolResult after = Tool.Run("index", _corpus.Corpus, "--index", _corpus.Index, "--append");
        Assert.That(after.ExitCode, Is.Zero, after.Error);
    }

    [Test]
    public async Task A_document_added_over_http_is_pruned_as_the_index_was()
    {
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Assert.That(Tool.Run("index", _corpus.Corpus, "--index", folder, "--keep-terms", "3").ExitCode, Is.Zero);
        (int documents, long postings) = Counts();
        using (var server = ServedProcess.Start(folder))
        {
            using var client = new HttpClient { BaseAddress = new Uri(server.Url) };
            using HttpResponseMessage put = await client.PutAsJsonAsync($"/api/indexes/{Path.GetFileName(folder)}/documents/new", new { text = "A bridge spans the river, and a train crosses it at night." });
            Assert.That((int)put.StatusCode, Is.EqualTo(201));
            server.Interrupt();
            Assert.That(server.WaitForExit(), Is.Zero);
        }

        Assert.That(Counts(), Is.EqualTo((documents + 1, postings + 3)));
        Directory.Delete(folder, recursive: true);

        (int, long) Counts()
        {
            using LuceneNet.SparseIndex index = LuceneNet.SparseIndex.OpenReadOnly(folder);
            LuceneNet.IndexStatistics statistics = index.Statistics();
            return (statistics.Documents, statistics.Postings);
        }
    }

    [Test]
    public void Port_in_use_is_one_sentence()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        int port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        AssertRefused($"{port}.*in use", "serve", "--index", Copy(), "--urls", $"http://127.0.0.1:{port}");
    }

    [Test]
    public void What_cannot_be_served_is_named()
    {
        string copy = Copy();
        AssertRefused("no folder 'nowhere'", "serve", "--index", "nowhere");
        AssertRefused("is a file", "serve", "--index", _corpus.Corpus);
        AssertRefused("two folders are named", "serve", "--index", copy, copy);
        AssertRefused("can be reached from other machines.*--keys", "serve", "--index", copy, "--urls", "http://0.0.0.0:8080");
        AssertRefused("no address to listen on", "serve", "--index", copy, "--urls", "8080");
        AssertRefused("--traces takes an address", "serve", "--index", copy, "--traces", "collector");
        AssertRefused("keys", "serve", "--index", copy, "--keys", _corpus.At("nokeys.json"));
    }

    [Test]
    public void Help_says_what_it_takes() => Assert.That(Tool.Run("serve", "--help").Output, Does.Contain("--index").And.Contain("--urls").And.Contain("--keys").And.Contain("--traces"));

    private static void AssertRefused(string pattern, params string[] arguments)
    {
        ToolResult result = Tool.Run(arguments);
        Assert.That(result.ExitCode, Is.EqualTo(2), string.Join(' ', arguments) + ": " + result.Error);
        Assert.That(result.Error, Does.Match(pattern));
        Assert.That(result.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
    }

    private string Copy()
    {
        string copy = _corpus.At("copy-" + Guid.NewGuid().ToString("N")[..8]);
        ToolResult made = Tool.Run("backup", "--to", copy, "--index", _corpus.Index);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        return copy;
    }
}
