using Microsoft.ML.OnnxRuntime;
using Sparse.Encoders.Dense;
using Sparse.Encoders.Onnx;
using Sparse.Tokens;

namespace Sparse.Encoders.Tests.Dense;

/// <summary>Dense encoders against pooling by plain loops, over a toy model's embeddings and over MiniLM's own hidden states.</summary>
internal sealed class DenseEncoderTests
{
    private static readonly DenseEncoderOptions Options = new() { Threads = 1 };
    private static readonly string[] Texts = ["w7 w2099 w8", "", "w9 w9 w1200 w33 w34 w35", "w2000"];

    private Scratch _scratch = new();

    [SetUp]
    public void Make() => _scratch = new Scratch();

    [TearDown]
    public void Drop() => _scratch.Dispose();

    [TestCase("""{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false}""", true, false)]
    [TestCase("""{"pooling_mode_cls_token": true}""", false, false)]
    [TestCase("""{"pooling_mode_mean_tokens": true}""", true, true)]
    public void Vectors_are_those_of_plain_loops(string pooling, bool isMean, bool isHalf)
    {
        ToyModel toy = Write(pooling, isHalf);
        using DenseEncoder encoder = DenseEncoder.FromFolder(toy.Folder, Options);
        float[][] vectors = encoder.Encode(Texts);

        Assert.That(encoder.Dimensions, Is.EqualTo(4));
        for (int i = 0; i < Texts.Length; i++)
        {
            int[] ids = [2, .. Texts[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => int.Parse(word[1..], null)), 3];
            double[] expected = isMean ? Mean(ids.Select(id => toy.Embedding(id).ToArray())) : Mean([toy.Embedding(2).ToArray()]);
            Assert.That(vectors[i], Is.EqualTo(Unit(expected)).Within(isHalf ? 1e-3 : 1e-6), Texts[i]);
        }
    }

    [TestCase("mean", true)]
    [TestCase("cls", false)]
    public void Plain_folder_pools_as_its_config_says(string pooling, bool isMean)
    {
        ToyModel toy = Write(null, isHalf: false);
        File.WriteAllText(Path.Combine(toy.Folder, "config.json"), $$"""{"pooling": "{{pooling}}", "max_seq_length": 16}""");
        using DenseEncoder encoder = DenseEncoder.FromFolder(toy.Folder, Options);

        Assert.That(encoder.Encode(["w7"])[0], Is.EqualTo(Unit(isMean ? Mean([toy.Embedding(2).ToArray(), toy.Embedding(7).ToArray(), toy.Embedding(3).ToArray()])
            : Mean([toy.Embedding(2).ToArray()]))).Within(1e-6));
        Assert.That(() => DenseEncoder.FromFolder(toy.Folder, Options with { MaxTokens = 17 }), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("16 tokens"));
    }

    [Test]
    public void Vector_that_the_graph_gives_is_taken_and_normalised()
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings
        {
            Finish = proto =>
            {
                ToyModel.Node(proto, "ReduceMax", "sentence_embedding", "hidden", ToyModel.Tensor(proto, "axis", OnnxModel.Int64, BitConverter.GetBytes(1L), 1))
                    .Attribute.Add(OnnxModel.Attribute("keepdims", 0));
                proto.Graph.Output.Add(ToyModel.Value("sentence_embedding", OnnxModel.Float, "b", 4));
            },
        });
        File.Delete(Path.Combine(toy.Folder, "modules.json"));
        using DenseEncoder encoder = DenseEncoder.FromFolder(toy.Folder, Options);

        Assert.That(encoder.Encode(["w7"])[0].Sum(value => value * value), Is.EqualTo(1).Within(1e-6));
    }

    [Test]
    public void MiniLM_vectors_are_the_mean_of_its_hidden_states_and_do_not_depend_on_neighbours()
    {
        string folder = SharedData.Folder("models/minilm-l6-int8");
        ITokenizer tokenizer = TokenizerFolder.Read(SharedData.SpladeTiny);
        using DenseEncoder encoder = DenseEncoder.FromFolder(folder, new DenseEncoderOptions { Threads = 2, Tokenizer = tokenizer });
        IReadOnlyList<string> texts = ["car repair shop", "Where can I have my automobile fixed?", "the boundary layer of a flat plate in supersonic flow", ""];
        float[][] vectors = encoder.Encode(texts);

        using var session = new InferenceSession(Path.Combine(folder, "model.onnx"));
        for (int i = 0; i < texts.Count; i++)
        {
            Assert.That(vectors[i], Is.EqualTo(Unit(Mean(HiddenStates(session, tokenizer.Encode(texts[i]))))).Within(2e-5), texts[i]);
            Assert.That(encoder.Encode([texts[i]])[0], Is.EqualTo(vectors[i]).Within(2e-5), texts[i]);
        }

        Assert.That(encoder.Dimensions, Is.EqualTo(384));
        Assert.That(Dot(vectors[0], vectors[1]), Is.GreaterThan(0.3).And.GreaterThan(Dot(vectors[0], vectors[2]) + 0.2));
    }

    [TestCase("1_Pooling/config.json", """{"pooling_mode_max_tokens": true}""", "asks for pooling_mode_max_tokens")]
    [TestCase("1_Pooling/config.json", "{}", "asks for no pooling mode")]
    [TestCase("modules.json", """[{"type":"x.Transformer","path":""},{"type":"x.Dense","path":"2_Dense"}]""", "module type 'x.Dense'")]
    [TestCase("modules.json", """[{"type":"x.Transformer","path":""}]""", "names no Pooling")]
    [TestCase("modules.json", """[{"type":"x.Pooling","path":"../x"}]""", "names the folder '../x'")]
    [TestCase("modules.json", """[{"type":"x.Pooling","path":"9_Pooling"}]""", "is not there")]
    public void Configuration_that_is_not_supported_is_refused(string file, string content, string reason)
    {
        ToyModel toy = Write("""{"pooling_mode_mean_tokens": true}""", isHalf: false);
        File.WriteAllText(Path.Combine(toy.Folder, file), content);

        Assert.That(() => DenseEncoder.FromFolder(toy.Folder, Options), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(reason));
    }

    [Test]
    public void Folder_of_a_long_name_that_is_not_there_is_named_by_its_beginning()
    {
        ToyModel toy = Write("""{"pooling_mode_mean_tokens": true}""", isHalf: false);
        File.WriteAllText(Path.Combine(toy.Folder, "modules.json"), $$"""[{"type":"x.Pooling","path":"9_{{new string('x', 6000)}}"}]""");

        Assert.That(() => DenseEncoder.FromFolder(toy.Folder, Options),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("modules.json names 9_xxx").And.Message.Contains("is not there").And.Message.Length.LessThan(500));
    }

    [Test]
    public void Folder_that_is_none_says_so()
    {
        Assert.That(() => DenseEncoder.FromFolder(_scratch["none"]), Throws.InstanceOf<DirectoryNotFoundException>());
        Assert.That(() => DenseEncoder.FromFolder(_scratch.Folder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("looked for").And.Message.Contains("found nothing"));
        ToyModel toy = Write("""{"pooling_mode_mean_tokens": true}""", isHalf: false);
        File.Delete(Path.Combine(toy.Folder, "vocab.txt"));
        Assert.That(() => DenseEncoder.FromFolder(toy.Folder), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("holds no tokenizer"));
    }

    [Test]
    public void Disposed_encoder_says_so()
    {
        DenseEncoder encoder = DenseEncoder.FromFolder(Write("""{"pooling_mode_mean_tokens": true}""", isHalf: false).Folder, Options);
        encoder.Dispose();
        encoder.Dispose();

        Assert.That(() => encoder.Encode(["w5"]), Throws.InstanceOf<ObjectDisposedException>());
    }

    // The hidden states are the embeddings; the toy's logits are not given.
    private ToyModel Write(string? pooling, bool isHalf)
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings
        {
            IsHalf = isHalf,
            Finish = proto =>
            {
                proto.Graph.Output.Clear();
                proto.Graph.Output.Add(ToyModel.Value("last_hidden_state", isHalf ? OnnxModel.Float16 : OnnxModel.Float, "b", "s", 4));
                ToyModel.Node(proto, "Identity", "last_hidden_state", "hidden");
            },
        });
        File.Delete(Path.Combine(toy.Folder, "modules.json"));
        if (pooling is not null)
        {
            File.WriteAllText(Path.Combine(toy.Folder, "modules.json"),
                """[{"type":"x.Transformer","path":""},{"type":"x.Pooling","path":"1_Pooling"},{"type":"x.Normalize","path":"2_Normalize"}]""");
            Directory.CreateDirectory(Path.Combine(toy.Folder, "1_Pooling"));
            File.WriteAllText(Path.Combine(toy.Folder, "1_Pooling", "config.json"), pooling);
        }

        return toy;
    }

    private static float[][] HiddenStates(InferenceSession session, TokenSequence tokens)
    {
        long[] shape = [1, tokens.Count];
        using OrtValue ids = OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(tokens.Tokens.ToArray(), token => (long)token.Id), shape);
        using OrtValue mask = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, tokens.Count).ToArray(), shape);
        using OrtValue types = OrtValue.CreateTensorValueFromMemory(new long[tokens.Count], shape);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(
            run, new Dictionary<string, OrtValue> { ["input_ids"] = ids, ["attention_mask"] = mask, ["token_type_ids"] = types }, ["last_hidden_state"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray().Chunk(384).ToArray();
    }

    private static double[] Mean(IEnumerable<float[]> rows)
    {
        float[][] all = [.. rows];
        return [.. Enumerable.Range(0, all[0].Length).Select(i => all.Average(row => (double)row[i]))];
    }

    private static double[] Unit(double[] vector)
    {
        double length = Math.Sqrt(vector.Sum(value => value * value));
        return Array.ConvertAll(vector, value => value / length);
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
