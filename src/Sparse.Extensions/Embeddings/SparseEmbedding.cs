using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using Sparse.Vectors;

namespace Sparse.Extensions.Embeddings;

/// <summary>A sparse embedding: a few terms of a vocabulary, each with a positive weight. Immutable but for what its base class lets one set; serialised as terms and weights.</summary>
public sealed class SparseEmbedding : Embedding
{
    /// <summary>Dimensions of the built-in model: the 30,522 word pieces of bert-base-uncased.</summary>
    public const int BuiltInDimensions = 30_522;

    /// <summary>Makes an embedding of a vector.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="dimensions">Terms of the vocabulary.</param>
    /// <exception cref="ArgumentException">The vector has a term past the vocabulary's end.</exception>
    public SparseEmbedding(TermVector vector, int dimensions)
    {
        ArgumentNullException.ThrowIfNull(vector);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        if (vector.Count > 0 && vector.Terms[^1] >= dimensions)
        {
            throw new ArgumentException($"The vector has term {vector.Terms[^1]}, and {dimensions} dimensions end at {dimensions - 1}.", nameof(vector));
        }

        Vector = vector;
        Dimensions = dimensions;
    }

    /// <summary>Makes an embedding of terms and weights.</summary>
    /// <param name="terms">Term ids, ascending, each once, 0 to <paramref name="dimensions"/> − 1.</param>
    /// <param name="weights">As many weights, finite and &gt; 0.</param>
    /// <param name="dimensions">Terms of the vocabulary.</param>
    /// <exception cref="ArgumentException">Lengths differ, ids do not ascend or are past the end, or a weight is not finite and positive.</exception>
    [JsonConstructor]
    public SparseEmbedding(IReadOnlyList<int> terms, IReadOnlyList<float> weights, int dimensions)
        : this(new TermVector([.. terms ?? throw new ArgumentNullException(nameof(terms))], [.. weights ?? throw new ArgumentNullException(nameof(weights))]), dimensions)
    {
    }

    /// <summary>The vector.</summary>
    [JsonIgnore]
    public TermVector Vector { get; }

    /// <summary>Ids of the terms that have a weight, ascending.</summary>
    public IReadOnlyList<int> Terms => [.. Vector.Terms];

    /// <summary>Their weights, finite and &gt; 0.</summary>
    public IReadOnlyList<float> Weights => [.. Vector.Weights];

    /// <summary>Terms of the vocabulary, with a weight or without.</summary>
    [JsonInclude]
    public override int Dimensions { get; }
}
