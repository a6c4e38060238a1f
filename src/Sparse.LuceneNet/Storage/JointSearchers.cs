using Lucene.Net.Index;
using Lucene.Net.Search;
using LuceneDirectory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Storage;

/// <summary>Searchers over several folders as one: the documents of the first come first.</summary>
/// <remarks>One reader above those of the folders, so that all of a search (threshold, statistics, ties) sees one index.</remarks>
internal sealed class JointSearchers : ReferenceManager<IndexSearcher>
{
    private readonly SearcherFactory _factory;

    /// <summary>Opens the folders.</summary>
    /// <param name="directories">The folders; they stay the caller's.</param>
    /// <param name="factory">Makes the searchers.</param>
    public JointSearchers(IReadOnlyList<LuceneDirectory> directories, SearcherFactory factory)
    {
        _factory = factory;
        Current = Join(directories.Count, i => DirectoryReader.Open(directories[i]));
    }

    /// <summary>The readers of the folders, in their order.</summary>
    /// <param name="reader">The reader of a searcher made here, or that of one folder.</param>
    public static IReadOnlyList<DirectoryReader> PartsOf(IndexReader reader) =>
        reader is DirectoryReader one ? [one] : [.. reader.Context.Children.Select(child => (DirectoryReader)child.Reader)];

    /// <inheritdoc/>
    protected override IndexSearcher RefreshIfNeeded(IndexSearcher referenceToRefresh)
    {
        IReadOnlyList<DirectoryReader> parts = PartsOf(referenceToRefresh.IndexReader);
        bool changed = false;
        IndexSearcher newest = Join(parts.Count, i =>
        {
            if (DirectoryReader.OpenIfChanged(parts[i]) is { } newer)
            {
                changed = true;
                return newer;
            }

            parts[i].IncRef();
            return parts[i];
        });
        if (changed)
        {
            return newest;
        }

        // Lucene takes null for "nothing is new"; its annotations don't say so.
        newest.IndexReader.DecRef();
        return null!;
    }

    /// <inheritdoc/>
    protected override void DecRef(IndexSearcher reference) => reference.IndexReader.DecRef();

    /// <inheritdoc/>
    protected override bool TryIncRef(IndexSearcher reference) => reference.IndexReader.TryIncRef();

    /// <inheritdoc/>
    protected override int GetRefCount(IndexSearcher reference) => reference.IndexReader.RefCount;

    // Parts go from one joint reader to the next: each holds one reference to each of its parts, and closing it gives that up.
    private IndexSearcher Join(int count, Func<int, DirectoryReader> open)
    {
        var parts = new List<DirectoryReader>(count);
        try
        {
            for (int i = 0; i < count; i++)
            {
                parts.Add(open(i));
            }

            return _factory.NewSearcher(new MultiReader([.. parts], closeSubReaders: false));
        }
        finally
        {
            parts.ForEach(part => part.DecRef());
        }
    }
}
