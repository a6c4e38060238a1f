using Google.Protobuf;
using Sparse.Encoders.Dense;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Reranking;
using Sparse.Tokens;

namespace Sparse.Encoders.Tests.Reranking;

/// <summary>Rerankers over generated graphs, by plain loops, and MaxSim over MiniLM's token vectors.</summary>
internal sealed class RerankerTests
{
    private const int Width = 4;

    private Scratch _scratch = new();

    [SetUp]
    public void Make() => _scratch = new Scratch();

    [TearDown]
    public void Drop() => _scratch.Dispose();

    [Test]
    public void Cross_encoder_reads_query_and_passage_as_a_pair()
    {
        string folder = WriteCrossEncoder();
        using CrossEncoder encoder = CrossEncoder.FromFolder(folder, new DenseEncoderOptions { Threads = 1 });
        string[] passages = ["w7 w8", "w9", "", string.Join(' ', Enumerable.Repeat("w10", 100))];
        float[] scores = encoder.Score("w20 w21", passages);

        // The graph adds up ids, those of the second text a thousand times: [SEP] (3) belongs to it. The last passage is cut to 64 places.
        int query = 2 + 20 + 21 + 3;
        float[] expected = [query + (1000 * (7 + 8 + 3)), query + (1000 * (9 + 3)), query + (1000 * 3), query + (1000 * ((10 * (64 - 4 - 1)) + 3))];
        Assert.That(scores, Is.EqualTo(expected));
        Assert.That(encoder.Score("w20 w21", [passages[1]]), Is.EqualTo(new[] { expected[1] }), "whatever else is scored");
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.That(() => encoder.Score("w20", passages, stop.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Graphs_that_give_something_else_are_refused_by_name()
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"]);
        Assert.That(() => CrossEncoder.FromFolder(WithoutModules(toy)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'logits'").And.Message.Contains("one float a pair"));
        Assert.That(() => LateInteraction.FromFolder(toy.Folder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("a vector a token"));
    }

    [Test]
    public void MaxSim_is_that_of_plain_loops()
    {
        ToyModel toy = ToyModel.Write(_scratch["toy"], new ToySettings
        {
            Finish = proto =>
            {
                ToyModel.Node(proto, "Identity", "last_hidden_state", "hidden");
                proto.Graph.Output.Add(ToyModel.Value("last_hidden_state", OnnxModel.Float, "b", "s", Width));
            },
        });
        using LateInteraction model = LateInteraction.FromFolder(WithoutModules(toy), new DenseEncoderOptions { Threads = 2 });
        int[] query = [7, 1200, 33];
        int[][] passages = [[9, 9, 1200], [34], [], [7, 8, 2000, 33]];
        float[] scores = model.Score(Text(query), [.. passages.Select(Text)]);
        for (int i = 0; i < passages.Length; i++)
        {
            double expected = passages[i].Length == 0 ? 0 : query.Average(q => passages[i].Max(p => Cosine(toy.Embedding(q), toy.Embedding(p))));
            Assert.That(scores[i], Is.EqualTo(expected).Within(1e-5), Text(passages[i]));
        }

        Assert.That(model.Score(Text(query), [Text(query)])[0], Is.EqualTo(1).Within(1e-5));
        Assert.That(model.Score("", ["w7"]), Is.EqualTo(new[] { 0f }));
    }

    [Test]
    public void MaxSim_over_MiniLM_prefers_the_passage_about_the_query()
    {
        string folder = SharedData.Folder("models/minilm-l6-int8");
        using LateInteraction model = LateInteraction.FromFolder(folder, new DenseEncoderOptions { Tokenizer = TokenizerFolder.Read(SharedData.SpladeTiny) });
        float[] scores = model.Score("where can I have my automobile fixed", ["a supersonic boundary layer", "the car repair shop round the corner", "bread and butter"]);
        Assert.That(scores[1], Is.GreaterThan(scores[0]).And.GreaterThan(scores[2]));
        Assert.That(scores, Has.All.InRange(-1f, 1f));
    }

    private static string Text(int[] ids) => string.Join(' ', ids.Select(id => $"w{id}"));

    private static double Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double dot = 0, one = 0, other = 0;
        for (int i = 0; i < left.Length; i++)
        {
            (dot, one, other) = (dot + ((double)left[i] * right[i]), one + ((double)left[i] * left[i]), other + ((double)right[i] * right[i]));
        }

        return dot / Math.Sqrt(one * other);
    }

    private static string WithoutModules(ToyModel toy)
    {
        File.Delete(Path.Combine(toy.Folder, "modules.json"));
        return toy.Folder;
    }

    /// <summary>A graph whose logit is the sum of all ids, and a thousand times those of token type 1 in place of once.</summary>
    private string WriteCrossEncoder()
    {
        string folder = Directory.CreateDirectory(_scratch["cross"]).FullName;
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"max_position_embeddings": 64}""");
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), ToyModel.Vocabulary(100));
        var proto = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "cross" } };
        proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 20 });
        foreach (string input in (string[])["input_ids", "attention_mask", "token_type_ids"])
        {
            proto.Graph.Input.Add(ToyModel.Value(input, OnnxModel.Int64, "b", "s"));
        }

        proto.Graph.Output.Add(ToyModel.Value("logits", OnnxModel.Float, "b", 1));
        string thousand = ToyModel.Tensor(proto, "thousand", OnnxModel.Int64, BitConverter.GetBytes(999L), 1);
        ToyModel.Node(proto, "Mul", "scaled", "token_type_ids", thousand);
        ToyModel.Node(proto, "Add", "factor", "scaled", "attention_mask");
        ToyModel.Node(proto, "Mul", "weighted", "input_ids", "factor");
        ToyModel.Node(proto, "ReduceSum", "sum", "weighted", ToyModel.Tensor(proto, "axis", OnnxModel.Int64, BitConverter.GetBytes(1L), 1));
        ToyModel.Node(proto, "Cast", "logits", "sum").Attribute.Add(OnnxModel.Attribute("to", OnnxModel.Float));
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), proto.ToByteArray());
        return folder;
    }
}
