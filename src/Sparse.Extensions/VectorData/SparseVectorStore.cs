using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData;
using Sparse.Extensions.Embeddings;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Extensions.VectorData;

/// <summary>Collections as Microsoft.Extensions.VectorData sees them, each a <see cref="SparseIndex"/> in a folder of its own below one folder.</summary>
/// <remarks>
/// Safe for concurrent use. An index is opened when it is first needed, shared by all collections of its name, and closed with the store;
/// one store at a time, in one process, may write to a folder. What <see cref="SparseCollection{TKey, TRecord}"/> does is said there.
/// </remarks>
public sealed class SparseVectorStore : VectorStore
{
    internal const string SystemName = "sparse";
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SparseIndex> _open = new(StringComparer.Ordinal);
    private readonly string _folder;
    private readonly SparseIndexOptions _options;
    private bool _isDisposed;

    /// <summary>Makes a store; nothing is read or written yet.</summary>
    /// <param name="folder">Holds a folder a collection; it need not exist.</param>
    /// <param name="encoder">Makes all vectors; stays the caller's.</param>
    /// <param name="options">Options of new and opened indexes; their fields come from the records.</param>
    public SparseVectorStore(string folder, ITermEncoder encoder, SparseIndexOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(encoder);
        _folder = Path.GetFullPath(folder);
        _options = options ?? new SparseIndexOptions();
        Encoder = encoder;
        Generator = new SparseEmbeddingGenerator(encoder);
    }

    internal ITermEncoder Encoder { get; }

    internal SparseEmbeddingGenerator Generator { get; }

    /// <summary>A collection of records of a type.</summary>
    /// <typeparam name="TKey">string, Guid, int or long.</typeparam>
    /// <typeparam name="TRecord">A class with the attributes of Microsoft.Extensions.VectorData, or any class with a definition.</typeparam>
    /// <param name="name">Letters, digits, '-', '_' and '.': the folder's name.</param>
    /// <param name="definition">In place of attributes; null for none.</param>
    /// <returns>The collection; it need not exist.</returns>
    /// <exception cref="NotSupportedException">The record asks for what a sparse index can't do.</exception>
    /// <exception cref="ArgumentException">The name is not allowed.</exception>
    [UnconditionalSuppressMessage("Trimming", "IL2046", Justification = "The base class asks for the same.")]
    public override VectorStoreCollection<TKey, TRecord> GetCollection<TKey, TRecord>(string name, VectorStoreCollectionDefinition? definition = null) =>
        typeof(TRecord) == typeof(Dictionary<string, object?>)
            ? throw new NotSupportedException("Dictionaries are the records of dynamic collections: use GetDynamicCollection.")
            : new SparseCollection<TKey, TRecord>(this, RequireName(name), definition);

    /// <summary>A collection of dictionaries.</summary>
    /// <param name="name">Letters, digits, '-', '_' and '.': the folder's name.</param>
    /// <param name="definition">Its properties.</param>
    /// <returns>The collection; it need not exist.</returns>
    /// <exception cref="NotSupportedException">The definition asks for what a sparse index can't do.</exception>
    /// <exception cref="ArgumentException">The name is not allowed.</exception>
    public override VectorStoreCollection<object, Dictionary<string, object?>> GetDynamicCollection(string name, VectorStoreCollectionDefinition definition) =>
        new SparseCollection<object, Dictionary<string, object?>>(this, RequireName(name), definition);

    /// <summary>The names of the collections that are there, in ordinal order.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public override async IAsyncEnumerable<string> ListCollectionNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        string[] names = Directory.Exists(_folder) ? [.. Directory.EnumerateDirectories(_folder).Where(SparseIndex.Exists).Select(path => Path.GetFileName(path))] : [];
        foreach (string name in names.Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    /// <summary>True where a collection is there.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Not looked at: it takes no time.</param>
    public override Task<bool> CollectionExistsAsync(string name, CancellationToken cancellationToken = default) => Task.FromResult(SparseIndex.Exists(PathOf(RequireName(name))));

    /// <summary>Closes a collection's index and deletes its folder, where there is one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Not looked at: half a deletion would help nobody.</param>
    public override Task EnsureCollectionDeletedAsync(string name, CancellationToken cancellationToken = default)
    {
        string path = PathOf(RequireName(name));
        lock (_lock)
        {
            if (_open.Remove(name, out SparseIndex? index))
            {
                index.Dispose();
            }

            if (SparseIndex.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>What there is behind it: <see cref="VectorStoreMetadata"/>, <see cref="ITermEncoder"/>, or this.</summary>
    /// <param name="serviceType">Which of them.</param>
    /// <param name="serviceKey">Null; no other key is known.</param>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(VectorStoreMetadata) ? new VectorStoreMetadata { VectorStoreSystemName = SystemName, VectorStoreName = _folder }
            : serviceType.IsInstanceOfType(Encoder) ? Encoder
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>The index of a collection, open.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="fields">The fields that its records need.</param>
    /// <param name="create">True to make it where it is missing.</param>
    /// <exception cref="VectorStoreException">It is missing, or was opened without one of the fields.</exception>
    internal SparseIndex Index(string name, IReadOnlyList<IndexField> fields, bool create)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            string path = PathOf(name);
            if (!_open.TryGetValue(name, out SparseIndex? index))
            {
                if (!create && !SparseIndex.Exists(path))
                {
                    throw new VectorStoreException($"There is no collection '{name}'; EnsureCollectionExistsAsync makes it.");
                }

                index = SparseIndex.OpenOrCreate(path, Encoder, _options with { Fields = fields });
                _open.Add(name, index);
            }

            return fields.Except(index.Fields).FirstOrDefault() is { } missing
                ? throw new VectorStoreException($"Collection '{name}' is open without the {missing.Kind} field '{missing.Name}' that this record type filters by; use one record type for it, or another store.")
                : index;
        }
    }

    internal string PathOf(string name) => Path.Combine(_folder, name);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (SparseIndex index in _open.Values)
            {
                index.Dispose();
            }

            _open.Clear();
        }

        base.Dispose(disposing);
    }

    private static string RequireName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= 100 && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? name
            : throw new ArgumentException($"A collection can't be named '{(name.Length > 100 ? name[..100] + "…" : name)}': use 1 to 100 letters, digits, '-', '_' and '.', not from '.' on.", nameof(name));
    }
}
