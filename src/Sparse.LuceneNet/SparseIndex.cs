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
public sealed class SparseIndex : IDisposable
{
    private SparseIndex(string directory) => DirectoryPath = directory;

    /// <summary>The folder.</summary>
    public string DirectoryPath { get; }

    /// <summary>True when opened for search alone.</summary>
    public bool IsReadOnly => throw new NotImplementedException();

    /// <summary>Live documents, as last committed or refreshed.</summary>
    public int Count => throw new NotImplementedException();

    /// <summary>The encoder that made the index's vectors; null for an index of text alone.</summary>
    public EncoderIdentity? Encoder => throw new NotImplementedException();

    /// <summary>Weight of one impact step; null for an index of text alone.</summary>
    public float? Scale => throw new NotImplementedException();

    /// <summary>The mode of a search that names none: sparse where the index holds vectors and was opened with an encoder, else BM25.</summary>
    public SearchMode DefaultMode => throw new NotImplementedException();

    /// <summary>True when the folder holds an index, of this library or any other Lucene index.</summary>
    /// <param name="directory">A folder; it need not exist.</param>
    /// <returns>True when a commit is there.</returns>
    public static bool Exists(string directory) => throw new NotImplementedException();

    /// <summary>Makes an empty index, committed at once, and opens it for writing.</summary>
    /// <param name="directory">A folder that is empty or does not exist yet.</param>
    /// <param name="encoder">Makes the vectors; null for an index of text alone (BM25).</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The index.</returns>
    /// <exception cref="IOException">The folder holds an index or other files, or is locked.</exception>
    /// <exception cref="ArgumentException">The encoder is for queries alone, or an option is out of its range.</exception>
    public static SparseIndex Create(string directory, ITermEncoder? encoder, SparseIndexOptions? options = null) => throw new NotImplementedException();

    /// <summary>Opens an index for writing and searching.</summary>
    /// <param name="directory">The folder of an index that this library made.</param>
    /// <param name="encoder">The encoder that made its vectors; a query-only encoder of the same vocabulary, or null, to search and delete but not to add texts.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The index.</returns>
    /// <exception cref="IOException">There is no index, or it is locked by another writer.</exception>
    /// <exception cref="InvalidDataException">Another encoder wrote the index, its scales are mixed, or its files are damaged.</exception>
    public static SparseIndex Open(string directory, ITermEncoder? encoder, SparseIndexOptions? options = null) => throw new NotImplementedException();

    /// <summary><see cref="Open"/> where there is an index, else <see cref="Create"/>.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="encoder">Makes the vectors; null for text alone.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The index.</returns>
    /// <exception cref="IOException">The folder holds something else, or is locked.</exception>
    /// <exception cref="InvalidDataException">Another encoder wrote the index, its scales are mixed, or its files are damaged.</exception>
    public static SparseIndex OpenOrCreate(string directory, ITermEncoder? encoder, SparseIndexOptions? options = null) => throw new NotImplementedException();

    /// <summary>Opens an index for search alone, without the write lock: beside a writer, in this process or another.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="encoder">Encodes queries: the index's own, or a query-only one of the same vocabulary; null for BM25 alone.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The index at its last commit; <see cref="Refresh"/> moves it to a later one.</returns>
    /// <exception cref="IOException">There is no index.</exception>
    /// <exception cref="InvalidDataException">Another encoder wrote the index, its scales are mixed, or its files are damaged.</exception>
    public static SparseIndex OpenReadOnly(string directory, ITermEncoder? encoder = null, SparseIndexOptions? options = null) => throw new NotImplementedException();

    /// <summary>Adds a document, or replaces the one with the same id.</summary>
    /// <param name="document">The document.</param>
    /// <returns>How many earlier documents it replaced: 0 or 1.</returns>
    /// <exception cref="ArgumentException">The id is empty or too long, or a field has a reserved name.</exception>
    /// <exception cref="InvalidOperationException">The index is read-only, or has no encoder for a document without a vector.</exception>
    public int Add(SparseDocument document) => throw new NotImplementedException();

    /// <summary>Adds documents in their order, encoded together; each replaces the one with the same id, in the index or before it in the list.</summary>
    /// <param name="documents">The documents. On an error none of them is added.</param>
    /// <param name="cancellationToken">Stops the encoding; then none of them is added.</param>
    /// <returns>How many earlier documents they replaced.</returns>
    /// <exception cref="ArgumentException">An id is empty or too long, or a field has a reserved name.</exception>
    /// <exception cref="InvalidOperationException">The index is read-only, or has no encoder for a document without a vector.</exception>
    /// <exception cref="IOException">The disk is full or fails; what was committed stays.</exception>
    public int Add(IReadOnlyList<SparseDocument> documents, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Deletes documents by id.</summary>
    /// <param name="ids">Ids; those that are not there count for nothing.</param>
    /// <returns>How many documents were deleted.</returns>
    /// <exception cref="InvalidOperationException">The index is read-only.</exception>
    public int Delete(params IReadOnlyList<string> ids) => throw new NotImplementedException();

    /// <summary>Writes all changes to disk at once: after a crash the index is as it was at the last commit. Searches see them from now on.</summary>
    /// <exception cref="InvalidOperationException">The index is read-only.</exception>
    /// <exception cref="IOException">The disk is full or fails; the last commit stays.</exception>
    public void Commit() => throw new NotImplementedException();

    /// <summary>Shows searches the changes made so far, committed or not; opened read-only: the newest commit.</summary>
    public void Refresh() => throw new NotImplementedException();

    /// <summary>Reads a document's stored fields.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The document without its vector; null when there is none with this id.</returns>
    public SparseDocument? Get(string id) => throw new NotImplementedException();

    /// <summary>Finds the k best documents for a text.</summary>
    /// <param name="query">Any text; it has no syntax.</param>
    /// <param name="k">How many at most, ≥ 1.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The hits, best first; only documents with a score above 0.</returns>
    /// <exception cref="ArgumentException">The query is blank or has no term to search by.</exception>
    /// <exception cref="InvalidOperationException">A sparse search without vectors or without an encoder.</exception>
    /// <exception cref="InvalidDataException">The query encoder does not fit the index.</exception>
    public SearchResult Search(string query, int k = 10, SearchOptions? options = null) => throw new NotImplementedException();

    /// <summary>Finds the k best documents for a term vector.</summary>
    /// <param name="query">Term ids of the vocabulary of the index's encoder (or of <see cref="SearchOptions.QueryEncoder"/>), with weights.</param>
    /// <param name="k">How many at most, ≥ 1.</param>
    /// <param name="options">Options; null for the defaults. The mode, where given, must be sparse.</param>
    /// <returns>The hits, best first; only documents with a score above 0.</returns>
    /// <exception cref="ArgumentException">The query has no terms, or the mode is BM25.</exception>
    /// <exception cref="InvalidOperationException">The index has no vectors, or no encoder was given to name the terms.</exception>
    public SearchResult SearchVector(TermVector query, int k = 10, SearchOptions? options = null) => throw new NotImplementedException();

    /// <summary>Copies the last commit into another folder while the index goes on being written and searched.</summary>
    /// <param name="toDirectory">A folder that is empty or does not exist yet.</param>
    /// <exception cref="IOException">The folder holds files, or copying failed; a half copy is removed.</exception>
    public void Backup(string toDirectory) => throw new NotImplementedException();

    /// <summary>Checks the last commit: Lucene's CheckIndex, then impacts, scale, encoder, ids and stored fields.</summary>
    /// <returns>What was found.</returns>
    public CheckReport Check() => throw new NotImplementedException();

    /// <summary>Figures of the index.</summary>
    /// <returns>Documents, terms, postings, bytes, encoder.</returns>
    public IndexStatistics Statistics() => throw new NotImplementedException();

    /// <summary>Closes the index and frees its lock. Changes since the last <see cref="Commit"/> are given up.</summary>
    public void Dispose()
    {
    }
}
