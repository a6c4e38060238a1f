using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sparse.OpenSearch.Cluster;

/// <summary>Reads all documents of an index as they were at one moment.</summary>
internal static class Scroll
{
    private const string KeptFor = "5m";

    /// <summary>Reads them.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="index">The server's index.</param>
    /// <param name="request">The search, with its size and sort.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The hits as the server gives them.</returns>
    /// <exception cref="IOException">The cluster lost its place, or does not answer.</exception>
    public static IEnumerable<JsonElement> Read(ClusterClient client, string index, JsonObject request, CancellationToken cancellationToken)
    {
        JsonElement page = client.Send(HttpMethod.Post, $"{index}/_search?scroll={KeptFor}", request, cancellationToken)
            ?? throw new IOException($"The index '{index}' at {client.Address} is gone.");
        string id = page.GetProperty("_scroll_id").GetString()!;
        try
        {
            while (page.GetProperty("hits").GetProperty("hits") is var hits && hits.GetArrayLength() > 0)
            {
                RequireWhole(client, page);
                foreach (JsonElement hit in hits.EnumerateArray())
                {
                    yield return hit;
                }

                page = client.Send(HttpMethod.Post, "_search/scroll", new JsonObject { ["scroll"] = KeptFor, ["scroll_id"] = id }, cancellationToken)
                    ?? throw new IOException($"The cluster at {client.Address} lost its place in '{index}'; run it again.");
                id = page.GetProperty("_scroll_id").GetString()!;
            }

            RequireWhole(client, page);
        }
        finally
        {
            client.Send(HttpMethod.Delete, "_search/scroll", new JsonObject { ["scroll_id"] = new JsonArray(id) }, CancellationToken.None);
        }
    }

    /// <summary>Refuses an answer that some shards are missing from.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="answer">The answer of a search.</param>
    /// <exception cref="IOException">Shards failed.</exception>
    public static void RequireWhole(ClusterClient client, JsonElement answer)
    {
        if (Failed(answer) is > 0 and var failed)
        {
            throw new IOException($"{failed} shards at {client.Address} did not answer, so documents would be missing; run it again when the cluster is well.");
        }
    }

    /// <summary>Shards that an answer lacks.</summary>
    /// <param name="answer">The answer of a search.</param>
    public static int Failed(JsonElement answer) => answer.TryGetProperty("_shards", out JsonElement shards) && shards.TryGetProperty("failed", out JsonElement failed) ? failed.GetInt32() : 0;
}
