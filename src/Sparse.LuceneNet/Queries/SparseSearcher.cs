using System.Buffers;
using System.Collections.Concurrent;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.Search;
using Sparse.Vectors;

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
/// reopened, not for each query. Safe for concurrent use. Where a segment is of format version 1, the whole search is a stock one.
/// </para>
/// </remarks>
public sealed class SparseSearcher
{
    private static readonly ConcurrentBag<ImpactSearcher> Idle = [];
    private readonly ConcurrentDictionary<string, SearchedField?> _fields = new(StringComparer.Ordinal);

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
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    public TopDocs Search(SparseQuery query, int k, Filter? filter = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        Reader.IncRef();
        try
        {
            SearchedField? field = _fields.TryGetValue(query.Field, out SearchedField? known)
                ? known
                : _fields.GetOrAdd(query.Field, name => SearchedField.Open(Reader, name));
            if (field is null)
            {
                return new TopDocs(0, [], float.NaN);
            }

            if (!field.IsMapped || !(query.Boost > 0))
            {
                cancellationToken.ThrowIfCancellationRequested();
                return new IndexSearcher(Reader).Search(query, filter, k);
            }

            return Search(field, query, Math.Min(k, Reader.MaxDoc), filter, cancellationToken);
        }
        finally
        {
            Reader.DecRef();
        }
    }

    private static TopDocs Search(SearchedField field, SparseQuery query, int k, Filter? filter, CancellationToken cancellationToken)
    {
        int terms = query.TermBytes.Length;
        ushort[] weights = ArrayPool<ushort>.Shared.Rent(terms);
        int[] ordinals = ArrayPool<int>.Shared.Rent(terms * field.SegmentCount);
        SegmentTarget[] targets = ArrayPool<SegmentTarget>.Shared.Rent(field.SegmentCount);
        ScoredDoc[] hits = ArrayPool<ScoredDoc>.Shared.Rent(k);
        ImpactSearcher searcher = Idle.TryTake(out ImpactSearcher? idle) ? idle : new ImpactSearcher();
        try
        {
            int exponent = QueryQuantizer.Quantize(query.WeightSpan, field.Info.Scale, weights.AsSpan(0, terms));
            field.Find(query.TermBytes, weights, ordinals);

            // What the filter lets through lives as long as this, because the targets only point to it.
            uint[]?[]? filtered = filter is null ? null : field.Accept(filter);
            field.Targets(filtered, targets);
            int found = searcher.TopK(
                targets.AsSpan(0, field.SegmentCount), ordinals.AsSpan(0, terms * field.SegmentCount), weights.AsSpan(0, terms), k, SweepPolicy.Choose, hits, cancellationToken);
            GC.KeepAlive(filtered);
            GC.KeepAlive(field);
            return ToTopDocs(hits.AsSpan(0, found), (float)Math.ScaleB(query.Boost, exponent));
        }
        finally
        {
            Idle.Add(searcher);
            ArrayPool<ScoredDoc>.Shared.Return(hits);
            targets.AsSpan(0, field.SegmentCount).Clear();
            ArrayPool<SegmentTarget>.Shared.Return(targets);
            ArrayPool<int>.Shared.Return(ordinals);
            ArrayPool<ushort>.Shared.Return(weights);
        }
    }

    private static TopDocs ToTopDocs(ReadOnlySpan<ScoredDoc> hits, float step)
    {
        var docs = new ScoreDoc[hits.Length];
        for (int i = 0; i < docs.Length; i++)
        {
            docs[i] = new ScoreDoc(hits[i].Doc, hits[i].Score * step);
        }

        return new TopDocs(docs.Length, docs, docs.Length == 0 ? float.NaN : docs[0].Score);
    }
}
