using System.Diagnostics;
using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Sparse.Cli.Tests;

/// <summary>What a language model's client meets, by the SDK's own client and over both transports.</summary>
internal sealed class McpTests
{
    private SmallCorpus _corpus = null!;

    [OneTimeSetUp]
    public void Index()
    {
        _corpus = new SmallCorpus();
        ToolResult made = Tool.Run("index", _corpus.Corpus, "--index", _corpus.Index);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
    }

    [OneTimeTearDown]
    public void Remove() => _corpus.Dispose();

    [TestCase("stdio")]
    [TestCase("http")]
    public async Task Client_lists_and_calls_every_tool(string transport)
    {
        using ServedProcess? server = transport == "http" ? ServedProcess.Start(_corpus.Index) : null;
        await using McpClient client = await McpClient.CreateAsync(server is null
            ? new StdioClientTransport(new StdioClientTransportOptions { Command = Tool.Host, Arguments = [Tool.Assembly, "mcp", "--index", _corpus.Index] })
            : new HttpClientTransport(new HttpClientTransportOptions { Endpoint = new Uri(server.Url + "/mcp"), TransportMode = HttpTransportMode.StreamableHttp }));
        IList<McpClientTool> tools = await client.ListToolsAsync();
        Assert.That(tools.Select(tool => tool.Name), Is.EquivalentTo(new[] { "list_indexes", "search", "get_document", "explain" }));
        Assert.That(tools.Select(tool => tool.ProtocolTool.Annotations?.ReadOnlyHint), Is.All.True);

        JsonElement listed = (await CallAsync(client, "list_indexes")).GetProperty("indexes")[0];
        Assert.That(listed.GetProperty("name").GetString(), Is.EqualTo(Path.GetFileName(_corpus.Index)));
        Assert.That(listed.GetProperty("documents").GetInt32(), Is.EqualTo(SmallCorpus.Count));

        JsonElement found = await CallAsync(client, "search", ("query", "how does vaccination work"), ("k", 2));
        Assert.That(found.GetProperty("hits")[0].GetProperty("id").GetString(), Is.EqualTo("d1"));
        Assert.That(found.GetProperty("hits")[0].GetProperty("passage").GetString(), Does.Contain("immune system"));
        Assert.That(found.GetProperty("mode").GetString(), Is.EqualTo("hybrid"));

        JsonElement document = await CallAsync(client, "get_document", ("id", "d5"), ("index", Path.GetFileName(_corpus.Index)));
        Assert.That(document.GetProperty("text").GetString(), Does.EndWith("Żółw: 🐢 ünïcödé."));

        JsonElement reasons = await CallAsync(client, "explain", ("query", "vaccination"), ("id", "d1"));
        Assert.That(reasons.GetProperty("score").GetDouble(), Is.GreaterThan(0));
        Assert.That(reasons.GetProperty("terms")[0].GetProperty("inDocument").GetString()!.ToLowerInvariant(), Does.StartWith("vaccine"));

        foreach ((string tool, (string, object?)[] arguments, string sentence) in new (string, (string, object?)[], string)[]
        {
            ("search", [("query", "x"), ("index", "elsewhere")], "There is no index of this name; there are"),
            ("search", [("query", "x"), ("k", 51)], "k = 51 is out of range"),
            ("search", [("query", "x"), ("filter", "(((")], "expected a field"),
            ("get_document", [("id", "none")], "There is no document with this id."),
            ("explain", [("query", "x"), ("id", "none\"\\")], "There is no document with this id."),
        })
        {
            CallToolResult refused = await client.CallToolAsync(tool, arguments.ToDictionary(pair => pair.Item1, pair => pair.Item2));
            Assert.That(refused.IsError, Is.True, tool);
            Assert.That(Text(refused), Does.Contain(sentence).And.Not.Contain(_corpus.Folder), tool);
        }
    }

    [Test]
    public async Task Over_stdio_standard_output_carries_the_protocol_alone_and_later_commits_are_found()
    {
        var start = new ProcessStartInfo(Tool.Host, [Tool.Assembly, "mcp", "--index", _corpus.Index]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        await SendAsync("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""");
        Assert.That((await AnswerAsync(1)).GetProperty("serverInfo").GetProperty("name").GetString(), Is.EqualTo("sparse"));
        await SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        await SendAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"search","arguments":{"query":"thunder"}}}""");
        Assert.That((await AnswerAsync(2)).ToString(), Does.Not.Contain("lightning"));

        string more = _corpus.Write("more.jsonl", """{"_id":"new","text":"Thunder follows lightning."}""");
        ToolResult added = Tool.Run("index", more, "--index", _corpus.Index, "--append");
        Assert.That(added.ExitCode, Is.Zero, added.Error);
        await SendAsync("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"search","arguments":{"query":"thunder"}}}""");
        Assert.That((await AnswerAsync(3)).ToString(), Does.Contain("lightning"));
        Assert.That(Tool.Run("delete", "new", "--index", _corpus.Index).ExitCode, Is.Zero);

        process.StandardInput.Close();
        Assert.That(await process.StandardOutput.ReadToEndAsync(), Is.Empty);
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, await error);

        async Task SendAsync(string line)
        {
            await process.StandardInput.WriteAsync(line + "\n");
            await process.StandardInput.FlushAsync();
        }

        // A line that is not JSON-RPC fails here.
        async Task<JsonElement> AnswerAsync(int id)
        {
            string line = await process.StandardOutput.ReadLineAsync() ?? throw new AssertionException("no answer: " + await error);
            JsonElement answer = JsonElement.Parse(line);
            Assert.That(answer.GetProperty("jsonrpc").GetString(), Is.EqualTo("2.0"), line);
            Assert.That(answer.GetProperty("id").GetInt32(), Is.EqualTo(id), line);
            return answer.GetProperty("result");
        }
    }

    [Test]
    public void Missing_index_is_one_sentence_on_standard_error()
    {
        ToolResult refused = Tool.Run("mcp", "--index", _corpus.At("nothing"));
        Assert.That(refused.ExitCode, Is.EqualTo(2));
        Assert.That(refused.Output, Is.Empty);
        Assert.That(refused.Error.TrimEnd(), Does.StartWith("sparse: there is no folder").And.Not.Contain("\n"));
    }

    private static async Task<JsonElement> CallAsync(McpClient client, string tool, params (string Name, object? Value)[] arguments)
    {
        CallToolResult result = await client.CallToolAsync(tool, arguments.ToDictionary(pair => pair.Name, pair => pair.Value));
        Assert.That(result.IsError, Is.Not.True, Text(result));
        return JsonElement.Parse(Text(result));
    }

    private static string Text(CallToolResult result) => string.Concat(result.Content.OfType<TextContentBlock>().Select(block => block.Text));
}
