using System.Runtime.InteropServices;
using Sparse.Encoders.Onnx;

namespace Sparse.Encoders.Doctor;

/// <summary>Finds the table that ids are looked up in.</summary>
internal static class EmbeddingTable
{
    /// <summary>Reads it.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="terms">Its rows.</param>
    /// <param name="width">Its columns.</param>
    /// <returns>Its rows, of int8 up to a factor each; null where none of that many rows was found.</returns>
    internal static float[]? Read(OnnxModel graph, int terms, out int width)
    {
        foreach (NodeProto gather in graph.Graph.Node.Where(node => node.OpType == "Gather"))
        {
            // Half precision is cast first; int8 is looked up as it is.
            string table = graph.TryGetProducer(gather.Input[0], out NodeProto? producer) && producer.OpType is "Cast" or "DequantizeLinear" or "Identity"
                ? producer!.Input[0] : gather.Input[0];
            if (graph.TryGetInitializer(table, out TensorProto tensor) && tensor.Dims.Count == 2 && tensor.Dims[0] == terms
                && tensor.DataType is OnnxModel.Float or OnnxModel.Float16 or OnnxModel.Int8 && Values(tensor) is { } values)
            {
                width = (int)tensor.Dims[1];
                return values;
            }
        }

        width = 0;
        return null;
    }

    private static float[]? Values(TensorProto tensor) => tensor.DataType switch
    {
        OnnxModel.Float => OnnxModel.ReadFloats(tensor),
        _ when !tensor.HasRawData => null,
        OnnxModel.Float16 => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(tensor.RawData.Span).ToArray(), value => (float)value),
        _ => Array.ConvertAll(MemoryMarshal.Cast<byte, sbyte>(tensor.RawData.Span).ToArray(), value => (float)value),
    };
}
