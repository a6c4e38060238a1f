using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Sparse.Encoders.Onnx;

/// <summary>An ONNX file in memory, with what we ask of it: tensors by name, nodes by output, and new nodes of the right opset.</summary>
internal sealed class OnnxModel
{
    internal const int Float = 1;
    internal const int UInt8 = 2;
    internal const int Int8 = 3;
    internal const int Int64 = 7;
    internal const int Bool = 9;
    internal const int Float16 = 10;

    private readonly Dictionary<string, TensorProto> _initializers = [];
    private readonly Dictionary<string, NodeProto> _producers = [];

    private OnnxModel(ModelProto proto, string source, bool hadExternalData)
    {
        HadExternalData = hadExternalData;
        Proto = proto;
        Source = source;
        Opset = (int)(proto.OpsetImport.FirstOrDefault(set => set.Domain is "" or "ai.onnx")?.Version ?? 0);
        foreach (TensorProto tensor in Graph.Initializer)
        {
            _initializers[tensor.Name] = tensor;
        }

        foreach (NodeProto node in Graph.Node)
        {
            Remember(node);
        }
    }

    /// <summary>The message itself; changed in place.</summary>
    internal ModelProto Proto { get; }

    /// <summary>Where the model came from, for error messages.</summary>
    internal string Source { get; }

    /// <summary>True when weights came from other files, so that the bytes that were parsed are not all.</summary>
    internal bool HadExternalData { get; }

    /// <summary>Version of the default operator set.</summary>
    internal int Opset { get; }

    internal GraphProto Graph => Proto.Graph;

    /// <summary>Reads a model.</summary>
    /// <param name="bytes">A serialised ModelProto.</param>
    /// <param name="source">Path or name, for error messages; weights in other files are read from its folder.</param>
    /// <returns>The model, with all of its weights in it.</returns>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model, or its other files are not there or too short.</exception>
    internal static OnnxModel Parse(ReadOnlySpan<byte> bytes, string source)
    {
        ModelProto proto;
        try
        {
            proto = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new InvalidDataException($"{source} is not an ONNX model, or is cut short: {error.Message}", error);
        }

        if (proto.Graph is null || proto.Graph.Node.Count == 0 || proto.OpsetImport.Count == 0)
        {
            throw new InvalidDataException($"{source} is not an ONNX model: it holds no graph.");
        }

        return new OnnxModel(proto, source, ExternalData.Read(proto.Graph, source));
    }

    /// <summary>Begins a model without nodes.</summary>
    /// <param name="name">Name of its graph.</param>
    /// <param name="opset">Version of the default operator set.</param>
    /// <param name="source">What it is made from, for error messages.</param>
    internal static OnnxModel New(string name, int opset, string source)
    {
        // The first version of files that may use operator set 20.
        var proto = new ModelProto { IrVersion = 9, Graph = new GraphProto { Name = name } };
        proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        return new OnnxModel(proto, source, hadExternalData: false);
    }

    internal byte[] ToBytes() => Proto.ToByteArray();

    internal bool TryGetInitializer(string name, out TensorProto tensor) => _initializers.TryGetValue(name, out tensor!);

    internal bool TryGetProducer(string output, out NodeProto node) => _producers.TryGetValue(output, out node!);

    /// <summary>Appends a node with one output of the given name and returns that name.</summary>
    internal string Add(string type, string output, IEnumerable<string> inputs, params AttributeProto[] attributes) =>
        Insert(Graph.Node.Count, type, output, inputs, attributes);

    /// <summary>Puts a node at a place in the list, which must keep readers after what they read; returns the output's name.</summary>
    internal string Insert(int at, string type, string output, IEnumerable<string> inputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = type, Name = output };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        node.Attribute.AddRange(attributes);
        Graph.Node.Insert(at, node);
        Remember(node);
        return output;
    }

    internal string AddTensor(string name, int type, long[] dims, ReadOnlySpan<byte> littleEndian)
    {
        var tensor = new TensorProto { Name = name, DataType = type, RawData = ByteString.CopyFrom(littleEndian) };
        tensor.Dims.AddRange(dims);
        Graph.Initializer.Add(tensor);
        _initializers[name] = tensor;
        return name;
    }

    internal string AddInts(string name, params long[] values) =>
        AddTensor(name, Int64, [values.Length], MemoryMarshal.AsBytes(values.AsSpan()));

    internal string AddFloats(string name, float[] values, params long[] dims) => AddTensor(name, Float, dims, MemoryMarshal.AsBytes(values.AsSpan()));

    internal string AddScalar(string name, float value) => AddTensor(name, Float, [], BitConverter.GetBytes(value));

    /// <summary>Reduces over one axis and drops it; axes were an attribute before opset 18, of sums before 13.</summary>
    internal string AddReduce(string type, string output, string input, int axis)
    {
        AttributeProto drop = Attribute("keepdims", 0);
        return Opset >= (type == "ReduceSum" ? 13 : 18)
            ? Add(type, output, [input, AddInts(output + "_axes", axis)], drop)
            : Add(type, output, [input], Attribute("axes", [axis]), drop);
    }

    /// <summary>An input or output; a dimension is a number or a name.</summary>
    internal static ValueInfoProto Value(string name, int type, params object[] dims)
    {
        var shape = new TensorShapeProto();
        foreach (object dim in dims)
        {
            shape.Dim.Add(dim is int size ? new TensorShapeProto.Types.Dimension { DimValue = size } : new TensorShapeProto.Types.Dimension { DimParam = (string)dim });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } } };
    }

    internal static AttributeProto Attribute(string name, float value) => new() { Name = name, F = value, Type = 1 };

    internal static AttributeProto Attribute(string name, string value) => new() { Name = name, S = ByteString.CopyFromUtf8(value), Type = 3 };

    internal static AttributeProto Attribute(string name, long value) => new() { Name = name, I = value, Type = 2 };

    internal static AttributeProto Attribute(string name, long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = 7 };
        attribute.Ints.AddRange(values);
        return attribute;
    }

    /// <summary>Drops a node; what reads its output must be changed by the caller.</summary>
    internal void Remove(NodeProto node)
    {
        Graph.Node.Remove(node);
        foreach (string output in node.Output)
        {
            _producers.Remove(output);
        }
    }

    internal void Remove(TensorProto tensor)
    {
        Graph.Initializer.Remove(tensor);
        _initializers.Remove(tensor.Name);
    }

    /// <summary>True when a node still reads this value.</summary>
    internal bool IsRead(string name) => Graph.Node.Any(node => node.Input.Contains(name));

    /// <summary>The values of a float tensor, row-major.</summary>
    internal static float[] ReadFloats(TensorProto tensor)
    {
        if (tensor.DataType != Float)
        {
            throw new InvalidDataException($"Tensor '{tensor.Name}' has data type {tensor.DataType}; only float (1) is supported.");
        }

        return tensor.HasRawData ? MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray() : [.. tensor.FloatData];
    }

    private void Remember(NodeProto node)
    {
        foreach (string output in node.Output)
        {
            _producers[output] = node;
        }
    }
}
