using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.Impacts;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Postings.Version2;
using Sparse.Search;

namespace Sparse.LuceneNet.Queries;

/// <summary>One sparse field of one reader, as the engine searches it: segments, and which of their positions may be hits.</summary>
internal sealed class SearchedField
{
    private readonly AtomicReaderContext[] _leaves;
    private readonly ImpactTerms[] _terms;
    private readonly uint[]?[] _live;

    private SearchedField(SparseFieldInfo info, AtomicReaderContext[] leaves, ImpactTerms[] terms)
    {
        Info = info;
        _leaves = leaves;
        _terms = terms;
        IsMapped = terms.All(segment => segment.Mapped is not null);
        _live = IsMapped ? [.. leaves.Select((leaf, i) => leaf.AtomicReader.LiveDocs is { } live ? Positions(terms[i].Mapped!, live) : null)] : [];
    }

    /// <summary>Scale and encoder.</summary>
    public SparseFieldInfo Info { get; }

    /// <summary>True when all segments are of version 2.</summary>
    public bool IsMapped { get; }

    /// <summary>Segments that have the field.</summary>
    public int SegmentCount => _terms.Length;

    /// <summary>Reads a field of a reader.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="name">Name of the field.</param>
    /// <returns>Null when no document has a term in the field.</returns>
    /// <exception cref="InvalidDataException">Segments differ in scale or encoder, or the field is not a sparse field.</exception>
    public static SearchedField? Open(IndexReader reader, string name)
    {
        if (SparseFieldInfo.Read(reader, name) is not { } info)
        {
            return null;
        }

        // The largest first: the threshold that it gives spares the others most.
        (AtomicReaderContext Leaf, ImpactTerms Terms)[] segments =
        [
            .. reader.Leaves.Select(leaf => (leaf, ImpactTerms.Of(leaf.AtomicReader, name)!)).Where(segment => segment.Item2 is not null)
                .OrderByDescending(segment => segment.leaf.AtomicReader.MaxDoc),
        ];
        return new SearchedField(info, [.. segments.Select(segment => segment.Leaf)], [.. segments.Select(segment => segment.Terms)]);
    }

    /// <summary>Keeps the memory of all segments readable until <see cref="Release()"/>.</summary>
    /// <exception cref="ObjectDisposedException">The reader of a segment was closed.</exception>
    public void Acquire()
    {
        for (int segment = 0; segment < _terms.Length; segment++)
        {
            try
            {
                _terms[segment].Mapped!.Acquire();
            }
            catch (ObjectDisposedException)
            {
                Release(segment);
                throw;
            }
        }
    }

    /// <summary>Ends what <see cref="Acquire"/> began.</summary>
    public void Release() => Release(_terms.Length);

    /// <summary>Looks the terms up in all segments, and makes sure that what is found may be read.</summary>
    /// <param name="terms">The terms.</param>
    /// <param name="weights">[terms] their weights; a term of weight 0 is not looked up.</param>
    /// <param name="ordinals">[segments x terms], overwritten: ordinals, −1 where a segment doesn't have the term.</param>
    public void Find(BytesRef[] terms, ReadOnlySpan<ushort> weights, Span<int> ordinals)
    {
        for (int segment = 0; segment < _terms.Length; segment++)
        {
            _terms[segment].Find(terms, weights, ordinals.Slice(segment * terms.Length, terms.Length));
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
            MappedImpacts impacts = _terms[segment].Mapped!;
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
    /// <param name="targets">[segments], overwritten.</param>
    public unsafe void Targets(uint[]?[]? filtered, Span<SegmentTarget> targets)
    {
        for (int segment = 0; segment < _terms.Length; segment++)
        {
            ImpactSegment impacts = _terms[segment].Mapped!.Segment;
            uint[]? accept = (filtered ?? _live)[segment];
            targets[segment] = new SegmentTarget { Segment = impacts, DocBase = _leaves[segment].DocBase };
            if (accept is not null)
            {
                // Pinned for good by its allocation; the last element is the number of positions left out.
                targets[segment].Accept = (uint*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref accept[0]);
                targets[segment].Missing = (int)accept[^1];
            }
        }
    }

    private void Release(int segments)
    {
        for (int segment = 0; segment < segments; segment++)
        {
            _terms[segment].Mapped!.Release();
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
