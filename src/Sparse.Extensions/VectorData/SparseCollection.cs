using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;
using Sparse.Extensions.Embeddings;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Extensions.VectorData;

/// <summary>A collection of records in a <see cref="SparseIndex"/>: searched by meaning, or by meaning and words together.</summary>
/// <remarks>
/// <para>The record: a key (string, Guid, int, long); one string property that is full-text indexed, the text; at most one property "title";
/// data properties (string, bool, int, long, float, double, DateTime, DateTimeOffset, Guid, string[], List of string), of which the indexed
/// ones are filtered and sorted by; one vector property, a string, which the store's encoder encodes, or a <see cref="SparseEmbedding"/>.</para>
/// <para>A change is on disk, and seen by searches, when its task is done; many records in one call cost far less than one by one.</para>
/// <para>Impacts are not read back, so IncludeVectors is refused. Scores are dot products (hybrid: fused), higher is better. Filters that
/// can't be written for the index are refused, never applied afterwards. Times are compared to the millisecond and read back as UTC.</para>
/// </remarks>
/// <typeparam name="TKey">string, Guid, int or long; object for dictionaries.</typeparam>
/// <typeparam name="TRecord">The record.</typeparam>
[SuppressMessage("Naming", "CA1711:Identifiers should not have incorrect suffix", Justification = "It is what VectorData calls a collection.")]
public sealed class SparseCollection<TKey, TRecord> : VectorStoreCollection<TKey, TRecord>, IKeywordHybridSearchable<TRecord>
    where TKey : notnull
    where TRecord : class
{
    private readonly SparseVectorStore _store;
    private readonly RecordMapper _mapper;

    internal SparseCollection(SparseVectorStore store, string name, VectorStoreCollectionDefinition? definition)
    {
        _store = store;
        Name = name;
        _mapper = new RecordMapper(new RecordModelBuilder(store.Generator, store.Encoder.Vocabulary.Count).Build(typeof(TRecord), typeof(TKey), definition));
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override Task<bool> CollectionExistsAsync(CancellationToken cancellationToken = default) => _store.CollectionExistsAsync(Name, cancellationToken);

    /// <inheritdoc/>
    public override Task EnsureCollectionExistsAsync(CancellationToken cancellationToken = default) => Run("create", () => _store.Index(Name, _mapper.Fields, create: true), cancellationToken);

    /// <inheritdoc/>
    public override Task EnsureCollectionDeletedAsync(CancellationToken cancellationToken = default) => _store.EnsureCollectionDeletedAsync(Name, cancellationToken);

    /// <inheritdoc/>
    public override Task<TRecord?> GetAsync(TKey key, RecordRetrievalOptions? options = null, CancellationToken cancellationToken = default)
    {
        RequireNoVectors(options?.IncludeVectors);
        string id = RecordMapper.ToId(key);
        return Run("get", () => Index.Get(id) is { } document ? _mapper.ToRecord<TRecord>(document.Id, document.Title, document.Text, document.Fields) : null, cancellationToken);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<TRecord> GetAsync(
        Expression<Func<TRecord, bool>> filter, int top, FilteredRecordRetrievalOptions<TRecord>? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        RequireNoVectors(options?.IncludeVectors);
        SortKey[] sort = options?.OrderBy is { } orderBy
            ? [.. orderBy(new()).Values.Select(key => new SortKey(FieldOf(key.PropertySelector.Body) ?? throw NotIndexed(key.PropertySelector.Body), Descending: !key.Ascending))]
            : [];
        var search = new SearchOptions { Mode = SearchMode.Bm25, Syntax = QuerySyntax.Lucene, Filter = FilterOf(filter), Skip = options?.Skip ?? 0, Sort = sort, WithoutRules = true };
        foreach (SearchHit hit in (await Run("get", () => Index.Search("*:*", top, search, cancellationToken), cancellationToken).ConfigureAwait(false)).Hits)
        {
            yield return ToRecord(hit);
        }
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(TKey key, CancellationToken cancellationToken = default) => DeleteAsync([key], cancellationToken);

    /// <inheritdoc/>
    public override Task DeleteAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        string[] ids = [.. keys.Select(key => RecordMapper.ToId(key))];
        return Run("delete", () =>
        {
            int deleted = Index.Delete(ids);
            Index.Commit();
            return deleted;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task UpsertAsync(TRecord record, CancellationToken cancellationToken = default) => UpsertAsync([record], cancellationToken);

    /// <inheritdoc/>
    public override Task UpsertAsync(IEnumerable<TRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        return Run("upsert", () =>
        {
            SparseIndex index = Index;
            int replaced = index.Add([.. records.Select(record => _mapper.ToDocument(record, text => Encode(text, cancellationToken)))], cancellationToken);
            index.Commit();
            return replaced;
        }, cancellationToken);
    }

    /// <summary>Finds the records nearest in meaning.</summary>
    /// <typeparam name="TInput">string, <see cref="SparseEmbedding"/> or <see cref="TermVector"/>.</typeparam>
    /// <param name="searchValue">A text or a vector.</param>
    /// <param name="top">How many at most, ≥ 1.</param>
    /// <param name="options">Filter, records to skip, least score.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The records, best first, with their scores.</returns>
    /// <exception cref="NotSupportedException">The value is something else, or an option asks for what there is not.</exception>
    public override async IAsyncEnumerable<VectorSearchResult<TRecord>> SearchAsync<TInput>(
        TInput searchValue, int top, VectorSearchOptions<TRecord>? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        options ??= new VectorSearchOptions<TRecord>();
        RequireNoVectors(options.IncludeVectors);
        _ = _mapper.Model.GetVectorPropertyOrSingle(options);
        var search = new SearchOptions { Mode = SearchMode.Sparse, Filter = FilterOf(options.Filter), Skip = options.Skip, MinScore = options.ScoreThreshold };
        SearchResult found = await Run(
            "search",
            () => searchValue is string text ? Index.Search(text, top, search, cancellationToken) : Index.SearchVector(Ready(searchValue), top, search, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        foreach (SearchHit hit in found.Hits)
        {
            yield return new VectorSearchResult<TRecord>(ToRecord(hit), hit.Score);
        }
    }

    /// <summary>Finds records by meaning and by words, fused.</summary>
    /// <typeparam name="TInput">string, <see cref="SparseEmbedding"/> or <see cref="TermVector"/>.</typeparam>
    /// <param name="searchValue">A text or a vector, for the meaning.</param>
    /// <param name="keywords">Words for BM25; at least one.</param>
    /// <param name="top">How many at most, ≥ 1.</param>
    /// <param name="options">Filter, records to skip, least score.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The records, best first, with their fused scores.</returns>
    /// <exception cref="NotSupportedException">The value is something else, or an option asks for what there is not.</exception>
    public async IAsyncEnumerable<VectorSearchResult<TRecord>> HybridSearchAsync<TInput>(
        TInput searchValue, ICollection<string> keywords, int top, HybridSearchOptions<TRecord>? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(keywords);
        options ??= new HybridSearchOptions<TRecord>();
        RequireNoVectors(options.IncludeVectors);
        _ = _mapper.Model.GetVectorPropertyOrSingle(new VectorSearchOptions<TRecord> { VectorProperty = options.VectorProperty });
        if (_mapper.HasText)
        {
            _ = _mapper.Model.GetFullTextDataPropertyOrSingle(options.AdditionalProperty);
        }

        SearchResult found = await Run("search", () => Index.Search(string.Join(' ', keywords), top, new SearchOptions
        {
            Mode = SearchMode.Hybrid,
            QueryVector = searchValue is string text ? Encode(text, cancellationToken) : Ready(searchValue),
            Filter = FilterOf(options.Filter),
            Skip = options.Skip,
            MinScore = options.ScoreThreshold,
        }, cancellationToken), cancellationToken).ConfigureAwait(false);
        foreach (SearchHit hit in found.Hits)
        {
            yield return new VectorSearchResult<TRecord>(ToRecord(hit), hit.Score);
        }
    }

    /// <summary>What there is behind it: <see cref="VectorStoreCollectionMetadata"/>, the <see cref="SparseIndex"/> itself, or this.</summary>
    /// <param name="serviceType">Which of them.</param>
    /// <param name="serviceKey">Null; no other key is known.</param>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreCollectionMetadata) ? new VectorStoreCollectionMetadata { VectorStoreSystemName = SparseVectorStore.SystemName, VectorStoreName = _store.PathOf(""), CollectionName = Name }
            : serviceType == typeof(SparseIndex) ? Index
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    private SparseIndex Index => _store.Index(Name, _mapper.Fields, create: false);

    private TermVector Encode(string text, CancellationToken cancellationToken) => _store.Encoder.Encode([text], cancellationToken)[0];

    private static TermVector Ready(object? value) => value switch
    {
        SparseEmbedding embedding => embedding.Vector,
        TermVector vector => vector,
        null => throw new ArgumentNullException(nameof(value), "There is nothing to search for."),
        _ => throw new NotSupportedException($"A sparse collection is searched by a string, a SparseEmbedding or a TermVector, not by {value.GetType().Name}."),
    };

    private TRecord ToRecord(SearchHit hit) => _mapper.ToRecord<TRecord>(hit.Id, hit.Title, hit.Text, hit.Fields);

    private string? FilterOf(Expression<Func<TRecord, bool>>? filter) => filter is null ? null : new LinqFilter(FieldOf).Translate(filter);

    // r.Name, or r["Name"] of a dictionary.
    private string? FieldOf(Expression node)
    {
        node = node is UnaryExpression { NodeType: ExpressionType.Convert } conversion ? conversion.Operand : node;
        string? name = node switch
        {
            MemberExpression { Expression: ParameterExpression, Member.Name: var member } => member,
            MethodCallExpression { Method.Name: "get_Item", Object: ParameterExpression, Arguments: [ConstantExpression { Value: string key }] } => key,
            _ => null,
        };
        PropertyModel? property = name is null ? null : _mapper.Model.PropertyMap.GetValueOrDefault(name) ?? throw NotIndexed(node);
        return property switch
        {
            null => null,
            KeyPropertyModel => SparseFields.Id,
            _ when _mapper.Fields.Any(field => field.Name == property.StorageName) => property.StorageName,
            _ => throw NotIndexed(node),
        };
    }

    private static NotSupportedException NotIndexed(Expression node) =>
        new($"'{node}' is no indexed property; mark it [VectorStoreData(IsIndexed = true)] to filter or sort by it.");

    private static void RequireNoVectors(bool? wanted)
    {
        if (wanted == true)
        {
            throw new NotSupportedException("Vectors can't be read back: the index keeps impacts by term. Leave IncludeVectors out, or encode the text again.");
        }
    }

    private async Task<T> Run<T>(string operation, Func<T> action, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(action, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException or VectorStoreException)
        {
            throw new VectorStoreException(error.Message, error) { VectorStoreSystemName = SparseVectorStore.SystemName, CollectionName = Name, OperationName = operation };
        }
    }
}
