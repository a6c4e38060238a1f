using System.Text.Encodings.Web;
using System.Text.Json;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Formats;

/// <summary>A document's vector with its terms spelled out.</summary>
/// <param name="Id">The document's id.</param>
/// <param name="Weights">Term → weight; weights are finite and &gt; 0.</param>
public sealed record NamedVector(string Id, IReadOnlyDictionary<string, float> Weights);

/// <summary>Reads and writes vectors as JSON lines: <c>{"id":"…","vector":{"term":weight}}</c>.</summary>
public static class TermVectorFile
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one line; weights are the shortest decimals that give the same 32-bit float back.</summary>
    /// <param name="stream">Where to; stays open.</param>
    /// <param name="id">The document's id.</param>
    /// <param name="vector">Its vector.</param>
    /// <param name="vocabulary">The vocabulary of the vector's term ids.</param>
    public static void WriteLine(Stream stream, string id, TermVector vector, Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(id);
        ArgumentNullException.ThrowIfNull(vector);
        ArgumentNullException.ThrowIfNull(vocabulary);
        using (var json = new Utf8JsonWriter(stream, Relaxed))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteStartObject("vector");
            for (int i = 0; i < vector.Count; i++)
            {
                json.WriteNumber(vocabulary[vector.Terms[i]], vector.Weights[i]);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads lines as they are enumerated; further members of the objects are ignored, as Anserini's "contents".</summary>
    /// <param name="path">The file.</param>
    /// <returns>The vectors in order of the lines.</returns>
    /// <exception cref="BadInputException">A line lacks id or vector, or a weight is not finite and positive.</exception>
    public static IEnumerable<NamedVector> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using Utf8Lines lines = Utf8Lines.Open(path);
        while (lines.Read() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Parse(line, path, lines.LineNumber);
            }
        }
    }

    private static NamedVector Parse(string line, string path, long number)
    {
        Dictionary<string, FieldValue> record = JsonLinesReader.ParseObject(line, path, number);
        if (!record.TryGetValue("id", out FieldValue id) || !id.CanBeId || id.Text.Length == 0)
        {
            throw new BadInputException(path, number, "no 'id' that is a string or a number; expected {\"id\":…,\"vector\":{\"term\":weight}}.");
        }

        using JsonDocument json = JsonDocument.Parse(line);
        if (!json.RootElement.TryGetProperty("vector", out JsonElement vector) || vector.ValueKind != JsonValueKind.Object)
        {
            throw new BadInputException(path, number, "no 'vector' object; expected {\"id\":…,\"vector\":{\"term\":weight}}.");
        }

        var weights = new Dictionary<string, float>(StringComparer.Ordinal);
        foreach (JsonProperty term in vector.EnumerateObject())
        {
            if (term.Value.ValueKind != JsonValueKind.Number || !term.Value.TryGetSingle(out float weight) || !float.IsFinite(weight) || weight <= 0)
            {
                throw new BadInputException(path, number, $"weight {term.Value.GetRawText()} of term '{term.Name}' is not a finite number above 0.");
            }

            if (!weights.TryAdd(term.Name, weight))
            {
                throw new BadInputException(path, number, $"term '{term.Name}' occurs twice in the vector.");
            }
        }

        return new NamedVector(id.Text, weights);
    }
}
