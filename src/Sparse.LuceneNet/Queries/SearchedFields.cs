using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.Impacts;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Postings.Version2;
using Sparse.Search;

namespace Sparse.LuceneNet.Queries;

/// <summary>The sparse fields of one query in one reader, as the engine searches them: segments, and which of their positions may be hits.</summary>
internal sealed class SearchedFields
{
    private readonly AtomicReaderContext[] _leaves;

    // [segments][fields]; null where a segment has no term of a field.
    private readonly ImpactTerms?[][] _terms;

    // [segments] of any field: documents and order are the same in all.
    private readonly MappedImpacts[] _first;
    private readonly uint[]?[] _live;

    private SearchedFields(float[] scales, AtomicReaderContext[] leaves, ImpactTerms?[][] terms)
    {
        Scales = scales;
        _leaves = leaves;
        _terms = terms;
        IsMapped = terms.All(HaveOneOrder);
        _first = IsMapped ? [.. terms.Select(fields => fields.First(field => field is not null)!.Mapped!)] : [];
        _live = IsMapped ? [.. leaves.Select((leaf, i) => leaf.AtomicReader.LiveDocs is { } live ? Positions(_first[i], live) : null)] : [];
    }

    /// <summary>[fields] weight of one impact step; 0 where no document has the field. Not to be changed.</summary>
    public float[] Scales { get; }

    /// <summary>True when all segments are of version 2, with the documents of one in the same order in all fields.</summary>
    public bool IsMapped { get; }

    /// <summary>Segments that have one of the fields.</summary>
    public int SegmentCount => _terms.Length;

    /// <summary>Reads fields of a reader.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="names">Names of the fields.</param>
    /// <returns>Null when no document has a term in one of the fields.</returns>
    /// <exception cref="InvalidDataException">Segments differ in scale or encoder, or a field is not a sparse field.</exception>
    public static SearchedFields? Open(IndexReader reader, IReadOnlyList<string> names)
    {
        float[] scales = [.. names.Select(name => SparseFieldInfo.Read(reader, name)?.Scale ?? 0)];

        // The largest first: the threshold that it gives spares the others most.
        (AtomicReaderContext Leaf, ImpactTerms?[] Terms)[] segments =
        [
            .. reader.Leaves.Select(leaf => (leaf, terms: names.Select(name => Terms(leaf, name)).ToArray()))
                .Where(segment => Array.Exists(segment.terms, terms => terms is not null))
                .OrderByDescending(segment => segment.leaf.AtomicReader.MaxDoc),
        ];
        return segments.Length == 0 ? null : new SearchedFields(scales, [.. segments.Select(segment => segment.Leaf)], [.. segments.Select(segment => segment.Terms)]);
    }

    /// <summary>Keeps the memory of all segments readable until <see cref="Release()"/>.</summary>
    /// <exception cref="ObjectDisposedException">The reader of a segment was closed.</exception>
    public void Acquire()
    {
        int acquired = 0;
        try
        {
            for (; acquired < _terms.Length * Scales.Length; acquired++)
            {
                At(acquired)?.Acquire();
            }
        }
        catch (ObjectDisposedException)
        {
            Release(acquired);
            throw;
        }
    }

    /// <summary>Ends what <see cref="Acquire"/> began.</summary>
    public void Release() => Release(_terms.Length * Scales.Length);

    /// <summary>Looks the terms up in all segments, and makes sure that what is found may be read.</summary>
    /// <param name="query">The terms.</param>
    /// <param name="weights">[terms] their weights; a term of weight 0 is not looked up.</param>
    /// <param name="ordinals">[segments x terms], overwritten: ordinals, −1 where a segment doesn't have the term.</param>
    public void Find(SparseQuery query, ReadOnlySpan<ushort> weights, Span<int> ordinals)
    {
        for (int segment = 0; segment < _terms.Length; segment++)
        {
            Span<int> found = ordinals.Slice(segment * weights.Length, weights.Length);
            found.Fill(-1);
            for (int field = 0; field < Scales.Length; field++)
            {
                Range terms = query.FieldStarts[field]..query.FieldStarts[field + 1];
                _terms[segment][field]?.Find(query.TermBytes.AsSpan()[terms], weights[terms], found[terms]);
            }
        }
    }

    /// <summary>What a filter lets through, deleted documents left out.</summary>
    /// <param name="filter">The filter.</param>
    /// <returns>[segments] a bit for each position; pinned.</returns>
    public uint[]?[] Accept(Filter filter)
    {
        var accept = new uint[]?[_terms.Length];
        for (int segment = 0; segment < accept.Length; segment++)
        {
            MappedImpacts impacts = _first[segment];
            uint[] bits = accept[segment] = NewBits(impacts.Segment);
            AtomicReader reader = _leaves[segment].AtomicReader;
            DocIdSetIterator docs = filter.GetDocIdSet(_leaves[segment], reader.LiveDocs)?.GetIterator() ?? DocIdSetIterator.GetEmpty();
            for (int doc = docs.NextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.NextDoc())
            {
                // Filters that keep what they found for all readers may ignore the live documents that they are given.
                if (reader.LiveDocs?.Get(doc) != false)
                {
                    Set(bits, impacts.PositionOf(doc));
                }
            }
        }

        return accept;
    }

    /// <summary>What the engine searches.</summary>
    /// <param name="filtered">What <see cref="Accept"/> returned, kept alive by the caller; null for all live documents.</param>
    /// <param name="targets">[segments x fields], overwritten.</param>
    public unsafe void Targets(uint[]?[]? filtered, Span<SegmentTarget> targets)
    {
        for (int segment = 0; segment < _terms.Length; segment++)
        {
            uint[]? accept = (filtered ?? _live)[segment];
            var target = new SegmentTarget { DocBase = _leaves[segment].DocBase };
            if (accept is not null)
            {
                // Pinned for good by its allocation; the last element is the number of positions left out.
                target.Accept = (uint*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref accept[0]);
                target.Missing = (int)accept[^1];
            }

            for (int field = 0; field < Scales.Length; field++)
            {
                target.Segment = _terms[segment][field]?.Mapped!.Segment;
                targets[(segment * Scales.Length) + field] = target;
            }
        }
    }

    // A field whose documents are all deleted at a merge may be there without a term.
    private static ImpactTerms? Terms(AtomicReaderContext leaf, string name) => ImpactTerms.Of(leaf.AtomicReader, name) is { Count: > 0 } terms ? terms : null;

    private static unsafe bool HaveOneOrder(ImpactTerms?[] fields)
    {
        MappedImpacts? first = null;
        foreach (ImpactTerms? field in fields)
        {
            if (field is null)
            {
                continue;
            }

            if (field.Mapped is not { } mapped || (first is not null && first.IsReordered != mapped.IsReordered))
            {
                return false;
            }

            first ??= mapped;
            if (first != mapped && mapped.IsReordered)
            {
                using MappedImpacts.Lease one = first.Acquire();
                using MappedImpacts.Lease other = mapped.Acquire();
                int documents = first.Segment.Documents;
                if (!new ReadOnlySpan<int>(first.Segment.Order, documents).SequenceEqual(new ReadOnlySpan<int>(mapped.Segment.Order, documents)))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private MappedImpacts? At(int index) => _terms[index / Scales.Length][index % Scales.Length]?.Mapped;

    private void Release(int acquired)
    {
        for (int i = 0; i < acquired; i++)
        {
            At(i)?.Release();
        }
    }

    /// <summary>Bits of documents as bits of positions.</summary>
    private static uint[] Positions(MappedImpacts impacts, IBits documents)
    {
        using MappedImpacts.Lease lease = impacts.Acquire();
        uint[] bits = NewBits(impacts.Segment);
        for (int position = 0; position < impacts.Segment.Documents; position++)
        {
            if (documents.Get(impacts.Segment.Document(position)))
            {
                Set(bits, position);
            }
        }

        return bits;
    }

    /// <summary>[blocks + 1] no position's bit is set; the last element is the number of those that aren't.</summary>
    private static uint[] NewBits(ImpactSegment segment)
    {
        uint[] bits = GC.AllocateArray<uint>(segment.Blocks + 1, pinned: true);
        bits[^1] = (uint)segment.Documents;
        return bits;
    }

    private static void Set(uint[] bits, int position)
    {
        bits[position >> ImpactFormat.BlockShift] |= 1u << (position & (ImpactFormat.BlockSize - 1));
        bits[^1]--;
    }
}
