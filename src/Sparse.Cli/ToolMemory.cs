using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sparse.Cli;

/// <summary>What the tool keeps beside an index, for the next command: which model folder made it, how much of each text it read, and how it was cut.</summary>
/// <remarks>One small JSON file in the index folder; Lucene leaves files that it does not know alone. The index works without it.</remarks>
internal sealed record ToolMemory
{
    private const string FileName = "sparse-tool.json";
    private const string NoteKey = "tool";

    /// <summary>Full path of the model folder; null for the built-in model and for text alone.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>Tokens of each text that the encoder read.</summary>
    public int MaxTokens { get; init; } = Options.SharedOptions.DefaultMaxTokens;

    /// <summary>How long documents were cut; null where they were not.</summary>
    public Options.ChunkChoice? Chunk { get; init; }

    /// <summary>Reads what is kept beside an index.</summary>
    /// <param name="indexFolder">The folder of the index.</param>
    /// <returns>The memory; null where there is none or it can't be understood.</returns>
    public static ToolMemory? Read(string indexFolder)
    {
        string path = Path.Combine(indexFolder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), ToolMemoryJson.Default.ToolMemory);
        }
        catch (JsonException)
        {
            // A half-written file after a power cut: the same as none, the encoder is then asked for by name.
            return null;
        }
    }

    /// <summary>What goes with an index to a cluster.</summary>
    public IReadOnlyDictionary<string, string> ToNotes() => new Dictionary<string, string> { [NoteKey] = JsonSerializer.Serialize(this, ToolMemoryJson.Default.ToolMemory) };

    /// <summary>What came with an index on a cluster.</summary>
    /// <param name="notes">Its notes.</param>
    /// <returns>Null where another application pushed it.</returns>
    public static ToolMemory? FromNotes(IReadOnlyDictionary<string, string> notes)
    {
        try
        {
            return notes.TryGetValue(NoteKey, out string? text) ? JsonSerializer.Deserialize(text, ToolMemoryJson.Default.ToolMemory) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps this beside an index.</summary>
    /// <param name="indexFolder">The folder of the index.</param>
    public void Write(string indexFolder)
    {
        string path = Path.Combine(indexFolder, FileName);
        string draft = path + ".new";
        File.WriteAllText(draft, JsonSerializer.Serialize(this, ToolMemoryJson.Default.ToolMemory) + "\n");
        File.Move(draft, path, overwrite: true);
    }
}

/// <summary>Generated at compile time, which keeps reflection out of the start of every search.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ToolMemory))]
internal sealed partial class ToolMemoryJson : JsonSerializerContext;
