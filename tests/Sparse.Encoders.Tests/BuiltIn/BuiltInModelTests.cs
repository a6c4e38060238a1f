using Sparse.Encoders.BuiltIn;
using Sparse.Encoders.Import;
using Sparse.Encoders.Splade;
using Sparse.Encoders.Tests.Splade;
using Sparse.Vectors;

namespace Sparse.Encoders.Tests.BuiltIn;

internal sealed class BuiltInModelTests
{
    [Test]
    public void Built_in_model_needs_no_file_and_expands_a_word()
    {
        using SpladeEncoder encoder = SpladeEncoder.BuiltIn();
        Assert.That(encoder.Identity.Name, Is.EqualTo("builtin"));
        Assert.That(encoder.Vocabulary.Count, Is.EqualTo(30_522));
        Dictionary<int, float> weights = GoldenTests.Weights(encoder.Encode(["car insurance"])[0]);
        float Weight(string piece) => encoder.Vocabulary.TryGetId(piece, out int id) ? weights.GetValueOrDefault(id) : throw new ArgumentException(piece);
        Assert.That(Weight("car"), Is.GreaterThan(2f));
        Assert.That(Weight("cars"), Is.GreaterThan(1f));
        Assert.That(Weight("auto"), Is.GreaterThan(0.5f));
    }

    [Test]
    public void Built_in_model_is_what_the_import_makes_of_splade_tiny()
    {
        using var scratch = new Scratch();
        ModelImportReport report = ModelImport.Import(SharedData.SpladeTiny, scratch["out"], new ModelImportOptions { Weights = StoredWeights.Quantized });
        Assert.That(report.IsTied, Is.True);
        Assert.That(File.ReadAllBytes(Path.Combine(report.Folder, "model.onnx")).AsSpan().SequenceEqual(BuiltInModel.ReadWeights()), Is.True);
        Assert.That(File.ReadAllText(Path.Combine(report.Folder, "vocab.txt")).Split('\n')[..30_522],
            Is.EqualTo(Enumerable.Range(0, 30_522).Select(id => BuiltInVocabulary.Tokenizer.Vocabulary[id])));
    }

    [Test]
    public void Model_and_vocabulary_take_at_most_6_MB() =>
        Assert.That(
            typeof(BuiltInModel).Assembly.GetManifestResourceNames().Sum(name => typeof(BuiltInModel).Assembly.GetManifestResourceStream(name)!.Length),
            Is.LessThan(6_000_000));

    [Test]
    public void Int8_weights_stay_near_the_float_reference()
    {
        IReadOnlyList<GoldenText> golden = SharedData.Golden();
        using SpladeEncoder encoder = SpladeEncoder.BuiltIn(new SpladeEncoderOptions { MaxTokens = 512, Threads = 2 });
        IReadOnlyList<TermVector> vectors = encoder.Encode([.. golden.Select(text => text.Text)]);
        float[] furthest = [.. golden.Select((text, i) => GoldenTests.Furthest(vectors[i], text.Vector))];
        TestContext.Out.WriteLine($"largest difference {furthest.Max()}, mean of the texts' largest {furthest.Average()}");
        Assert.That(vectors.Max(vector => vector.Weights.ToArray().DefaultIfEmpty().Max()), Is.LessThan(encoder.MaxWeight));
        Assert.That(furthest.Max(), Is.LessThan(0.12f));
        Assert.That(furthest.Average(), Is.LessThan(0.06f));
    }

    [Test]
    public void Int8_vector_of_a_text_does_not_depend_on_its_neighbours()
    {
        string[] texts = ["one", "a much longer text about the history of rivers and seas", "car insurance", "", "how do vaccines work?"];
        using SpladeEncoder encoder = SpladeEncoder.BuiltIn(new SpladeEncoderOptions { TokensPerBatch = 500, Threads = 1 });
        IReadOnlyList<TermVector> together = encoder.Encode(texts);
        for (int i = 0; i < texts.Length; i++)
        {
            Assert.That(GoldenTests.Furthest(encoder.Encode([texts[i]])[0], GoldenTests.Weights(together[i])), Is.LessThan(1e-5f), texts[i]);
        }
    }
}
