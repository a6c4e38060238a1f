using System.Buffers.Binary;
using System.Text.Json;

namespace Sparse.Encoders.Tests.Safetensors;

/// <summary>Writes safetensors files, as the format's description has it.</summary>
internal static class TensorFile
{
    /// <summary>One tensor of a file.</summary>
    internal sealed record Tensor(string Name, string Type, int[] Shape, float[] Values);

    internal static byte[] Bytes(params IReadOnlyList<Tensor> tensors)
    {
        using var data = new MemoryStream();
        var header = new Dictionary<string, object> { ["__metadata__"] = new Dictionary<string, string> { ["format"] = "pt" } };
        foreach (Tensor tensor in tensors)
        {
            long from = data.Length;
            foreach (float value in tensor.Values)
            {
                data.Write(Element(tensor.Type, value));
            }

            header.Add(tensor.Name, new { dtype = tensor.Type, shape = tensor.Shape, data_offsets = (long[])[from, data.Length] });
        }

        return Bytes(JsonSerializer.Serialize(header), data.ToArray());
    }

    internal static byte[] Bytes(string header, byte[] data)
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(header), length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. data];
    }

    /// <summary>What a value becomes when it is written in a type.</summary>
    internal static float Rounded(string type, float value) => type switch
    {
        "F16" => (float)(Half)value,
        "BF16" => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000),
        _ => value,
    };

    private static byte[] Element(string type, float value) => type switch
    {
        "F16" => BitConverter.GetBytes((Half)value),
        "BF16" => BitConverter.GetBytes(value)[2..],
        "F64" => BitConverter.GetBytes((double)value),
        "I64" => BitConverter.GetBytes((long)value),
        "F32" => BitConverter.GetBytes(value),
        _ => [(byte)value],
    };
}
