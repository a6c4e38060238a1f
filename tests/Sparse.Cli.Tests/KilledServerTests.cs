using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Sparse.LuceneNet;

namespace Sparse.Cli.Tests;

/// <summary>SIGKILL while clients write: each bulk that was acknowledged is there afterwards, and none is there by half.</summary>
internal sealed class KilledServerTests
{
    private const int DocumentsABulk = 20;
    private const int Writers = 3;

    [Test]
    public async Task Killed_2_times_under_writes_seed_1_keeps_every_acknowledged_bulk_whole() => await KillAsync(2, seed: 1);

    [Test]
    public async Task Killed_30_times_under_writes_seed_2_keeps_every_acknowledged_bulk_whole()
    {
        if (Environment.GetEnvironmentVariable("SPARSE_LONG") != "1")
        {
            Assert.Ignore("skipped: takes minutes; SPARSE_LONG=1 runs it");
        }

        await KillAsync(30, seed: 2);
    }

    private static async Task KillAsync(int kills, int seed)
    {
        using var corpus = new SmallCorpus();
        ToolResult made = Tool.Run("index", corpus.Corpus, "--index", corpus.Index);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        var random = new Random(seed);
        var acknowledged = new ConcurrentDictionary<int, bool>();
        int sent = 0, unanswered = 0;
        for (int kill = 0; kill < kills; kill++)
        {
            using var server = ServedProcess.Start(corpus.Index);
            using var client = new HttpClient { BaseAddress = new Uri(server.Url) };
            int before = acknowledged.Count;
            Task[] writers = [.. Enumerable.Range(0, Writers).Select(_ => Task.Run(() => WriteAsync(client)))];

            // Only once writing is under way; a kill before it would show nothing.
            while (acknowledged.Count < before + Writers)
            {
                await Task.Delay(5);
            }

            await Task.Delay(random.Next(400));
            server.Kill();
            await Task.WhenAll(writers);
            AssertWhole();
        }

        int lost = Enumerable.Range(0, sent).Count(bulk => !acknowledged.ContainsKey(bulk));
        TestContext.Out.WriteLine($"{kills} kills, {acknowledged.Count} bulks acknowledged and there, {lost} not acknowledged, of which {unanswered} there whole");
        Assert.That(lost, Is.GreaterThanOrEqualTo(kills), "kills must hit writes on their way");

        async Task WriteAsync(HttpClient client)
        {
            while (true)
            {
                int bulk = Interlocked.Increment(ref sent) - 1;
                string lines = string.Join('\n', Enumerable.Range(0, DocumentsABulk).Select(i => JsonSerializer.Serialize(new { id = Id(bulk, i), text = $"document {i} of bulk {bulk}" })));
                try
                {
                    using var body = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
                    using HttpResponseMessage response = await client.PostAsync($"/api/indexes/{Path.GetFileName(corpus.Index)}/bulk", body);
                    Assert.That((int)response.StatusCode, Is.EqualTo(200));
                    acknowledged[bulk] = true;
                }
                catch (HttpRequestException)
                {
                    return;
                }
            }
        }

        void AssertWhole()
        {
            unanswered = 0;
            using SparseIndex index = SparseIndex.OpenReadOnly(corpus.Index);
            for (int bulk = 0; bulk < sent; bulk++)
            {
                int there = Enumerable.Range(0, DocumentsABulk).Count(i => index.Get(Id(bulk, i)) is not null);
                Assert.That(there, acknowledged.ContainsKey(bulk) ? Is.EqualTo(DocumentsABulk) : Is.AnyOf(0, DocumentsABulk), $"bulk {bulk}");
                unanswered += there > 0 && !acknowledged.ContainsKey(bulk) ? 1 : 0;
            }
        }
    }

    private static string Id(int bulk, int place) => $"b{bulk}-{place}";
}
