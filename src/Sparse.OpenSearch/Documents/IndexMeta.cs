using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sparse.Analysis;
using Sparse.LuceneNet;
using Sparse.LuceneNet.Fields;
using Sparse.OpenSearch.Cluster;
using Sparse.Vectors;

namespace Sparse.OpenSearch.Documents;

/// <summary>What a remote index remembers of itself: the mapping's _meta.</summary>
internal sealed record IndexMeta
{
    /// <summary>The member of _meta that is ours.</summary>
    public const string Key = "sparse";

    private const int Newest = 1;

    /// <summary>Version of the mapping.</summary>
    public int Version { get; init; } = Newest;

    /// <summary>The encoder of the vectors; null for an index of text alone.</summary>
    public EncoderIdentity? Encoder { get; init; }

    /// <summary>Weight of one impact step; null for text alone.</summary>
    public float? Scale { get; init; }

    /// <summary>Language of the words.</summary>
    public string Language { get; init; } = LexicalAnalyzers.English;

    /// <summary>Further fields by name.</summary>
    public IReadOnlyDictionary<string, FieldKind> Fields { get; init; } = new Dictionary<string, FieldKind>();

    /// <summary>The type of the field that vectors are in.</summary>
    public VectorFieldType Vectors { get; init; }

    /// <summary>True where vectors are those of passages.</summary>
    public bool Passages { get; init; }

    /// <summary>False until every document of a push has arrived.</summary>
    public bool Finished { get; init; }

    /// <summary>The scale of calibrated scores; null for none.</summary>
    public string? Calibration { get; init; }

    /// <summary>What the application keeps beside the index: the tool's model folder and token limit.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = new Dictionary<string, string>();

    /// <summary>BM25's saturation and length normalisation.</summary>
    public float Bm25K1 { get; init; } = .9f;

    /// <summary>BM25's share of length normalisation.</summary>
    public float Bm25B { get; init; } = .4f;

    /// <summary>The local index's view of words and fields.</summary>
    [JsonIgnore]
    public IndexSchema Schema => new(Language, Fields);

    /// <summary>True when documents made for the other can be put into this index, and its queries asked.</summary>
    /// <param name="other">What is to be put in.</param>
    public bool Takes(IndexMeta other) =>
        Encoder?.Fingerprint == other.Encoder?.Fingerprint && Scale == other.Scale && Language == other.Language && Vectors == other.Vectors && Passages == other.Passages
        && Bm25K1 == other.Bm25K1 && Bm25B == other.Bm25B && Fields.Count == other.Fields.Count && Fields.All(field => other.Fields.TryGetValue(field.Key, out FieldKind kind) && kind == field.Value);

    /// <summary>Reads an index's _meta.</summary>
    /// <param name="mappings">The index's mappings.</param>
    /// <param name="index">Its name, for messages.</param>
    /// <returns>Null where the index is not ours.</returns>
    /// <exception cref="InvalidDataException">A newer version wrote it, or it can't be understood.</exception>
    public static IndexMeta? Read(JsonElement mappings, string index)
    {
        if (mappings.ValueKind != JsonValueKind.Object || !mappings.TryGetProperty("_meta", out JsonElement all) || all.ValueKind != JsonValueKind.Object
            || !all.TryGetProperty(Key, out JsonElement ours))
        {
            return null;
        }

        try
        {
            IndexMeta meta = ours.Deserialize(IndexMetaJson.Default.IndexMeta)!;
            return meta.Version <= Newest ? meta
                : throw new InvalidDataException($"The index '{index}' was made by a newer version of this library (mapping {meta.Version}, and {Newest} is known here); use that version.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"What the index '{index}' says of itself in _meta can't be understood: {e.Message.TrimEnd('.')}. Push it anew.", e);
        }
    }

    /// <summary>The _meta.</summary>
    public JsonObject ToJson() => new() { [Key] = JsonSerializer.SerializeToNode(this, IndexMetaJson.Default.IndexMeta) };

    /// <summary>The whole body that makes the index: settings and mappings.</summary>
    /// <param name="server">The server.</param>
    public JsonObject ToIndex(ServerKind server)
    {
        var index = new JsonObject
        {
            ["similarity"] = new JsonObject { [Key] = new JsonObject { ["type"] = "BM25", ["k1"] = Bm25K1, ["b"] = Bm25B } },
            ["refresh_interval"] = "-1",
        };
        if (server.HidesVectors)
        {
            index["mapping"] = new JsonObject { ["exclude_source_vectors"] = false };
        }

        return new JsonObject { ["settings"] = new JsonObject { ["index"] = index }, ["mappings"] = ToMappings() };
    }

    /// <summary>The mappings. Words come analysed by our analyzer, parted by blanks, so that BM25 sees what it sees in a local index.</summary>
    public JsonObject ToMappings()
    {
        var by = new JsonObject();
        foreach ((string name, FieldKind kind) in Fields)
        {
            by[VectorField.Escape(name)] = kind switch
            {
                FieldKind.Number => new JsonObject { ["type"] = "double" },
                FieldKind.Date => new JsonObject { ["type"] = "long" },
                FieldKind.Text => Words(),
                _ => new JsonObject { ["type"] = "keyword" },
            };
        }

        var properties = new JsonObject
        {
            ["id"] = new JsonObject { ["type"] = "keyword" },
            ["title"] = new JsonObject { ["type"] = "text", ["index"] = false },
            ["text"] = new JsonObject { ["type"] = "text", ["index"] = false },
            ["fields"] = new JsonObject { ["type"] = "object", ["enabled"] = false },
            ["by"] = new JsonObject { ["properties"] = by },
            ["words"] = Words(),
            ["length"] = new JsonObject { ["type"] = "long" },
            ["order"] = new JsonObject { ["type"] = "long" },
            ["hash"] = new JsonObject { ["type"] = "long", ["index"] = false },
        };
        if (Encoder is not null)
        {
            JsonObject vectors = new VectorField(Vectors, false).Mapping();
            properties[Passages ? "passages" : VectorField.Name] = !Passages ? vectors : new JsonObject
            {
                ["type"] = "nested",
                ["properties"] = new JsonObject
                {
                    ["start"] = new JsonObject { ["type"] = "integer", ["index"] = false },
                    ["end"] = new JsonObject { ["type"] = "integer", ["index"] = false },
                    [VectorField.Name] = vectors,
                },
            };
        }

        return new JsonObject { ["dynamic"] = "false", ["_meta"] = ToJson(), ["properties"] = properties };
    }

    private static JsonObject Words() => new() { ["type"] = "text", ["analyzer"] = "whitespace", ["index_options"] = "freqs", ["similarity"] = Key };
}

/// <summary>Generated at compile time, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IndexMeta))]
internal sealed partial class IndexMetaJson : JsonSerializerContext;
