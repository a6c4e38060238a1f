using System.Runtime.InteropServices;
using Google.Protobuf;
using Sparse.Encoders.Onnx;

namespace Sparse.Encoders.Tests;

/// <summary>How a toy model's graph ends.</summary>
internal enum ToyHead
{
    /// <summary>hidden × Transpose(embedding) + bias, as splade-tiny does.</summary>
    Tied,

    /// <summary>hidden × a copy of the transposed embedding + bias, as exports with folded constants do.</summary>
    Copied,

    /// <summary>hidden × a head of its own, without bias.</summary>
    Untied,

    /// <summary>An unknown node after the logits, so that they must be masked as they are.</summary>
    Opaque,

    /// <summary>A head of its own in int8, activations quantised while it runs, as Optimum writes it.</summary>
    DynamicInt8,
}

/// <summary>What a toy model is like, beside its head.</summary>
internal sealed record ToySettings
{
    internal ToyHead Head { get; init; } = ToyHead.Tied;

    internal int Opset { get; init; } = 20;

    internal string Activation { get; init; } = "relu";

    internal string Strategy { get; init; } = "max";

    internal int Seed { get; init; } = 1;

    internal int Terms { get; init; } = ToyModel.Terms;

    /// <summary>The term of the first logit; only with a head of its own.</summary>
    internal int FirstTerm { get; init; }

    /// <summary>An input of token types, which BERT has and DistilBERT has not; it adds nothing.</summary>
    internal bool TakesTokenTypes { get; init; }

    /// <summary>Weights and logits in half precision.</summary>
    internal bool IsHalf { get; init; }

    /// <summary>Weights in a file beside the model.</summary>
    internal bool HasExternalData { get; init; }

    /// <summary>Path of the ONNX file in the folder.</summary>
    internal string OnnxFile { get; init; } = "model.onnx";

    /// <summary>Changes the finished graph.</summary>
    internal Action<ModelProto>? Finish { get; init; }
}

/// <summary>A model folder of 2,100 terms whose logits are embedding[token] · embedding[term] + bias[term], and what its weights must be.</summary>
/// <remarks>Two pieces of the head, and few enough numbers to compute the answer by plain loops.</remarks>
internal sealed class ToyModel
{
    internal const int Terms = 2100;
    private const int Width = 4;

    private readonly ToySettings _settings;
    private readonly float[] _embedding;
    private readonly float[] _head;
    private readonly float[] _bias;

    private ToyModel(string folder, ToySettings settings)
    {
        Folder = folder;
        _settings = settings;
        _embedding = new float[settings.Terms * Width];
        _head = new float[settings.Terms * Width];
        _bias = new float[settings.Terms];
        bool isTied = settings.Head is not (ToyHead.Untied or ToyHead.DynamicInt8);
        var random = new Random(settings.Seed);
        for (int i = 0; i < _embedding.Length; i++)
        {
            _embedding[i] = Rounded((random.NextSingle() * 4) - 2);
            _head[i] = isTied ? _embedding[i] : Rounded((random.NextSingle() * 4) - 2);
        }

        for (int term = 0; term < settings.Terms && isTied; term++)
        {
            _bias[term] = Rounded(random.NextSingle() - 0.5f);
        }
    }

    internal string Folder { get; }

    internal string OnnxPath => Path.Combine(Folder, _settings.OnnxFile);

    internal static ToyModel Write(string folder, ToyHead head = ToyHead.Tied, int opset = 20, string activation = "relu", int seed = 1) =>
        Write(folder, new ToySettings { Head = head, Opset = opset, Activation = activation, Seed = seed });

    internal static ToyModel Write(string folder, ToySettings settings)
    {
        var toy = new ToyModel(folder, settings);
        Directory.CreateDirectory(Path.Combine(folder, "1_SpladePooling"));
        File.WriteAllText(Path.Combine(folder, "config.json"), $$"""{"max_position_embeddings": 64, "vocab_size": {{settings.Terms}}}""");
        File.WriteAllText(Path.Combine(folder, "modules.json"),
            """[{"idx":0,"path":"","type":"a.b.Transformer"},{"idx":1,"path":"1_SpladePooling","type":"c.SpladePooling"}]""");
        File.WriteAllText(Path.Combine(folder, "1_SpladePooling", "config.json"),
            $$"""{"pooling_strategy": "{{settings.Strategy}}", "activation_function": "{{settings.Activation}}"}""");
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), Vocabulary(settings.Terms));
        ModelProto graph = toy.Graph();
        settings.Finish?.Invoke(graph);
        Directory.CreateDirectory(Path.GetDirectoryName(toy.OnnxPath)!);
        if (settings.HasExternalData)
        {
            toy.MoveWeights(graph);
        }

        File.WriteAllBytes(toy.OnnxPath, graph.ToByteArray());
        return toy;
    }

    internal static IEnumerable<string> Vocabulary(int terms) =>
        ((string[])["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]).Concat(Enumerable.Range(5, terms - 5).Select(id => "w" + id));

    /// <summary>The embedding of a token.</summary>
    internal ReadOnlySpan<float> Embedding(int token) => _embedding.AsSpan(token * Width, Width);

    /// <summary>The logit of a term for one token.</summary>
    internal double Logit(int token, int term)
    {
        double logit = _bias[term];
        for (int i = 0; i < Width; i++)
        {
            logit += (double)_embedding[(token * Width) + i] * _head[(term * Width) + i];
        }

        return logit;
    }

    /// <summary>The largest logit of a term over a text's ids, and the place of the first that has it.</summary>
    internal (double Logit, int Position) Best(int[] ids, int term)
    {
        (double Logit, int Position) best = (double.NegativeInfinity, -1);
        for (int position = 0; position < ids.Length; position++)
        {
            double logit = Logit(ids[position], term);
            best = logit > best.Logit ? (logit, position) : best;
        }

        return best;
    }

    internal Dictionary<int, float> Weights(int[] ids, bool log1p = false) => Weights(ids, term =>
    {
        double weight = Math.Log(1 + Math.Max(0, Best(ids, term).Logit));
        return log1p ? Math.Log(1 + weight) : weight;
    });

    /// <summary>The terms whose weight, by a formula of the test's own, is positive.</summary>
    internal Dictionary<int, float> Weights(int[] ids, Func<int, double> weightOf)
    {
        Dictionary<int, float> weights = [];
        for (int term = ids.Length == 0 ? _settings.Terms : 0; term < _settings.Terms; term++)
        {
            double weight = weightOf(term);
            if (weight > 0)
            {
                weights.Add(term, (float)weight);
            }
        }

        return weights;
    }

    internal static NodeProto Node(ModelProto proto, string type, string output, params string[] inputs)
    {
        var node = new NodeProto { OpType = type, Name = output };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        proto.Graph.Node.Add(node);
        return node;
    }

    internal static ValueInfoProto Value(string name, int type, params object[] dims)
    {
        var shape = new TensorShapeProto();
        foreach (object dim in dims)
        {
            shape.Dim.Add(dim is int size ? new TensorShapeProto.Types.Dimension { DimValue = size } : new TensorShapeProto.Types.Dimension { DimParam = (string)dim });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } } };
    }

    internal static string Tensor(ModelProto proto, string name, int type, ReadOnlySpan<byte> bytes, params long[] dims)
    {
        var tensor = new TensorProto { Name = name, DataType = type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(dims);
        proto.Graph.Initializer.Add(tensor);
        return name;
    }

    private ModelProto Graph()
    {
        int terms = _settings.Terms - _settings.FirstTerm;
        var proto = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "toy" } };
        proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = _settings.Opset });
        proto.Graph.Input.Add(Value("input_ids", OnnxModel.Int64, "b", "s"));
        proto.Graph.Input.Add(Value("attention_mask", OnnxModel.Int64, "b", "s"));
        if (_settings.TakesTokenTypes)
        {
            proto.Graph.Input.Add(Value("token_type_ids", OnnxModel.Int64, "b", "s"));
            Node(proto, "Add", "ids", "input_ids", "token_type_ids");
        }

        proto.Graph.Output.Add(Value("logits", _settings.IsHalf ? OnnxModel.Float16 : OnnxModel.Float, "b", "s", terms));
        Tensor(proto, "table", _embedding, _settings.Terms, Width);
        Node(proto, "Gather", "hidden", "table", _settings.TakesTokenTypes ? "ids" : "input_ids");
        string weight = "table_T";
        if (_settings.Head is ToyHead.Copied or ToyHead.Untied)
        {
            weight = Tensor(proto, "head", TransposedHead(terms), Width, terms);
        }
        else if (_settings.Head != ToyHead.DynamicInt8)
        {
            Node(proto, "Transpose", "table_T", "table").Attribute.Add(OnnxModel.Attribute("perm", [1, 0]));
        }

        switch (_settings.Head)
        {
            case ToyHead.Untied:
                Node(proto, "MatMul", "logits", "hidden", weight);
                return proto;
            case ToyHead.DynamicInt8:
                AddDynamicInt8(proto, terms);
                return proto;
        }

        Node(proto, "MatMul", "product", "hidden", weight);
        Node(proto, "Add", _settings.Head == ToyHead.Opaque ? "sum" : "logits", Tensor(proto, "bias", _bias, terms), "product");
        if (_settings.Head == ToyHead.Opaque)
        {
            Node(proto, "Mul", "logits", "sum", Tensor(proto, "one", [1f], 1));
        }

        return proto;
    }

    private float[] TransposedHead(int terms)
    {
        var transposed = new float[terms * Width];
        for (int i = 0; i < transposed.Length; i++)
        {
            transposed[(i % Width * terms) + (i / Width)] = _head[(_settings.FirstTerm * Width) + i];
        }

        return transposed;
    }

    private void AddDynamicInt8(ModelProto proto, int terms)
    {
        // Seven bits: ONNX Runtime's product of u8 and s8 saturates at eight on processors with AVX2 and no VNNI.
        const float scale = 2f / 63;
        sbyte[] rounded = Array.ConvertAll(TransposedHead(terms), value => (sbyte)MathF.Round(value / scale));
        Tensor(proto, "head_quantized", OnnxModel.Int8, MemoryMarshal.AsBytes(rounded.AsSpan()), Width, terms);
        NodeProto quantize = Node(proto, "DynamicQuantizeLinear", "hidden_quantized", "hidden");
        quantize.Output.AddRange(["hidden_scale", "hidden_zero"]);
        Node(proto, "MatMulInteger", "product", "hidden_quantized", "head_quantized", "hidden_zero");
        Node(proto, "Cast", "product_float", "product").Attribute.Add(OnnxModel.Attribute("to", OnnxModel.Float));
        Node(proto, "Mul", "scales", "hidden_scale", Tensor(proto, "head_scale", [scale], 1));
        Node(proto, "Mul", "logits", "product_float", "scales");
    }

    // All float weights into one file, each at an offset of its own.
    private void MoveWeights(ModelProto proto)
    {
        using FileStream file = File.Create(OnnxPath + "_data");
        foreach (TensorProto tensor in proto.Graph.Initializer.Where(tensor => tensor.DataType is OnnxModel.Float or OnnxModel.Float16))
        {
            file.Write(new byte[7]);
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = Path.GetFileName(file.Name) });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{file.Position}" });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = $"{tensor.RawData.Length}" });
            tensor.DataLocation = 1;
            file.Write(tensor.RawData.Span);
            tensor.ClearRawData();
        }
    }

    private float Rounded(float value) => _settings.IsHalf ? (float)(Half)value : value;

    private string Tensor(ModelProto proto, string name, float[] values, params long[] dims) => _settings.IsHalf
        ? Tensor(proto, name, OnnxModel.Float16, MemoryMarshal.AsBytes(Array.ConvertAll(values, value => (Half)value).AsSpan()), dims)
        : Tensor(proto, name, OnnxModel.Float, MemoryMarshal.AsBytes(values.AsSpan()), dims);
}
