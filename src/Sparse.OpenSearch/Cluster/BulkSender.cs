using System.Buffers;
using System.Text.Json;

namespace Sparse.OpenSearch.Cluster;

/// <summary>What a bulk request changed.</summary>
/// <param name="Created">Documents that were not there before.</param>
/// <param name="Updated">Documents that replaced others.</param>
/// <param name="Deleted">Documents that are gone.</param>
internal readonly record struct BulkOutcome(int Created, int Updated, int Deleted);

/// <summary>Sends changes of documents, and again those that the cluster could not make, until all are made. Safe for concurrent use.</summary>
/// <param name="client">The cluster.</param>
/// <param name="index">The server's index.</param>
internal sealed class BulkSender(ClusterClient client, string index)
{
    /// <summary>Bytes of a request from which on the next one begins: servers advise 5 to 15 MB, and smaller ones spread better.</summary>
    public const int FullRequest = 4 << 20;

    private readonly string _path = index + "/_bulk?filter_path=errors,items.*.status,items.*.error,items.*.result";

    /// <summary>The line that puts a document.</summary>
    /// <param name="key">The server's id.</param>
    public static byte[] PutLine(string key) => Line("index", key);

    /// <summary>The line that deletes a document.</summary>
    /// <param name="key">The server's id.</param>
    public static byte[] DeleteLine(string key) => Line("delete", key);

    /// <summary>Sends one request, and what failed of it again.</summary>
    /// <param name="items">Keys, and their lines with their ends.</param>
    /// <param name="cancellationToken">Stops between attempts.</param>
    /// <returns>What changed; after a lost answer a created document counts as updated.</returns>
    /// <exception cref="InvalidDataException">The server refuses a document.</exception>
    /// <exception cref="IOException">The cluster could not take them for too long.</exception>
    public BulkOutcome Send(IReadOnlyList<(string Key, ReadOnlyMemory<byte> Lines)> items, CancellationToken cancellationToken)
    {
        int created = 0, updated = 0, deleted = 0;
        string reason = "";
        IReadOnlyList<(string Key, ReadOnlyMemory<byte> Lines)> left = items;
        bool done = left.Count == 0 || client.Repeat(
            () =>
            {
                JsonElement answer = client.SendLines(_path, Join(left), cancellationToken)
                    ?? throw new InvalidDataException($"The index '{index}' at {client.Address} is gone: a newer one has taken its place. Open it again.");
                List<(string, ReadOnlyMemory<byte>)> again = [];
                int i = 0;
                foreach (JsonElement item in answer.GetProperty("items").EnumerateArray())
                {
                    (string Key, ReadOnlyMemory<byte>) sent = left[i++];
                    JsonElement outcome = item.EnumerateObject().First().Value;
                    int status = outcome.GetProperty("status").GetInt32();
                    switch (status)
                    {
                        case 429 or >= 500:
                            reason = ClusterClient.Reason(outcome);
                            again.Add(sent);
                            break;
                        case >= 400 and not 404:
                            throw new InvalidDataException($"The server at {client.Address} refuses document '{(sent.Key.Length <= 60 ? sent.Key : sent.Key[..60] + "…")}' ({status}): {ClusterClient.Reason(outcome)}.");
                        default:
                            string result = outcome.TryGetProperty("result", out JsonElement word) ? word.ToString() : "";
                            created += result == "created" ? 1 : 0;
                            updated += result == "updated" ? 1 : 0;
                            deleted += result == "deleted" ? 1 : 0;
                            break;
                    }
                }

                left = again;
                return again.Count == 0;
            },
            cancellationToken);
        return done ? new BulkOutcome(created, updated, deleted)
            : throw new IOException($"The cluster at {client.Address} could not take {left.Count} of {items.Count} documents ({reason}); what it took is safe. Run it again when the cluster is well, and only the missing ones are sent.");
    }

    private static byte[] Line(string action, string key)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteStartObject(action);
            json.WriteString("_id"u8, key);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        return line.ToArray();
    }

    private static ReadOnlyMemory<byte> Join(IReadOnlyList<(string Key, ReadOnlyMemory<byte> Lines)> items)
    {
        var body = new ArrayBufferWriter<byte>(items.Sum(item => item.Lines.Length));
        foreach ((_, ReadOnlyMemory<byte> lines) in items)
        {
            body.Write(lines.Span);
        }

        return body.WrittenMemory;
    }
}
