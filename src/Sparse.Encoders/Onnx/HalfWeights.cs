using System.Runtime.InteropServices;

namespace Sparse.Encoders.Onnx;

/// <summary>Stores a model's matrices in half precision: half of the file. ONNX Runtime makes floats of them at load; arithmetic stays float.</summary>
/// <remarks>Vectors (biases, normalisations) stay float: they are small, and each rounds every row.</remarks>
internal static class HalfWeights
{
    /// <summary>Rounds every float matrix that a node reads.</summary>
    /// <param name="model">Changed in place; pooling is there already.</param>
    /// <returns>How many matrices were rounded.</returns>
    /// <exception cref="InvalidDataException">A weight is beyond what a half holds, ±65,504.</exception>
    internal static int Round(OnnxModel model)
    {
        int count = 0;
        foreach (TensorProto tensor in model.Graph.Initializer.Where(tensor => tensor.DataType == OnnxModel.Float && tensor.Dims.Count == 2).ToArray())
        {
            if (!model.IsRead(tensor.Name))
            {
                continue;
            }

            float[] values = OnnxModel.ReadFloats(tensor);
            Half[] halves = Array.ConvertAll(values, value => (Half)value);
            int over = Array.FindIndex(halves, value => !Half.IsFinite(value));
            if (over >= 0)
            {
                throw new InvalidDataException($"Tensor '{tensor.Name}' of {model.Source} holds {values[over]}, and fp16 ends at 65504; import the model without --quantize, or with int8.");
            }

            model.Remove(tensor);
            string half = model.AddTensor(tensor.Name + "_half", OnnxModel.Float16, [.. tensor.Dims], MemoryMarshal.AsBytes(halves.AsSpan()));
            model.Insert(0, "Cast", tensor.Name, [half], OnnxModel.Attribute("to", OnnxModel.Float));
            count++;
        }

        return count;
    }
}
