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
}

/// <summary>A model folder of 2,100 terms whose logits are embedding[token] · embedding[term] + bias[term], and what its weights must be.</summary>
/// <remarks>Two pieces of the head, and few enough numbers to compute the answer by plain loops.</remarks>
internal sealed class ToyModel
{
    internal const int Terms = 2100;
    private const int Width = 4;

    private readonly float[] _embedding = new float[Terms * Width];
    private readonly float[] _head = new float[Terms * Width];
    private readonly float[] _bias = new float[Terms];

    private ToyModel(string folder) => Folder = folder;

    internal string Folder { get; }

    internal string OnnxPath => Path.Combine(Folder, "model.onnx");

    internal static ToyModel Write(string folder, ToyHead head = ToyHead.Tied, int opset = 20, string activation = "relu", int seed = 1)
    {
        var toy = new ToyModel(folder);
        var random = new Random(seed);
        for (int i = 0; i < toy._embedding.Length; i++)
        {
            toy._embedding[i] = (random.NextSingle() * 4) - 2;
            toy._head[i] = head == ToyHead.Untied ? (random.NextSingle() * 4) - 2 : toy._embedding[i];
        }

        for (int term = 0; term < Terms && head != ToyHead.Untied; term++)
        {
            toy._bias[term] = random.NextSingle() - 0.5f;
        }

        Directory.CreateDirectory(Path.Combine(folder, "1_SpladePooling"));
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"max_position_embeddings": 64, "vocab_size": 2100}""");
        File.WriteAllText(Path.Combine(folder, "modules.json"),
            """[{"idx":0,"path":"","type":"a.b.Transformer"},{"idx":1,"path":"1_SpladePooling","type":"c.SpladePooling"}]""");
        File.WriteAllText(Path.Combine(folder, "1_SpladePooling", "config.json"),
            $$"""{"pooling_strategy": "max", "activation_function": "{{activation}}"}""");
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), Vocabulary(Terms));
        File.WriteAllBytes(toy.OnnxPath, toy.Graph(head, opset).ToByteArray());
        return toy;
    }

    internal static IEnumerable<string> Vocabulary(int terms) =>
        ((string[])["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]).Concat(Enumerable.Range(5, terms - 5).Select(id => "w" + id));

    /// <summary>The largest logit of a term over a text's ids, and the place of the first that has it.</summary>
    internal (double Logit, int Position) Best(int[] ids, int term)
    {
        (double Logit, int Position) best = (double.NegativeInfinity, -1);
        for (int position = 0; position < ids.Length; position++)
        {
            double logit = _bias[term];
            for (int i = 0; i < Width; i++)
            {
                logit += (double)_embedding[(ids[position] * Width) + i] * _head[(term * Width) + i];
            }

            best = logit > best.Logit ? (logit, position) : best;
        }

        return best;
    }

    internal Dictionary<int, float> Weights(int[] ids, bool log1p = false)
    {
        Dictionary<int, float> weights = [];
        for (int term = 0; term < Terms; term++)
        {
            double weight = Math.Log(1 + Math.Max(0, Best(ids, term).Logit));
            weight = log1p ? Math.Log(1 + weight) : weight;
            if (weight > 0)
            {
                weights.Add(term, (float)weight);
            }
        }

        return weights;
    }

    private ModelProto Graph(ToyHead head, int opset)
    {
        var proto = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "toy" } };
        proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        proto.Graph.Input.Add(Value("input_ids", 7, "b", "s"));
        proto.Graph.Input.Add(Value("attention_mask", 7, "b", "s"));
        proto.Graph.Output.Add(Value("logits", 1, "b", "s", Terms));
        Tensor(proto, "table", _embedding, Terms, Width);
        Node(proto, "Gather", "hidden", "table", "input_ids");
        string weight = "table_T";
        if (head is ToyHead.Copied or ToyHead.Untied)
        {
            var transposed = new float[_head.Length];
            for (int i = 0; i < _head.Length; i++)
            {
                transposed[(i % Width * Terms) + (i / Width)] = _head[i];
            }

            weight = Tensor(proto, "head", transposed, Width, Terms);
        }
        else
        {
            Node(proto, "Transpose", "table_T", "table").Attribute.Add(OnnxModel.Attribute("perm", [1, 0]));
        }

        if (head == ToyHead.Untied)
        {
            Node(proto, "MatMul", "logits", "hidden", weight);
            return proto;
        }

        Node(proto, "MatMul", "product", "hidden", weight);
        Node(proto, "Add", head == ToyHead.Opaque ? "sum" : "logits", Tensor(proto, "bias", _bias, Terms), "product");
        if (head == ToyHead.Opaque)
        {
            Node(proto, "Mul", "logits", "sum", Tensor(proto, "one", [1f], 1));
        }

        return proto;
    }

    private static NodeProto Node(ModelProto proto, string type, string output, params string[] inputs)
    {
        var node = new NodeProto { OpType = type, Name = output };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        proto.Graph.Node.Add(node);
        return node;
    }

    private static string Tensor(ModelProto proto, string name, float[] values, params long[] dims)
    {
        var tensor = new TensorProto { Name = name, DataType = 1, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())) };
        tensor.Dims.AddRange(dims);
        proto.Graph.Initializer.Add(tensor);
        return name;
    }

    private static ValueInfoProto Value(string name, int type, string batch, string sequence, int last = 0)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = batch });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = sequence });
        if (last > 0)
        {
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = last });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } } };
    }
}
