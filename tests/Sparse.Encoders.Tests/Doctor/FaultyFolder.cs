using System.Text.Json;
using System.Text.Json.Nodes;
using Sparse.Encoders.BuiltIn;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Tests.Safetensors;
using Sparse.Tokens;

namespace Sparse.Encoders.Tests.Doctor;

/// <summary>A model folder made of the built-in model, or a copy of splade-tiny's, and the faults that can be planted in it.</summary>
internal sealed class FaultyFolder
{
    private static readonly Vocabulary Pieces = BuiltInVocabulary.Tokenizer.Vocabulary;

    private FaultyFolder(string path) => Path = path;

    internal string Path { get; }

    /// <summary>The built-in model as an import would write it: pooled in the graph, int8.</summary>
    internal static FaultyFolder BuiltIn(string path)
    {
        Directory.CreateDirectory(path);
        var folder = new FaultyFolder(path);
        File.WriteAllBytes(folder.At("model.onnx"), BuiltInModel.ReadWeights());
        folder.Write("config.json", """{"model_type": "bert", "max_position_embeddings": 512, "pad_token_id": 0}""");
        folder.Write("tokenizer_config.json", """{"do_lower_case": true, "tokenizer_class": "BertTokenizer"}""");
        folder.Write("sparse.json", """{"format": 1, "name": "built-in", "maxWeight": 2.75, "quantization": "int8", "isPooled": true}""");
        folder.WriteVocabulary(pieces => pieces);
        return folder;
    }

    /// <summary>splade-tiny as it was published, with twelve of its golden vectors where wanted.</summary>
    internal static FaultyFolder SpladeTiny(string path, bool withGolden = false)
    {
        var folder = new FaultyFolder(path);
        Directory.CreateDirectory(folder.At("1_SpladePooling"));
        foreach (string name in (string[])["config.json", "modules.json", "1_SpladePooling/config.json", "tokenizer.json", "tokenizer_config.json", "LICENSE", "vocab.txt"])
        {
            File.Copy(System.IO.Path.Combine(SharedData.SpladeTiny, name), folder.At(name));
        }

        if (withGolden)
        {
            File.WriteAllLines(folder.At("golden.jsonl"), File.ReadLines(System.IO.Path.Combine(SharedData.SpladeTiny, "golden.jsonl")).Where((_, i) => i % 12 == 0));
        }

        File.Copy(System.IO.Path.Combine(SharedData.SpladeTiny, "onnx", "model.onnx"), folder.At("model.onnx"));
        return folder;
    }

    internal string At(string name) => System.IO.Path.Combine(Path, name);

    internal FaultyFolder Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return this;
    }

    internal FaultyFolder Remove(string name)
    {
        File.Delete(At(name));
        return this;
    }

    internal FaultyFolder Replace(string name, string part, string instead)
    {
        string text = File.ReadAllText(At(name));
        Assert.That(text, Does.Contain(part), name);
        return Write(name, text.Replace(part, instead, StringComparison.Ordinal));
    }

    internal FaultyFolder WriteVocabulary(Func<string[], IEnumerable<string>> change) =>
        Write("vocab.txt", string.Join('\n', change([.. Enumerable.Range(0, Pieces.Count).Select(id => Pieces[id])])) + "\n");

    /// <summary>Gives the pieces of tokenizer.json other ids.</summary>
    internal FaultyFolder MoveTokens(Func<string, int, int> idOf)
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(At("tokenizer.json")))!;
        JsonObject vocabulary = json["model"]!["vocab"]!.AsObject();
        json["model"]!["vocab"] = new JsonObject(vocabulary.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)idOf(entry.Key, (int)entry.Value!))));
        return Write("tokenizer.json", json.ToJsonString());
    }

    internal FaultyFolder ChangeGraph(Action<OnnxModel> change)
    {
        OnnxModel model = OnnxModel.Parse(File.ReadAllBytes(At("model.onnx")), "model");
        change(model);
        File.WriteAllBytes(At("model.onnx"), model.ToBytes());
        return this;
    }

    /// <summary>The first place's logits in the place of the maxima, in a pooled graph.</summary>
    internal FaultyFolder TakeFirstToken(bool withActivation) => ChangeGraph(model =>
    {
        string first = model.AddTensor("first_place", OnnxModel.Int64, [], BitConverter.GetBytes(0L));
        foreach (NodeProto maximum in model.Graph.Node.Where(node => node.OpType == "ReduceMax").ToArray())
        {
            int at = model.Graph.Node.IndexOf(maximum);
            model.Remove(maximum);
            model.Insert(at, "Gather", maximum.Output[0], [maximum.Input[0], first], OnnxModel.Attribute("axis", 1));
        }

        if (!withActivation)
        {
            string logits = model.Graph.Node.Single(node => node.OpType == "Relu").Input[0];
            NodeProto last = model.Graph.Node.Single(node => node.Output[0] == PooledGraph.Weights);
            model.Remove(last);
            model.Add("Identity", PooledGraph.Weights, [logits]);
        }
    });

    /// <summary>log(1 + x) of the output once more.</summary>
    internal FaultyFolder TakeLogAgain() => ChangeGraph(model =>
    {
        string output = RenameOutput(model, "once");
        string positive = model.Add("Relu", "positive", ["once"]);
        model.Add("Log", output, [model.Add("Add", "once_and_1", [positive, model.AddScalar("one_more", 1)])]);
    });

    /// <summary>Gives what comes out another name, and returns the old one, for a node to be added.</summary>
    internal static string RenameOutput(OnnxModel model, string name)
    {
        NodeProto last = model.Graph.Node.Single(node => node.Output[0] == model.Graph.Output[0].Name);
        (last.Name, last.Output[0]) = (name, name);
        return model.Graph.Output[0].Name;
    }

    /// <summary>A constant logit for markers, as of a model that was never told to leave them out.</summary>
    internal FaultyFolder KeepMarkers() => ChangeGraph(model =>
    {
        TensorProto bias = model.Graph.Initializer.Single(tensor => tensor.DataType == OnnxModel.Float && tensor.Dims.Count == 1 && tensor.Dims[0] == Pieces.Count && !tensor.Name.EndsWith("_scale", StringComparison.Ordinal));
        float[] values = OnnxModel.ReadFloats(bias);
        foreach (string marker in (string[])["[CLS]", "[SEP]"])
        {
            values[Pieces.TryGetId(marker, out int id) ? id : -1] = 9;
        }

        model.Remove(bias);
        model.AddFloats(bias.Name, values, values.Length);
    });

    /// <summary>A table {"piece": weight} in the root, of the first pieces.</summary>
    internal FaultyFolder AddTable(int count, int? cutAt = null)
    {
        string json = JsonSerializer.Serialize(Enumerable.Range(0, count).ToDictionary(id => Pieces[id], id => 1 + (id / 10_000f)));
        return Write("idf.json", json[..(cutAt ?? json.Length)]);
    }

    /// <summary>A Router with the table of a SparseStaticEmbedding, of the first pieces.</summary>
    internal FaultyFolder AddRouter(int count)
    {
        Directory.CreateDirectory(At("query_0_SparseStaticEmbedding"));
        Directory.CreateDirectory(At("document_1_SpladePooling"));
        Write("modules.json", """[{"idx":0,"path":"","type":"a.Router"}]""");
        Write("router_config.json", """
            {"types": {"query_0_SparseStaticEmbedding": "a.SparseStaticEmbedding", "": "a.MLMTransformer", "document_1_SpladePooling": "a.SpladePooling"},
             "structure": {"query": ["query_0_SparseStaticEmbedding"], "document": ["", "document_1_SpladePooling"]}, "parameters": {}}
            """);
        Write("document_1_SpladePooling/config.json", """{"pooling_strategy": "max", "activation_function": "relu"}""");
        Write("query_0_SparseStaticEmbedding/config.json", """{"frozen": true}""");
        File.WriteAllBytes(At("query_0_SparseStaticEmbedding/model.safetensors"),
            TensorFile.Bytes(new TensorFile.Tensor("weight", "F32", [count], [.. Enumerable.Range(0, count).Select(id => 1 + (id / 10_000f))])));
        return this;
    }
}
