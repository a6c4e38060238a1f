using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lucene.Net.Analysis;
using Sparse.Analysis;
using Sparse.LuceneNet.Storage;
using Sparse.OpenSearch.Cluster;
using Sparse.OpenSearch.Documents;

namespace Sparse.OpenSearch;

/// <summary>Makes a remote index hold exactly some documents: sends what is missing or different, deletes what is too much.</summary>
/// <remarks>
/// What the current generation can't take (another encoder, scale, language, other fields or shards) goes into the next one, which the
/// name moves to when all of it has arrived: searches go on meanwhile. A run that was stopped leaves its generation unfinished, and
/// the next run goes on with it. The generation before the current one stays until the next is begun, for applications that still search it.
/// </remarks>
/// <param name="client">The cluster.</param>
/// <param name="server">What it is.</param>
/// <param name="name">Name of the index.</param>
/// <param name="options">Shards and replicas.</param>
internal sealed class Publication(ClusterClient client, ServerKind server, string name, OpenSearchOptions options)
{
    private const int DocumentsOfAWindow = 256;
    private const int IdsOfAPage = 5_000;

    private long _sent;
    private long _unchanged;

    /// <summary>Publishes.</summary>
    /// <param name="meta">What the index is to be.</param>
    /// <param name="documents">All its documents, in the order that breaks ties; read once.</param>
    /// <param name="progress">Told how many documents more are done.</param>
    /// <param name="cancellationToken">Stops it; the next run goes on.</param>
    /// <exception cref="IOException">The cluster can't be reached, or could not take documents for too long.</exception>
    /// <exception cref="InvalidDataException">The name is another index's, or the server refuses a document.</exception>
    public PushReport Run(IndexMeta meta, IEnumerable<StoredDocument> documents, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        meta = meta with { Finished = false };
        Generation target = Choose(meta, out long order);
        using Analyzer analyzer = LexicalAnalyzers.Create(meta.Language);
        ConcurrentDictionary<string, long> there = Inventory(target.Index, cancellationToken);
        var json = new DocumentJson(target.Meta, analyzer);
        var sender = new BulkSender(client, target.Index);
        long count = 0;
        IEnumerable<(StoredDocument Document, long Order)> Numbered()
        {
            foreach (StoredDocument document in documents)
            {
                yield return (document, order + count++);
            }
        }

        void Send((StoredDocument Document, long Order)[] window)
        {
            SendWindow(sender, json, window, there, cancellationToken);
            progress?.Report(window.Length);
        }

        Parallelly(Numbered().Chunk(DocumentsOfAWindow), Send, cancellationToken);
        string[] extra = [.. there.Keys.Order(StringComparer.Ordinal)];
        Parallelly(extra.Chunk(IdsOfAPage), window => sender.Send([.. window.Select(key => (key, (ReadOnlyMemory<byte>)BulkSender.DeleteLine(key)))], cancellationToken), cancellationToken);
        Finish(target, meta, count, cancellationToken);
        return new PushReport(name, _sent, _unchanged, extra.Length, target.Shards);
    }

    /// <summary>Finds or makes the generation to fill.</summary>
    private Generation Choose(IndexMeta meta, out long order)
    {
        order = 0;
        Generation? current = Generation.TryFind(client, name);
        if (current is not null && current.Meta.Takes(meta) && (options.Shards ?? current.Shards) == current.Shards)
        {
            if (options.Replicas is { } replicas)
            {
                Generation.KeepTemplate(client, name, null, replicas);
                client.Send(HttpMethod.Put, current.Index + "/_settings", new JsonObject { ["index"] = new JsonObject { ["number_of_replicas"] = replicas } });
            }

            // New documents stand behind those that are there: a document added later loses ties.
            order = NextOrder(client, current.Index);
            return current;
        }

        Generation.KeepTemplate(client, name, options.Shards ?? current?.Shards, options.Replicas);
        Generation[] all = [.. Generation.List(client, name + Generation.Mark + "*").OrderBy(generation => generation.Number)];
        Generation? begun = null;
        foreach (Generation other in all.Where(other => !other.IsCurrent))
        {
            if (begun is null && !other.Meta.Finished && other.Number > (current?.Number ?? 0) && other.Meta.Takes(meta) && (options.Shards ?? other.Shards) == other.Shards)
            {
                begun = other;
            }
            else
            {
                client.Send(HttpMethod.Delete, other.Index);
            }
        }

        return begun ?? Generation.Create(client, server, name, meta, all.Select(generation => generation.Number).Append(0).Max() + 1);
    }

    /// <summary>The order of the next document that is added.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="index">The server's index.</param>
    public static long NextOrder(ClusterClient client, string index)
    {
        client.Send(HttpMethod.Post, index + "/_refresh");
        JsonElement answer = client.Send(HttpMethod.Post, index + "/_search?allow_partial_search_results=false", new JsonObject
        {
            ["size"] = 1,
            ["_source"] = false,
            ["sort"] = new JsonArray(new JsonObject { ["order"] = "desc" }),
        }) ?? throw new IOException($"The index '{index}' at {client.Address} is gone.");
        JsonElement hits = answer.GetProperty("hits").GetProperty("hits");
        return hits.GetArrayLength() == 0 ? 0 : hits[0].GetProperty("sort")[0].GetInt64() + 1;
    }

    /// <summary>Keys and hashes of all documents that are there.</summary>
    private ConcurrentDictionary<string, long> Inventory(string index, CancellationToken cancellationToken)
    {
        client.Send(HttpMethod.Post, index + "/_refresh", cancellationToken: cancellationToken);
        var there = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        var request = new JsonObject
        {
            ["size"] = IdsOfAPage,
            ["_source"] = false,
            ["docvalue_fields"] = new JsonArray("hash"),
            ["sort"] = new JsonArray("_doc"),
        };
        foreach (JsonElement hit in Scroll.Read(client, index, request, cancellationToken))
        {
            there[hit.GetProperty("_id").GetString()!] = hit.TryGetProperty("fields", out JsonElement fields) && fields.TryGetProperty("hash", out JsonElement hash) ? hash[0].GetInt64() : 0;
        }

        return there;
    }

    private void SendWindow(BulkSender sender, DocumentJson json, (StoredDocument Document, long Order)[] window, ConcurrentDictionary<string, long> there, CancellationToken cancellationToken)
    {
        List<(string, ReadOnlyMemory<byte>)> request = [];
        int bytes = 0;
        foreach ((StoredDocument document, long order) in window)
        {
            (string Key, ReadOnlyMemory<byte> Lines) item = Item(json, document, order, out long hash);
            if (there.TryRemove(item.Key, out long known) && known == hash)
            {
                Interlocked.Increment(ref _unchanged);
                continue;
            }

            request.Add(item);
            bytes += item.Lines.Length;
            if (bytes >= BulkSender.FullRequest)
            {
                Send();
            }
        }

        Send();

        void Send()
        {
            sender.Send(request, cancellationToken);
            Interlocked.Add(ref _sent, request.Count);
            request.Clear();
            bytes = 0;
        }
    }

    /// <summary>The lines that put a document.</summary>
    /// <param name="json">Writes documents of the index.</param>
    /// <param name="document">The document.</param>
    /// <param name="order">Its place among all.</param>
    /// <param name="hash">Equal for equal documents.</param>
    public static (string Key, ReadOnlyMemory<byte> Lines) Item(DocumentJson json, StoredDocument document, long order, out long hash)
    {
        string key = DocumentJson.KeyOf(document.Document.Id);
        ReadOnlyMemory<byte> source = json.Write(document, out hash);
        var lines = new ArrayBufferWriter<byte>(source.Length + 256);
        lines.Write(BulkSender.PutLine(key));
        lines.Write(source.Span);
        lines.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"hash\":{hash},\"order\":{order}}}\n")));
        return (key, lines.WrittenMemory);
    }

    private void Finish(Generation target, IndexMeta meta, long count, CancellationToken cancellationToken)
    {
        client.Send(HttpMethod.Post, target.Index + "/_refresh", cancellationToken: cancellationToken);
        long arrived = client.Send(HttpMethod.Get, target.Index + "/_count", cancellationToken: cancellationToken) is { } answer ? answer.GetProperty("count").GetInt64() : 0;
        if (arrived != count)
        {
            throw new IOException($"{arrived:N0} documents are in '{name}' at {client.Address}, and there should be {count:N0}; was it changed meanwhile, or has a node been lost? Run it again.");
        }

        target.Describe(client, meta with { Finished = true, Vectors = target.Meta.Vectors });
        client.Send(HttpMethod.Put, target.Index + "/_settings", new JsonObject { ["index"] = new JsonObject { ["refresh_interval"] = null } }, cancellationToken);
        if (!target.IsCurrent)
        {
            client.Send(HttpMethod.Post, "_aliases", new JsonObject
            {
                ["actions"] = new JsonArray(
                    new JsonObject { ["remove"] = new JsonObject { ["index"] = name + Generation.Mark + "*", ["alias"] = name, ["must_exist"] = false } },
                    new JsonObject { ["add"] = new JsonObject { ["index"] = target.Index, ["alias"] = name } }),
            }, cancellationToken);
        }
    }

    private void Parallelly<T>(IEnumerable<T> windows, Action<T> action, CancellationToken cancellationToken)
    {
        try
        {
            Parallel.ForEach(
                Partitioner.Create(windows, EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = client.Connections, CancellationToken = cancellationToken }, action);
        }
        catch (AggregateException e)
        {
            // Several may have failed for one reason; the first says it.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }
    }
}
