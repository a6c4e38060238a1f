using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Sparse.Benchmarks;

/// <summary>Many clients on a running <c>sparse serve</c>: times and statuses of mixed searches, the server's memory, and with --add how soon documents are found.</summary>
internal static class LoadBenchmark
{
    private const int DocumentsABulk = 50;
    private static readonly (string Mode, string Encoder)[] Mix = [("hybrid", "full"), ("hybrid", "idf"), ("sparse", "full"), ("bm25", "idf")];

    public static int Run(string[] args)
    {
        string url = "http://127.0.0.1:8080", index = "", queries = "";
        int connections = 64, seconds = 60;
        bool isAdding = false;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--url": url = args[++i]; break;
                case "--index": index = args[++i]; break;
                case "--queries": queries = args[++i]; break;
                case "--connections": connections = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--seconds": seconds = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--add": isAdding = true; break;
                default: throw new ArgumentException($"There is no option '{args[i]}'.");
            }
        }

        return RunAsync(new Uri(url), index, Texts(queries), connections, TimeSpan.FromSeconds(seconds), isAdding).GetAwaiter().GetResult();
    }

    private static async Task<int> RunAsync(Uri url, string index, string[] texts, int connections, TimeSpan time, bool isAdding)
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections + 2 }) { BaseAddress = url, Timeout = TimeSpan.FromMinutes(1) };
        string path = $"/api/indexes/{Uri.EscapeDataString(index)}/";
        var times = new ConcurrentBag<double>();
        var statuses = new ConcurrentDictionary<int, int>();
        var memory = new List<double>();
        using var stop = new CancellationTokenSource(time);
        var clock = Stopwatch.StartNew();
        Task[] readers = [.. Enumerable.Range(0, connections).Select(number => Task.Run(() => ReadAsync(number)))];
        Task<(List<string> Ids, List<double> Lags)> writer = isAdding ? Task.Run(WriteAsync) : Task.FromResult((new List<string>(), new List<double>()));
        while (!stop.IsCancellationRequested)
        {
            memory.Add(await MemoryAsync(client));
            await Task.Delay(TimeSpan.FromSeconds(5), CancellationToken.None);
        }

        await Task.WhenAll(readers);
        (List<string> ids, List<double> lags) = await writer;
        double elapsed = clock.Elapsed.TotalSeconds;
        double[] sorted = [.. times.Order()];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{connections} connections, {elapsed:F0} s, {sorted.Length} searches answered, {sorted.Length / elapsed:F0}/s; ms: p50 {At(sorted, .5):F1}, p90 {At(sorted, .9):F1}, p99 {At(sorted, .99):F1}, most {sorted.LastOrDefault():F1}"));
        Console.WriteLine("statuses: " + string.Join(", ", statuses.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}: {pair.Value}")));
        Console.WriteLine("memory of the server, MB: " + string.Join(" ", memory.Select(bytes => (bytes / 1e6).ToString("F0", CultureInfo.InvariantCulture))));
        if (isAdding)
        {
            int lost = 0;
            foreach (string id in ids)
            {
                using HttpResponseMessage found = await client.GetAsync(path + "documents/" + id);
                lost += found.IsSuccessStatusCode ? 0 : 1;
            }

            double[] waits = [.. lags.Order()];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ids.Count} documents acknowledged, {lost} lost; sent to found by a search, ms: p50 {At(waits, .5):F0}, p99 {At(waits, .99):F0}, most {waits.LastOrDefault():F0}"));
        }

        return 0;

        async Task ReadAsync(int number)
        {
            var random = new Random(number);
            while (!stop.IsCancellationRequested)
            {
                (string mode, string encoder) = Mix[random.Next(Mix.Length)];
                long started = Stopwatch.GetTimestamp();
                using HttpResponseMessage response = await client.PostAsJsonAsync(path + "search", new { query = texts[random.Next(texts.Length)], mode, encoder, k = 10 });
                await response.Content.ReadAsByteArrayAsync();
                statuses.AddOrUpdate((int)response.StatusCode, 1, (_, count) => count + 1);
                if (response.IsSuccessStatusCode)
                {
                    times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
                else
                {
                    // As Retry-After asks, but sooner: the server is to be kept full.
                    await Task.Delay(100);
                }
            }
        }

        // A word that no other document has, so that a search finds the last document of each bulk and nothing else.
        async Task<(List<string>, List<double>)> WriteAsync()
        {
            var added = new List<string>();
            var waits = new List<double>();
            for (int bulk = 0; !stop.IsCancellationRequested; bulk++)
            {
                string word = string.Create(CultureInfo.InvariantCulture, $"zq{Environment.ProcessId}x{bulk}");
                string[] ids = [.. Enumerable.Range(0, DocumentsABulk).Select(i => $"{word}-{i}")];
                using var body = new StringContent(string.Join('\n', ids.Select((id, i) => JsonSerializer.Serialize(new { id, text = texts[(bulk + i) % texts.Length] + " " + word }))), Encoding.UTF8, "application/x-ndjson");
                long started = Stopwatch.GetTimestamp();
                using HttpResponseMessage response = await client.PostAsync(path + "bulk", body);
                statuses.AddOrUpdate((int)response.StatusCode, 1, (_, count) => count + 1);
                if (!response.IsSuccessStatusCode)
                {
                    await Task.Delay(100);
                    continue;
                }

                added.AddRange(ids);
                while (!(await SearchAsync(word)).Contains("\"id\":", StringComparison.Ordinal))
                {
                    await Task.Delay(10);
                }

                waits.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            return (added, waits);
        }

        async Task<string> SearchAsync(string word)
        {
            using HttpResponseMessage response = await client.PostAsJsonAsync(path + "search", new { query = word, mode = "bm25", k = 1 });
            return await response.Content.ReadAsStringAsync();
        }
    }

    private static string[] Texts(string file) => [.. File.ReadLines(file).Select(line => JsonElement.Parse(line).GetProperty("text").GetString()!).Where(text => text.Length > 3)];

    private static async Task<double> MemoryAsync(HttpClient client)
    {
        string metrics = await client.GetStringAsync("/metrics");
        string line = metrics.Split('\n').First(one => one.StartsWith("dotnet_process_memory_working_set", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1L, (long)(share * sorted.Length))];
}
