using Sparse.Encoders.Splade;

namespace Sparse.Encoders.Onnx;

/// <summary>Adds SPLADE's max pooling to a masked language model, in the graph: logits [b, s, V] become weights [b, V].</summary>
/// <remarks>
/// <para>weights[b, t] = activation(max over real positions p of logits[b, p, t]): relu and log are monotone, so they are taken of V
/// maxima instead of s × V logits. Formal et al., SPLADE v2, arXiv:2109.10086.</para>
/// <para>Where the last node is hidden [b, s, H] × head [H, V] (+ bias), three things are done before it instead of after, each the
/// same to the last bit: padding is kept from winning by giving padded positions the hidden state of position 0, which is always
/// real (s × H numbers instead of s × V masked); the bias is added to the maxima; and the head is cut into pieces of
/// <see cref="ChunkTerms"/> terms, so that never more than s × 2,048 logits exist, which stay in the processor's cache for the
/// maximum. Any other graph gets its logits masked as they are.</para>
/// </remarks>
internal static class PooledGraph
{
    /// <summary>Name of the output with the weights, float [b, V].</summary>
    internal const string Weights = "sparse_weights";

    /// <summary>Name of the output that <see cref="AddPositions"/> adds, int64 [b, V].</summary>
    internal const string Positions = "sparse_positions";

    // 2026-11-23, splade-tiny, 240 tokens, one core of an AVX-512 EPYC: whole head 27 to 33 documents/s and 300 MB; 1,900 columns a
    // piece 28 to 35 and 200 MB; 480 columns no faster. Logits as [terms, tokens] (no transposed copy of the head): within noise.
    internal const int ChunkTerms = 2048;

    private const string Prefix = "sparse_";
    private const string MaximumPrefix = Prefix + "max_";

    /// <summary>Adds pooling, unless the model's output is [b, V] already.</summary>
    /// <param name="model">A model with inputs input_ids, attention_mask and perhaps token_type_ids; changed in place.</param>
    /// <param name="activation">What is done with the maxima.</param>
    /// <returns>True when pooling was added, false when the graph pools by itself.</returns>
    /// <exception cref="InvalidDataException">The graph is not of that form.</exception>
    internal static bool AddPooling(OnnxModel model, TermActivation activation)
    {
        ValueInfoProto output = FindOutput(model);
        int rank = output.Type?.TensorType?.Shape?.Dim.Count ?? 3;
        if (rank == 2)
        {
            return false;
        }

        if (rank != 3 || output.Type?.TensorType is null || output.Type.TensorType.ElemType != OnnxModel.Float)
        {
            throw new InvalidDataException(
                $"Output '{output.Name}' of {model.Source} must be float [batch, sequence, vocabulary] or [batch, vocabulary] to pool it.");
        }

        string logits = output.Name;
        string real = model.Add("Cast", Prefix + "real", ["attention_mask"], OnnxModel.Attribute("to", OnnxModel.Bool));
        string bySequence = model.Add("Reshape", Prefix + "real3",
            [real, model.AddInts(Prefix + "real3_shape", 0, 0, 1)]);
        string maxima = FindHead(model, logits) is { } head
            ? PoolHead(model, head, logits, bySequence)
            : model.AddReduceMax(MaximumPrefix + "0",
                model.Add("Where", Prefix + "masked", [bySequence, logits, model.AddScalar(Prefix + "lowest", float.MinValue)]), 1);

        string last = model.Add("Relu", Prefix + "relu", [maxima]);
        string one = model.AddScalar(Prefix + "unit", 1f);
        if (activation == TermActivation.Log1pRelu)
        {
            last = model.Add("Log", Prefix + "log", [model.Add("Add", Prefix + "relu1", [last, one])]);
        }

        model.Add("Log", Weights, [model.Add("Add", Prefix + "plus1", [last, one])]);
        TensorShapeProto? shape = output.Type.TensorType.Shape;
        model.Graph.Output.Clear();
        model.Graph.Output.Add(Float2(Weights, OnnxModel.Float, shape?.Dim[0], shape?.Dim[2]));
        model.Graph.ValueInfo.Clear();
        return true;
    }

    /// <summary>Adds an output with the position that won each term's maximum: the first of equals.</summary>
    /// <param name="model">A model that <see cref="AddPooling"/> changed, in this process or before it was written.</param>
    /// <exception cref="InvalidDataException">The graph pools in a way of its own, so that positions can't be told.</exception>
    internal static void AddPositions(OnnxModel model)
    {
        List<string> winners = [];
        foreach (NodeProto maximum in model.Graph.Node.Where(node => node.Output[0].StartsWith(MaximumPrefix, StringComparison.Ordinal)).ToArray())
        {
            winners.Add(model.Add("ArgMax", Prefix + "winner_" + winners.Count, [maximum.Input[0]],
                OnnxModel.Attribute("axis", 1), OnnxModel.Attribute("keepdims", 0)));
        }

        if (winners.Count == 0)
        {
            throw new InvalidDataException($"{model.Source} pools its logits in a way of its own, so the source of a weight can't be told.");
        }

        model.Add("Concat", Positions, winners, OnnxModel.Attribute("axis", 1));
        TensorShapeProto? shape = model.Graph.Output[0].Type.TensorType.Shape;
        model.Graph.Output.Add(Float2(Positions, OnnxModel.Int64, shape?.Dim[0], shape?.Dim[1]));
    }

    private static ValueInfoProto FindOutput(OnnxModel model)
    {
        foreach (string needed in (string[])["input_ids", "attention_mask"])
        {
            if (!model.Graph.Input.Any(input => input.Name == needed))
            {
                throw new InvalidDataException($"{model.Source} has no input '{needed}'; a BERT-like encoder was expected.");
            }
        }

        HashSet<string> known = ["input_ids", "attention_mask", "token_type_ids"];
        if (model.Graph.Input.FirstOrDefault(input => !known.Contains(input.Name) && !model.TryGetInitializer(input.Name, out _)) is { } other)
        {
            throw new InvalidDataException($"{model.Source} asks for input '{other.Name}', which is not supported.");
        }

        return model.Graph.Output.FirstOrDefault(output => output.Name is "logits" or Weights)
            ?? (model.Graph.Output.Count == 1
                ? model.Graph.Output[0]
                : throw new InvalidDataException($"{model.Source} has {model.Graph.Output.Count} outputs and none is named 'logits'."));
    }

    private static string PoolHead(OnnxModel model, Head head, string logits, string real)
    {
        RemoveFrom(model, logits, head.Hidden);
        string first = model.Add("Slice", Prefix + "first",
            [head.Hidden, model.AddInts(Prefix + "first_from", 0), model.AddInts(Prefix + "first_to", 1), model.AddInts(Prefix + "first_axis", 1)]);
        string filled = model.Add("Where", Prefix + "filled", [real, head.Hidden, first]);
        int termAxis = head.IsByTerm ? 0 : 1;
        int terms = (int)head.Weight.Dims[termAxis];
        string axis = model.AddInts(Prefix + "term_axis", termAxis);
        List<string> maxima = [];
        for (int from = 0; from < terms; from += ChunkTerms)
        {
            string chunk = model.Add("Slice", $"{Prefix}head_{from}",
                [head.Weight.Name, model.AddInts($"{Prefix}from_{from}", from),
                 model.AddInts($"{Prefix}to_{from}", Math.Min(terms, from + ChunkTerms)), axis]);
            if (head.IsByTerm)
            {
                chunk = model.Add("Transpose", $"{Prefix}headT_{from}", [chunk], OnnxModel.Attribute("perm", [1, 0]));
            }

            maxima.Add(model.AddReduceMax(MaximumPrefix + from, model.Add("MatMul", $"{Prefix}logits_{from}", [filled, chunk]), 1));
        }

        string all = model.Add("Concat", Prefix + "maxima", maxima, OnnxModel.Attribute("axis", 1));
        return head.Bias is null ? all : model.Add("Add", Prefix + "biased", [all, head.Bias]);
    }

    /// <summary>Finds hidden × head + bias behind the logits; null where the graph ends in another way.</summary>
    private static Head? FindHead(OnnxModel model, string logits)
    {
        string value = logits;
        while (model.TryGetProducer(value, out NodeProto? identity) && identity.OpType == "Identity")
        {
            value = identity.Input[0];
        }

        string? bias = null;
        if (model.TryGetProducer(value, out NodeProto? add) && add.OpType == "Add")
        {
            int at = add.Input.ToList().FindIndex(input => model.TryGetInitializer(input, out TensorProto tensor) && tensor.Dims.Count == 1);
            if (at < 0)
            {
                return null;
            }

            bias = add.Input[at];
            value = add.Input[1 - at];
        }

        if (!model.TryGetProducer(value, out NodeProto? product) || product.OpType != "MatMul")
        {
            return null;
        }

        bool byTerm = false;
        if (!model.TryGetInitializer(product.Input[1], out TensorProto weight))
        {
            byTerm = model.TryGetProducer(product.Input[1], out NodeProto? transpose) && transpose.OpType == "Transpose"
                && model.TryGetInitializer(transpose.Input[0], out weight);
            if (!byTerm)
            {
                return null;
            }
        }

        return weight.Dims.Count == 2 && weight.DataType == OnnxModel.Float ? new Head(product.Input[0], weight, byTerm, bias) : null;
    }

    // Takes away the nodes between the hidden states and the logits, and what only they read.
    private static void RemoveFrom(OnnxModel model, string value, string keep)
    {
        if (value == keep || model.IsRead(value) || !model.TryGetProducer(value, out NodeProto? node))
        {
            return;
        }

        model.Remove(node);
        foreach (string input in node.Input)
        {
            RemoveFrom(model, input, keep);
        }
    }

    private static ValueInfoProto Float2(string name, int type, TensorShapeProto.Types.Dimension? texts, TensorShapeProto.Types.Dimension? terms)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(texts ?? new TensorShapeProto.Types.Dimension { DimParam = "batch" });
        shape.Dim.Add(terms ?? new TensorShapeProto.Types.Dimension { DimParam = "vocabulary" });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } },
        };
    }

    /// <param name="Hidden">Name of the hidden states [b, s, H].</param>
    /// <param name="Weight">[H, V], or [V, H] where <paramref name="IsByTerm"/>.</param>
    /// <param name="IsByTerm">True for a tied embedding, which is read transposed.</param>
    /// <param name="Bias">Name of the bias [V], or null.</param>
    private sealed record Head(string Hidden, TensorProto Weight, bool IsByTerm, string? Bias);
}
