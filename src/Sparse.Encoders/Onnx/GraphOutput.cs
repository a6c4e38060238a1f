namespace Sparse.Encoders.Onnx;

/// <summary>What comes out of a sparse model's graph.</summary>
internal enum OutputKind
{
    /// <summary>Logits [b, s, V] to be pooled, or weights [b, V].</summary>
    Terms,

    /// <summary>One weight a token, [b, s, 1] or [b, s]: no expansion.</summary>
    TokenWeights,

    /// <summary>The terms of one text and their weights, int64 [n] and float [n].</summary>
    TermPairs,
}

/// <summary>Tells graphs apart by their outputs.</summary>
internal static class GraphOutput
{
    /// <summary>Anserini's name of the output with terms.</summary>
    internal const string PairTerms = "output_idx";

    /// <summary>Anserini's name of the output with their weights.</summary>
    internal const string PairWeights = "output_weights";

    /// <summary>Finds out what a graph gives.</summary>
    /// <param name="model">The model; outputs in half precision become float where they are no logits.</param>
    /// <param name="name">The output with token weights; else empty.</param>
    internal static OutputKind Find(OnnxModel model, out string name)
    {
        name = "";
        if (model.Graph.Output.Any(output => output.Name == PairTerms) && model.Graph.Output.Any(output => output.Name == PairWeights))
        {
            return OutputKind.TermPairs;
        }

        string sequence = model.Graph.Input.FirstOrDefault(input => input.Name is "input_ids" or "inputIds")?.Type?.TensorType?.Shape?.Dim.ElementAtOrDefault(1)?.DimParam ?? "";
        if (model.Graph.Output.FirstOrDefault(output => IsTokenWeights(output, sequence)) is not { } weights)
        {
            return OutputKind.Terms;
        }

        name = weights.Name;
        if (weights.Type.TensorType.ElemType == OnnxModel.Float16)
        {
            name = model.Add("Cast", "sparse_token_weights", [weights.Name], OnnxModel.Attribute("to", OnnxModel.Float));
            weights.Name = name;
            weights.Type.TensorType.ElemType = OnnxModel.Float;
        }

        return OutputKind.TokenWeights;
    }

    private static bool IsTokenWeights(ValueInfoProto output, string sequence) =>
        output.Type?.TensorType is { ElemType: OnnxModel.Float or OnnxModel.Float16, Shape.Dim: { } dims }
        && ((dims.Count == 3 && dims[2].DimValue == 1) || (dims.Count == 2 && sequence.Length > 0 && dims[1].DimParam == sequence));
}
