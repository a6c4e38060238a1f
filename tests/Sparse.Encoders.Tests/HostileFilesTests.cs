using Sparse.Encoders.Dense;
using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.Encoders.Tests.InferenceFree;
using Sparse.Encoders.Tests.Transformers;
using Sparse.Tests;

namespace Sparse.Encoders.Tests;

/// <summary>Files of a model folder that were changed at random are read, or refused with one sentence; nothing hangs, nothing escapes.</summary>
[Category("Fuzz")]
internal sealed class HostileFilesTests
{
    private static readonly SpladeEncoderOptions Options = new() { MaxTokens = 16, Threads = 1 };

    [TestCase("model.onnx")]
    [TestCase("config.json")]
    [TestCase("modules.json")]
    [TestCase("1_SpladePooling/config.json")]
    [TestCase("vocab.txt")]
    [TestCase("sparse.json")]
    [TestCase("sentence_bert_config.json")]
    public void Changed_file_of_a_SPLADE_folder(string file)
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"], new ToySettings { Terms = 60 });
        File.WriteAllText(Path.Combine(toy.Folder, "sparse.json"), """{"format": 1, "name": "toy", "maxWeight": 3, "quantization": "none", "isPooled": false, "template": "{text}"}""");
        File.WriteAllText(Path.Combine(toy.Folder, "sentence_bert_config.json"), """{"max_seq_length": 32}""");
        AssertMutations(Path.Combine(toy.Folder, file), () =>
        {
            using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);
            encoder.Encode(["w7 w8", "", "w9\0é"]);
        });
    }

    [TestCase("router_config.json")]
    [TestCase("query_0_IDF/model.safetensors")]
    [TestCase("query_0_IDF/config.json")]
    [TestCase("query_0_IDF/idf.json")]
    public void Changed_file_of_a_Router_folder(string file)
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"], new ToySettings { Terms = 60 });
        Directory.CreateDirectory(Path.Combine(toy.Folder, "query_0_IDF"));
        File.WriteAllText(Path.Combine(toy.Folder, "modules.json"), """[{"idx":0,"path":"","type":"a.Router"}]""");
        File.WriteAllText(Path.Combine(toy.Folder, "router_config.json"), """
            {"types": {"query_0_IDF": "a.IDF", "": "a.MLMTransformer", "1_SpladePooling": "a.SpladePooling"},
             "structure": {"query": ["query_0_IDF"], "document": ["", "1_SpladePooling"]}, "parameters": {}}
            """);
        string query = Path.Combine(toy.Folder, "query_0_IDF");
        File.WriteAllText(Path.Combine(query, "config.json"), file.EndsWith("idf.json", StringComparison.Ordinal) ? """{"path": "idf.json"}""" : """{"frozen": false}""");
        File.WriteAllText(Path.Combine(query, "idf.json"), """{"w7": 1.5, "w8": 2, "w9": 0.25}""");
        File.WriteAllBytes(Path.Combine(query, "model.safetensors"), InferenceFreeEncoderTests.Safetensors([.. Enumerable.Range(0, 60).Select(id => id / 10f)]));
        AssertMutations(Path.Combine(toy.Folder, file), () =>
        {
            using InferenceFreeEncoder encoder = InferenceFreeEncoder.FromFolder(toy.Folder);
            encoder.Encode("w7 w8 w8");
        });
    }

    [TestCase("modules.json")]
    [TestCase("1_Pooling/config.json")]
    [TestCase("model.onnx")]
    public void Changed_file_of_a_dense_folder(string file)
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"], new ToySettings { Terms = 60 });
        File.WriteAllText(Path.Combine(toy.Folder, "modules.json"), """[{"type":"x.Transformer","path":""},{"type":"x.Pooling","path":"1_Pooling"}]""");
        Directory.CreateDirectory(Path.Combine(toy.Folder, "1_Pooling"));
        File.WriteAllText(Path.Combine(toy.Folder, "1_Pooling", "config.json"), """{"pooling_mode_mean_tokens": true}""");
        AssertMutations(Path.Combine(toy.Folder, file), () =>
        {
            using DenseEncoder encoder = DenseEncoder.FromFolder(toy.Folder, new DenseEncoderOptions { Threads = 1 });
            encoder.Encode(["w7 w8", ""]);
        });
    }

    [TestCase("model.safetensors", 0)]
    [TestCase("config.json", 0)]
    [TestCase("model.safetensors.index.json", 2)]
    [TestCase("model-00002-of-00002.safetensors", 2)]
    public void Changed_file_of_a_folder_of_tensors(string file, int shards)
    {
        using var scratch = new Scratch();
        ToyTransformer toy = ToyTransformer.Write(scratch["toy"], new() { Shards = shards });
        AssertMutations(Path.Combine(toy.Folder, file), () =>
        {
            using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);
            encoder.Encode(["w7 w8", ""]);
        });
    }

    private static void AssertMutations(string path, Action open)
    {
        open();
        Fuzz.AssertReadOrRefused(
            File.ReadAllBytes(path),
            changed =>
            {
                File.WriteAllBytes(path, changed);
                open();
            },
            iterations: 200, refusedShare: 0.05);
    }
}
