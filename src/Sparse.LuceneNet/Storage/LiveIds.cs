using Lucene.Net.Index;

namespace Sparse.LuceneNet.Storage;

/// <summary>Tells which ids have a live document, those added and deleted a moment ago included.</summary>
/// <remarks>
/// A reader knows the documents up to some moment; two sets of ids hold what happened since. Where the index was empty at first, a filter
/// spares most ids the look into every segment: a tenth of the time for 385,000 vectors, and more with every segment (2026-12-01). For one thread at a time.
/// </remarks>
internal sealed class LiveIds(IndexWriter writer) : IDisposable
{
    // Each id held costs some 100 bytes; a new reader costs a flush of the writer's buffer.
    private const int MaxPending = 262_144;

    private readonly HashSet<string> _added = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);
    private readonly IdFilter? _everAdded = writer.MaxDoc == 0 ? new() : null;
    private DirectoryReader _reader = DirectoryReader.Open(writer, applyAllDeletes: true);

    /// <summary>True when a live document has this id.</summary>
    /// <param name="id">The id.</param>
    public bool Contains(string id) =>
        _added.Contains(id) || (_reader.MaxDoc > 0 && _everAdded?.MayContain(id) != false && !_deleted.Contains(id) && DocumentFields.Find(_reader, id) >= 0);

    /// <summary>Notes a document that was added or replaced.</summary>
    /// <param name="id">Its id.</param>
    public void Add(string id)
    {
        _added.Add(id);
        _everAdded?.Add(id);
        Trim();
    }

    /// <summary>Notes a document that was deleted.</summary>
    /// <param name="id">Its id.</param>
    public void Remove(string id)
    {
        _added.Remove(id);
        _deleted.Add(id);
        Trim();
    }

    /// <summary>Takes a new reader and empties the sets.</summary>
    public void Refresh()
    {
        if (DirectoryReader.OpenIfChanged(_reader, writer, applyAllDeletes: true) is { } newer)
        {
            _reader.Dispose();
            _reader = newer;
        }

        _added.Clear();
        _deleted.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private void Trim()
    {
        if (_added.Count + _deleted.Count >= MaxPending)
        {
            Refresh();
        }
    }
}
