using Google.Protobuf;
using Sparse.Encoders.Batches;
using Sparse.Encoders.Import;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Splade;
using Sparse.Vectors;

namespace Sparse.Encoders.Tests.Splade;

/// <summary>Graphs that give one weight a token, or terms with weights, instead of logits.</summary>
internal sealed class OutputFamiliesTests
{
    private static readonly SpladeEncoderOptions Options = new() { MaxTokens = 64, Threads = 1 };
    private static readonly int[][] Texts = [[2, 7, 2099, 8, 7, 3], [2, 3], [2, 2050, 2050, 1500, 9, 1200, 3]];

    private Scratch _scratch = new();

    [SetUp]
    public void Make() => _scratch = new Scratch();

    [TearDown]
    public void Drop() => _scratch.Dispose();

    [Test]
    public void Token_weights_are_the_largest_of_a_term_s_places([Values] bool hasLastAxis, [Values] bool isHalf, [Values] bool isImported)
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], TokenWeights(hasLastAxis, isHalf));
        string folder = isImported ? ModelImport.Import(toy.Folder, _scratch["out"]).Folder : toy.Folder;
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(folder, Options);
        TermVector[] vectors = encoder.Encode(Array.ConvertAll(Texts, ids => new ModelInput(ids)), default);

        for (int i = 0; i < Texts.Length; i++)
        {
            Assert.That(GoldenTests.Furthest(vectors[i], Expected(toy, Texts[i])), Is.LessThan(isHalf ? 0.03f : 1e-5f), $"text {i}");
        }

        Assert.That(vectors[0].Terms.ToArray(), Is.Not.Empty);
        Assert.That(encoder.MaxWeight, Is.EqualTo(5f));
    }

    [Test]
    public void Token_weights_tell_their_place()
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], TokenWeights(hasLastAxis: true, isHalf: false));
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);
        SourcedTerms sourced = encoder.EncodeWithSources("w9 w7 w9 w1200");

        Assert.That(sourced.Terms, Is.Not.Empty);
        Assert.That(sourced.Terms.Where(term => sourced.Tokens.Tokens[term.Position].Id != term.Term), Is.Empty);
    }

    [Test]
    public void Graph_without_a_mask_gets_one_text_at_a_time()
    {
        // Anserini's uniCOIL: one input, inputIds.
        ToySettings settings = TokenWeights(hasLastAxis: true, isHalf: false);
        ToyModel toy = ToyModel.Write(_scratch["toy"], settings with
        {
            Finish = proto =>
            {
                settings.Finish!(proto);
                proto.Graph.Input.RemoveAt(1);
                proto.Graph.Input[0].Name = "inputIds";
                proto.Graph.Node[0].Input[1] = "inputIds";
            },
        });
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);
        TermVector[] vectors = encoder.Encode(Array.ConvertAll(Texts, ids => new ModelInput(ids)), default);

        Assert.That(Enumerable.Range(0, Texts.Length).Max(i => GoldenTests.Furthest(vectors[i], Expected(toy, Texts[i]))), Is.LessThan(1e-5f));
    }

    [Test]
    public void Terms_with_weights_are_taken_without_markers([Values] bool isImported)
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings { Finish = MakePairs });
        string folder = isImported ? ModelImport.Import(toy.Folder, _scratch["out"]).Folder : toy.Folder;
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(folder, Options);
        TermVector[] vectors = encoder.Encode(Array.ConvertAll(Texts, ids => new ModelInput(ids)), default);

        for (int i = 0; i < Texts.Length; i++)
        {
            Dictionary<int, float> expected = toy.Weights(Texts[i]).Where(term => term.Key > 4).ToDictionary();
            Assert.That(GoldenTests.Furthest(vectors[i], expected), Is.LessThan(1e-5f), $"text {i}");
        }

        Assert.That(() => encoder.EncodeWithSources("w7"), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("a way of its own"));
    }

    [Test]
    public void Term_outside_the_vocabulary_is_an_error()
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings { Finish = MakePairs });
        File.WriteAllLines(Path.Combine(toy.Folder, "vocab.txt"), ToyModel.Vocabulary(2000));
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);

        Assert.That(() => encoder.Encode(["w7"]), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("its tokenizer has 2000 word pieces"));
    }

    // The weight of a token is the first number of its embedding, by ReLU.
    private static ToySettings TokenWeights(bool hasLastAxis, bool isHalf) => new()
    {
        Head = ToyHead.Untied,
        IsHalf = isHalf,
        Finish = proto =>
        {
            int type = isHalf ? OnnxModel.Float16 : OnnxModel.Float;
            ToyModel.Node(proto, "Slice", "first", "hidden", Int64(proto, "zero", 0), Int64(proto, "one", 1), Int64(proto, "two", 2));
            ToyModel.Node(proto, "Relu", hasLastAxis ? "token_weights" : "token_weights3", "first");
            if (!hasLastAxis)
            {
                ToyModel.Node(proto, "Squeeze", "token_weights", "token_weights3", "two");
            }

            proto.Graph.Output.Clear();
            proto.Graph.Output.Add(hasLastAxis ? ToyModel.Value("token_weights", type, "b", "s", 1) : ToyModel.Value("token_weights", type, "b", "s"));
        },
    };

    private static Dictionary<int, float> Expected(ToyModel toy, int[] ids)
    {
        Dictionary<int, float> weights = [];
        foreach (int id in ids)
        {
            float weight = toy.Embedding(id)[0];
            if (weight > 0 && id > 4)
            {
                weights[id] = weight;
            }
        }

        return weights;
    }

    // As Anserini's graphs end: the columns of the pooled row that are not 0, and what stands there.
    private static void MakePairs(ModelProto proto)
    {
        ToyModel.Node(proto, "ReduceMax", "maxima", "logits", Int64(proto, "axis1", 1)).Attribute.Add(OnnxModel.Attribute("keepdims", 0));
        ToyModel.Node(proto, "Relu", "positive", "maxima");
        ToyModel.Node(proto, "Add", "plus1", "positive", ToyModel.Tensor(proto, "unit", OnnxModel.Float, BitConverter.GetBytes(1f)));
        ToyModel.Node(proto, "Log", "weights2", "plus1");
        ToyModel.Node(proto, "Squeeze", "weights1", "weights2", Int64(proto, "axis0", 0));
        ToyModel.Node(proto, "NonZero", "places", "weights1");
        ToyModel.Node(proto, "Squeeze", "output_idx", "places", "axis0");
        ToyModel.Node(proto, "Gather", "output_weights", "weights1", "output_idx");
        proto.Graph.Output.Clear();
        proto.Graph.Output.Add(ToyModel.Value("output_idx", OnnxModel.Int64, "n"));
        proto.Graph.Output.Add(ToyModel.Value("output_weights", OnnxModel.Float, "n"));
    }

    private static string Int64(ModelProto proto, string name, long value) => ToyModel.Tensor(proto, name, OnnxModel.Int64, BitConverter.GetBytes(value), 1);
}
