using Sparse.Encoders.Batches;
using Sparse.Encoders.Splade;

namespace Sparse.Encoders.Onnx;

/// <summary>Adds SPLADE's max pooling to a masked language model, in the graph: logits [b, s, V] become weights [b, V].</summary>
/// <remarks>
/// <para>weights[b, t] = activation(max over real positions p of logits[b, p, t]): activations are monotone, so they are taken of V
/// maxima instead of s × V logits. Formal et al., SPLADE v2, arXiv:2109.10086.</para>
/// <para>Where the last node is hidden [b, s, H] × head [H, V] (+ bias), three things are done before it instead of after, each the
/// same to the last bit: padding is kept from winning by giving padded positions the hidden state of position 0, which is always
/// real (s × H numbers instead of s × V masked); the bias is added to the maxima; and the head is cut into pieces of
/// <see cref="ChunkTerms"/> terms, so that never more than s × 2,048 logits exist, which stay in the processor's cache for the
/// maximum. Any other graph gets its logits masked as they are, and so does the sum of SPLADE v1, which needs them all.</para>
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
    private const string Filled = Prefix + "filled";
    private const string PiecePrefix = Prefix + "head_";
    private const string TransposedPrefix = Prefix + "headT_";
    private const string Biased = Prefix + "biased";

    /// <summary>Adds pooling, unless the model's output is [b, V] already.</summary>
    /// <param name="model">A model with inputs input_ids, attention_mask and perhaps token_type_ids; changed in place.</param>
    /// <param name="pooling">What is done with the logits.</param>
    /// <returns>True when the graph was changed, false when its output is as it must be.</returns>
    /// <exception cref="InvalidDataException">The graph is not of that form.</exception>
    internal static bool AddPooling(OnnxModel model, TermPooling pooling)
    {
        ValueInfoProto output = FindOutput(model);
        TypeProto.Types.Tensor? type = output.Type?.TensorType;
        int rank = type?.Shape?.Dim.Count ?? 3;
        if (output.Name == Weights || (rank == 2 && type!.ElemType == OnnxModel.Float && pooling.FirstTerm == 0))
        {
            return false;
        }

        if (rank is not (2 or 3) || type?.ElemType is not (OnnxModel.Float or OnnxModel.Float16))
        {
            throw new InvalidDataException(
                $"Output '{output.Name}' of {model.Source} must be float [batch, sequence, vocabulary] or [batch, vocabulary] to pool it.");
        }

        string values = type.ElemType == OnnxModel.Float ? output.Name
            : model.Add("Cast", Prefix + "float", [output.Name], OnnxModel.Attribute("to", OnnxModel.Float));
        string own = pooling.FirstTerm > 0 ? Prefix + "own" : Weights;
        if (rank == 2)
        {
            own = values;
        }
        else
        {
            string mask = pooling.IsPartial ? AddPoolMask(model) : InputBatch.Mask;
            string real = model.Add("Cast", Prefix + "real", [mask], OnnxModel.Attribute("to", OnnxModel.Bool));
            string bySequence = model.Add("Reshape", Prefix + "real3",
                [real, model.AddInts(Prefix + "real3_shape", 0, 0, 1)]);
            if (pooling.Strategy == PoolingStrategy.Sum)
            {
                string active = Activate(model, values, pooling.Activation, Prefix + "active");
                string counted = model.Add("Where", Prefix + "counted", [bySequence, active, model.AddScalar(Prefix + "none", 0f)]);
                model.Add("Identity", own, [model.AddReduce("ReduceSum", MaximumPrefix + "0", counted, 1)]);
            }
            else
            {
                string maxima = FindHead(model, values) is { } head
                    ? PoolHead(model, head, values, bySequence, pooling.IsPartial ? mask : null)
                    : model.AddReduce("ReduceMax", MaximumPrefix + "0",
                        model.Add("Where", Prefix + "masked", [bySequence, values, model.AddScalar(Prefix + "lowest", float.MinValue)]), 1);
                Activate(model, maxima, pooling.Activation, own);
            }
        }

        TensorShapeProto? shape = type.Shape;
        TensorShapeProto.Types.Dimension? terms = pooling.FirstTerm > 0 ? null : shape?.Dim[^1];
        if (pooling.FirstTerm > 0)
        {
            AddFirstTerms(model, own, Weights, pooling.FirstTerm, model.AddScalar(Prefix + "absent", 0f));
        }
        else if (own != Weights)
        {
            model.Add("Identity", Weights, [own]);
        }

        model.Graph.Output.Clear();
        model.Graph.Output.Add(Float2(Weights, OnnxModel.Float, shape?.Dim[0], terms));
        model.Graph.ValueInfo.Clear();
        return true;
    }

    /// <summary>Adds an output with the position that won each term's maximum: the first of equals.</summary>
    /// <param name="model">A model that <see cref="AddPooling"/> changed, in this process or before it was written.</param>
    /// <param name="pooling">What <see cref="AddPooling"/> was told.</param>
    /// <exception cref="InvalidDataException">The graph pools in a way of its own, so that positions can't be told.</exception>
    internal static void AddPositions(OnnxModel model, TermPooling pooling)
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

        string own = model.Add("Concat", pooling.FirstTerm > 0 ? Prefix + "own_positions" : Positions, winners, OnnxModel.Attribute("axis", 1));
        if (pooling.FirstTerm > 0)
        {
            AddFirstTerms(model, own, Positions, pooling.FirstTerm, model.AddTensor(Prefix + "nowhere", OnnxModel.Int64, [], BitConverter.GetBytes(0L)));
        }

        TensorShapeProto? shape = model.Graph.Output[0].Type.TensorType.Shape;
        model.Graph.Output.Add(Float2(Positions, OnnxModel.Int64, shape?.Dim[0], shape?.Dim[1]));
    }

    // A weight of each logit.
    private static string Activate(OnnxModel model, string values, TermActivation activation, string output)
    {
        string one = model.AddScalar(Prefix + "unit", 1f);
        if (activation == TermActivation.Elu1p)
        {
            return model.Add("Add", output, [model.Add("Elu", Prefix + "elu", [values]), one]);
        }

        string last = model.Add("Relu", Prefix + "relu", [values]);
        if (activation == TermActivation.Log1pRelu)
        {
            last = model.Add("Log", Prefix + "log", [model.Add("Add", Prefix + "relu1", [last, one])]);
        }

        return model.Add("Log", output, [model.Add("Add", Prefix + "plus1", [last, one])]);
    }

    // Puts columns of nothing before the first, so that a column is a term.
    private static void AddFirstTerms(OnnxModel model, string values, string output, int count, string nothing) =>
        model.Add("Pad", output, [values, model.AddInts(output + "_pads", 0, count, 0, 0), nothing]);

    private static string AddPoolMask(OnnxModel model)
    {
        ValueInfoProto mask = model.Graph.Input.First(input => input.Name == "input_ids").Clone();
        mask.Name = InputBatch.PoolMask;
        model.Graph.Input.Add(mask);
        return mask.Name;
    }

    /// <summary>The output with the logits or weights.</summary>
    /// <exception cref="InvalidDataException">The graph has other inputs than a BERT-like encoder, or no such output.</exception>
    internal static ValueInfoProto FindOutput(OnnxModel model)
    {
        foreach (string needed in (string[])["input_ids", "attention_mask"])
        {
            if (!model.Graph.Input.Any(input => input.Name == needed))
            {
                throw new InvalidDataException($"{model.Source} has no input '{needed}'; a BERT-like encoder was expected.");
            }
        }

        if (model.Graph.Input.FirstOrDefault(input => !InputBatch.IsKnown(input.Name) && !model.TryGetInitializer(input.Name, out _)) is { } other)
        {
            throw new InvalidDataException($"{model.Source} asks for input '{other.Name}', which is not supported.");
        }

        return model.Graph.Output.FirstOrDefault(output => output.Name is "logits" or Weights)
            ?? (model.Graph.Output.Count == 1
                ? model.Graph.Output[0]
                : throw new InvalidDataException($"{model.Source} has {model.Graph.Output.Count} outputs and none is named 'logits'."));
    }

    private static string PoolHead(OnnxModel model, Head head, string logits, string real, string? partialMask)
    {
        model.TryGetInitializer(head.Weight, out TensorProto weight);
        RemoveFrom(model, logits, head.Hidden);
        string first = partialMask is not null ? FirstPooled(model, head.Hidden, partialMask) : model.Add("Slice", Prefix + "first",
            [head.Hidden, model.AddInts(Prefix + "first_from", 0), model.AddInts(Prefix + "first_to", 1), model.AddInts(Prefix + "first_axis", 1)]);
        string filled = model.Add("Where", Filled, [real, head.Hidden, first]);
        int termAxis = head.IsByTerm ? 0 : 1;
        int terms = (int)weight.Dims[termAxis];
        string axis = model.AddInts(Prefix + "term_axis", termAxis);
        List<string> maxima = [];
        for (int from = 0; from < terms; from += ChunkTerms)
        {
            string chunk = model.Add("Slice", PiecePrefix + from,
                [head.Weight, model.AddInts($"{Prefix}from_{from}", from),
                 model.AddInts($"{Prefix}to_{from}", Math.Min(terms, from + ChunkTerms)), axis]);
            if (head.IsByTerm)
            {
                chunk = model.Add("Transpose", TransposedPrefix + from, [chunk], OnnxModel.Attribute("perm", [1, 0]));
            }

            maxima.Add(model.AddReduce("ReduceMax", MaximumPrefix + from, model.Add("MatMul", $"{Prefix}logits_{from}", [filled, chunk]), 1));
        }

        string all = model.Add("Concat", Prefix + "maxima", maxima, OnnxModel.Attribute("axis", 1));
        return head.Bias is null ? all : model.Add("Add", Biased, [all, head.Bias]);
    }

    // The hidden state of the first place that is pooled, [b, 1, H].
    private static string FirstPooled(OnnxModel model, string hidden, string mask)
    {
        string place = model.Add("ArgMax", Prefix + "first_place",
            [model.Add("Cast", Prefix + "first_mask", [mask], OnnxModel.Attribute("to", OnnxModel.Float))],
            OnnxModel.Attribute("axis", 1), OnnxModel.Attribute("keepdims", 1));
        return model.Add("Reshape", Prefix + "first",
            [model.Add("GatherND", Prefix + "first2", [hidden, place], OnnxModel.Attribute("batch_dims", 1)), model.AddInts(Prefix + "first_shape", 0, 1, -1)]);
    }

    /// <summary>Finds hidden × head + bias behind the logits, or in a graph that was pooled here; null where the graph ends in another way.</summary>
    internal static Head? FindHead(OnnxModel model, string logits)
    {
        if (model.TryGetProducer(Filled, out NodeProto filled) && model.TryGetProducer(PiecePrefix + "0", out NodeProto piece) && EndsInMaxima(model, logits))
        {
            return new Head(filled.Input[1], piece.Input[0], model.TryGetProducer(TransposedPrefix + "0", out _),
                model.TryGetProducer(Biased, out NodeProto biased) ? biased.Input[1] : null);
        }

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

        return weight.Dims.Count == 2 && weight.DataType == OnnxModel.Float ? new Head(product.Input[0], weight.Name, byTerm, bias) : null;
    }

    // True where nothing but what was added here lies behind the maxima: a graph that was changed afterwards computes something else.
    private static bool EndsInMaxima(OnnxModel model, string output)
    {
        string value = output;
        while (value != Prefix + "maxima")
        {
            if ((value != output && !value.StartsWith(Prefix, StringComparison.Ordinal)) || !model.TryGetProducer(value, out NodeProto? node))
            {
                return false;
            }

            value = node.Input[0];
        }

        return true;
    }

    /// <summary>Takes away the nodes between the hidden states and the logits, and what only they read.</summary>
    internal static void RemoveFrom(OnnxModel model, string value, string keep)
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

    private static ValueInfoProto Float2(string name, int type, TensorShapeProto.Types.Dimension? texts, TensorShapeProto.Types.Dimension? terms) =>
        Output(name, type, texts ?? new() { DimParam = "batch" }, terms ?? new() { DimParam = "vocabulary" });

    /// <summary>An output of the graph.</summary>
    internal static ValueInfoProto Output(string name, int type, params TensorShapeProto.Types.Dimension[] dims)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(dims);
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } },
        };
    }

    /// <summary>An output head, as it lies in a graph.</summary>
    /// <param name="Hidden">Name of the hidden states [b, s, H].</param>
    /// <param name="Weight">Name of the matrix [H, V], or [V, H] where <paramref name="IsByTerm"/>.</param>
    /// <param name="IsByTerm">True for a tied embedding, which is read transposed.</param>
    /// <param name="Bias">Name of the bias [V], or null.</param>
    internal sealed record Head(string Hidden, string Weight, bool IsByTerm, string? Bias);
}
