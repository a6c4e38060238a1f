using Sparse.Impacts;
using static Sparse.Impacts.ImpactFormat;

namespace Sparse.Search;

/// <summary>One query in one segment: its terms prepared, the bounds of all blocks, and memory that lives on between queries.</summary>
/// <remarks>For one thread at a time. <see cref="ImpactSearcher"/> drives it.</remarks>
internal sealed unsafe partial class SegmentSearch : IDisposable
{
    private const int MaxBound = ushort.MaxValue;

    private NativeBuffer<SegmentTerm> _terms;
    private NativeBuffer<DenseTerm> _dense;
    private NativeBuffer<ushort> _bounds;
    private NativeBuffer<ushort> _groups;
    private NativeBuffer<ushort> _table;
    private NativeBuffer<uint> _marks;
    private NativeBuffer<ulong> _present;
    private NativeBuffer<int> _heads;
    private NativeBuffer<EntryNode> _nodes;
    private NativeBuffer<int> _selected;
    private NativeBuffer<int> _sorted;
    private NativeBuffer<int> _bins;
    private NativeBuffer<int> _scores;
    private NativeBuffer<SweepCursor> _cursors;

    // Of any field with a term: documents, order and the sizes of rows are the same in all.
    private ImpactSegment _segment = null!;
    private TopKCollector _hits = null!;
    private uint* _accept;
    private int _docBase;
    private int _termCount;
    private int _denseCount;
    private int _shift;
    private long _postings;
    private long _entries;
    private int _walks;
    private SweepPolicy _policy;

    ~SegmentSearch() => Free();

    /// <summary>Blocks that the last search visited one by one; for tests and statistics.</summary>
    public long VisitedBlocks { get; private set; }

    /// <summary>(Term, block) pairs that the last search read.</summary>
    public long VisitedTerms { get; private set; }

    /// <summary>True when the last search ended in a sweep.</summary>
    public bool Swept { get; private set; }

    /// <summary>Bytes that the last search had to bring to the processor, by count: rows and lists whole each time they are walked, bounds
    /// three times, a line of 64 bytes for each offset and run of postings, two for each block visited; postings where it swept.</summary>
    public long BytesTouched =>
        ((long)_denseCount * _segment.RowBytes) + (2 * _entries * (1 + _walks)) + (6L * _segment.Blocks) + (128 * (VisitedTerms + VisitedBlocks)) + (Swept ? 2 * _postings : 0);

    /// <summary>Searches one segment.</summary>
    /// <param name="fields">The segment's fields: same documents, order, document base and accepted positions.</param>
    /// <param name="fieldOf">[terms] the field of each term; may be empty where there is one field.</param>
    /// <param name="ordinals">[terms] ordinals of the query's terms in their fields; negative where there is none.</param>
    /// <param name="weights">[terms] quantised weights; their sum ≤ 65,793. Weight 0 leaves a term out.</param>
    /// <param name="k">Number of hits wanted, ≥ 1.</param>
    /// <param name="hits">Takes the hits; shared by the segments of one search.</param>
    /// <param name="policy">Which algorithm.</param>
    /// <param name="cancellationToken">Looked at every few hundred microseconds.</param>
    public void Run(
        ReadOnlySpan<SegmentTarget> fields, ReadOnlySpan<byte> fieldOf, ReadOnlySpan<int> ordinals, ReadOnlySpan<ushort> weights, int k, TopKCollector hits, SweepPolicy policy, CancellationToken cancellationToken)
    {
        _hits = hits;
        _accept = fields[0].Accept;
        _docBase = fields[0].DocBase;
        _policy = policy;
        VisitedBlocks = VisitedTerms = _walks = 0;
        Swept = false;
        Prepare(fields, fieldOf, ordinals, weights, k);
        if (_termCount == 0)
        {
            return;
        }

        if (SweepAtOnce(k))
        {
            Sweep(useBounds: false, cancellationToken);
            return;
        }

        ComputeBounds();
        VisitInRounds(k, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        _terms.Free();
        _dense.Free();
        _bounds.Free();
        _groups.Free();
        _table.Free();
        _marks.Free();
        _present.Free();
        _heads.Free();
        _nodes.Free();
        _selected.Free();
        _sorted.Free();
        _bins.Free();
        _scores.Free();
        _cursors.Free();
    }

    private void Prepare(ReadOnlySpan<SegmentTarget> fields, ReadOnlySpan<byte> fieldOf, ReadOnlySpan<int> ordinals, ReadOnlySpan<ushort> weights, int k)
    {
        _terms.Reserve(ordinals.Length);
        SegmentTerm* terms = _terms.Start;
        int count = 0, dense = 0;
        long most = 0;
        _postings = _entries = 0;

        // θ from k-th impacts allows for all documents that are not accepted.
        int rank = (int)Math.Min((long)k + fields[0].Missing, int.MaxValue);
        for (int i = 0; i < ordinals.Length; i++)
        {
            if (ordinals[i] < 0 || weights[i] == 0)
            {
                continue;
            }

            ImpactSegment segment = fields[fieldOf.IsEmpty ? 0 : fieldOf[i]].Segment!;
            TermRecord* record = &segment.Records[ordinals[i]];
            if (record->Layout == TermLayout.Empty)
            {
                continue;
            }

            _segment = segment;
            SegmentTerm term = new() { Record = record, Data = segment.Data + record->Start, Weight = weights[i] };
            term.Postings = term.Data + record->Layout switch
            {
                TermLayout.Dense => segment.RowBytes + segment.LinesBytes + Levels,
                TermLayout.List => Levels + (2L * record->Entries),
                _ => 4L * record->Count,
            };
            int contribution = term.Weight * record->Largest, at = count++;
            for (; at > 0 && terms[at - 1].Weight * terms[at - 1].Record->Largest < contribution; at--)
            {
                terms[at] = terms[at - 1];
            }

            terms[at] = term;
            most += contribution;
            dense += record->Layout == TermLayout.Dense ? 1 : 0;
            _postings += record->Count;
            _entries += record->Layout == TermLayout.Dense ? 0 : Math.Max(record->Entries, record->Layout == TermLayout.Plain ? record->Count : 0);
            _hits.Raise(term.Weight * record->AtRank(rank));
        }

        _termCount = count;
        _shift = 0;
        while ((most >> _shift) + count > MaxBound)
        {
            _shift++;
        }

        _dense.Reserve(dense);
        _denseCount = 0;
        for (int i = 0; i < count; i++)
        {
            terms[i].Rank = i;
            if (terms[i].Record->Layout == TermLayout.Dense)
            {
                PrepareDense(&terms[i], &_dense.Start[_denseCount++]);
            }
        }
    }

    private void PrepareDense(SegmentTerm* term, DenseTerm* dense)
    {
        dense->Rows = term->Data;
        dense->Lines = (OffsetLine*)(term->Data + _segment.RowBytes);
        dense->Postings = (ushort*)term->Postings;
        dense->Weight = term->Weight;
        dense->Rank = term->Rank;
        byte* levels = term->Postings - Levels;
        for (int i = 0; i < Levels; i++)
        {
            int bound = Units(term->Weight * levels[i]);
            dense->Bounds[i] = (ushort)bound;
            dense->Low[i] = (byte)(bound & 255);
            dense->High[i] = (byte)(bound >> 8);
        }
    }

    /// <summary>A score in units of bounds, rounded up.</summary>
    private int Units(int score) => (int)(((long)score + (1L << _shift) - 1) >> _shift);

    /// <summary>The bound of every block: lists and plain postings one by one, then dense rows by kernel.</summary>
    private void ComputeBounds()
    {
        int padded = checked((2 * _segment.RowBytes) + BlockBounds.GroupBlocks);
        _bounds.Reserve(padded);
        ushort* bounds = _bounds.Start;
        new Span<ushort>(bounds, padded).Clear();
        for (int i = 0; i < _termCount; i++)
        {
            SegmentTerm* term = &_terms.Start[i];
            if (term->Record->Layout == TermLayout.List)
            {
                AddList(term, bounds);
            }
            else if (term->Record->Layout == TermLayout.Plain)
            {
                AddPlain(term, bounds);
            }
        }

        BlockBounds.AddRows(_dense.Start, _denseCount, _segment.RowBytes, bounds);
        if (_accept != null)
        {
            for (int block = 0; block < _segment.Blocks; block++)
            {
                bounds[block] = _accept[block] == 0 ? (ushort)0 : bounds[block];
            }
        }
    }
}
