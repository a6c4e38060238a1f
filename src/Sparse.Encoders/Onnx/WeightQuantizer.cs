using System.Runtime.InteropServices;

namespace Sparse.Encoders.Onnx;

/// <summary>Stores a model's matrices as int8 with one float scale a row or column: weight = int8 × scale. Arithmetic stays float.</summary>
/// <remarks>
/// <para>Weights alone are rounded, not activations: dynamic int8 MatMuls take one scale for a whole batch, so that a text's vector
/// would depend on its neighbours.</para>
/// <para>The square matrix just before the output head stays float: what it rounds, every logit sees. On splade-tiny it alone made
/// more than half of the error (root mean square over the golden weights .0253 with it in int8, .0157 without, and no other layer
/// brings it below .0145) for 49 kB of 4.9 MB.</para>
/// <para>Layout, which int8 kernels read too: tensor NAME_int8 of the original shape, row-major; NAME_scale float [rows] for
/// embeddings and tied heads (one a vocabulary entry), [columns] for the right side of a MatMul. Zero point 0, values −127 to 127.</para>
/// </remarks>
internal static class WeightQuantizer
{
    /// <summary>Smaller tables (token types, positions) stay float: they are small and added to every token.</summary>
    internal const int MinRows = 1024;

    private const int MinOpset = 13;

    /// <summary>Quantises every matrix that a MatMul, a look-up by id or the pooled head reads.</summary>
    /// <param name="model">Changed in place; pooling is there already.</param>
    /// <returns>How many matrices became int8.</returns>
    /// <exception cref="InvalidDataException">The opset has no DequantizeLinear by axis.</exception>
    internal static int Quantize(OnnxModel model)
    {
        if (model.Opset < MinOpset)
        {
            throw new InvalidDataException($"{model.Source} uses opset {model.Opset}; int8 needs {MinOpset} or later, so export it anew.");
        }

        string? last = LastSquare(model);
        int count = 0;
        foreach (TensorProto tensor in model.Graph.Initializer.ToArray())
        {
            if (tensor.DataType != OnnxModel.Float || tensor.Dims.Count != 2 || tensor.Name == last)
            {
                continue;
            }

            NodeProto[] readers = [.. model.Graph.Node.Where(node => node.Input.Contains(tensor.Name))];
            if (readers.Length == 0)
            {
                continue;
            }

            if (readers.All(node => IsRightOfMatMul(model, node, tensor.Name)))
            {
                Dequantize(model, tensor, axis: 1);
                count++;
            }
            else if (tensor.Dims[0] >= MinRows && readers.All(node => node.OpType is "Gather" or "Slice" or "Transpose" && node.Input[0] == tensor.Name
                && !(node.OpType == "Gather" && node.Attribute.Any(attribute => attribute.Name == "axis" && attribute.I != 0))))
            {
                foreach (NodeProto gather in readers.Where(node => node.OpType == "Gather"))
                {
                    GatherRows(model, gather, tensor.Name);
                }

                Dequantize(model, tensor, axis: 0);
                count++;
            }
        }

        return count;
    }

    /// <summary>Rounds a matrix to int8, with one scale a row (axis 0) or column (axis 1).</summary>
    /// <param name="values">Row-major [rows, columns].</param>
    /// <param name="columns">Columns.</param>
    /// <param name="axis">0 or 1.</param>
    /// <param name="scales">[rows] or [columns], overwritten: largest magnitude / 127, or 1 where all are 0.</param>
    /// <returns>Row-major, −127 to 127.</returns>
    internal static sbyte[] Round(ReadOnlySpan<float> values, int columns, int axis, Span<float> scales)
    {
        scales.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            int scale = axis == 0 ? i / columns : i % columns;
            scales[scale] = Math.Max(scales[scale], Math.Abs(values[i]) / sbyte.MaxValue);
        }

        for (int i = 0; i < scales.Length; i++)
        {
            scales[i] = scales[i] == 0 ? 1 : scales[i];
        }

        var rounded = new sbyte[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            rounded[i] = (sbyte)Math.Clamp(MathF.Round(values[i] / scales[axis == 0 ? i / columns : i % columns]), -sbyte.MaxValue, sbyte.MaxValue);
        }

        return rounded;
    }

    // Name of the matrix of the last MatMul that reads one directly, which the pooled head does not.
    private static string? LastSquare(OnnxModel model)
    {
        foreach (NodeProto node in model.Graph.Node.Reverse())
        {
            if (node.OpType == "MatMul" && model.TryGetInitializer(node.Input[1], out TensorProto matrix))
            {
                return matrix.Dims.Count == 2 && matrix.Dims[0] == matrix.Dims[1] ? matrix.Name : null;
            }
        }

        return null;
    }

    // Either directly, or cut into pieces by columns, as the pooled head is.
    private static bool IsRightOfMatMul(OnnxModel model, NodeProto reader, string name) =>
        (reader.OpType == "MatMul" && reader.Input[1] == name)
        || (reader.OpType == "Slice" && reader.Input[0] == name
            && model.Graph.Node.Any(node => node.OpType == "MatMul" && node.Input[1] == reader.Output[0]));

    // The name goes to a DequantizeLinear, so that whoever reads the tensor goes on reading it.
    private static void Dequantize(OnnxModel model, TensorProto tensor, int axis)
    {
        var scales = new float[tensor.Dims[axis]];
        sbyte[] rounded = Round(OnnxModel.ReadFloats(tensor), (int)tensor.Dims[1], axis, scales);
        model.Remove(tensor);
        string quantized = model.AddTensor(tensor.Name + "_int8", OnnxModel.Int8, [.. tensor.Dims], MemoryMarshal.AsBytes(rounded.AsSpan()));
        string scale = model.AddTensor(tensor.Name + "_scale", OnnxModel.Float, [scales.Length], MemoryMarshal.AsBytes(scales.AsSpan()));
        if (model.IsRead(tensor.Name))
        {
            model.Insert(0, "DequantizeLinear", tensor.Name, [quantized, scale], OnnxModel.Attribute("axis", axis));
        }
    }

    // A look-up reads the int8 rows and their scales, so that the whole table need not be there as floats for it.
    private static void GatherRows(OnnxModel model, NodeProto gather, string table)
    {
        string output = gather.Output[0], ids = gather.Input[1];
        int at = model.Graph.Node.IndexOf(gather);
        model.Remove(gather);
        string axes = model.AddInts(output + "_last", -1);
        model.Insert(at++, "Gather", output + "_int8", [table + "_int8", ids]);
        model.Insert(at++, "Gather", output + "_scale", [table + "_scale", ids]);
        model.Insert(at++, "Unsqueeze", output + "_scale1", [output + "_scale", axes]);
        model.Insert(at++, "Cast", output + "_float", [output + "_int8"], OnnxModel.Attribute("to", OnnxModel.Float));
        model.Insert(at, "Mul", output, [output + "_float", output + "_scale1"]);
    }
}
