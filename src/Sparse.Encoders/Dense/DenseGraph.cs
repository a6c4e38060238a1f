using Sparse.Encoders.Batches;
using Sparse.Encoders.Onnx;

namespace Sparse.Encoders.Dense;

/// <summary>How the hidden states of a text's tokens become one vector.</summary>
internal enum DensePooling
{
    /// <summary>Their mean over the text's places, as most sentence-transformers.</summary>
    Mean,

    /// <summary>That of the first place, [CLS].</summary>
    First,
}

/// <summary>Adds pooling to a model in the graph: hidden states [b, s, H] become vectors [b, H].</summary>
internal static class DenseGraph
{
    /// <summary>Name of the output with the vectors, float [b, H], not normalised.</summary>
    internal const string Vectors = "sparse_vectors";

    private const string Prefix = "sparse_dense_";

    // What exports call it; a vector of the whole text goes before the hidden states.
    private static readonly string[] Names = ["sentence_embedding", "last_hidden_state", "token_embeddings"];

    /// <summary>Adds pooling, or takes the vectors that the graph gives.</summary>
    /// <param name="model">Changed in place.</param>
    /// <param name="pooling">How.</param>
    /// <exception cref="InvalidDataException">No output is float [batch, sequence, width] or [batch, width].</exception>
    internal static void AddPooling(OnnxModel model, DensePooling pooling)
    {
        ValueInfoProto output = Names.Select(name => model.Graph.Output.FirstOrDefault(output => output.Name == name)).FirstOrDefault(output => output is not null)
            ?? (model.Graph.Output.Count == 1 ? model.Graph.Output[0]
                : throw new InvalidDataException($"{model.Source} has {model.Graph.Output.Count} outputs and none is named {string.Join(" or ", Names)}."));
        TypeProto.Types.Tensor? type = output.Type?.TensorType;
        int rank = type?.Shape?.Dim.Count ?? 0;
        bool hasMask = model.Graph.Input.Any(input => input.Name == InputBatch.Mask);
        if (rank is not (2 or 3) || type?.ElemType is not (OnnxModel.Float or OnnxModel.Float16) || (rank == 3 && !hasMask))
        {
            throw new InvalidDataException(
                $"Output '{output.Name}' of {model.Source} must be float [batch, sequence, width] with an input '{InputBatch.Mask}', or [batch, width], to make a vector of it.");
        }

        string values = model.Add("Cast", Prefix + "float", [output.Name], OnnxModel.Attribute("to", OnnxModel.Float));
        if (rank == 2)
        {
            model.Add("Identity", Vectors, [values]);
        }
        else if (pooling == DensePooling.First)
        {
            model.Add("Gather", Vectors, [values, model.AddTensor(Prefix + "first", OnnxModel.Int64, [], BitConverter.GetBytes(0L))], OnnxModel.Attribute("axis", 1));
        }
        else
        {
            string mask = model.Add("Cast", Prefix + "mask", [InputBatch.Mask], OnnxModel.Attribute("to", OnnxModel.Float));
            string bySequence = model.Add("Reshape", Prefix + "mask3", [mask, model.AddInts(Prefix + "mask3_shape", 0, 0, 1)]);
            string sum = model.AddReduce("ReduceSum", Prefix + "sum", model.Add("Mul", Prefix + "real", [values, bySequence]), 1);
            model.Add("Div", Vectors, [sum, model.AddReduce("ReduceSum", Prefix + "count", bySequence, 1)]);
        }

        var shape = new TensorShapeProto();
        shape.Dim.Add(type.Shape!.Dim[0]);
        shape.Dim.Add(type.Shape.Dim[^1]);
        model.Graph.Output.Clear();
        model.Graph.Output.Add(new ValueInfoProto
        {
            Name = Vectors,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = OnnxModel.Float, Shape = shape } },
        });
        model.Graph.ValueInfo.Clear();
    }
}
