using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Sparse.Encoders.Folders;

namespace Sparse.Encoders.Safetensors;

/// <summary>Where a tensor lies in its file.</summary>
/// <param name="Type">Its element type as the header names it: "F32", "BF16".</param>
/// <param name="Shape">Its dimensions, ≥ 0.</param>
/// <param name="From">First byte, from the beginning of the file.</param>
/// <param name="Bytes">Number of bytes.</param>
internal sealed record TensorPlace(string Type, long[] Shape, long From, long Bytes);

/// <summary>A safetensors file: tensors by name. Opening reads the header alone; a tensor is read when it is asked for.</summary>
/// <remarks>
/// file := u64 header length, header, data. The header is JSON, {"name": {"dtype", "shape", "data_offsets": [from, to]}, …,
/// "__metadata__": {…}}; offsets count from the data's first byte, and the tensors cover the data without holes or overlap
/// (github.com/huggingface/safetensors). All of that is checked, so that what is read is bounded by the file's length.
/// </remarks>
internal sealed class SafetensorsFile
{
    // The reference takes 100 MB. A tensor is some 130 bytes of header: this is room for 100,000.
    private const long MaxHeader = 16 << 20;
    private const int LengthBytes = sizeof(ulong);
    private const int ChunkBytes = 1 << 20;

    private readonly string _path;
    private readonly Dictionary<string, TensorPlace> _tensors;

    private SafetensorsFile(string path, Dictionary<string, TensorPlace> tensors)
    {
        _path = path;
        _tensors = tensors;
    }

    /// <summary>The tensors by name.</summary>
    internal IReadOnlyDictionary<string, TensorPlace> Tensors => _tensors;

    /// <summary>Reads the header of a file.</summary>
    /// <exception cref="IOException">It is not there, or can't be read.</exception>
    /// <exception cref="InvalidDataException">It is no safetensors file, or is cut short.</exception>
    internal static SafetensorsFile Open(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[LengthBytes];
        ulong length = file.Length < LengthBytes ? 0 : ReadLength(file, start);
        if (file.Length < LengthBytes || length > MaxHeader || (long)length > file.Length - LengthBytes)
        {
            throw new InvalidDataException(file.Length < LengthBytes
                ? $"{path} is not a safetensors file: it holds {file.Length} bytes."
                : $"{path} is not a safetensors file, or is cut short: it holds {file.Length} bytes and gives its header {length}; at most {MaxHeader} are read.");
        }

        var header = new byte[length];
        file.ReadExactly(header);
        long dataStart = LengthBytes + (long)length;
        return new SafetensorsFile(path, ReadTensors(ModelJson.Parse(header, $"The header of {path}"), path, dataStart, file.Length - dataStart));
    }

    /// <summary>Reads a tensor of half, bfloat16, single or double precision.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its elements, row-major.</returns>
    /// <exception cref="InvalidDataException">There is no such tensor, it is of another type, or holds a number that is not finite.</exception>
    internal float[] ReadFloats(string name)
    {
        if (!_tensors.TryGetValue(name, out TensorPlace? place))
        {
            throw new InvalidDataException($"{_path} holds no tensor '{name}'.");
        }

        if (place.Type is not ("F16" or "BF16" or "F32" or "F64") || place.Bytes > int.MaxValue)
        {
            throw new InvalidDataException($"Tensor '{ModelJson.Short(name)}' of {_path} holds {place.Bytes} bytes of {ModelJson.Short($"{place.Type}")}; up to {int.MaxValue} of F16, BF16, F32 or F64 are read.");
        }

        int size = SizeOf(place.Type)!.Value;
        var values = new float[place.Bytes / size];
        using FileStream file = File.OpenRead(_path);
        file.Position = place.From;
        var chunk = new byte[Math.Min(ChunkBytes, place.Bytes)];
        for (int done = 0; done < values.Length;)
        {
            int count = Math.Min(chunk.Length / size, values.Length - done);
            file.ReadExactly(chunk, 0, count * size);
            Convert(chunk.AsSpan(0, count * size), place.Type, values.AsSpan(done, count));
            done += count;
        }

        int bad = Array.FindIndex(values, value => !float.IsFinite(value));
        return bad < 0 ? values : throw new InvalidDataException($"Element {bad} of tensor '{ModelJson.Short(name)}' of {_path} is {values[bad]}; weights must be finite numbers.");
    }

    private static ulong ReadLength(FileStream file, Span<byte> start)
    {
        file.ReadExactly(start);
        return BinaryPrimitives.ReadUInt64LittleEndian(start);
    }

    private static Dictionary<string, TensorPlace> ReadTensors(JsonElement header, string path, long dataStart, long dataLength)
    {
        if (header.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"The header of {path} is no table of tensors.");
        }

        Dictionary<string, TensorPlace> tensors = new(StringComparer.Ordinal);
        foreach (JsonProperty tensor in header.EnumerateObject())
        {
            if (tensor.Name != "__metadata__" && !tensors.TryAdd(tensor.Name, ReadPlace(tensor, path, dataStart, dataLength)))
            {
                throw new InvalidDataException($"The header of {path} names tensor '{ModelJson.Short(tensor.Name)}' twice.");
            }
        }

        long end = dataStart;
        foreach ((string name, TensorPlace place) in tensors.OrderBy(tensor => tensor.Value.From).ThenBy(tensor => tensor.Value.Bytes))
        {
            if (place.From != end)
            {
                throw new InvalidDataException($"Tensor '{ModelJson.Short(name)}' of {path} begins at byte {place.From - dataStart} of the data, where byte {end - dataStart} is next: tensors must neither overlap nor leave holes.");
            }

            end += place.Bytes;
        }

        return end == dataStart + dataLength ? tensors
            : throw new InvalidDataException($"{path} holds {dataLength} bytes of data, and its tensors end at byte {end - dataStart}.");
    }

    private static TensorPlace ReadPlace(JsonProperty tensor, string path, long dataStart, long dataLength)
    {
        JsonElement offsets = ModelJson.Get(tensor.Value, "data_offsets"), dims = ModelJson.Get(tensor.Value, "shape");
        string type = ModelJson.Text(tensor.Value, "dtype");
        if (type.Length == 0 || Numbers(offsets) is not [long from, long to] || Numbers(dims) is not { } shape)
        {
            throw new InvalidDataException($"The header of {path} gives tensor '{ModelJson.Short(tensor.Name)}' no dtype, shape and data_offsets of whole numbers.");
        }

        if (from > to || to > dataLength)
        {
            throw new InvalidDataException($"Tensor '{ModelJson.Short(tensor.Name)}' of {path} lies in bytes {from} to {to} of data that holds {dataLength}: the file is damaged or cut short.");
        }

        // A type that is not known has no size to check; it is refused when it is read.
        if (SizeOf(type) is { } size && !HasBytes(shape, size, to - from))
        {
            throw new InvalidDataException($"Tensor '{ModelJson.Short(tensor.Name)}' of {path} has {to - from} bytes for [{ModelJson.Short(string.Join(", ", shape))}] of {type}.");
        }

        return new TensorPlace(type, shape, dataStart + from, to - from);
    }

    // Null where it is no list of whole numbers from 0 on.
    private static long[]? Numbers(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var numbers = new long[list.GetArrayLength()];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (list[i].ValueKind != JsonValueKind.Number || !list[i].TryGetInt64(out numbers[i]) || numbers[i] < 0)
            {
                return null;
            }
        }

        return numbers;
    }

    private static bool HasBytes(long[] shape, int size, long bytes)
    {
        if (shape.Contains(0))
        {
            return bytes == 0;
        }

        long count = bytes / size;
        foreach (long length in shape)
        {
            if (count % length != 0)
            {
                return false;
            }

            count /= length;
        }

        return count == 1 && bytes % size == 0;
    }

    private static int? SizeOf(string type) => type switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "I8" or "U8" or "BOOL" => 1,
        _ => null,
    };

    private static void Convert(ReadOnlySpan<byte> bytes, string type, Span<float> values)
    {
        switch (type)
        {
            case "F32":
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
                break;
            case "F64":
                ReadOnlySpan<double> doubles = MemoryMarshal.Cast<byte, double>(bytes);
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (float)doubles[i];
                }

                break;
            case "F16":
                ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes);
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (float)halves[i];
                }

                break;
            default:
                // bfloat16 is the upper half of a float.
                ReadOnlySpan<ushort> upper = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                }

                break;
        }
    }
}
