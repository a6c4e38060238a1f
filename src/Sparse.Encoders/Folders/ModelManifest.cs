using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sparse.Encoders.Folders;

/// <summary>What our import adds to a model folder, in sparse.json.</summary>
/// <remarks>Properties are set and not init: generated readers leave init-only ones without their default.</remarks>
internal sealed record ModelManifest
{
    /// <summary>Name of the file.</summary>
    internal const string FileName = "sparse.json";

    /// <summary><see cref="Quantization"/> of float weights.</summary>
    internal const string Unquantized = "none";

    /// <summary><see cref="Quantization"/> of <see cref="Onnx.WeightQuantizer"/>'s weights.</summary>
    internal const string Int8Weights = "int8";

    /// <summary><see cref="Quantization"/> of <see cref="Onnx.HalfWeights"/>'s weights.</summary>
    internal const string HalfWeights = "fp16";

    /// <summary>Version of this file; 1.</summary>
    public int Format { get; set; } = 1;

    /// <summary>A name for people.</summary>
    public string Name { get; set; } = "";

    /// <summary>The weight that impact 255 stands for; null for the default of the activation.</summary>
    public float? MaxWeight { get; set; }

    /// <summary>"none", "int8" or "fp16".</summary>
    public string Quantization { get; set; } = Unquantized;

    /// <summary>True when model.onnx pools, so that it is loaded as it is.</summary>
    public bool IsPooled { get; set; }

    /// <summary>What a text is put into, with {text} in one to four places; null for a text as it is, or twice for a decoder.</summary>
    public string? Template { get; set; }

    /// <summary>Folder that was imported.</summary>
    public string Source { get; set; } = "";

    /// <summary>Licence, as the source states it; empty when it does not.</summary>
    public string License { get; set; } = "";

    /// <summary>Reads the manifest of a folder, if it has one.</summary>
    /// <exception cref="InvalidDataException">It is broken or of a later version.</exception>
    internal static ModelManifest? Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return (JsonSerializer.Deserialize(File.ReadAllText(path), ModelManifestJson.Default.ModelManifest) ?? throw new InvalidDataException($"{path} is empty.")).Check(path);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path} is not valid JSON at line {error.LineNumber + 1}.", error);
        }
    }

    internal ModelManifest Check(string path)
    {
        if (Format != 1)
        {
            throw new InvalidDataException($"{path} has format {Format}; this version reads format 1.");
        }

        if (MaxWeight is { } weight && (!(weight > 0) || float.IsPositiveInfinity(weight)))
        {
            throw new InvalidDataException($"{path} has maxWeight {weight}; it must be finite and positive.");
        }

        return this;
    }
}

/// <summary>Generated at compile time, so that trimmed applications keep it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n", DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ModelManifestJson : JsonSerializerContext;
