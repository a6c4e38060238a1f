using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Sparse.Cli.Tests;
using Sparse.LuceneNet;
using Sparse.OpenSearch.Cluster;

namespace Sparse.OpenSearch.Tests;

/// <summary>What goes wrong between here and a cluster: one sentence each, and no document lost.</summary>
internal sealed class FailureTests
{
    [TestCase("ftp://x/y", "no address of a server")]
    [TestCase("localhost:9200", "no address of a server")]
    [TestCase("http://user:secret@localhost:9200/x", "put them into SPARSE_USER and SPARSE_PASSWORD")]
    [TestCase("http://localhost:9200/Bad Name", "use lower-case letters")]
    [TestCase("http://localhost:9200/x?y=1", "an address ends with the index's name")]
    [TestCase("http://localhost:9200/a-sparse-1", "what this library puts between a name and a number")]
    public void Address_that_is_none_is_refused(string target, string sentence)
    {
        Assert.That(() => OpenSearchIndex.Open(target, null), Throws.ArgumentException.With.Message.Contains(sentence).And.Message.Not.Contains("secret"));
    }

    [Test]
    public void Server_that_is_not_there_is_said_to_be_unreachable_at_once()
    {
        ToolResult result = Tool.Run("search", "x", "--target", "http://127.0.0.1:9/pages");
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.Error, Does.Match(@"^sparse: The server at http://127\.0\.0\.1:9 can't be reached: .+\. Check the address, and that it runs\n$"));
    }

    [TestCase(200, "<html>hello</html>", "is neither OpenSearch nor Elasticsearch")]
    [TestCase(200, "{\"name\":\"x\",\"version\":{\"number\":\"3.2.1\",\"distribution\":\"other\"}}", "which is too old")]
    [TestCase(200, "{\"version\":{\"number\":\"1.3.20\",\"distribution\":\"opensearch\"}}", "is OpenSearch 1.3.20, which is too old; 2.0 at least is needed")]
    [TestCase(200, "{\"version\":{\"number\":\"7.17.1\"}}", "is Elasticsearch 7.17.1, which is too old; 8.0 at least is needed")]
    [TestCase(401, "{\"error\":\"no\"}", "does not know the key or password given (401); set SPARSE_API_KEY")]
    [TestCase(403, "{\"error\":{\"type\":\"security_exception\",\"reason\":\"no permissions for [indices:admin/get]\"}}", "does not allow this to the user who asks (403): security_exception, no permissions")]
    [TestCase(301, "", "which is not followed")]
    [TestCase(404, "", "is neither OpenSearch nor Elasticsearch")]
    public void Server_that_is_another_or_refuses_is_named_with_its_reason(int status, string body, string sentence)
    {
        using var server = new Answering(_ => (status, body));
        Assert.That(() => OpenSearchIndex.Open(server.Url + "/x", null), Throws.InstanceOf<Exception>().With.Message.Contains(sentence));
    }

    [Test]
    public void Credentials_of_the_environment_or_the_options_are_sent()
    {
        List<string?> seen = [];
        using var server = new Answering(request =>
        {
            seen.Add(request.Split('\n').FirstOrDefault(line => line.StartsWith("Authorization:", StringComparison.OrdinalIgnoreCase))?.Trim());
            return (401, "");
        });
        foreach (OpenSearchOptions options in (OpenSearchOptions[])[new() { ApiKey = "abc==" }, new() { User = "u", Password = "p:ö" }, new()])
        {
            Assert.That(() => OpenSearchIndex.Open(server.Url, null, options), Throws.InstanceOf<UnauthorizedAccessException>());
        }

        Assert.That(seen, Is.EqualTo((string?[])["Authorization: ApiKey abc==", "Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("u:p:ö")), null]));
    }

    [Test]
    public void Items_that_the_cluster_could_not_take_are_sent_again_alone()
    {
        List<string> bodies = [];
        using var server = new Answering(request =>
        {
            bodies.Add(request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
            return bodies.Count switch
            {
                1 => (429, "{\"error\":\"too many requests\"}"),
                2 => (200, """{"errors":true,"items":[{"index":{"status":201,"result":"created"}},{"index":{"status":429,"error":{"type":"es_rejected_execution_exception","reason":"full"}}},{"index":{"status":503,"error":{"type":"unavailable_shards_exception","reason":"moving"}}}]}"""),
                _ => (200, """{"errors":false,"items":[{"index":{"status":200,"result":"updated"}},{"index":{"status":201,"result":"created"}}]}"""),
            };
        });
        using var client = new ClusterClient(ClusterAddress.Parse(server.Url), new OpenSearchOptions());
        BulkOutcome outcome = new BulkSender(client, "x").Send([("1", "one\n"u8.ToArray()), ("2", "two\n"u8.ToArray()), ("3", "three\n"u8.ToArray())], default);
        Assert.That(bodies, Is.EqualTo((string[])["one\ntwo\nthree\n", "one\ntwo\nthree\n", "two\nthree\n"]));
        Assert.That(outcome, Is.EqualTo(new BulkOutcome(2, 1, 0)));
    }

    [Test]
    public void Document_that_the_mapping_refuses_is_named()
    {
        using OpenSearchIndex index = OpenSearchIndex.Create(Server.Instance.Url + "/conflict", null);
        using var client = new ClusterClient(ClusterAddress.Parse(Server.Instance.Url), new OpenSearchOptions());
        byte[] lines = [.. BulkSender.PutLine("bad"), .. "{\"order\":\"first\"}\n"u8];
        Assert.That(() => new BulkSender(client, "conflict-sparse-000001").Send([("bad", lines)], default),
            Throws.InstanceOf<InvalidDataException>().With.Message.Match("refuses document 'bad' \\(400\\): .*first"));
    }

    [Test]
    public void Index_that_is_not_ours_is_left_alone()
    {
        using var client = new ClusterClient(ClusterAddress.Parse(Server.Instance.Url), new OpenSearchOptions());
        client.Send(HttpMethod.Put, "foreign", new JsonObject());
        using SparseIndex local = Pages.Open();
        Assert.That(() => OpenSearchIndex.Push(local, Server.Instance.Url + "/foreign"), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("was not made by this library"));
        Assert.That(() => OpenSearchIndex.Open(Server.Instance.Url + "/foreign", null), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("was not made by this library"));
        Assert.That(() => OpenSearchIndex.Create(Server.Instance.Url + "/pages-of-nobody", Pages.Table), Throws.ArgumentException.With.Message.Contains("for queries alone"));
    }

    [Test]
    public void Push_and_searches_through_a_proxy_that_cuts_connections_lose_nothing()
    {
        using var proxy = new CuttingProxy(new Uri(Server.Instance.Url).Port, cutEvery: 3);
        using SparseIndex local = Pages.Open();
        PushReport report = OpenSearchIndex.Push(local, proxy.Url + "/cut", new OpenSearchOptions { Shards = 3, Replicas = 1 });
        Assert.That(report.Sent + report.Unchanged, Is.EqualTo(Pages.All.Length));
        using OpenSearchIndex remote = OpenSearchIndex.Open($"{Server.Instance.Url},{proxy.Url}/cut", Pages.Encoder);
        using OpenSearchIndex cut = OpenSearchIndex.Open($"{proxy.Url},{Server.Instance.Url}/cut", Pages.Encoder);
        Assert.That(cut.Count, Is.EqualTo(Pages.All.Length));
        foreach (string question in Pages.Questions.Take(10))
        {
            PushTests.AssertSame(cut, local, question, new SearchOptions { Mode = SearchMode.Sparse }, 0);
        }

        Assert.That(proxy.Cuts, Is.GreaterThan(3));
    }

    /// <summary>A server that answers as it is told, one connection a request.</summary>
    private sealed class Answering : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public Answering(Func<string, (int Status, string Body)> answer)
        {
            _listener.Start();
            _ = Task.Run(async () =>
            {
                while (true)
                {
                    using TcpClient client = await _listener.AcceptTcpClientAsync();
                    using NetworkStream stream = client.GetStream();
                    string request = await ReadRequest(stream);
                    (int status, string body) = answer(request);
                    byte[] bytes = Encoding.UTF8.GetBytes(body);
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nLocation: http://elsewhere/\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n"));
                    await stream.WriteAsync(bytes);
                }
            });
        }

        public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        public void Dispose() => _listener.Dispose();

        private static async Task<string> ReadRequest(NetworkStream stream)
        {
            var text = new StringBuilder();
            byte[] buffer = new byte[4096];
            while (true)
            {
                int read = await stream.ReadAsync(buffer);
                text.Append(Encoding.UTF8.GetString(buffer, 0, read));
                string all = text.ToString();
                int end = all.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                string? length = all.Split('\n').FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
                if (read == 0 || (end >= 0 && all.Length >= end + 4 + (length is null ? 0 : int.Parse(length.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture))))
                {
                    return all;
                }
            }
        }
    }

    /// <summary>Passes connections on, and cuts every so-manyth after the first bytes of its answer's way back.</summary>
    private sealed class CuttingProxy : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private int _answers;

        public CuttingProxy(int port, int cutEvery)
        {
            _listener.Start();
            _ = Task.Run(async () =>
            {
                while (true)
                {
                    TcpClient client = await _listener.AcceptTcpClientAsync();
                    _ = Serve(client, port, cutEvery);
                }
            });
        }

        public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        public int Cuts { get; private set; }

        public void Dispose() => _listener.Dispose();

        private async Task Serve(TcpClient client, int port, int cutEvery)
        {
            using (client)
            using (var server = new TcpClient())
            {
                await server.ConnectAsync(IPAddress.Loopback, port);
                Task forth = client.GetStream().CopyToAsync(server.GetStream());
                byte[] buffer = new byte[1 << 16];
                while (await server.GetStream().ReadAsync(buffer) is > 0 and var read)
                {
                    if (Interlocked.Increment(ref _answers) % cutEvery == 0)
                    {
                        // The server has done it, and nobody hears of it.
                        Cuts++;
                        return;
                    }

                    await client.GetStream().WriteAsync(buffer.AsMemory(0, read));
                }
            }
        }
    }
}
