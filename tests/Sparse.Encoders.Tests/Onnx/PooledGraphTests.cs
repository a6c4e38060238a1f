using Sparse.Encoders.Batches;
using Sparse.Encoders.Import;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Splade;
using Sparse.Encoders.Tests.Splade;
using Sparse.Vectors;

namespace Sparse.Encoders.Tests.Onnx;

/// <summary>Pooling that we add to graphs of several shapes, against plain loops over a toy model.</summary>
internal sealed class PooledGraphTests
{
    private static readonly SpladeEncoderOptions Options = new() { MaxTokens = 64, Threads = 1 };
    private static readonly int[][] Texts = [[2, 7, 2099, 8, 3], [2, 3], [2, 2050, 2050, 1500, 9, 1200, 3], [2, 2047, 2048, 3]];

    private static readonly ToyHead[] FloatHeads = [ToyHead.Tied, ToyHead.Copied, ToyHead.Untied, ToyHead.Opaque];

    [Test]
    public void Weights_are_those_of_plain_loops_whatever_the_head_and_the_opset([ValueSource(nameof(FloatHeads))] ToyHead head, [Values(13, 17, 20)] int opset)
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"], head, opset);
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);
        AssertWeights(encoder, toy, 1e-5f);
    }

    [Test]
    public void Activation_log1p_relu_takes_the_logarithm_twice()
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"], activation: "log1p_relu");
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);
        AssertWeights(encoder, toy, 1e-5f, log1p: true);
        Assert.That(encoder.MaxWeight, Is.EqualTo(1.5f));
    }

    [Test]
    public void Source_positions_are_those_of_plain_loops([ValueSource(nameof(FloatHeads))] ToyHead head)
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"], head);
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);
        SourcedTerms sourced = encoder.EncodeWithSources("w7 w2099 w8 w1200 w8");
        int[] ids = [2, 7, 2099, 8, 1200, 8, 3];
        Assert.That(sourced.Tokens.Tokens.ToArray().Select(token => token.Id), Is.EqualTo(ids));
        Assert.That(sourced.Terms, Has.Count.GreaterThan(1000));
        Assert.That(sourced.Terms.Where(term => toy.Best(ids, term.Term).Position != term.Position), Is.Empty);
    }

    [Test]
    public void Imported_model_gives_the_same_weights_and_int8_nearly([ValueSource(nameof(FloatHeads))] ToyHead head, [Values] bool int8)
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"], head);
        ModelImportReport report = ModelImport.Import(toy.Folder, scratch["out"], new ModelImportOptions { Weights = int8 ? StoredWeights.Quantized : StoredWeights.Unchanged, Name = "mine", MaxWeight = 2.5f });
        Assert.That(report.IsTied, Is.EqualTo(head != ToyHead.Untied));
        Assert.That(report.QuantizedMatrices, Is.EqualTo(!int8 ? 0 : head == ToyHead.Untied ? 2 : 1));
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(scratch["out"], Options);
        AssertWeights(encoder, toy, int8 ? 0.06f : 1e-5f);
        Assert.That(encoder.EncodeWithSources("w7 w8").Terms, Is.Not.Empty);
        Assert.That((encoder.Identity.Name, encoder.MaxWeight), Is.EqualTo(("mine", 2.5f)));
    }

    [Test]
    public void Head_that_copies_the_embedding_is_stored_once()
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"], ToyHead.Copied);
        ModelImportReport report = ModelImport.Import(toy.Folder, scratch["out"]);
        OnnxModel written = OnnxModel.Parse(File.ReadAllBytes(Path.Combine(report.Folder, "model.onnx")), "out");
        Assert.That(written.Graph.Initializer.Count(tensor => tensor.Dims.Count == 2), Is.EqualTo(1));
    }

    [Test]
    public void Graph_that_pools_by_itself_is_used_as_it_is()
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"]);
        OnnxModel model = OnnxModel.Parse(File.ReadAllBytes(toy.OnnxPath), "toy");
        Assert.That(PooledGraph.AddPooling(model, new TermPooling(TermActivation.Relu)), Is.True);
        File.WriteAllBytes(toy.OnnxPath, model.ToBytes());
        Assert.That(PooledGraph.AddPooling(OnnxModel.Parse(model.ToBytes(), "toy"), new TermPooling(TermActivation.Relu)), Is.False);
        using SpladeEncoder encoder = SpladeEncoder.FromFolder(toy.Folder, Options);
        AssertWeights(encoder, toy, 1e-5f);
    }

    [Test]
    public void Unknown_fields_of_a_model_survive()
    {
        using var scratch = new Scratch();
        ToyModel toy = ToyModel.Write(scratch["toy"]);
        byte[] producerField = [0x28, 0x07];  // field 5, model_version = 7, which our onnx.proto leaves out
        byte[] bytes = [.. File.ReadAllBytes(toy.OnnxPath), .. producerField];
        Assert.That(OnnxModel.Parse(bytes, "toy").ToBytes().AsSpan().IndexOf(producerField), Is.GreaterThan(0));
    }

    private static void AssertWeights(SpladeEncoder encoder, ToyModel toy, float tolerance, bool log1p = false)
    {
        // One batch, so that short texts are padded beside long ones.
        TermVector[] vectors = encoder.Encode(Array.ConvertAll(Texts, ids => new ModelInput(ids)), default);
        for (int i = 0; i < Texts.Length; i++)
        {
            Assert.That(GoldenTests.Furthest(vectors[i], toy.Weights(Texts[i], log1p)), Is.LessThan(tolerance), $"text {i}");
        }
    }
}
