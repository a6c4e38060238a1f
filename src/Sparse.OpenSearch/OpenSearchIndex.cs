using System.Text;
using Lucene.Net.Analysis;
using Sparse.Analysis;
using Sparse.Chunks;
using Sparse.LuceneNet;
using Sparse.LuceneNet.Explaining;
using Sparse.LuceneNet.Fields;
using Sparse.LuceneNet.Storage;
using Sparse.OpenSearch.Cluster;
using Sparse.OpenSearch.Documents;
using Sparse.OpenSearch.Searching;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.OpenSearch;

/// <summary>A <see cref="SparseIndex"/> on an OpenSearch or Elasticsearch cluster: the same documents, searches and scores.</summary>
/// <remarks>
/// <para>An address is URL/NAME; without a name it is the only index of ours that the cluster has. Several URLs, parted by commas, are
/// nodes of one cluster: the next is asked where one does not answer. Requests that the cluster can't take now are tried again.</para>
/// <para>Vectors are made here, by the caller's encoder, and impacts stored as they are, so that scores are the local index's to the last
/// bit. Changes are on the cluster's disks when a call returns, unlike a local index's, and cannot be given up; searches see them after
/// <see cref="Commit"/>, or a second later. Safe for concurrent use. The encoder stays the caller's.</para>
/// </remarks>
public sealed partial class OpenSearchIndex : ISparseIndex
{
    private readonly ClusterClient _client;
    private readonly ServerKind _server;
    private readonly ITermEncoder? _encoder;
    private readonly DocumentEncoding? _encoding;
    private readonly OpenSearchOptions _options;
    private readonly Analyzer _analyzer;
    private readonly SourceCache _sources = new();
    private volatile View _view;

    private OpenSearchIndex(ClusterClient client, ServerKind server, Generation generation, ITermEncoder? encoder, OpenSearchOptions options)
    {
        _client = client;
        _server = server;
        _encoder = encoder;
        _options = options;
        _encoding = encoder is null ? null : new DocumentEncoding(encoder, options.Index.Chunker, options.Index.Passages, options.Index.Pruning);
        _analyzer = LexicalAnalyzers.Create(generation.Meta.Language);
        _view = NewView(generation);
    }

    /// <summary>Name of the index.</summary>
    public string Name => _view.Generation.Name;

    /// <inheritdoc/>
    public int Count => (int)Math.Min(int.MaxValue, (_client.Send(HttpMethod.Get, _view.Generation.Index + "/_count") ?? throw Gone()).GetProperty("count").GetInt64());

    /// <inheritdoc/>
    public EncoderIdentity? Encoder => _view.Meta.Encoder;

    /// <inheritdoc/>
    public float? Scale => _view.Meta.Scale;

    /// <inheritdoc/>
    public string Language => _view.Meta.Language;

    /// <summary>The further fields that are filtered by.</summary>
    public IReadOnlyList<IndexField> Fields => [.. _view.Meta.Fields.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new IndexField(pair.Key, pair.Value))];

    /// <summary>What was kept beside the index when it was pushed or made.</summary>
    public IReadOnlyDictionary<string, string> Notes => _view.Meta.Notes;

    /// <summary>The mode of a search that names none: sparse where the index holds vectors and was opened with an encoder, else BM25.</summary>
    public SearchMode DefaultMode => Encoder is not null && _encoder is not null ? SearchMode.Sparse : SearchMode.Bm25;

    /// <summary>Opens an index.</summary>
    /// <param name="target">URL[,URL...][/NAME].</param>
    /// <param name="encoder">The encoder that made its vectors; a query-only encoder of the same vocabulary, or null, to search and delete but not to add texts.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The index.</returns>
    /// <exception cref="IOException">The cluster can't be reached, or has no such index.</exception>
    /// <exception cref="UnauthorizedAccessException">The credentials are missing, wrong or do not suffice.</exception>
    /// <exception cref="InvalidDataException">The server is another or too old, the index is not ours, or another encoder wrote it.</exception>
    /// <exception cref="ArgumentException">The address is none.</exception>
    public static OpenSearchIndex Open(string target, ITermEncoder? encoder, OpenSearchOptions? options = null) => Connect(target, options, (client, server, address, chosen) =>
    {
        Generation generation = Generation.Find(client, address.Name);
        RequireEncoder(generation, encoder);
        return new OpenSearchIndex(client, server, generation, encoder, chosen);
    });

    /// <summary>Makes an empty index.</summary>
    /// <param name="target">URL[,URL...]/NAME.</param>
    /// <param name="encoder">Makes the vectors; null for an index of text alone (BM25).</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The index.</returns>
    /// <exception cref="IOException">The cluster can't be reached, or the name is taken.</exception>
    /// <exception cref="ArgumentException">The address is none or has no name, or the encoder is for queries alone.</exception>
    public static OpenSearchIndex Create(string target, ITermEncoder? encoder, OpenSearchOptions? options = null) => Connect(target, options, (client, server, address, chosen) =>
    {
        string name = address.Name ?? throw new ArgumentException("A new index needs a name; give the target as URL/NAME.", nameof(target));
        if (Generation.TryFind(client, name) is not null)
        {
            throw new IOException($"There is an index '{name}' at {client.Address} already; open it, or choose another name.");
        }

        IndexIdentity identity = IndexIdentity.ForNew(encoder, chosen.Index.MaxWeight);
        IndexSchema schema = new IndexSchema(LexicalAnalyzers.English, new Dictionary<string, FieldKind>()).With(chosen.Index, isNew: true, name);
        var meta = new IndexMeta
        {
            Encoder = identity.Encoder,
            Scale = identity.Scale,
            Language = schema.Language,
            Fields = schema.Fields,
            Vectors = VectorField.TypeFor(server),
            Passages = chosen.Index is { Chunker: not null, Passages: PassageUse.Keep } && encoder is not null,
            Bm25K1 = chosen.Index.Bm25K1,
            Bm25B = chosen.Index.Bm25B,
        };
        new Publication(client, server, name, chosen).Run(meta, [], null, default);
        return new OpenSearchIndex(client, server, Generation.Find(client, name), encoder, chosen);
    });

    /// <summary><see cref="Open"/> where there is an index, else <see cref="Create"/>.</summary>
    /// <param name="target">URL[,URL...]/NAME.</param>
    /// <param name="encoder">Makes the vectors; null for text alone.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The index.</returns>
    public static OpenSearchIndex OpenOrCreate(string target, ITermEncoder? encoder, OpenSearchOptions? options = null)
    {
        bool isThere = Connect(target, options, (client, _, address, _) =>
        {
            using (client)
            {
                return address.Name is null || Generation.TryFind(client, address.Name) is not null;
            }
        });
        return isThere ? Open(target, encoder, options) : Create(target, encoder, options);
    }

    /// <summary>Makes a remote index hold what a local one has committed: sends stored vectors, without encoding, and only what is missing or different.</summary>
    /// <remarks>A run that was stopped or failed is gone on with by the next. Documents that the local index does not have are deleted.</remarks>
    /// <param name="index">The local index.</param>
    /// <param name="target">URL[,URL...][/NAME]; without a name, that of the folder.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="notes">What to keep beside the index, see <see cref="Notes"/>; null for nothing.</param>
    /// <param name="progress">Told how many documents more are done.</param>
    /// <param name="cancellationToken">Stops it; the next push goes on.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="IOException">The cluster can't be reached, or could not take documents for too long.</exception>
    /// <exception cref="UnauthorizedAccessException">The credentials are missing, wrong or do not suffice.</exception>
    /// <exception cref="InvalidDataException">The server is another or too old, the name is another index's, or a document is refused.</exception>
    public static PushReport Push(
        SparseIndex index, string target, OpenSearchOptions? options = null, IReadOnlyDictionary<string, string>? notes = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        return Connect(target, options, (client, server, address, chosen) =>
        {
            using (client)
            {
                var meta = new IndexMeta
                {
                    Encoder = index.Encoder,
                    Scale = index.Scale,
                    Language = index.Schema.Language,
                    Fields = index.Schema.Fields,
                    Vectors = VectorField.TypeFor(server),
                    Passages = index.HasPassages,
                    Calibration = index.Encoder is null ? null : index.Calibration.ToString(),
                    Notes = notes ?? new Dictionary<string, string>(),
                    Bm25K1 = chosen.Index.Bm25K1,
                    Bm25B = chosen.Index.Bm25B,
                };
                return new Publication(client, server, address.Name ?? ClusterAddress.NameOf(index.DirectoryPath), chosen).Run(meta, index.ReadStored(), progress, cancellationToken);
            }
        });
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An id is empty or too long, or a field has a reserved name.</exception>
    /// <exception cref="InvalidOperationException">The index was opened without the encoder that makes its vectors.</exception>
    /// <exception cref="IOException">The cluster could not take them for too long; those that it took are there.</exception>
    public int Add(IReadOnlyList<SparseDocument> documents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        View view = _view;
        foreach (SparseDocument document in documents)
        {
            DocumentFields.Validate(document, view.Meta.Schema);
        }

        StoredDocument[] encoded = Encode(view.Meta, documents, cancellationToken);
        long order = view.TakeOrders(encoded.Length);
        (string Key, ReadOnlyMemory<byte> Lines)[] items = [.. encoded.Select((document, i) => Publication.Item(view.Json, document, order + i, out _))];
        int updated = 0;
        foreach ((string, ReadOnlyMemory<byte>)[] window in items.Chunk(500))
        {
            updated += view.Bulk.Send(window, cancellationToken).Updated;
        }

        return updated;
    }

    /// <summary>Adds a document, or replaces the one with the same id.</summary>
    /// <param name="document">The document.</param>
    /// <returns>How many earlier documents it replaced: 0 or 1.</returns>
    public int Add(SparseDocument document) => Add([document], CancellationToken.None);

    /// <inheritdoc/>
    public int Delete(params IReadOnlyList<string> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return _view.Bulk.Send([.. ids.Where(id => id.Length > 0).Select(DocumentJson.KeyOf).Select(key => (key, (ReadOnlyMemory<byte>)BulkSender.DeleteLine(key)))], default).Deleted;
    }

    /// <inheritdoc/>
    public void Commit() => Refresh();

    /// <summary>Shows searches all changes made so far, and moves on to the index's newest generation where another has taken its place.</summary>
    /// <exception cref="InvalidDataException">The newest generation is another encoder's.</exception>
    public void Refresh()
    {
        Generation generation = Generation.Find(_client, Name);
        RequireEncoder(generation, _encoder);
        _client.Send(HttpMethod.Post, generation.Index + "/_refresh");
        _view = NewView(generation);
    }

    /// <inheritdoc/>
    public SparseDocument? Get(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Length == 0 ? null
            : _client.Send(HttpMethod.Get, $"{_view.Generation.Index}/_doc/{Uri.EscapeDataString(DocumentJson.KeyOf(id))}?_source_includes={StoredFields}") is { } answer
                ? DocumentJson.Read(answer.GetProperty("_source")) : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _analyzer.Dispose();
    }

    private const string StoredFields = "id,title,text,fields";

    private StoredDocument[] Encode(IndexMeta meta, IReadOnlyList<SparseDocument> documents, CancellationToken cancellationToken) =>
        meta.Encoder is null ? [.. documents.Select(document => new StoredDocument(document, []))]
        : _encoder is null || _encoding is null || (_encoder.Identity.IsQueryOnly && documents.Any(document => document.Vector is null))
            ? throw new InvalidOperationException($"The index '{Name}' holds vectors by encoder '{meta.Encoder.Name}': open it with that encoder to add documents.")
            : Encode(meta, documents, _encoder, _encoding, cancellationToken);

    private static StoredDocument[] Encode(IndexMeta meta, IReadOnlyList<SparseDocument> documents, ITermEncoder encoder, DocumentEncoding encoding, CancellationToken cancellationToken)
    {
        PassageVector[][] vectors = encoding.Run(documents, cancellationToken);
        var quantizer = new ImpactQuantizer(meta.Scale!.Value);
        return [.. documents.Select((document, i) =>
        {
            StoredPassage[] passages = [.. vectors[i].Select(vector => Spelt(quantizer.Quantize(vector.Vector, out _), encoder.Vocabulary, vector.Span))];
            return passages.Length > 1 && !meta.Passages
                ? throw new InvalidOperationException("The index was made without passages: leave the chunker out, merge the passages, or push an index that has them.")
                : new StoredDocument(document, passages);
        })];
    }

    // The last term first, as the local index reads them back: equal documents are written alike.
    private static StoredPassage Spelt(ImpactVector impacts, Vocabulary vocabulary, Passage? span)
    {
        (string Term, byte Impact)[] terms = [.. Enumerable.Range(0, impacts.Count).Select(i => (Term: vocabulary[impacts.Terms[i]], Impact: impacts.Impacts[i]))
            .OrderByDescending(term => Encoding.UTF8.GetBytes(term.Term), Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)))];
        return new StoredPassage([.. terms.Select(term => term.Term)], [.. terms.Select(term => term.Impact)], span);
    }

    private View NewView(Generation generation) => new(_client, generation, _server, new DocumentJson(generation.Meta, _analyzer));

    private IOException Gone() => new($"The index '{Name}' at {_client.Address} has been replaced or deleted; open it again.");

    private static void RequireEncoder(Generation generation, ITermEncoder? encoder)
    {
        if (encoder is not null)
        {
            IndexMeta meta = generation.Meta;
            new IndexIdentity(meta.Scale is not null, meta.Encoder, meta.Scale).RequireQueriesBy(encoder.Identity, generation.Name);
        }
    }

    private static T Connect<T>(string target, OpenSearchOptions? options, Func<ClusterClient, ServerKind, ClusterAddress, OpenSearchOptions, T> action)
    {
        options ??= new OpenSearchOptions();
        ClusterAddress address = ClusterAddress.Parse(target);
        if (options.Shards < 1 || options.Replicas < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Shards < 1 ? options.Shards : options.Replicas, "An index has at least 1 shard, and 0 replicas or more.");
        }

        var client = new ClusterClient(address, options);
        try
        {
            return action(client, ServerKind.Detect(client), address, options);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }
}
