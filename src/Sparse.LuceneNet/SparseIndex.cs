using Lucene.Net.Analysis;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Sparse.Analysis;
using Sparse.LuceneNet.Fields;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Rules;
using Sparse.LuceneNet.Storage;
using Sparse.Vectors;

namespace Sparse.LuceneNet;

/// <summary>A searchable collection in an ordinary Lucene directory: add documents, commit, search by meaning or by words.</summary>
/// <remarks>
/// <para>Safe for concurrent use: any number of searches beside one another and beside changes. One SparseIndex at a time may write to a
/// directory; it holds Lucene's write lock until it is disposed.</para>
/// <para>Searches, <see cref="Get"/> and <see cref="Count"/> see what was last committed, refreshed or there at opening:
/// <see cref="Commit"/> and <see cref="Refresh"/> move them forward. <see cref="Dispose"/> gives up what was not committed.</para>
/// <para>The encoder stays the caller's: the index does not dispose it.</para>
/// </remarks>
public sealed partial class SparseIndex : ISparseIndex
{
    private readonly string[] _paths;
    private readonly List<CheckedDirectory> _directories = [];
    private readonly Analyzer _analyzer;
    private readonly ITermEncoder? _encoder;
    private readonly DocumentEncoding? _encoding;
    private readonly IndexChanges? _changes;
    private readonly IndexView _view;
    private volatile IndexIdentity _identity;
    private volatile IndexSchema _schema;
    private long _otherLanguages;

    private SparseIndex(string[] paths, ITermEncoder? encoder, SparseIndexOptions options, IndexIdentity? created, bool readOnly, bool upgrades = false)
    {
        if (!(options.RamBufferMegabytes is > 0 and < 2048))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.RamBufferMegabytes, "The memory for documents not yet flushed must lie between 0 and 2,048 megabytes.");
        }

        if (options.ReorderFrom < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.ReorderFrom, "Merges reorder from 1 document on, or never (null).");
        }

        var similarity = new ExactLengthBm25(options.Bm25K1, options.Bm25B);
        SparseCodec.Register();
        _paths = paths;
        string path = DirectoryPath = string.Join("', '", paths);
        _encoder = encoder;
        _encoding = encoder is null ? null : new DocumentEncoding(encoder, options.Chunker, options.Passages, options.Pruning);
        try
        {
            _directories.AddRange(paths.Select(folder => new CheckedDirectory(FSDirectory.Open(folder, new ExclusiveLockFactory()))));
            IDictionary<string, string> data = created is null ? ReadCommitData() : new Dictionary<string, string>();
            _schema = IndexSchema.Read(data).With(options, isNew: created is not null, path);
            _rules = RuleBook.Read(data);
            if (created is null)
            {
                using DirectoryReader reader = DirectoryReader.Open(_directories[0]);
                _identity = IndexIdentity.Read(reader, paths[0]);
                upgrades &= !_identity.HasVectors;
                if (upgrades)
                {
                    _identity = IndexIdentity.ForUpgrade(reader, encoder!, options.MaxWeight, path);
                }
            }
            else
            {
                _identity = created;
            }

            _analyzer = LexicalAnalyzers.Create(_schema.Language);
            if (encoder is not null)
            {
                _identity.RequireQueriesBy(encoder.Identity, path);
            }

            if (!readOnly)
            {
                _changes = new IndexChanges(_directories[0], path, _identity, _schema, created is not null, _analyzer, similarity, options.RamBufferMegabytes, options.ReorderFrom, upgrades);
            }

            _view = new IndexView(path, _directories, _changes?.Writer, similarity);
            if (paths.Length > 1)
            {
                _identity = _view.Read((_, reader) => IndexIdentity.Read(reader, paths));
            }
        }
        catch
        {
            _view?.Dispose();
            _changes?.Dispose();
            _directories.ForEach(directory => directory.Dispose());
            _analyzer?.Dispose();
            throw;
        }
    }

    /// <summary>The folder; several are joined by <c>', '</c>, as messages quote them.</summary>
    public string DirectoryPath { get; }

    /// <summary>True when opened for search alone.</summary>
    public bool IsReadOnly => _changes is null;

    /// <summary>Live documents, as last committed or refreshed, whatever passages they have.</summary>
    public int Count => _view.Read((_, reader) => PassageColumns.CountDocuments(reader));

    /// <summary>The encoder that made the index's vectors; null for an index of text alone.</summary>
    public EncoderIdentity? Encoder => _identity.Encoder;

    /// <summary>Weight of one impact step; null for an index of text alone.</summary>
    public float? Scale => _identity.Scale;

    /// <summary>Language of the words for BM25.</summary>
    public string Language => _schema.Language;

    /// <summary>The further fields that are filtered, counted, sorted or searched by, in ordinal order of their names.</summary>
    public IReadOnlyList<IndexField> Fields => [.. _schema.Fields.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new IndexField(pair.Key, pair.Value))];

    /// <summary>Weights of the documents added so far that lay past the range of impacts and were cut to 255; many ask for a larger <see cref="SparseIndexOptions.MaxWeight"/>.</summary>
    public long SaturatedWeights => _changes?.Saturated ?? 0;

    /// <summary>Texts encoded so far that seem to be in another language than the encoder's one: its vectors of them mean little.</summary>
    public long TextsInOtherLanguages => Interlocked.Read(ref _otherLanguages);

    /// <summary>The mode of a search that names none: sparse where the index holds vectors and was opened with an encoder, else BM25.</summary>
    public SearchMode DefaultMode => _identity.HasVectors && _encoder is not null ? SearchMode.Sparse : SearchMode.Bm25;

    /// <summary>True when the folder holds an index, of this library or any other Lucene index.</summary>
    /// <param name="directory">A folder; it need not exist.</param>
    /// <returns>True when a commit is there.</returns>
    public static bool Exists(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return IndexFolder.HoldsIndex(directory);
    }

    /// <summary>Makes an empty index, committed at once, and opens it for writing.</summary>
    /// <param name="directory">A folder that is empty or does not exist yet.</param>
    /// <param name="encoder">Makes the vectors; null for an index of text alone (BM25).</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The index.</returns>
    /// <exception cref="IOException">The folder holds an index or other files, or is locked.</exception>
    /// <exception cref="ArgumentException">The encoder is for queries alone, or an option is out of its range.</exception>
    public static SparseIndex Create(string directory, ITermEncoder? encoder, SparseIndexOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        IndexIdentity identity = IndexIdentity.ForNew(encoder, options?.MaxWeight);
        IndexFolder.RequireFree(directory);
        return IndexFolder.Guard(directory, () =>
        {
            IndexFolder.RemoveLeftover(directory);
            return new SparseIndex([directory], encoder, options ?? new(), identity, readOnly: false);
        });
    }

    /// <summary>Opens an index for writing and searching.</summary>
    /// <param name="directory">The folder of an index that this library made.</param>
    /// <param name="encoder">The encoder that made its vectors; a query-only encoder of the same vocabulary, or null, to search and delete but not to add texts.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The index.</returns>
    /// <exception cref="IOException">There is no index, or it is locked by another writer.</exception>
    /// <exception cref="InvalidDataException">Another encoder wrote the index, its scales are mixed, or its files are damaged.</exception>
    public static SparseIndex Open(string directory, ITermEncoder? encoder, SparseIndexOptions? options = null) => OpenExisting([directory], encoder, options, readOnly: false);

    /// <summary><see cref="Open"/> where there is an index, else <see cref="Create"/>.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="encoder">Makes the vectors; null for text alone.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The index.</returns>
    /// <exception cref="IOException">The folder holds something else, or is locked.</exception>
    /// <exception cref="InvalidDataException">Another encoder wrote the index, its scales are mixed, or its files are damaged.</exception>
    public static SparseIndex OpenOrCreate(string directory, ITermEncoder? encoder, SparseIndexOptions? options = null) =>
        Exists(directory) ? Open(directory, encoder, options) : Create(directory, encoder, options);

    /// <summary>Opens an index for search alone, without the write lock: beside a writer, in this process or another.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="encoder">Encodes queries: the index's own, or a query-only one of the same vocabulary; null for BM25 alone.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The index at its last commit; <see cref="Refresh"/> moves it to a later one.</returns>
    /// <exception cref="IOException">There is no index.</exception>
    /// <exception cref="InvalidDataException">Another encoder wrote the index, its scales are mixed, or its files are damaged.</exception>
    public static SparseIndex OpenReadOnly(string directory, ITermEncoder? encoder = null, SparseIndexOptions? options = null) => OpenExisting([directory], encoder, options, readOnly: true);

    /// <summary>Opens several indexes for search as one, on several disks for instance: hits, scores and statistics are those of one index
    /// that holds the documents of the first, then those of the second, and so on.</summary>
    /// <param name="directories">The folders, each once; of one encoder, one scale, one language and the same fields. Rules are those of the
    /// first. Hybrid scores are not calibrated. An id that two folders have stands for two documents.</param>
    /// <param name="encoder">Encodes queries: the indexes' own, or a query-only one of the same vocabulary; null for BM25 alone.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The indexes at their last commits; <see cref="Refresh"/> moves them to later ones.</returns>
    /// <exception cref="ArgumentException">There is no folder, or one comes twice.</exception>
    /// <exception cref="IOException">One holds no index.</exception>
    /// <exception cref="InvalidDataException">Another encoder wrote one, they differ, or files are damaged.</exception>
    public static SparseIndex OpenAsOne(IReadOnlyList<string> directories, ITermEncoder? encoder = null, SparseIndexOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(directories);
        string? twice = directories.GroupBy(Path.GetFullPath, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null && directories.Count > 0
            ? OpenExisting([.. directories], encoder, options, readOnly: true)
            : throw new ArgumentException(twice is null ? "Give at least one folder." : $"Folder '{twice}' comes twice; give each once.", nameof(directories));
    }

    /// <summary>Adds a document, or replaces the one with the same id.</summary>
    /// <param name="document">The document.</param>
    /// <returns>How many earlier documents it replaced: 0 or 1.</returns>
    /// <exception cref="ArgumentException">The id is empty or too long, or a field has a reserved name.</exception>
    /// <exception cref="InvalidOperationException">The index is read-only, or has no encoder for a document without a vector.</exception>
    public int Add(SparseDocument document) => Add([document], CancellationToken.None);

    /// <summary>Adds documents in their order, encoded together; each replaces the one with the same id, in the index or before it in the list.</summary>
    /// <param name="documents">The documents. On an error none of them is added.</param>
    /// <param name="cancellationToken">Stops the encoding; then none of them is added.</param>
    /// <returns>How many earlier documents they replaced.</returns>
    /// <exception cref="ArgumentException">An id is empty or too long, or a field has a reserved name.</exception>
    /// <exception cref="InvalidOperationException">The index is read-only, or has no encoder for a document without a vector.</exception>
    /// <exception cref="IOException">The disk is full or fails; what was committed stays.</exception>
    public int Add(IReadOnlyList<SparseDocument> documents, CancellationToken cancellationToken = default) => Add(Encode(documents, cancellationToken));

    /// <summary>The first half of <see cref="Add(IReadOnlyList{SparseDocument}, CancellationToken)"/>: cuts and encodes documents, and changes nothing,
    /// so that the next ones can be encoded while these are added.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="cancellationToken">Stops the encoding.</param>
    /// <returns>The documents with their vectors.</returns>
    /// <exception cref="ArgumentException">An id is empty or too long, or a field has a reserved name.</exception>
    /// <exception cref="InvalidOperationException">The index is read-only, or has no encoder for a document without a vector.</exception>
    public EncodedDocuments Encode(IReadOnlyList<SparseDocument> documents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        RequireWriter();
        foreach (SparseDocument document in documents)
        {
            DocumentFields.Validate(document, _schema);
        }

        if (!_identity.HasVectors)
        {
            return new EncodedDocuments(documents, null, null);
        }

        if (_encoder is null || _encoding is null)
        {
            throw new InvalidOperationException($"The index in '{DirectoryPath}' holds vectors by encoder '{_identity.Encoder?.Name}': open it with that encoder to add documents.");
        }

        return _encoder.Identity.IsQueryOnly && documents.Any(document => document.Vector is null)
            ? throw new InvalidOperationException($"Encoder '{_encoder.Identity.Name}' is for queries alone: open the index in '{DirectoryPath}' with '{_identity.Encoder?.Name}' to add documents.")
            : EncodeChecked(documents, _encoder, _encoding, cancellationToken);
    }

    /// <summary>The second half: adds documents in their order; each replaces the one with the same id, in the index or before it in the list.</summary>
    /// <param name="documents">What <see cref="Encode"/> of this index made.</param>
    /// <returns>How many earlier documents they replaced.</returns>
    /// <exception cref="InvalidOperationException">The index is read-only.</exception>
    /// <exception cref="ArgumentException">They were encoded for an index of another encoder.</exception>
    /// <exception cref="IOException">The disk is full or fails; what was committed stays.</exception>
    public int Add(EncodedDocuments documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        return _identity.HasVectors == documents.Vectors is not null && _identity.Encoder?.Fingerprint == documents.Encoder?.Fingerprint
            ? RequireWriter().Add(documents, _encoder?.Vocabulary)
            : throw new ArgumentException($"The documents were encoded for another index, and not for that in '{DirectoryPath}'.", nameof(documents));
    }

    /// <summary>Deletes documents by id.</summary>
    /// <param name="ids">Ids; those that are not there count for nothing.</param>
    /// <returns>How many documents were deleted.</returns>
    /// <exception cref="InvalidOperationException">The index is read-only.</exception>
    public int Delete(params IReadOnlyList<string> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return RequireWriter().Delete(ids);
    }

    /// <summary>Writes all changes to disk at once: after a crash the index is as it was at the last commit. Searches see them from now on.</summary>
    /// <exception cref="InvalidOperationException">The index is read-only.</exception>
    /// <exception cref="IOException">The disk is full or fails; the last commit stays.</exception>
    public void Commit()
    {
        RequireWriter().Commit();
        Refresh();
    }

    /// <summary>Merges all segments into one, without the deleted documents, and commits: searches get faster, and files smaller.
    /// With <see cref="SparseIndexOptions.ReorderFrom"/>, like documents come to stand next to each other.</summary>
    /// <exception cref="InvalidOperationException">The index is read-only.</exception>
    /// <exception cref="IOException">The disk is full or fails; the last commit stays.</exception>
    public void Optimize()
    {
        RequireWriter().Optimize();
        Refresh();
    }

    /// <summary>Shows searches the changes made so far, committed or not; opened read-only: the newest commit.</summary>
    public void Refresh() => IndexFolder.Guard(DirectoryPath, () =>
    {
        _view.Refresh();
        IndexIdentity identity = _view.Read((_, reader) => IndexIdentity.Read(reader, _paths));
        if (_encoder is not null && identity != _identity)
        {
            identity.RequireQueriesBy(_encoder.Identity, DirectoryPath);
        }

        if (IsReadOnly)
        {
            IDictionary<string, string> data = ReadCommitData();
            _schema = IndexSchema.Read(data);
            _rules = RuleBook.Read(data);
            _filters.Clear();
        }

        return _identity = identity;
    });

    /// <summary>Reads a document's stored fields.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The document without its vector; null when there is none with this id.</returns>
    public SparseDocument? Get(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return _view.Read((searcher, reader) => DocumentFields.Find(reader, id) is >= 0 and var doc ? DocumentFields.Read(searcher, doc) : null);
    }

    /// <summary>Reads all documents of the last commit with their vectors, as they are stored.</summary>
    /// <returns>The documents in the order that breaks ties; reads on as it is enumerated.</returns>
    internal IEnumerable<StoredDocument> ReadStored()
    {
        using DirectoryReader reader = DirectoryReader.Open(_directories[0]);
        foreach (StoredDocument document in StoredDocuments.Read(reader))
        {
            yield return document;
        }
    }

    /// <summary>True when documents may have passages.</summary>
    internal bool HasPassages => _view.Read((_, reader) => PassageColumns.AreIn(reader));

    /// <summary>How the index reads words, and what its further fields are.</summary>
    internal IndexSchema Schema => _schema;

    /// <summary>Copies the last commit into another folder while the index goes on being written and searched.</summary>
    /// <param name="toDirectory">A folder that is empty or does not exist yet.</param>
    /// <exception cref="IOException">The folder holds files, or copying failed; a half copy is removed.</exception>
    /// <exception cref="InvalidOperationException">Several folders are open as one.</exception>
    /// <exception cref="InvalidDataException">A file is damaged: it is not copied over a good backup.</exception>
    public void Backup(string toDirectory)
    {
        ArgumentException.ThrowIfNullOrEmpty(toDirectory);
        IndexFolder.RequireEmpty(toDirectory);
        if (_paths.Length > 1)
        {
            throw new InvalidOperationException($"The indexes in '{DirectoryPath}' are open as one; back up each by itself.");
        }

        IndexFolder.Guard(DirectoryPath, () => _changes is null
            ? IndexView.WithNewestCommit(_directories[0], commit => IndexFolder.Copy(_directories[0], commit, toDirectory))
            : _changes.WithSnapshot(commit => IndexFolder.Copy(_directories[0], commit, toDirectory)));
    }

    /// <summary>Checks the last commit: Lucene's CheckIndex, then impacts, scale, encoder, ids and stored fields.</summary>
    /// <returns>What was found.</returns>
    public CheckReport Check()
    {
        CheckReport[] reports = Array.ConvertAll(_paths, Check);
        return reports.Length == 1 ? reports[0] : new CheckReport(
            reports.Sum(report => report.Documents), reports.Sum(report => report.Postings), [.. reports.SelectMany(report => report.Problems)], string.Concat(reports.Select(report => report.LuceneOutput)));
    }

    /// <summary>Checks the last commit of an index that may be too damaged to open.</summary>
    /// <param name="directory">The folder.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="IOException">There is no index.</exception>
    public static CheckReport Check(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        IndexFolder.RequireIndex(directory);
        SparseCodec.Register();
        using var folder = new CheckedDirectory(FSDirectory.Open(directory));
        return IndexFolder.Guard(directory, () => IndexCheck.Run(folder, directory));
    }

    /// <summary>Figures of the index.</summary>
    /// <returns>Documents, terms, postings, bytes, encoder.</returns>
    public IndexStatistics Statistics() => _view.Read((_, reader) => IndexFigures.Count(reader, _identity));

    /// <summary>Closes the index and frees its lock. Changes since the last <see cref="Commit"/> are given up.</summary>
    public void Dispose()
    {
        _view.Dispose();
        _changes?.Dispose();
        _directories.ForEach(directory => directory.Dispose());
        _analyzer.Dispose();
    }

    private static SparseIndex OpenExisting(string[] directories, ITermEncoder? encoder, SparseIndexOptions? options, bool readOnly)
    {
        foreach (string directory in directories)
        {
            ArgumentException.ThrowIfNullOrEmpty(directory);
            IndexFolder.RequireIndex(directory);
        }

        return IndexFolder.Guard(string.Join("', '", directories), () => new SparseIndex(directories, encoder, options ?? new(), created: null, readOnly));
    }

    /// <summary>The data of the newest commit; of several folders the first's, where all have the same schema.</summary>
    private IDictionary<string, string> ReadCommitData()
    {
        IDictionary<string, string>[] data = [.. _directories.Select(directory => IndexView.WithNewestCommit(directory, commit => commit.UserData))];
        for (int i = 1; i < data.Length; i++)
        {
            IndexSchema.Read(data[0]).RequireSame(IndexSchema.Read(data[i]), _paths[0], _paths[i]);
        }

        return data[0];
    }

    private EncodedDocuments EncodeChecked(IReadOnlyList<SparseDocument> documents, ITermEncoder encoder, DocumentEncoding encoding, CancellationToken cancellationToken)
    {
        PassageVector[][] vectors = encoding.Run(documents, cancellationToken);
        if (encoder.Language is { } language)
        {
            Interlocked.Add(ref _otherLanguages, documents.Count(document => document.Vector is null && TextLanguage.OtherThan(document.FullText, language) is not null));
        }

        return new EncodedDocuments(documents, vectors, _identity.Encoder);
    }

    private IndexChanges RequireWriter() =>
        _changes ?? throw new InvalidOperationException($"The index in '{DirectoryPath}' was opened for search alone; use Open to change it.");
}
