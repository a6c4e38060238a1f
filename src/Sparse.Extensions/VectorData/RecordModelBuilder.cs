using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Sparse.Extensions.Embeddings;

namespace Sparse.Extensions.VectorData;

/// <summary>Reads what a record type or a definition says of a collection, and refuses what a sparse index can't do.</summary>
/// <param name="encoder">The store's own encoder, as a generator.</param>
/// <param name="dimensions">Its dimensions.</param>
internal sealed class RecordModelBuilder(SparseEmbeddingGenerator encoder, int dimensions) : CollectionModelBuilder(new CollectionModelBuildingOptions
{
    SupportsMultipleVectors = false,
    RequiresAtLeastOneVector = true,
})
{
    private static readonly Type[] KeyTypes = [typeof(string), typeof(Guid), typeof(int), typeof(long)];

    /// <inheritdoc/>
    protected override IReadOnlyList<EmbeddingGenerationDispatcher> EmbeddingGenerationDispatchers { get; } = [EmbeddingGenerationDispatcher.Create<SparseEmbedding>()];

    /// <summary>Reads a record type, and a definition where one is given.</summary>
    public CollectionModel Build(Type record, Type key, VectorStoreCollectionDefinition? definition) => record == typeof(Dictionary<string, object?>)
        ? BuildDynamic(definition ?? throw new ArgumentNullException(nameof(definition), "A collection of dictionaries needs a definition."), encoder)
        : Build(record, key, definition, encoder);

    // A document's id comes from whoever adds it, so that adding it twice replaces it.
    /// <inheritdoc/>
    protected override bool SupportsKeyAutoGeneration(Type keyPropertyType) => false;

    /// <inheritdoc/>
    protected override void ValidateKeyProperty(KeyPropertyModel keyProperty)
    {
        if (!KeyTypes.Contains(keyProperty.Type) || (KeyType is { } asked && asked != typeof(object) && asked != keyProperty.Type))
        {
            throw new NotSupportedException($"Key property '{keyProperty.ModelName}' is a {keyProperty.Type.Name}, in a collection by {KeyType?.Name}; a key is a string, Guid, int or long, the same in both.");
        }
    }

    /// <inheritdoc/>
    protected override bool IsDataPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = "string, bool, int, long, float, double, DateTime, DateTimeOffset, Guid, each nullable or not, string[] and List<string>";
        return RecordValues.IsKnown(type);
    }

    /// <inheritdoc/>
    protected override bool IsVectorPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = "string (encoded by the store) and SparseEmbedding";
        return type == typeof(SparseEmbedding);
    }

    /// <inheritdoc/>
    protected override void ValidateProperty(PropertyModel propertyModel, VectorStoreCollectionDefinition? definition)
    {
        base.ValidateProperty(propertyModel, definition);
        if (propertyModel is not VectorPropertyModel vector)
        {
            return;
        }

        if (vector.Dimensions != dimensions)
        {
            throw new ArgumentException($"Vector property '{vector.ModelName}' has {vector.Dimensions} dimensions, and the store's encoder has {dimensions}: write [VectorStoreVector({dimensions})].");
        }

        if (vector.DistanceFunction is not (null or DistanceFunction.DotProductSimilarity))
        {
            throw new NotSupportedException($"Vector property '{vector.ModelName}' asks for {vector.DistanceFunction}; sparse vectors are scored by their dot product, so leave it out.");
        }

        if (vector.EmbeddingGenerator is not null && !ReferenceEquals(vector.EmbeddingGenerator, encoder))
        {
            throw new NotSupportedException($"Vector property '{vector.ModelName}' names a generator of its own; the encoder belongs to the store, so give it there.");
        }
    }
}
