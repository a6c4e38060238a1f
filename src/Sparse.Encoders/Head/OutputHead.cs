using System.Runtime.InteropServices;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Splade;

namespace Sparse.Encoders.Head;

/// <summary>The last step of a masked language model: logits = hidden · weightsᵀ + bias.</summary>
/// <param name="Hidden">Name of the hidden states [batch, sequence, dims], the graph's output now.</param>
/// <param name="Dims">Width of the hidden states.</param>
/// <param name="Weights">[terms, dims], row-major.</param>
/// <param name="Bias">[terms].</param>
internal sealed record OutputHead(string Hidden, int Dims, float[] Weights, float[] Bias)
{
    private const float Largest = 1e6f;

    /// <summary>Size of the vocabulary.</summary>
    internal int Terms => Bias.Length;

    /// <summary>Cuts the head off a graph, pooled by <see cref="PooledGraph"/> or not yet.</summary>
    /// <param name="model">Ends in its hidden states afterwards; unchanged where null is returned.</param>
    /// <param name="pooling">How it pools.</param>
    /// <returns>The head; null where the graph ends in another way, or not only the largest positive logit counts.</returns>
    internal static OutputHead? Cut(OnnxModel model, TermPooling pooling)
    {
        if (pooling.Strategy != PoolingStrategy.Max || pooling.Activation == TermActivation.Elu1p || pooling.FirstTerm > 0)
        {
            return null;
        }

        ValueInfoProto output = PooledGraph.FindOutput(model);
        if (output.Name != PooledGraph.Weights && output.Type?.TensorType is not { ElemType: OnnxModel.Float, Shape.Dim.Count: 3 })
        {
            return null;
        }

        if (PooledGraph.FindHead(model, output.Name) is not { } found)
        {
            return null;
        }

        float[] weights = Read(model, found.Weight, found.IsByTerm, out int terms);
        float[] bias = found.Bias is null ? new float[terms]
            : model.TryGetInitializer(found.Bias, out TensorProto tensorOfBias) ? OnnxModel.ReadFloats(tensorOfBias) : [];
        if (terms == 0 || bias.Length != terms || !AreUsual(weights) || !AreUsual(bias))
        {
            return null;
        }

        model.Graph.Output.Clear();
        PooledGraph.RemoveFrom(model, output.Name, found.Hidden);
        foreach (TensorProto tensor in model.Graph.Initializer.Where(tensor => !model.IsRead(tensor.Name)).ToArray())
        {
            model.Remove(tensor);
        }

        int dims = weights.Length / terms;
        model.Graph.ValueInfo.Clear();
        model.Graph.Output.Add(PooledGraph.Output(found.Hidden, OnnxModel.Float,
            new() { DimParam = "batch" }, new() { DimParam = "sequence" }, new() { DimValue = dims }));
        return new OutputHead(found.Hidden, dims, weights, bias);
    }

    // Others would overflow the sums of the bound; ONNX Runtime says what comes of them.
    private static bool AreUsual(ReadOnlySpan<float> values) => !values.ContainsAnyExceptInRange(-Largest, Largest);

    // Rows by term. WeightQuantizer's int8 has a scale a term whichever way the matrix lies.
    private static float[] Read(OnnxModel model, string name, bool isByTerm, out int terms)
    {
        terms = 0;
        float[] values;
        if (!model.TryGetInitializer(name, out TensorProto tensor))
        {
            if (!model.TryGetInitializer(name + "_int8", out tensor) || !model.TryGetInitializer(name + "_scale", out TensorProto scale)
                || tensor.DataType != OnnxModel.Int8)
            {
                return [];
            }

            ReadOnlySpan<sbyte> rounded = MemoryMarshal.Cast<byte, sbyte>(tensor.RawData.Span);
            float[] scales = OnnxModel.ReadFloats(scale);
            int columns = (int)tensor.Dims[1];
            values = new float[rounded.Length];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = rounded[i] * scales[isByTerm ? i / columns : i % columns];
            }
        }
        else
        {
            if (tensor.DataType != OnnxModel.Float)
            {
                return [];
            }

            values = OnnxModel.ReadFloats(tensor);
        }

        terms = (int)tensor.Dims[isByTerm ? 0 : 1];
        return isByTerm ? values : Transpose(values, terms);
    }

    private static float[] Transpose(float[] values, int terms)
    {
        int dims = values.Length / terms;
        var rows = new float[values.Length];
        for (int k = 0; k < dims; k++)
        {
            for (int term = 0; term < terms; term++)
            {
                rows[(term * dims) + k] = values[(k * terms) + term];
            }
        }

        return rows;
    }
}
