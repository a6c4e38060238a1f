using System.IO.Hashing;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sparse.LuceneNet;
using Sparse.Vectors;

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

    /// <summary>What of vectors is kept; null for everything.</summary>
    public Lab.Tuning.PruneSetting? Prune { get; init; }

    /// <summary>CRC-32 of the rest, in hexadecimal; null in files from before there was one, and taken out by hand for a change by hand.</summary>
    public string? Checksum { get; init; }

    /// <summary>Reads what is kept beside an index.</summary>
    /// <param name="indexFolder">The folder of the index.</param>
    /// <returns>The memory; null where there is none.</returns>
    /// <exception cref="InvalidDataException">It is damaged: the defaults in its place would encode other texts than the index's.</exception>
    public static ToolMemory? Read(string indexFolder)
    {
        string path = Path.Combine(indexFolder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            ToolMemory? memory = JsonSerializer.Deserialize(File.ReadAllText(path), ToolMemoryJson.Default.ToolMemory);
            if (memory is { Checksum: null } || memory?.Checksum == memory?.ComputeChecksum())
            {
                return memory;
            }
        }
        catch (JsonException)
        {
            // Half a file, or none of its bytes right: the same sentence.
        }

        throw new InvalidDataException($"'{path}' is damaged: it says which model made the index, and how. Delete it, and give --encoder, --max-tokens and --chunk as the index was made with.");
    }

    /// <summary>How an index is opened so that documents added to it are cut and kept as the others were.</summary>
    /// <param name="encoder">The encoder of its vectors; null for text alone.</param>
    /// <param name="others">The options that this does not decide.</param>
    public SparseIndexOptions ToOptions(ITermEncoder? encoder, SparseIndexOptions others)
    {
        SparseIndexOptions options = Chunk?.Apply(encoder, others) ?? others;
        return Prune is null || encoder is null ? options : options with { Pruning = Prune.ToOptions(), MaxWeight = Prune.MaxWeight(encoder.MaxWeight) };
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
        using (FileStream file = File.Create(draft))
        {
            JsonSerializer.Serialize(file, this with { Checksum = ComputeChecksum() }, ToolMemoryJson.Default.ToolMemory);

            // On disk before its name is: a power cut would leave an empty file under it.
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }

    private string ComputeChecksum() =>
        Convert.ToHexStringLower(Crc32.Hash(JsonSerializer.SerializeToUtf8Bytes(this with { Checksum = null }, ToolMemoryJson.Default.ToolMemory)));
}

/// <summary>Generated at compile time, which keeps reflection out of the start of every search.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ToolMemory))]
internal sealed partial class ToolMemoryJson : JsonSerializerContext;
