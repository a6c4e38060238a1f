using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lucene.Net.Analysis;
using Sparse.Chunks;
using Sparse.LuceneNet;
using Sparse.LuceneNet.Fields;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Storage;

namespace Sparse.OpenSearch.Documents;

/// <summary>A document as the server keeps it, and back. Safe for concurrent use.</summary>
/// <param name="meta">The index.</param>
/// <param name="analyzer">The analyzer of its words; stays the caller's.</param>
internal sealed class DocumentJson(IndexMeta meta, Analyzer analyzer)
{
    // Servers take ids of 512 bytes.
    private const int LongestId = 512;

    private static readonly JavaScriptEncoder Relaxed = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
    private static readonly JsonWriterOptions Options = new() { Encoder = Relaxed, SkipValidation = true };
    private readonly VectorField _vectors = new(meta.Vectors, false);
    private readonly ConcurrentDictionary<string, JsonEncodedText> _names = new(StringComparer.Ordinal);

    /// <summary>The server's own id of a document: its id, or a hash of one that is too long.</summary>
    /// <param name="id">The document's id.</param>
    public static string KeyOf(string id) =>
        Encoding.UTF8.GetByteCount(id) <= LongestId ? id : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    /// <summary>Writes a document.</summary>
    /// <param name="stored">The document with its vectors.</param>
    /// <param name="hash">A number over all that was written: equal documents have equal ones.</param>
    /// <returns>JSON without its last brace: hash and order are still to come.</returns>
    public ReadOnlyMemory<byte> Write(StoredDocument stored, out long hash)
    {
        SparseDocument document = stored.Document;
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("id"u8, document.Id);
        if (document.Title is not null)
        {
            json.WriteString("title"u8, document.Title);
        }

        json.WriteString("text"u8, document.Text);
        if (document.Fields.Count > 0)
        {
            json.WriteStartObject("fields"u8);
            foreach ((string name, string value) in document.Fields.OrderBy(field => field.Key, StringComparer.Ordinal))
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            WriteTyped(json, document);
        }

        if (WordsOf(document.FullText, out int length) is { Length: > 0 } words)
        {
            json.WriteString("words"u8, words);
            json.WriteNumber("length"u8, length);
        }

        if (meta.Passages)
        {
            json.WriteStartArray("passages"u8);
            foreach (StoredPassage passage in stored.Passages)
            {
                json.WriteStartObject();
                if (passage.Span is { } span)
                {
                    json.WriteNumber("start"u8, span.Start);
                    json.WriteNumber("end"u8, span.End);
                }

                WriteVector(json, passage);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
        else if (stored.Passages.Count > 0)
        {
            WriteVector(json, stored.Passages[0]);
        }

        json.Flush();
        hash = BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(buffer.WrittenSpan));
        return buffer.WrittenMemory;
    }

    /// <summary>Reads a document's stored fields.</summary>
    /// <param name="source">The server's _source.</param>
    public static SparseDocument Read(JsonElement source)
    {
        var document = new SparseDocument(Text(source, "id") ?? "", Text(source, "text") ?? "") { Title = Text(source, "title") };
        if (source.TryGetProperty("fields", out JsonElement fields))
        {
            foreach (JsonProperty field in fields.EnumerateObject())
            {
                document.Fields[field.Name] = field.Value.GetString() ?? "";
            }
        }

        return document;
    }

    /// <summary>Reads a document's vectors.</summary>
    /// <param name="source">The server's _source.</param>
    public IReadOnlyList<StoredPassage> ReadVectors(JsonElement source)
    {
        if (!meta.Passages)
        {
            return meta.Encoder is null ? [] : [ReadVector(source)];
        }

        return source.TryGetProperty("passages", out JsonElement passages) ? [.. passages.EnumerateArray().Select(ReadVector)] : [];
    }

    /// <summary>The span of a passage; null where it stands for the whole document.</summary>
    /// <param name="passage">A passage of a _source.</param>
    public static Passage? SpanOf(JsonElement passage) =>
        passage.TryGetProperty("start", out JsonElement start) && passage.TryGetProperty("end", out JsonElement end) ? new Passage(start.GetInt32(), end.GetInt32()) : null;

    private StoredPassage ReadVector(JsonElement holder)
    {
        if (!holder.TryGetProperty(VectorField.Name, out JsonElement vector))
        {
            return new StoredPassage([], [], SpanOf(holder));
        }

        JsonProperty[] terms = [.. vector.EnumerateObject()];
        return new StoredPassage([.. terms.Select(term => _vectors.Read(term.Name))], [.. terms.Select(term => (byte)term.Value.GetDouble())], SpanOf(holder));
    }

    private void WriteVector(Utf8JsonWriter json, StoredPassage passage)
    {
        if (passage.Terms.Length == 0)
        {
            return;
        }

        json.WriteStartObject(VectorField.Name);
        for (int i = 0; i < passage.Terms.Length; i++)
        {
            json.WriteNumber(_names.GetOrAdd(passage.Terms[i], term => JsonEncodedText.Encode(_vectors.Spell(term), Relaxed)), passage.Impacts[i]);
        }

        json.WriteEndObject();
    }

    private void WriteTyped(Utf8JsonWriter json, SparseDocument document)
    {
        json.WriteStartObject("by"u8);
        foreach ((string name, FieldKind kind) in meta.Fields)
        {
            if (!document.Fields.TryGetValue(name, out string? value))
            {
                continue;
            }

            string field = VectorField.Escape(name);
            switch (kind)
            {
                case FieldKind.Keyword when FieldValues.Keywords(value) is { Length: > 0 } words:
                    json.WriteStartArray(field);
                    foreach (string word in words)
                    {
                        json.WriteStringValue(word);
                    }

                    json.WriteEndArray();
                    break;
                case FieldKind.Number when FieldValues.TryNumber(value, out double number):
                    json.WriteNumber(field, number);
                    break;
                case FieldKind.Date when FieldValues.TryDate(value, out long start, out _):
                    json.WriteNumber(field, start);
                    break;
                case FieldKind.Text:
                    json.WriteString(field, WordsOf(value, out _));
                    break;
            }
        }

        json.WriteEndObject();
    }

    private string WordsOf(string text, out int length)
    {
        List<(string Word, int Start, int End)> words = WordQuery.Places(analyzer, text);
        length = words.Count;
        return string.Join(' ', words.Select(word => word.Word));
    }

    private static string? Text(JsonElement source, string name) => source.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
