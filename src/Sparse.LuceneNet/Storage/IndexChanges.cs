using Lucene.Net.Analysis;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search.Similarities;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Fields;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.Tokens;
using Sparse.Vectors;
using LuceneDirectory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Storage;

/// <summary>The writing half of an index: holds the write lock, adds, deletes, commits. Safe for concurrent use.</summary>
internal sealed class IndexChanges : IDisposable
{
    private readonly System.Threading.Lock _lock = new();
    private readonly string _path;
    private readonly SnapshotDeletionPolicy _snapshots = new(new KeepOnlyLastCommitDeletionPolicy());
    private readonly IndexSchema _schema;
    private readonly ImpactQuantizer? _quantizer;
    private readonly PackedImpactField _impacts = new(SparseFields.Sparse);
    private readonly LiveIds _ids;
    private volatile Exception? _failure;
    private HashSet<string>? _changedSince;
    private bool _marks;
    private bool _hasUncommitted;

    /// <summary>Opens the writer, or makes the index.</summary>
    /// <param name="directory">The folder; stays the caller's.</param>
    /// <param name="path">Its name, for error messages.</param>
    /// <param name="identity">Scale and encoder of the index.</param>
    /// <param name="schema">Its fields, which are written with the next commit.</param>
    /// <param name="create">True to make an empty index and commit it.</param>
    /// <param name="analyzer">The analyzer of the text field.</param>
    /// <param name="similarity">The similarity, whose norms are written.</param>
    /// <param name="ramBufferMegabytes">Memory for documents not yet flushed.</param>
    /// <param name="reorderFrom">Least documents of a merge that reorders them; null for never.</param>
    /// <param name="upgrades">True to give an index of text alone this identity, and commit that.</param>
    /// <exception cref="LockObtainFailedException">Somebody else writes to the index.</exception>
    public IndexChanges(LuceneDirectory directory, string path, IndexIdentity identity, IndexSchema schema, bool create, Analyzer analyzer, Similarity similarity, double ramBufferMegabytes, int? reorderFrom = null, bool upgrades = false)
    {
        _path = path;
        _schema = schema;
        _marks = identity.IsPartial;
        var config = new IndexWriterConfig(LuceneVersion.LUCENE_48, analyzer)
        {
            OpenMode = create ? OpenMode.CREATE : OpenMode.APPEND,
            Similarity = similarity,
            RAMBufferSizeMB = ramBufferMegabytes,
            IndexDeletionPolicy = _snapshots,
            MergeScheduler = new WatchedMergeScheduler(e => _failure ??= e),

            // Files of their own can be mapped into memory, and counted by kind.
            UseCompoundFile = false,
            MergePolicy = reorderFrom is null ? new TieredMergePolicy { NoCFSRatio = 0 } : new ReorderMergePolicy { NoCFSRatio = 0 },
        };
        if (identity.Scale is { } scale)
        {
            _quantizer = new ImpactQuantizer(scale);
            config.Codec = new SparseCodec(
                new Dictionary<string, SparseFieldFormat> { [SparseFields.Sparse] = new(scale, identity.Encoder) }, reorderFrom ?? int.MaxValue);
        }

        Writer = new IndexWriter(directory, config);
        try
        {
            var data = new Dictionary<string, string>(create ? identity.ToCommitData() : Writer.CommitData, StringComparer.Ordinal);
            foreach ((string key, string value) in upgrades ? identity.ToCommitData() : [])
            {
                data[key] = value;
            }

            if (schema.WriteTo(data) || upgrades)
            {
                Writer.SetCommitData(data);
            }

            if (create || upgrades)
            {
                Writer.Commit();
            }

            _ids = new LiveIds(Writer);
        }
        catch
        {
            Writer.Rollback();
            throw;
        }
    }

    /// <summary>The writer, for near-real-time readers.</summary>
    public IndexWriter Writer { get; }

    /// <summary>Weights so far that lay past the range of impacts and were cut to 255.</summary>
    public long Saturated { get; private set; }

    /// <summary>Adds documents, each replacing the one with the same id.</summary>
    /// <param name="encoded">Valid documents with their vectors.</param>
    /// <param name="vocabulary">The vocabulary of the vectors.</param>
    /// <returns>How many earlier documents were replaced.</returns>
    /// <exception cref="IOException">Writing failed, now or earlier.</exception>
    public int Add(EncodedDocuments encoded, Vocabulary? vocabulary) => Change(() =>
    {
        int replaced = 0;
        _hasUncommitted = true;
        for (int i = 0; i < encoded.Documents.Count; i++)
        {
            SparseDocument document = encoded.Documents[i];
            IEnumerable<Document> block = ToLucene(document, encoded.Vectors?[i], vocabulary);
            if (_ids.Contains(document.Id))
            {
                Writer.UpdateDocuments(new Term(SparseFields.Id, document.Id), block);
                replaced++;
            }
            else
            {
                Writer.AddDocuments(block);
            }

            _ids.Add(document.Id);
            _changedSince?.Add(document.Id);
        }

        return replaced;
    });

    /// <summary>Begins to give vectors to the documents of a partial index; from now on changes of others are noted.</summary>
    /// <returns>The index as it is now, committed or not; the caller's.</returns>
    /// <exception cref="InvalidOperationException">That is going on already.</exception>
    public DirectoryReader BeginUpgrade()
    {
        lock (_lock)
        {
            _changedSince = _changedSince is null ? new HashSet<string>(StringComparer.Ordinal)
                : throw new InvalidOperationException($"The index in '{_path}' is being upgraded already.");
            return DirectoryReader.Open(Writer, applyAllDeletes: true);
        }
    }

    /// <summary>Puts documents with their vectors in place of those without; leaves alone what was changed or deleted since <see cref="BeginUpgrade"/>.</summary>
    /// <param name="encoded">Documents as they were then, with their vectors.</param>
    /// <param name="vocabulary">The vocabulary of the vectors.</param>
    /// <returns>How many.</returns>
    /// <exception cref="IOException">Writing failed, now or earlier.</exception>
    public int Cover(EncodedDocuments encoded, Vocabulary vocabulary) => Change(() =>
    {
        int covered = 0;
        for (int i = 0; i < encoded.Documents.Count; i++)
        {
            SparseDocument document = encoded.Documents[i];
            if (!_changedSince!.Contains(document.Id))
            {
                _hasUncommitted = true;
                Writer.UpdateDocuments(new Term(SparseFields.Id, document.Id), ToLucene(document, encoded.Vectors![i], vocabulary));
                covered++;
            }
        }

        return covered;
    });

    /// <summary>Ends what <see cref="BeginUpgrade"/> began.</summary>
    /// <param name="isComplete">True where every document has its vectors; the next commit says so.</param>
    public void EndUpgrade(bool isComplete)
    {
        lock (_lock)
        {
            _changedSince = null;
            _marks &= !isComplete;
        }

        if (isComplete)
        {
            SetCommitData(data => data.Remove(IndexIdentity.PartialKey));
        }
    }

    /// <summary>Deletes documents.</summary>
    /// <param name="ids">Their ids.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="IOException">Writing failed, now or earlier.</exception>
    public int Delete(IReadOnlyList<string> ids) => Change(() =>
    {
        int deleted = 0;
        foreach (string id in ids)
        {
            if (_ids.Contains(id))
            {
                _hasUncommitted = true;
                Writer.DeleteDocuments(new Term(SparseFields.Id, id));
                _ids.Remove(id);
                _changedSince?.Add(id);
                deleted++;
            }
        }

        return deleted;
    });

    /// <summary>Changes the data that the next commit and all later ones keep.</summary>
    /// <param name="change">Changes a copy of it.</param>
    /// <exception cref="IOException">Writing failed earlier.</exception>
    public void SetCommitData(Action<IDictionary<string, string>> change) => Change(() =>
    {
        var data = new Dictionary<string, string>(Writer.CommitData, StringComparer.Ordinal);
        change(data);
        Writer.SetCommitData(data);
        _hasUncommitted = true;
        return 0;
    });

    /// <summary>Commits.</summary>
    /// <exception cref="IOException">Writing failed, now or earlier; the last commit stays.</exception>
    public void Commit() => Change(() =>
    {
        Writer.Commit();
        _hasUncommitted = false;
        _ids.Refresh();
        return 0;
    });

    /// <summary>Merges all segments into one, and commits.</summary>
    /// <exception cref="IOException">Writing failed, now or earlier; the last commit stays.</exception>
    public void Optimize() => Change(() =>
    {
        Writer.ForceMerge(1);
        Writer.Commit();
        _hasUncommitted = false;
        _ids.Refresh();
        return 0;
    });

    /// <summary>Runs an action with the last commit, whose files stay until it ends.</summary>
    /// <typeparam name="T">Its result.</typeparam>
    /// <param name="action">What to run.</param>
    /// <returns>Its result.</returns>
    public T WithSnapshot<T>(Func<IndexCommit, T> action)
    {
        IndexCommit commit;
        lock (_lock)
        {
            commit = _snapshots.Snapshot();
        }

        try
        {
            return action(commit);
        }
        finally
        {
            lock (_lock)
            {
                _snapshots.Release(commit);
            }
        }
    }

    /// <summary>Frees the lock. What was not committed is given up; merges of committed segments are waited for and kept.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (Writer.IsClosed)
            {
                return;
            }

            _ids.Dispose();
            if (_failure is not null || _hasUncommitted)
            {
                Writer.Rollback();
                return;
            }

            try
            {
                Writer.Dispose();
            }
            catch (IOException)
            {
                // Only a merge was lost: the last commit is whole, and the caller has no changes that depend on it.
                Writer.Rollback();
            }
        }
    }

    // One after the other, as the writer takes them: they share one field for their impacts.
    private IEnumerable<Document> ToLucene(SparseDocument document, PassageVector[]? vectors, Vocabulary? vocabulary)
    {
        if (vectors is null)
        {
            yield return DocumentFields.ToLucene(document, vector: null, _schema);
            yield break;
        }

        for (int ordinal = 0; ordinal < vectors.Length; ordinal++)
        {
            _impacts.SetImpacts(_quantizer!.Quantize(vectors[ordinal].Vector, out int saturated), vocabulary!);
            Saturated += saturated;
            Document lucene = vectors[ordinal].Span is { } span
                ? DocumentFields.ToLucene(document, ordinal, span, _impacts, _schema)
                : DocumentFields.ToLucene(document, _impacts, _schema);
            if (_marks)
            {
                Coverage.Mark(lucene);
            }

            yield return lucene;
        }
    }

    // After a failed write Lucene may have dropped documents from its buffer. Committing the rest would lose them silently, so
    // everything is refused until the index is opened anew from its last commit.
    private int Change(Func<int> action)
    {
        lock (_lock)
        {
            if (_failure is not null)
            {
                throw new IOException($"An earlier write to the index in '{_path}' failed ({_failure.Message}). What was committed is safe; put the cause right and open the index again.", _failure);
            }

            try
            {
                return action();
            }
            catch (Exception e) when (e is not ObjectDisposedException)
            {
                _failure = e;
                if (e is IOException or UnauthorizedAccessException)
                {
                    throw new IOException($"Writing to the index in '{_path}' failed: {e.Message.TrimEnd('.')}. What was committed before is safe.", e);
                }

                throw;
            }
        }
    }
}
