using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.Search;

namespace Sparse.LuceneNet.Queries;

/// <summary>Finds the k best documents for a <see cref="SparseQuery"/> without looking at all that match.</summary>
/// <remarks>
/// <para>
/// Documents, scores and order are those of a stock <see cref="IndexSearcher"/>, ties by document number; only the documents that
/// bounds rule out are never scored, so that <see cref="TopDocs.TotalHits"/> counts the hits returned, not those that exist.
/// (A boost that is no power of two rounds scores; then documents that rounding makes equal keep the order of their exact scores.)
/// </para>
/// <para>
/// One searcher serves one reader, which stays the caller's. It keeps what it learns of the reader: make one when the reader is
/// reopened, not for each query. Safe for concurrent use. Where a segment is of format version 1, or has the fields of the query in different
/// orders (reordered before they were in one order, or not all of them), the whole search is a stock one.
/// </para>
/// </remarks>
public sealed class SparseSearcher
{
    private const string OverloadsDiffer = "A number or a span, neither with a default, tells the overloads apart.";

    private readonly ConcurrentDictionary<string, SearchedFields?> _fields = new(StringComparer.Ordinal);

    /// <summary>Makes a searcher.</summary>
    /// <param name="reader">The index; must stay open while it is searched.</param>
    public SparseSearcher(IndexReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Reader = reader;
    }

    /// <summary>The index.</summary>
    public IndexReader Reader { get; }

    /// <summary>Finds the k best documents.</summary>
    /// <param name="query">The query; its boost multiplies the scores.</param>
    /// <param name="k">How many at most, ≥ 1.</param>
    /// <param name="filter">Leaves only documents that it lets through; null for all.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>Documents with a score above 0, best first.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    /// <exception cref="InvalidDataException">Segments differ in scale or encoder, or the field is not a sparse field.</exception>
    /// <exception cref="IOException">The postings are damaged.</exception>
    /// <exception cref="ObjectDisposedException">The reader is closed.</exception>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    [SuppressMessage("ApiDesign", "RS0026", Justification = OverloadsDiffer)]
    public TopDocs Search(SparseQuery query, int k, Filter? filter = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        k = Math.Max(1, Math.Min(k, Reader.MaxDoc));
        SparseHit[] hits = ArrayPool<SparseHit>.Shared.Rent(k);
        try
        {
            int found = Search(query, hits.AsSpan(0, k), filter, cancellationToken);
            var docs = new ScoreDoc[found];
            for (int i = 0; i < found; i++)
            {
                docs[i] = new ScoreDoc(hits[i].Doc, hits[i].Score);
            }

            return new TopDocs(found, docs, found == 0 ? float.NaN : docs[0].Score);
        }
        finally
        {
            ArrayPool<SparseHit>.Shared.Return(hits);
        }
    }

    /// <summary>Finds the best documents, into memory of the caller's.</summary>
    /// <remarks>Allocates nothing once the first searches have run, unless it filters or has to be a stock search.</remarks>
    /// <param name="query">The query; its boost multiplies the scores.</param>
    /// <param name="hits">[k] overwritten up to the returned number: documents with a score above 0, best first. Its length says how many are wanted, ≥ 1.</param>
    /// <param name="filter">Leaves only documents that it lets through; null for all.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>How many hits there are.</returns>
    /// <exception cref="ArgumentException"><paramref name="hits"/> has no room for one hit.</exception>
    /// <exception cref="InvalidDataException">Segments differ in scale or encoder, or the field is not a sparse field.</exception>
    /// <exception cref="IOException">The postings are damaged.</exception>
    /// <exception cref="ObjectDisposedException">The reader is closed.</exception>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    [SuppressMessage("ApiDesign", "RS0026", Justification = OverloadsDiffer)]
    public int Search(SparseQuery query, Span<SparseHit> hits, Filter? filter = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (hits.IsEmpty)
        {
            throw new ArgumentException("The span for the hits is empty; its length says how many are wanted, at least 1.", nameof(hits));
        }

        Reader.IncRef();
        try
        {
            SearchedFields? fields = _fields.TryGetValue(query.FieldKey, out SearchedFields? known) ? known : Open(query);
            return fields is null ? 0
                : fields.IsMapped && query.Boost > 0 ? SearchMapped(fields, query, hits, filter, cancellationToken)
                : SearchStock(query, hits, filter, cancellationToken);
        }
        finally
        {
            Reader.DecRef();
        }
    }

    // Apart from the search: what the function captures is allocated at the method's start, even where it isn't called.
    private SearchedFields? Open(SparseQuery query) => _fields.GetOrAdd(query.FieldKey, _ => SearchedFields.Open(Reader, query.Fields));

    private int SearchMapped(SearchedFields fields, SparseQuery query, Span<SparseHit> hits, Filter? filter, CancellationToken cancellationToken)
    {
        hits = hits[..Math.Min(hits.Length, Reader.MaxDoc)];

        // A document and four bytes of score, before and after: the scores become floats where they are.
        Span<ScoredDoc> scored = MemoryMarshal.Cast<SparseHit, ScoredDoc>(hits);
        int found, exponent;
        fields.Acquire();
        try
        {
            uint[]?[]? filtered = filter is null ? null : fields.Accept(filter);
            SearchWorkspace workspace = SearchWorkspace.Rent();
            found = workspace.Search(fields, query, filtered, scored, out exponent, cancellationToken);
            workspace.Return();
        }
        finally
        {
            fields.Release();
        }

        float step = (float)Math.ScaleB(query.Boost, exponent);
        for (int i = 0; i < found; i++)
        {
            ScoredDoc hit = scored[i];
            hits[i] = new SparseHit(hit.Doc, hit.Score * step);
        }

        return found;
    }

    private int SearchStock(SparseQuery query, Span<SparseHit> hits, Filter? filter, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ScoreDoc[] found = new IndexSearcher(Reader).Search(query, filter, hits.Length).ScoreDocs;
        for (int i = 0; i < found.Length; i++)
        {
            hits[i] = new SparseHit(found[i].Doc, found[i].Score);
        }

        return found.Length;
    }
}
