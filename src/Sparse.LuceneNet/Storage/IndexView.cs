using System.Collections.Concurrent;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Search.Similarities;
using Sparse.Fusion;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Queries;
using LuceneDirectory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Storage;

/// <summary>The reading half of an index: what searches see, from one refresh to the next. Safe for concurrent use.</summary>
internal sealed class IndexView : IDisposable
{
    private readonly string _path;
    private readonly ReferenceManager<IndexSearcher> _searchers;

    /// <summary>Opens the view.</summary>
    /// <param name="path">The folders, for error messages.</param>
    /// <param name="directories">The folders; they stay the caller's. Several are seen as one index.</param>
    /// <param name="writer">Shows its changes, committed or not; null shows commits alone.</param>
    /// <param name="similarity">Scores words.</param>
    public IndexView(string path, IReadOnlyList<LuceneDirectory> directories, IndexWriter? writer, Similarity similarity)
    {
        _path = path;
        var factory = new Factory(similarity);
        _searchers = writer is not null ? new SearcherManager(writer, applyAllDeletes: true, factory)
            : directories.Count == 1 ? new SearcherManager(directories[0], factory)
            : new JointSearchers(directories, factory);
    }

    /// <summary>Moves on to the newest state.</summary>
    public void Refresh() => _searchers.MaybeRefreshBlocking();

    /// <summary>Reads one state, which does not change meanwhile.</summary>
    /// <typeparam name="T">The result.</typeparam>
    /// <param name="action">What to read.</param>
    /// <returns>Its result.</returns>
    /// <exception cref="InvalidDataException">Files are damaged.</exception>
    public T Read<T>(Func<IndexSearcher, IndexReader, T> action)
    {
        IndexSearcher searcher = _searchers.Acquire();
        try
        {
            return IndexFolder.Guard(_path, () => action(searcher, searcher.IndexReader));
        }
        finally
        {
            _searchers.Release(searcher);
        }
    }

    /// <summary>Our searcher of the state that an <see cref="IndexSearcher"/> of this view searches.</summary>
    /// <param name="searcher">What <see cref="Read"/> gave.</param>
    /// <returns>The one searcher of that state.</returns>
    public static SparseSearcher Sparse(IndexSearcher searcher) => ((ViewSearcher)searcher).Sparse;

    /// <summary>The words of the state that an <see cref="IndexSearcher"/> of this view searches.</summary>
    /// <param name="searcher">What <see cref="Read"/> gave.</param>
    public static KnownWords Words(IndexSearcher searcher) => ((ViewSearcher)searcher).Words;

    /// <summary>How many live documents of a partial index have no vectors yet, in the state that a searcher of this view searches.</summary>
    /// <param name="searcher">What <see cref="Read"/> gave.</param>
    public static int Uncovered(IndexSearcher searcher) => ((ViewSearcher)searcher).Uncovered.Value;

    /// <summary>The scale of calibrated scores that the commit holds, of the state that a searcher of this view searches.</summary>
    /// <param name="searcher">What <see cref="Read"/> gave.</param>
    public static FusionCalibration Calibration(IndexSearcher searcher) => ((ViewSearcher)searcher).Calibration.Value;

    /// <summary>Runs an action on the newest commit without a writer: when a writer elsewhere deletes its files meanwhile, on a newer one.</summary>
    /// <typeparam name="T">Its result.</typeparam>
    /// <param name="directory">The folder.</param>
    /// <param name="action">What to run; it must bear being run again.</param>
    /// <returns>Its result.</returns>
    public static T WithNewestCommit<T>(LuceneDirectory directory, Func<IndexCommit, T> action)
    {
        for (int attempt = 1; ; attempt++)
        {
            IndexCommit commit = DirectoryReader.ListCommits(directory)[^1];
            try
            {
                return action(commit);
            }
            catch (FileNotFoundException) when (attempt < 10 && DirectoryReader.ListCommits(directory)[^1].Generation > commit.Generation)
            {
                // Taken again from the top, with the newer commit.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _searchers.Dispose();

    private sealed class Factory(Similarity similarity) : SearcherFactory
    {
        public override IndexSearcher NewSearcher(IndexReader reader) => new ViewSearcher(reader) { Similarity = similarity };
    }

    /// <summary>Lucene's searcher of one state, and ours beside it.</summary>
    private sealed class ViewSearcher(IndexReader reader) : IndexSearcher(reader)
    {
        private readonly ConcurrentDictionary<string, CollectionStatistics> _statistics = new(StringComparer.Ordinal);

        public SparseSearcher Sparse { get; } = new(reader);

        public KnownWords Words => field ??= new KnownWords(this);

        public Lazy<int> Uncovered { get; } = new(() => Coverage.Missing(reader).Count());

        // A commit is put together with all of its files' names each time.
        public Lazy<FusionCalibration> Calibration { get; } = new(() =>
            FusionCalibration.TryParse(reader is DirectoryReader one && one.IndexCommit.UserData.TryGetValue(IndexIdentity.CalibrationKey, out string? text) ? text : null) ?? FusionCalibration.None);

        // Asked for once a word, and put together from all segments each time.
        public override CollectionStatistics CollectionStatistics(string field) => _statistics.GetOrAdd(field, base.CollectionStatistics);
    }
}
