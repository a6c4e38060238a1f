using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Sparse.Encoders.Batches;
using Sparse.Encoders.Import;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Splade;
using Sparse.Encoders.Tests.Safetensors;
using Sparse.Encoders.Tests.Splade;
using Sparse.Vectors;

namespace Sparse.Encoders.Tests.Transformers;

/// <summary>Graphs built from model.safetensors alone, against plain loops over generated models and against splade-tiny's ONNX file.</summary>
internal sealed class TransformerGraphTests
{
    private static readonly SpladeEncoderOptions Options = new() { MaxTokens = 30, Threads = 1 };

    // One batch: short texts are padded beside long ones, and one holds RoBERTa's padding as a word.
    private static readonly int[][] Texts = [[0, 7, 45, 60, 8, 9, 2], [0, 2], [0, 33, 1, 1, 35, 2], [0, 88, 2]];

    private static readonly TestCaseData[] Models =
    [
        Model("BERT", new()),
        Model("DistilBERT", new() { Type = "distilbert" }),
        Model("RoBERTa", new() { Type = "roberta" }),
        Model("XLM-RoBERTa", new() { Type = "xlm-roberta" }),
        Model("CamemBERT", new() { Type = "camembert" }),
        Model("BERT without a prefix", new() { Prefix = "" }),
        Model("DistilBERT without a prefix", new() { Type = "distilbert", Prefix = "" }),
        Model("RoBERTa without a prefix", new() { Type = "roberta", Prefix = "" }),
        Model("BERT below another module", new() { Prefix = "model.bert." }),
        Model("BERT, gamma and beta", new() { HasOldNames = true }),
        Model("BERT, a decoder of its own", new() { IsTied = false, HasDecoder = true }),
        Model("RoBERTa, a decoder of its own", new() { Type = "roberta", IsTied = false, HasDecoder = true }),
        Model("DistilBERT, a decoder of its own", new() { Type = "distilbert", IsTied = false, HasDecoder = true }),
        Model("BERT, the tied decoder stored twice", new() { HasDecoder = true, Bias = "both" }),
        Model("DistilBERT, the tied decoder stored twice", new() { Type = "distilbert", HasDecoder = true }),
        Model("BERT, bias below the decoder", new() { Bias = "decoder" }),
        Model("RoBERTa, bias below the decoder", new() { Type = "roberta", Bias = "decoder" }),
        Model("RoBERTa, bias twice", new() { Type = "roberta", Bias = "both" }),
        Model("BERT, half precision", new() { DataType = "F16" }),
        Model("RoBERTa, bfloat16", new() { Type = "roberta", DataType = "BF16" }),
        Model("DistilBERT, double precision", new() { Type = "distilbert", DataType = "F64" }),
        Model("BERT in three files", new() { Shards = 3 }),
        Model("BERT, relu", new() { Activation = "relu" }),
        Model("DistilBERT, tanh gelu", new() { Type = "distilbert", Activation = "gelu_new" }),
        Model("RoBERTa, relu in its layers", new() { Type = "roberta", Activation = "relu" }),
        Model("BERT with pooler, sentence pairs and numbers of positions", new() { HasExtras = true }),
    ];

    private Scratch _scratch = new();

    [SetUp]
    public void Make() => _scratch = new Scratch();

    [TearDown]
    public void Drop() => _scratch.Dispose();

    [TestCaseSource(nameof(Models))]
    public void Weights_are_those_of_plain_loops(object settings)
    {
        ToyTransformer toy = ToyTransformer.Write(_scratch["toy"], (ToyTransformerSettings)settings);
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);

        AssertWeights(toy, encoder, 1e-4f);
    }

    [TestCase("bert", true)]
    [TestCase("distilbert", true)]
    [TestCase("roberta", false)]
    public void Import_writes_a_graph_that_needs_neither_tensors_nor_the_source(string type, bool isTied)
    {
        ToyTransformer toy = ToyTransformer.Write(_scratch["toy"], new() { Type = type, IsTied = isTied, HasDecoder = !isTied, Shards = 2 });
        long size = Directory.EnumerateFiles(toy.Folder, "*.safetensors").Sum(path => new FileInfo(path).Length);
        ModelImportReport report = ModelImport.Import(toy.Folder, _scratch["out"]);
        Directory.Move(toy.Folder, _scratch["gone"]);
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(_scratch["out"], Options);

        AssertWeights(toy, encoder, 1e-4f);
        Assert.That(report.IsTied, Is.EqualTo(isTied));
        Assert.That(report.SourceBytes, Is.EqualTo(size));
        Assert.That(Directory.EnumerateFiles(_scratch["out"]).Where(path => path.Contains("safetensors", StringComparison.Ordinal)), Is.Empty);
        Assert.That(encoder.EncodeWithSources("w7 w8").Terms, Is.Not.Empty);
    }

    [Test]
    public void Import_rounds_the_built_graph_to_int8()
    {
        ToyTransformer toy = ToyTransformer.Write(_scratch["toy"], new() { Type = "xlm-roberta" });
        ModelImportReport report = ModelImport.Import(toy.Folder, _scratch["out"], new ModelImportOptions { Weights = StoredWeights.Quantized });
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(_scratch["out"], Options);

        AssertWeights(toy, encoder, 0.2f);
        Assert.That(report.QuantizedMatrices, Is.EqualTo(1 + (2 * 6)), "the embedding and six matrices a layer, all but the one before the decoder");
    }

    [Test]
    public void Graph_is_the_same_bytes_each_time()
    {
        ToyTransformer toy = ToyTransformer.Write(_scratch["toy"], new() { Type = "roberta" });
        ToyTransformer sharded = ToyTransformer.Write(_scratch["sharded"], new() { Type = "roberta", Shards = 3 });

        Assert.That(SpladeModel.FromFolder(sharded.Folder).ReadWeights(), Is.EqualTo(SpladeModel.FromFolder(toy.Folder).ReadWeights()));
    }

    [Test]
    public void ONNX_file_comes_first_and_tensors_can_be_named()
    {
        ToyTransformer toy = ToyTransformer.Write(_scratch["toy"]);
        ModelImport.Import(toy.Folder, _scratch["out"]);
        Directory.CreateDirectory(Path.Combine(toy.Folder, "onnx"));
        File.Copy(Path.Combine(_scratch["out"], "model.onnx"), Path.Combine(toy.Folder, "onnx", "model_O1.onnx"));

        Assert.That(SpladeModel.FromFolder(toy.Folder).Source, Does.EndWith("model_O1.onnx"));
        Assert.That(SpladeModel.FromFolder(toy.Folder, "model.safetensors").Source, Does.EndWith("model.safetensors"));
        File.Copy(Path.Combine(_scratch["out"], "model.onnx"), Path.Combine(toy.Folder, "onnx", "model_O2.onnx"));
        Assert.That(SpladeModel.FromFolder(toy.Folder).Source, Does.EndWith("model.safetensors"), "of several ONNX files none is the one");
    }

    [Test]
    public void Splade_tiny_from_its_tensors_is_within_008_of_the_golden_weights([Values] bool isImported)
    {
        string folder = SpladeTinyWithoutOnnx();
        folder = isImported ? ModelImport.Import(folder, _scratch["out"]).Folder : folder;
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(folder, new SpladeEncoderOptions { MaxTokens = 512, Threads = 2 });
        IReadOnlyList<GoldenText> golden = SharedData.Golden();
        IReadOnlyList<TermVector> vectors = encoder.Encode([.. golden.Select(text => text.Text)]);
        float furthest = Enumerable.Range(0, golden.Count).Max(i => GoldenTests.Furthest(vectors[i], golden[i].Vector));

        TestContext.Out.WriteLine($"largest difference {furthest}");
        Assert.That(golden, Has.Count.EqualTo(142));
        Assert.That(furthest, Is.LessThan(0.008f));
    }

    [Test]
    public void Splade_tiny_from_its_tensors_is_within_1e_4_of_its_ONNX_file_rounded_alike()
    {
        string rounded = _scratch["rounded"];
        CopySpladeTiny(rounded);
        ModelProto proto = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(SharedData.SpladeTiny, "onnx", "model.onnx")));

        // Weights alone: the mask's least float is a number of the graph's, and no half can hold it.
        foreach (TensorProto tensor in proto.Graph.Initializer.Where(tensor => tensor.DataType == OnnxModel.Float && OnnxModel.ReadFloats(tensor).Length > 1))
        {
            float[] values = Array.ConvertAll(OnnxModel.ReadFloats(tensor), value => (float)(Half)value);
            tensor.FloatData.Clear();
            tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()));
        }

        File.WriteAllBytes(Path.Combine(rounded, "model.onnx"), proto.ToByteArray());
        var options = new SpladeEncoderOptions { MaxTokens = 512, Threads = 2 };
        using SpladeEncoder reference = SpladeEncoder.FromFolder(rounded, options);
        using SpladeEncoder built = SpladeEncoder.FromFolder(SpladeTinyWithoutOnnx(), options);
        string[] texts = [.. SharedData.Golden().Select(text => text.Text)];
        IReadOnlyList<TermVector> expected = reference.Encode(texts), found = built.Encode(texts);
        float furthest = Enumerable.Range(0, texts.Length).Max(i => GoldenTests.Furthest(found[i], GoldenTests.Weights(expected[i])));

        TestContext.Out.WriteLine($"largest difference {furthest}");
        Assert.That(furthest, Is.LessThan(1e-4f));
    }

    [TestCase("model_type", "\"modernbert\"", "model_type 'modernbert'")]
    [TestCase("model_type", "null", "model_type ''")]
    [TestCase("hidden_act", "\"quick_gelu\"", "hidden_act 'quick_gelu'")]
    [TestCase("position_embedding_type", "\"relative_key\"", "relative positions")]
    [TestCase("is_decoder", "true", "a decoder")]
    [TestCase("num_attention_heads", "5", "12 numbers among 5 heads")]
    [TestCase("num_hidden_layers", "null", "no num_hidden_layers above 0")]
    [TestCase("hidden_size", "-12", "no hidden_size above 0")]
    [TestCase("hidden_size", "24", "has the shape [90, 12]; by config.json it must have [90, 24]")]
    [TestCase("num_hidden_layers", "3", "no tensor 'bert.encoder.layer.2.attention.self.query.weight'")]
    [TestCase("num_hidden_layers", "1", "holds 16 tensors that this architecture does not have, such as 'bert.encoder.layer.1.")]
    [TestCase("tie_word_embeddings", "false", "no tensor 'cls.predictions.decoder.weight'")]
    public void Configuration_that_does_not_fit_is_refused(string property, string value, string expected)
    {
        ToyTransformer toy = ToyTransformer.Write(_scratch["toy"]);
        string path = Path.Combine(toy.Folder, "config.json");
        JsonNode config = JsonNode.Parse(File.ReadAllText(path))!;
        config[property] = JsonNode.Parse(value);
        File.WriteAllText(path, config.ToJsonString());

        AssertRefused(toy.Folder, expected);
    }

    [Test]
    public void Folder_without_config_json_is_refused()
    {
        ToyTransformer toy = ToyTransformer.Write(_scratch["toy"]);
        File.Delete(Path.Combine(toy.Folder, "config.json"));

        AssertRefused(toy.Folder, "config.json is not there");
    }

    [Test]
    public void Tensors_that_do_not_make_a_masked_language_model_are_refused()
    {
        Refuse(tensor => tensor.Name.StartsWith("cls.", StringComparison.Ordinal) ? null : tensor, "an encoder without a masked language model's head");
        Refuse(tensor => tensor.Name.EndsWith("layer.1.output.dense.bias", StringComparison.Ordinal) ? null : tensor, "no tensor 'bert.encoder.layer.1.output.dense.bias'");
        Refuse(tensor => tensor.Name == "cls.predictions.bias" ? null : tensor, "no tensor 'cls.predictions.decoder.bias'");
        Refuse(tensor => tensor.Name.EndsWith("word_embeddings.weight", StringComparison.Ordinal) ? null : tensor, "0 tensors named …embeddings.word_embeddings.weight");
        Refuse(tensor => tensor.Name == "bert.pooler.dense.weight" ? tensor with { Name = "bert.encoder.layer.0.lora_A.weight" } : tensor, "such as 'bert.encoder.layer.0.lora_A.weight'");
        Refuse(tensor => tensor.Name.EndsWith("word_embeddings.weight", StringComparison.Ordinal) ? tensor with { Values = [.. tensor.Values[1..], float.NaN] } : tensor, "Element 1079 of tensor 'bert.embeddings.word_embeddings.weight'");
        Refuse(tensor => tensor.Name == "cls.predictions.bias" ? tensor with { Type = "I64" } : tensor, "holds 720 bytes of I64");
        Refuse(tensor => tensor.Name == "cls.predictions.bias" ? tensor with { Type = "F4" } : tensor, "holds 90 bytes of F4");
        Refuse(tensor => tensor.Name == "cls.predictions.decoder.weight" ? tensor with { Values = [.. tensor.Values.Reverse()] } : tensor, "differs from 'bert.embeddings.word_embeddings.weight', although config.json ties them", hasDecoder: true);
        Refuse(tensor => tensor.Name == "cls.predictions.decoder.bias" ? tensor with { Values = [.. tensor.Values.Reverse()] } : tensor, "two different biases", hasDecoder: true);

        void Refuse(Func<TensorFile.Tensor, TensorFile.Tensor?> change, string expected, bool hasDecoder = false)
        {
            ToyTransformer toy = ToyTransformer.Write(_scratch["toy"], new() { HasExtras = true, Finish = change, HasDecoder = hasDecoder, Bias = hasDecoder ? "both" : "own" });
            AssertRefused(toy.Folder, expected);
        }
    }

    [Test]
    public void Pickle_is_not_read()
    {
        ToyTransformer toy = ToyTransformer.Write(_scratch["toy"]);
        File.Move(Path.Combine(toy.Folder, "model.safetensors"), Path.Combine(toy.Folder, "pytorch_model.bin"));

        AssertRefused(toy.Folder, "pytorch_model.bin is not read, because a pickle is a program");
    }

    private static TestCaseData Model(string name, ToyTransformerSettings settings) => new TestCaseData(settings).SetName("Weights are those of plain loops: " + name);

    private static void AssertWeights(ToyTransformer toy, SpladeEncoder encoder, float tolerance)
    {
        TermVector[] vectors = encoder.Encode(Array.ConvertAll(Texts, ids => new ModelInput(ids)), default);
        float furthest = 0;
        for (int i = 0; i < Texts.Length; i++)
        {
            Dictionary<int, float> expected = toy.Weights(Texts[i]);
            Assert.That(expected, Has.Count.GreaterThan(20));
            furthest = Math.Max(furthest, GoldenTests.Furthest(vectors[i], expected));
        }

        TestContext.Out.WriteLine($"largest difference {furthest}");
        Assert.That(furthest, Is.LessThan(tolerance));
    }

    private static void AssertRefused(string folder, string expected) =>
        Assert.That(() => SpladeEncoder.FromFolder(folder, Options), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(expected));

    private string SpladeTinyWithoutOnnx()
    {
        string folder = _scratch["splade-tiny"];
        CopySpladeTiny(folder);
        File.Copy(Path.Combine(SharedData.SpladeTiny, "model.safetensors"), Path.Combine(folder, "model.safetensors"));
        return folder;
    }

    private static void CopySpladeTiny(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "1_SpladePooling"));
        foreach (string name in (string[])["config.json", "modules.json", "sentence_bert_config.json", "tokenizer.json", "tokenizer_config.json", "1_SpladePooling/config.json"])
        {
            File.Copy(Path.Combine(SharedData.SpladeTiny, name), Path.Combine(folder, name));
        }
    }
}
