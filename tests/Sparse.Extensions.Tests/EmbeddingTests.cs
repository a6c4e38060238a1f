using System.Text.Json;
using Microsoft.Extensions.AI;
using Sparse.Extensions.Embeddings;
using Sparse.Vectors;

namespace Sparse.Extensions.Tests;

internal sealed class EmbeddingTests : Scratch
{
    private static readonly string[] Texts = ["car repair shop", "", "apple cake"];

    [Test]
    public async Task Embeddings_are_the_encoders_vectors_in_order()
    {
        using var generator = new SparseEmbeddingGenerator(Encoder);
        GeneratedEmbeddings<SparseEmbedding> embeddings = await generator.GenerateAsync(Texts);
        IReadOnlyList<TermVector> vectors = Encoder.Encode(Texts);
        Assert.Multiple(() =>
        {
            Assert.That(embeddings.Select(embedding => embedding.Terms), Is.EqualTo(vectors.Select(vector => vector.Terms.ToArray())));
            Assert.That(embeddings.Select(embedding => embedding.Weights), Is.EqualTo(vectors.Select(vector => vector.Weights.ToArray())));
            Assert.That(embeddings[0].Dimensions, Is.EqualTo(SparseEmbedding.BuiltInDimensions).And.EqualTo(Encoder.Vocabulary.Count));
            Assert.That(embeddings[0].ModelId, Is.EqualTo("builtin"));
        });
    }

    [Test]
    public async Task Json_keeps_terms_weights_and_dimensions()
    {
        using var generator = new SparseEmbeddingGenerator(Encoder);
        SparseEmbedding made = await generator.GenerateAsync("car repair shop");
        SparseEmbedding read = JsonSerializer.Deserialize<SparseEmbedding>(JsonSerializer.Serialize(made))!;
        Assert.Multiple(() =>
        {
            Assert.That(read.Terms, Is.EqualTo(made.Terms).And.Not.Empty);
            Assert.That(read.Weights, Is.EqualTo(made.Weights));
            Assert.That(read.Dimensions, Is.EqualTo(made.Dimensions));
            Assert.That(read.ModelId, Is.EqualTo(made.ModelId));
        });
    }

    [Test]
    public void Another_model_or_other_dimensions_are_refused_by_name()
    {
        using var generator = new SparseEmbeddingGenerator(Encoder);
        Assert.Multiple(() =>
        {
            Assert.That(async () => await generator.GenerateAsync(Texts, new EmbeddingGenerationOptions { Dimensions = 768 }), Throws.ArgumentException.With.Message.StartsWith("The encoder 'builtin' has 30522 dimensions, not 768"));
            Assert.That(async () => await generator.GenerateAsync(Texts, new EmbeddingGenerationOptions { ModelId = "other" }), Throws.ArgumentException.With.Message.Contains("not 'other'"));
        });
    }

    [Test]
    public void What_lies_behind_it_can_be_asked_for()
    {
        using var generator = new SparseEmbeddingGenerator(Encoder);
        Assert.Multiple(() =>
        {
            Assert.That(generator.GetService<ITermEncoder>(), Is.SameAs(Encoder));
            Assert.That(generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelDimensions, Is.EqualTo(30_522));
            Assert.That(generator.GetService<SparseEmbeddingGenerator>("a key"), Is.Null);
        });
    }

    [Test]
    public void A_term_past_the_vocabulary_or_a_weight_of_zero_is_no_embedding()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => new SparseEmbedding([5, 10], [1, 1], 10), Throws.ArgumentException.With.Message.Contains("term 10"));
            Assert.That(() => new SparseEmbedding([5, 9], [1, 0], 10), Throws.ArgumentException);
        });
    }
}
