using System.Globalization;
using Google.Protobuf;
using Sparse.Encoders.Folders;

namespace Sparse.Encoders.Onnx;

/// <summary>Brings weights that an ONNX model keeps in files beside it into the model.</summary>
/// <remarks>github.com/onnx/onnx/blob/main/docs/ExternalData.md: each tensor names a location, and perhaps an offset and a length.</remarks>
internal static class ExternalData
{
    // A protobuf message, and so a model as ONNX Runtime takes it from memory, ends below 2 GiB.
    private const long MaxBytes = int.MaxValue;

    /// <summary>Reads what is elsewhere.</summary>
    /// <param name="graph">Changed in place.</param>
    /// <param name="source">Path of the model.</param>
    /// <returns>True when there was any.</returns>
    /// <exception cref="InvalidDataException">A file is not there, too short, or outside the model's folder; or the weights are too large.</exception>
    internal static bool Read(GraphProto graph, string source)
    {
        TensorProto[] tensors = [.. graph.Initializer.Where(tensor => tensor.DataLocation == 1)];
        long total = 0;
        foreach (TensorProto tensor in tensors)
        {
            Dictionary<string, string> entries = [];
            foreach (StringStringEntryProto entry in tensor.ExternalData)
            {
                entries[entry.Key] = entry.Value;
            }

            string name = ModelJson.Short(tensor.Name);
            string path = PathOf(entries.GetValueOrDefault("location", ""), name, source);
            long size = new FileInfo(path).Length;
            long offset = Number(entries, "offset", 0, name, source);
            long length = Number(entries, "length", size - offset, name, source);
            if (offset > size || length > size - offset)
            {
                throw new InvalidDataException($"{source} keeps tensor '{name}' in bytes {offset} to {offset + length} of {path}, which holds {size}: it is cut short.");
            }

            total += length;
            if (total > MaxBytes)
            {
                throw new InvalidDataException($"{source} has weights of more than {MaxBytes} bytes; larger models are not supported.");
            }

            var bytes = new byte[length];
            using FileStream file = File.OpenRead(path);
            file.Position = offset;
            file.ReadExactly(bytes);
            tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
            tensor.ExternalData.Clear();
            tensor.ClearDataLocation();
        }

        return tensors.Length > 0;
    }

    // Only below the model's own folder: a model from elsewhere must not read other files.
    private static string PathOf(string location, string tensor, string source)
    {
        string folder = Path.GetFullPath(Path.GetDirectoryName(source) ?? ".");
        string path = location.Length == 0 || location.Contains('\0', StringComparison.Ordinal) ? "" : Path.GetFullPath(Path.Combine(folder, location));
        if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{source} keeps tensor '{tensor}' in '{ModelJson.Short(location)}', which is not in the model's folder.");
        }

        return File.Exists(path) ? path : throw new InvalidDataException($"{source} keeps tensor '{tensor}' in {ModelJson.Short(location)}, which is not there.");
    }

    private static long Number(Dictionary<string, string> entries, string key, long otherwise, string tensor, string source) =>
        !entries.TryGetValue(key, out string? text) ? otherwise
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= long.MaxValue / 2 ? number
        : throw new InvalidDataException($"{source} gives tensor '{tensor}' the {key} '{ModelJson.Short(text)}', which is no number of bytes.");
}
