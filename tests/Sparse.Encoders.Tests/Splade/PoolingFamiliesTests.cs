using Google.Protobuf;
using Sparse.Encoders.Batches;
using Sparse.Encoders.Import;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Splade;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Encoders.Tests.Splade;

/// <summary>Families that differ in how they pool, weigh, number or store, each against plain loops over a toy model.</summary>
internal sealed class PoolingFamiliesTests
{
    private static readonly SpladeEncoderOptions Options = new() { MaxTokens = 64, Threads = 1 };
    private static readonly int[][] Texts = [[2, 7, 2099, 8, 3], [2, 3], [2, 2050, 2050, 1500, 9, 1200, 3], [2, 2047, 2048, 3]];

    private Scratch _scratch = new();

    [SetUp]
    public void Make() => _scratch = new Scratch();

    [TearDown]
    public void Drop() => _scratch.Dispose();

    [Test]
    public void SPLADE_v1_adds_the_weights_of_all_places([Values("relu", "log1p_relu")] string activation, [Values(12, 13, 20)] int opset, [Values(ToyHead.Tied, ToyHead.Copied, ToyHead.Untied, ToyHead.Opaque)] ToyHead head)
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings { Head = head, Opset = opset, Activation = activation, Strategy = "sum" });
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);

        AssertWeights(encoder, ids => toy.Weights(ids, term => ids.Sum(id => Activate(toy.Logit(id, term)))), 1e-4f);

        double Activate(double logit)
        {
            double weight = Math.Log(1 + Math.Max(0, logit));
            return activation == "relu" ? weight : Math.Log(1 + weight);
        }
    }

    [Test]
    public void SPLADE_v1_names_the_place_that_adds_most()
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings { Strategy = "sum" });
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);
        SourcedTerms sourced = encoder.EncodeWithSources("w7 w2099 w8");
        int[] ids = [2, 7, 2099, 8, 3];

        Assert.That(sourced.Terms.Where(term => toy.Best(ids, term.Term).Position != term.Position), Is.Empty);
        Assert.That(GoldenTests.Furthest(encoder.Encode(["w7 w2099 w8"])[0], sourced.Terms.ToDictionary(term => term.Term, term => term.Weight)), Is.LessThan(1e-5f));
    }

    [Test]
    public void Import_keeps_the_sum()
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings { Strategy = "sum" });
        ModelImport.Import(toy.Folder, _scratch["out"], new ModelImportOptions { Weights = StoredWeights.Quantized });
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(_scratch["out"], Options);

        AssertWeights(encoder, ids => toy.Weights(ids, term => ids.Sum(id => Math.Log(1 + Math.Max(0, toy.Logit(id, term))))), 0.3f);
        Assert.That(encoder.EncodeWithSources("w7").Terms, Is.Not.Empty);
    }

    [Test]
    public void Graph_with_token_types_gets_them_and_one_without_does_not([Values] bool tokenTypes)
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings { TakesTokenTypes = tokenTypes });
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);

        AssertWeights(encoder, ids => toy.Weights(ids), 1e-5f);
    }

    [TestCase("byte-bpe", 961, "path/to the file", TestName = "RoBERTa's byte-level BPE")]
    [TestCase("unigram-json", 1202, "path/to the file", TestName = "XLM-RoBERTa's unigram")]
    public void Other_tokenizers_give_the_ids(string tokenizer, int terms, string text)
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings { Terms = terms });
        File.Delete(Path.Combine(toy.Folder, "vocab.txt"));
        File.Copy(Path.Combine(TestFolders.Tokenizers, tokenizer, "tokenizer.json"), Path.Combine(toy.Folder, "tokenizer.json"));
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);
        int[] ids = [.. TokenizerFolder.Read(toy.Folder).Encode(text).Tokens.ToArray().Select(token => token.Id)];

        Assert.That(ids[0], Is.Zero);
        Assert.That(ids[^1], Is.EqualTo(2));
        Assert.That(GoldenTests.Furthest(encoder.Encode([text])[0], toy.Weights(ids)), Is.LessThan(1e-5f));
        SourcedTerm first = encoder.EncodeWithSources(text).Terms[0];
        Assert.That(first.Position, Is.EqualTo(toy.Best(ids, first.Term).Position));
    }

    [TestCase("roberta", 62)]
    [TestCase("bert", 64)]
    public void Roberta_has_two_places_less_than_positions(string type, int tokens)
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"]);
        File.WriteAllText(Path.Combine(toy.Folder, "config.json"), $$"""{"max_position_embeddings": 64, "model_type": "{{type}}"}""");

        Assert.That(() => SpladeEncoder.FromFolder(toy.Folder, Options with { MaxTokens = tokens + 1 }), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains($"{tokens} tokens"));
        SpladeEncoder.FromFolder(toy.Folder, Options with { MaxTokens = tokens }).Dispose();
    }

    [Test]
    public void Lexical_query_keeps_the_weights_of_its_own_terms_alone()
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"]);
        using SpladeEncoder documents = SpladeEncoder.FromFolder(toy.Folder, Options);
        using SpladeEncoder queries = SpladeEncoder.FromFolder(toy.Folder, Options with { OwnTermsOnly = true });
        int[] ids = [2, 7, 9, 12, 3];
        Dictionary<int, float> expected = toy.Weights(ids).Where(term => term.Key is 7 or 9 or 12).ToDictionary();

        Assert.That(expected, Is.Not.Empty);
        Assert.That(GoldenTests.Furthest(queries.Encode(["w7 w9 w12"])[0], expected), Is.LessThan(1e-5f));
        Assert.That(queries.EncodeWithSources("w7 w9 w12").Terms.Select(term => term.Term), Is.EqualTo(expected.Keys.Order()));
        Assert.That(queries.Identity.CanQuery(documents.Identity) && queries.Identity.IsQueryOnly, Is.True);
    }

    [Test]
    public void VDR_keeps_the_top_terms_and_the_text_s_own_under_elu_plus_1([Values] bool isPooledInside, [Values] bool isImported)
    {
        const int top = 50;
        ToyModel toy = WriteVdr(top, isPooledInside);
        string folder = isImported ? ModelImport.Import(toy.Folder, _scratch["out"]).Folder : toy.Folder;
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(folder, Options);

        AssertWeights(encoder, ids =>
        {
            Dictionary<int, float> all = VdrWeights(toy, ids);
            HashSet<int> kept = [.. all.OrderByDescending(term => term.Value).ThenBy(term => term.Key).Take(top).Select(term => term.Key), .. ids];
            return all.Where(term => kept.Contains(term.Key)).ToDictionary();
        }, 1e-4f);
        Assert.That(encoder.Encode(["w2099 w1500"])[0].Count, Is.InRange(top, top + 2));
    }

    [Test]
    public void VDR_names_the_place_of_each_term()
    {
        ToyModel toy = WriteVdr(50, isPooledInside: false);
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);
        SourcedTerms sourced = encoder.EncodeWithSources("w7 w2099 w8");

        Assert.That(sourced.Terms, Has.Count.GreaterThanOrEqualTo(50));
        Assert.That(sourced.Terms.Where(term => toy.Best([2, 7, 2099, 8, 3], term.Term).Position != term.Position), Is.Empty);
    }

    [Test]
    public void Half_precision_weights_and_logits_are_pooled_in_single_precision()
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings { IsHalf = true });
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);

        AssertWeights(encoder, ids => toy.Weights(ids), 5e-3f);
    }

    [Test]
    public void Int8_graph_that_quantises_activations_is_pooled_as_it_is()
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings { Head = ToyHead.DynamicInt8 });
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);

        AssertWeights(encoder, ids => toy.Weights(ids), 0.12f);
    }

    [Test]
    public void Weights_in_another_file_are_read([Values] bool isImported)
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings { HasExternalData = true, OnnxFile = "onnx/model.onnx" });
        string folder = isImported ? ModelImport.Import(toy.Folder, _scratch["out"]).Folder : toy.Folder;
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(folder, Options);

        AssertWeights(encoder, ids => toy.Weights(ids), 1e-5f);
    }

    [TestCase("location", "../../secret", "not in the model's folder")]
    [TestCase("location", "/etc/passwd", "not in the model's folder")]
    [TestCase("location", "", "not in the model's folder")]
    [TestCase("location", "none.bin", "which is not there")]
    [TestCase("offset", "99999999", "cut short")]
    [TestCase("offset", "-1", "no number of bytes")]
    [TestCase("length", "9223372036854775807", "no number of bytes")]
    public void Weights_in_another_file_that_is_wrong_are_refused(string key, string value, string reason)
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings { HasExternalData = true });
        ModelProto proto = ModelProto.Parser.ParseFrom(File.ReadAllBytes(toy.OnnxPath));
        proto.Graph.Initializer[0].ExternalData.Single(entry => entry.Key == key).Value = value;
        File.WriteAllBytes(toy.OnnxPath, proto.ToByteArray());

        Assert.That(() => SpladeEncoder.FromFolder(toy.Folder, Options), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(reason));
    }

    [TestCase("location", "", "which is not there")]
    [TestCase("location", "../", "not in the model's folder")]
    [TestCase("offset", "", "no number of bytes")]
    public void Weights_in_another_file_of_a_long_name_are_refused_in_a_short_sentence(string key, string start, string reason)
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings { HasExternalData = true });
        ModelProto proto = ModelProto.Parser.ParseFrom(File.ReadAllBytes(toy.OnnxPath));
        proto.Graph.Initializer[0].Name = new string('n', 6000);
        proto.Graph.Initializer[0].ExternalData.Single(entry => entry.Key == key).Value = start + new string('x', 6000);
        File.WriteAllBytes(toy.OnnxPath, proto.ToByteArray());

        Assert.That(() => SpladeEncoder.FromFolder(toy.Folder, Options), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(reason).And.Message.Length.LessThan(500));
    }

    [Test]
    public void Only_ONNX_file_is_taken_whatever_its_name_and_one_of_several_is_named()
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings { OnnxFile = "onnx/model_quantized.onnx" });
        SpladeEncoder.FromFolder(toy.Folder, Options).Dispose();
        File.Copy(toy.OnnxPath, Path.Combine(toy.Folder, "onnx", "model_fp16.onnx"));

        Assert.That(() => SpladeEncoder.FromFolder(toy.Folder, Options), Throws.InstanceOf<InvalidDataException>()
            .With.Message.Contains("several others: onnx/model_fp16.onnx, onnx/model_quantized.onnx"));
        SpladeEncoder.FromFolder(toy.Folder, Options with { OnnxFile = "onnx/model_fp16.onnx" }).Dispose();
        Assert.That(() => SpladeEncoder.FromFolder(toy.Folder, Options with { OnnxFile = "x.onnx" }), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("no ONNX file x.onnx"));
    }

    [Test]
    public void Selection_keeps_the_lower_of_equal_terms_and_no_markers()
    {
        var vector = new TermVector([1, 3, 5, 7, 9], [1, 2, 2, 2, 3]);
        HashSet<int> markers = [1];

        Assert.That(new TermSelection(2, false).Apply(vector, [7], markers).Terms.ToArray(), Is.EqualTo(new[] { 3, 9 }));
        Assert.That(new TermSelection(2, true).Apply(vector, [1, 7, 4], markers).Terms.ToArray(), Is.EqualTo(new[] { 3, 7, 9 }));
        Assert.That(TermSelection.OwnTerms.Apply(vector, [1, 7], markers).Terms.ToArray(), Is.EqualTo(new[] { 7 }));
        Assert.That(TermSelection.OwnTerms.Apply(vector, [], markers).Count, Is.Zero);
        Assert.That(TermSelection.All.Apply(vector, [7], markers), Is.SameAs(vector));
        Assert.That(new TermSelection(5, false).Apply(vector, [7], markers), Is.SameAs(vector));
    }

    private ToyModel WriteVdr(int top, bool isPooledInside)
    {
        const int first = 999;
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings
        {
            Head = ToyHead.Untied,
            FirstTerm = first,
            // As VDREncoder.forward gives it: activated and pooled, here for batches without padding.
            Finish = isPooledInside ? Pool : null,
        });
        File.Delete(Path.Combine(toy.Folder, "modules.json"));
        File.WriteAllText(Path.Combine(toy.Folder, "config.json"), $$"""{"max_position_embeddings": 64, "shift_vocab_num": {{first}}, "topk": {{top}}, "pooling": "max"}""");
        return toy;

        static void Pool(ModelProto proto)
        {
            ToyModel.Node(proto, "Elu", "elu", "logits");
            ToyModel.Node(proto, "Add", "active", "elu", ToyModel.Tensor(proto, "one", OnnxModel.Float, BitConverter.GetBytes(1f)));
            ToyModel.Node(proto, "Cast", "real", "attention_mask").Attribute.Add(OnnxModel.Attribute("to", OnnxModel.Float));
            ToyModel.Node(proto, "Unsqueeze", "real3", "real", ToyModel.Tensor(proto, "axis2", OnnxModel.Int64, BitConverter.GetBytes(2L), 1));
            ToyModel.Node(proto, "Mul", "masked", "active", "real3");
            ToyModel.Node(proto, "ReduceMax", "vocab_emb", "masked", ToyModel.Tensor(proto, "axis1", OnnxModel.Int64, BitConverter.GetBytes(1L), 1))
                .Attribute.Add(OnnxModel.Attribute("keepdims", 0));
            proto.Graph.Output.Clear();
            proto.Graph.Output.Add(ToyModel.Value("vocab_emb", OnnxModel.Float, "b", ToyModel.Terms - first));
        }
    }

    private static Dictionary<int, float> VdrWeights(ToyModel toy, int[] ids) => toy.Weights(ids, term =>
    {
        double logit = term < 999 ? double.NegativeInfinity : toy.Best(ids, term).Logit;
        return logit > 0 ? logit + 1 : Math.Exp(logit);
    });

    private static void AssertWeights(SpladeEncoder encoder, Func<int[], Dictionary<int, float>> expected, float tolerance)
    {
        // One batch, so that short texts are padded beside long ones.
        TermVector[] vectors = encoder.Encode(Array.ConvertAll(Texts, ids => new ModelInput(ids)), default);
        for (int i = 0; i < Texts.Length; i++)
        {
            Dictionary<int, float> weights = expected(Texts[i]);
            Assert.That(weights, Is.Not.Empty);
            Assert.That(GoldenTests.Furthest(vectors[i], weights), Is.LessThan(tolerance), $"text {i}");
        }
    }
}
