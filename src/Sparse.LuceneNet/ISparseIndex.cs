using System.Diagnostics.CodeAnalysis;
using Sparse.Vectors;

namespace Sparse.LuceneNet;

/// <summary>A searchable collection, wherever it lies: <see cref="SparseIndex"/> in a folder, or one on a cluster (Sparse.OpenSearch).</summary>
/// <remarks>What an application needs that opens either by one line; each implementation says what it adds and what it cannot.</remarks>
public interface ISparseIndex : IDisposable
{
    /// <summary>Documents that searches see.</summary>
    int Count { get; }

    /// <summary>The encoder that made the index's vectors; null for an index of text alone.</summary>
    EncoderIdentity? Encoder { get; }

    /// <summary>Weight of one impact step; null for an index of text alone.</summary>
    float? Scale { get; }

    /// <summary>Language of the words for BM25.</summary>
    string Language { get; }

    /// <summary>Adds documents, encoded together; each replaces the one with the same id.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="cancellationToken">Stops the encoding.</param>
    /// <returns>How many earlier documents they replaced.</returns>
    int Add(IReadOnlyList<SparseDocument> documents, CancellationToken cancellationToken = default);

    /// <summary>Deletes documents by id.</summary>
    /// <param name="ids">Ids; those that are not there count for nothing.</param>
    /// <returns>How many documents were deleted.</returns>
    int Delete(params IReadOnlyList<string> ids);

    /// <summary>Makes all changes safe, and shows them to searches.</summary>
    void Commit();

    /// <summary>Shows searches the newest state.</summary>
    void Refresh();

    /// <summary>Reads a document's stored fields.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The document without its vector; null when there is none with this id.</returns>
    [SuppressMessage("Naming", "CA1716", Justification = "SparseIndex had this name first, and it is not meant to be overridden.")]
    SparseDocument? Get(string id);

    /// <summary>Finds the k best documents for a text.</summary>
    /// <param name="query">Any text.</param>
    /// <param name="k">How many at most, ≥ 1.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The hits, best first.</returns>
    SearchResult Search(string query, int k = 10, SearchOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Finds the k best documents for a term vector.</summary>
    /// <param name="query">Term ids of the vocabulary of the index's encoder (or of <see cref="SearchOptions.QueryEncoder"/>), with weights.</param>
    /// <param name="k">How many at most, ≥ 1.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The hits, best first.</returns>
    SearchResult SearchVector(TermVector query, int k = 10, SearchOptions? options = null, CancellationToken cancellationToken = default);
}
