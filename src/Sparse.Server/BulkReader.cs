using System.Text;
using System.Text.Json;
using Sparse.LuceneNet;

namespace Sparse.Server;

/// <summary>Reads documents and bulk requests: JSON and NDJSON, ours and OpenSearch's.</summary>
internal static class BulkReader
{
    private const int LongestId = 512;
    private static readonly HashSet<string> Reserved = [SparseFields.Id, SparseFields.Title, SparseFields.Text, SparseFields.Sparse, "_id"];
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads one document: {"id", "title", "text", further fields}.</summary>
    /// <param name="json">The object.</param>
    /// <param name="id">Its id where the address or an action line gives it.</param>
    /// <param name="place">For the error sentence.</param>
    /// <exception cref="RequestException">It is not a document.</exception>
    public static Operation Document(JsonElement json, string? id, string place)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new RequestException(400, $"{place} is not a JSON object.");
        }

        id ??= json.TryGetProperty(SparseFields.Id, out JsonElement own) ? Text(own, "id", place) : json.TryGetProperty("_id", out own) ? Text(own, "_id", place) : "";
        var document = new SparseDocument(RequireId(id, place), json.TryGetProperty(SparseFields.Text, out JsonElement text) ? Text(text, "text", place) : "")
        {
            Title = json.TryGetProperty(SparseFields.Title, out JsonElement title) ? Text(title, "title", place) : null,
        };
        foreach (JsonProperty field in json.EnumerateObject())
        {
            if (field.Name.Length > 0 && !Reserved.Contains(field.Name) && field.Value.ValueKind != JsonValueKind.Null)
            {
                document.Fields[field.Name] = field.Value.ValueKind == JsonValueKind.String ? Text(field.Value, "a field", place) : field.Value.GetRawText();
            }
        }

        return new Operation(id, document);
    }

    /// <summary>Reads NDJSON: a document a line, or {"delete": "id"}.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="most">Most lines.</param>
    /// <param name="stop">Stops reading.</param>
    public static async Task<List<Operation>> LinesAsync(Stream body, int most, CancellationToken stop)
    {
        List<Operation> operations = [];
        await foreach ((JsonElement json, string place) in JsonLines(body, most, stop))
        {
            operations.Add(json.ValueKind == JsonValueKind.Object && json.TryGetProperty("delete", out JsonElement id)
                ? new Operation(RequireId(Text(id, "delete", place), place), null) : Document(json, null, place));
        }

        return operations;
    }

    /// <summary>Reads OpenSearch's _bulk: an action line, and a line with the document after index and create.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="index">The index of the address; an action may name no other.</param>
    /// <param name="most">Most lines.</param>
    /// <param name="stop">Stops reading.</param>
    /// <returns>The actions' names and operations.</returns>
    public static async Task<List<(string Action, Operation Operation)>> OpenSearchAsync(Stream body, string index, int most, CancellationToken stop)
    {
        List<(string, Operation)> operations = [];
        (string Name, string? Id)? action = null;
        await foreach ((JsonElement json, string place) in JsonLines(body, 2 * most, stop))
        {
            if (action is { } waiting)
            {
                operations.Add((waiting.Name, Document(json, waiting.Id, place)));
                action = null;
                continue;
            }

            if (json.ValueKind != JsonValueKind.Object || json.EnumerateObject().Count() != 1 || json.EnumerateObject().First() is not { Name: "index" or "delete", Value.ValueKind: JsonValueKind.Object } named)
            {
                throw new RequestException(400, $"{place} is not an action; take {{\"index\": {{\"_id\": …}}}} or {{\"delete\": {{\"_id\": …}}}}.");
            }

            if (named.Value.TryGetProperty("_index", out JsonElement other) && Text(other, "_index", place) != index)
            {
                throw new RequestException(400, $"{place} names another index than the address; send it there.");
            }

            string? id = named.Value.TryGetProperty("_id", out JsonElement given) ? Text(given, "_id", place) : null;
            if (named.Name == "delete")
            {
                operations.Add(("delete", new Operation(RequireId(id ?? "", place), null)));
            }
            else
            {
                action = (named.Name, id);
            }
        }

        return action is null ? operations : throw new RequestException(400, "The last action has no document after it.");
    }

    /// <summary>Checks an id.</summary>
    /// <param name="id">What was given.</param>
    /// <param name="place">For the error sentence.</param>
    public static string RequireId(string id, string place) => id.Length is > 0 and <= LongestId && IsWhole(id) ? id
        : throw new RequestException(400, $"{place} has an id of {id.Length} characters; give 1 to {LongestId} whole ones.");

    private static async IAsyncEnumerable<(JsonElement Json, string Place)> JsonLines(Stream body, int most, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        using var reader = new StreamReader(body, Strict);
        int number = 0, read = 0;
        while (await reader.ReadLineAsync(stop) is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            if (++read > most)
            {
                throw new RequestException(413, $"The request has more than {most} lines; send them in several requests.");
            }

            JsonElement json;
            try
            {
                json = JsonElement.Parse(line);
            }
            catch (JsonException)
            {
                throw new RequestException(400, $"Line {number} is not JSON.");
            }

            yield return (json, $"Line {number}");
        }
    }

    private static string Text(JsonElement json, string name, string place)
    {
        try
        {
            if (json.ValueKind == JsonValueKind.String)
            {
                return json.GetString()!;
            }

            if (json.ValueKind == JsonValueKind.Number && name is "id" or "_id")
            {
                return json.GetRawText();
            }
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which .NET does not read.
        }

        throw new RequestException(400, $"{place}: {name} is not a string of whole characters.");
    }

    private static bool IsWhole(string text)
    {
        try
        {
            return Strict.GetByteCount(text) >= 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
