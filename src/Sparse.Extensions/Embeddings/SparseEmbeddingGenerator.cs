using Microsoft.Extensions.AI;
using Sparse.Vectors;

namespace Sparse.Extensions.Embeddings;

/// <summary>A sparse encoder as Microsoft.Extensions.AI sees it: texts to <see cref="SparseEmbedding"/>s. Safe for concurrent use.</summary>
/// <param name="encoder">Any encoder, for documents or for queries alone; stays the caller's.</param>
public sealed class SparseEmbeddingGenerator(ITermEncoder encoder) : IEmbeddingGenerator<string, SparseEmbedding>
{
    private readonly ITermEncoder _encoder = encoder ?? throw new ArgumentNullException(nameof(encoder));
    private readonly EmbeddingGeneratorMetadata _metadata = new("sparse", providerUri: null, encoder.Identity.Name, encoder.Vocabulary.Count);

    /// <summary>Encodes texts on the encoder's own threads.</summary>
    /// <param name="values">The texts, encoded together.</param>
    /// <param name="options">Model and dimensions, where given, must be the encoder's own: it has no others.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>One embedding a text, in their order.</returns>
    /// <exception cref="ArgumentException">Another model or other dimensions are asked for.</exception>
    public async Task<GeneratedEmbeddings<SparseEmbedding>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        int dimensions = _encoder.Vocabulary.Count;
        if (options?.Dimensions is { } asked && asked != dimensions)
        {
            throw new ArgumentException($"The encoder '{_encoder.Identity.Name}' has {dimensions} dimensions, not {asked}; leave the dimensions out.", nameof(options));
        }

        if (options?.ModelId is { } model && model != _encoder.Identity.Name)
        {
            throw new ArgumentException($"This generator runs the encoder '{_encoder.Identity.Name}', not '{model}'; leave the model out.", nameof(options));
        }

        string[] texts = [.. values];
        IReadOnlyList<TermVector> vectors = await Task.Run(() => _encoder.Encode(texts, cancellationToken), cancellationToken).ConfigureAwait(false);
        return [.. vectors.Select(vector => new SparseEmbedding(vector, dimensions) { ModelId = _encoder.Identity.Name })];
    }

    /// <summary>What there is behind it: <see cref="EmbeddingGeneratorMetadata"/>, <see cref="ITermEncoder"/>, or this.</summary>
    /// <param name="serviceType">Which of them.</param>
    /// <param name="serviceKey">Null; no other key is known.</param>
    /// <returns>Null where there is no such thing.</returns>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(_encoder) ? _encoder
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Does nothing: the encoder stays the caller's.</summary>
    public void Dispose()
    {
    }
}
