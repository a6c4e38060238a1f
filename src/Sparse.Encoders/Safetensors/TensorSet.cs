using System.Text.Json;
using Sparse.Encoders.Folders;

namespace Sparse.Encoders.Safetensors;

/// <summary>The tensors of a model, in one file or in several that an index names.</summary>
internal sealed class TensorSet
{
    /// <summary>Name of the one file.</summary>
    internal const string File = "model.safetensors";

    /// <summary>Name of the index of several.</summary>
    internal const string Index = "model.safetensors.index.json";

    private readonly Dictionary<string, SafetensorsFile> _fileOf;

    private TensorSet(string path, Dictionary<string, SafetensorsFile> fileOf, long bytes)
    {
        Path = path;
        _fileOf = fileOf;
        Bytes = bytes;
    }

    /// <summary>The file, or the index.</summary>
    internal string Path { get; }

    /// <summary>Size of all files with tensors.</summary>
    internal long Bytes { get; }

    /// <summary>Names of the tensors.</summary>
    internal IReadOnlyCollection<string> Names => _fileOf.Keys;

    /// <summary>True for a path that <see cref="Open"/> reads.</summary>
    internal static bool IsTensors(string path) =>
        path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".safetensors.index.json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Opens a file, or the files of an index; reads headers alone.</summary>
    /// <exception cref="InvalidDataException">A file is broken, not there, or outside the index's folder.</exception>
    internal static TensorSet Open(string path)
    {
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            SafetensorsFile only = SafetensorsFile.Open(path);
            return new TensorSet(path, only.Tensors.Keys.ToDictionary(name => name, _ => only, StringComparer.Ordinal), new FileInfo(path).Length);
        }

        JsonElement map = ModelJson.Get(ModelJson.Read(path), "weight_map");
        if (map.ValueKind != JsonValueKind.Object || map.EnumerateObject().Any(tensor => tensor.Value.ValueKind != JsonValueKind.String))
        {
            throw new InvalidDataException($"{path} has no weight_map from tensors to files.");
        }

        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        Dictionary<string, SafetensorsFile> files = [], fileOf = new(StringComparer.Ordinal);
        long bytes = 0;
        foreach (JsonProperty tensor in map.EnumerateObject())
        {
            string name = tensor.Value.GetString()!;
            if (!files.TryGetValue(name, out SafetensorsFile? file))
            {
                string part = ModelLayout.Inside(folder, folder, name, path);
                if (!System.IO.File.Exists(part))
                {
                    throw new InvalidDataException($"{path} keeps tensor '{ModelJson.Short(tensor.Name)}' in {ModelJson.Short(name)}, which is not there.");
                }

                file = SafetensorsFile.Open(part);
                files.Add(name, file);
                bytes += new FileInfo(part).Length;
            }

            if (!file.Tensors.ContainsKey(tensor.Name))
            {
                throw new InvalidDataException($"{path} keeps tensor '{ModelJson.Short(tensor.Name)}' in {ModelJson.Short(name)}, which does not hold it.");
            }

            fileOf[tensor.Name] = file;
        }

        return new TensorSet(path, fileOf, bytes);
    }

    /// <summary>Where a tensor lies; null where there is none of that name.</summary>
    internal TensorPlace? Find(string name) => _fileOf.TryGetValue(name, out SafetensorsFile? file) ? file.Tensors[name] : null;

    /// <summary>Reads a tensor that is there.</summary>
    /// <exception cref="InvalidDataException">It is not of floating point, or holds a number that is not finite.</exception>
    internal float[] Read(string name) => _fileOf[name].ReadFloats(name);
}
