using System.Numerics;
using Sparse.Impacts;
using static Sparse.Impacts.ImpactFormat;

namespace Sparse.Search;

/// <summary>A query's scores over windows of positions that ascend, straight from a segment's postings: for searches that need every score.</summary>
/// <remarks>For one thread. Every call reads the segment's memory; its terms must have passed <see cref="ImpactSegmentCheck"/>.</remarks>
internal sealed unsafe class WindowSweep
{
    /// <summary>Most superblocks of a window: their scores fill half of a first-level cache.</summary>
    public const int WindowSuperblocks = 16;

    /// <summary>Most positions of a window.</summary>
    public const int WindowSize = WindowSuperblocks * SuperblockSize;

    /// <summary>What <see cref="Next"/> returns when no window follows.</summary>
    public const int NoMore = int.MaxValue;

    private readonly ImpactSegment _segment;
    private readonly Term[] _terms;
    private readonly bool _hasDense;

    /// <summary>Starts before the first window.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="ordinals">Ordinals of the query's terms; negative where the segment has none.</param>
    /// <param name="weights">Quantised weights, one a term; their sum ≤ 65,793. Weight 0 leaves a term out.</param>
    public WindowSweep(ImpactSegment segment, ReadOnlySpan<int> ordinals, ReadOnlySpan<ushort> weights)
    {
        ArgumentNullException.ThrowIfNull(segment);
        _segment = segment;
        _terms = new Term[ordinals.Length];
        for (int i = 0; i < ordinals.Length; i++)
        {
            if (ordinals[i] >= 0 && weights[i] > 0 && segment.Records[ordinals[i]].Layout != TermLayout.Empty)
            {
                TermRecord record = segment.Records[ordinals[i]];
                _terms[TermCount++] = new Term { Record = record, Data = segment.Data + record.Start, Weight = weights[i] };
                _hasDense |= record.Layout == TermLayout.Dense;
                Postings += record.Count;
            }
        }
    }

    /// <summary>Terms that take part.</summary>
    public int TermCount { get; }

    /// <summary>Their postings.</summary>
    public long Postings { get; }

    /// <summary>A position that no scored one at or after the target lies before, so that a window may begin there.</summary>
    /// <param name="target">A position, not before the last window.</param>
    /// <returns>A multiple of 256, or <see cref="NoMore"/>.</returns>
    public int Next(int target)
    {
        int superblock = target >> SuperblockShift;
        if (superblock >= _segment.Superblocks || TermCount == 0)
        {
            return NoMore;
        }

        if (_hasDense)
        {
            return superblock << SuperblockShift;
        }

        int nearest = NoMore;
        for (int i = 0; i < TermCount; i++)
        {
            ref Term term = ref _terms[i];
            if (term.Record.Layout == TermLayout.List)
            {
                SkipList(ref term, superblock * BlocksPerSuperblock);
                nearest = term.Next < term.Record.Entries ? Math.Min(nearest, (term.Block + (term.Entries[term.Next] & 255)) << BlockShift) : nearest;
            }
            else
            {
                SkipPlain(ref term, superblock << SuperblockShift);
                nearest = term.Next < term.Record.Count ? Math.Min(nearest, term.Positions[term.Next]) : nearest;
            }
        }

        return nearest == NoMore ? NoMore : nearest & -SuperblockSize;
    }

    /// <summary>The scores of a window.</summary>
    /// <param name="start">First position, a multiple of 256, not before the end of the last window.</param>
    /// <param name="superblocks">How many times 256 positions, 1 to 16; the segment may end earlier.</param>
    /// <param name="scores">[256 × <paramref name="superblocks"/>] overwritten.</param>
    public void Read(int start, int superblocks, int* scores)
    {
        new Span<int>(scores, superblocks * SuperblockSize).Clear();
        int from = start >> SuperblockShift, to = Math.Min(from + superblocks, _segment.Superblocks);
        for (int i = 0; i < TermCount; i++)
        {
            ref Term term = ref _terms[i];
            switch (term.Record.Layout)
            {
                case TermLayout.Dense:
                    AddDense(ref term, from, to, scores);
                    break;
                case TermLayout.List:
                    SkipList(ref term, from * BlocksPerSuperblock);
                    AddList(ref term, from * BlocksPerSuperblock, to * BlocksPerSuperblock, scores);
                    break;
                default:
                    SkipPlain(ref term, start);
                    AddPlain(ref term, start, to << SuperblockShift, scores);
                    break;
            }
        }
    }

    private void AddDense(ref Term term, int from, int to, int* scores)
    {
        unchecked
        {
            int weight = term.Weight, place = from % SuperblocksPerLine, left = to - from;
            OffsetLine* line = (OffsetLine*)(term.Data + _segment.RowBytes) + (from / SuperblocksPerLine);
            ushort* p = (ushort*)(term.Data + _segment.RowBytes + _segment.LinesBytes + Levels) + OffsetLine.Start(line, place);
            scores -= place * SuperblockSize;
            while (true)
            {
                uint present = line->Present >> place << place;
                present = place + left < 32 ? present & ((1u << (place + left)) - 1) : present;
                for (; present != 0; present &= present - 1)
                {
                    int at = BitOperations.TrailingZeroCount(present), count = line->More[at] + 1;
                    int* to4 = scores + (at << SuperblockShift);
                    ushort* end = p + count;
                    ulong four;
                    for (; count > 4; count -= 4, p += 4)
                    {
                        four = *(ulong*)p;
                        to4[(byte)four] += weight * (byte)(four >> 8);
                        to4[(byte)(four >> 16)] += weight * (byte)(four >> 24);
                        to4[(byte)(four >> 32)] += weight * (byte)(four >> 40);
                        to4[(byte)(four >> 48)] += weight * (int)(four >> 56);
                    }

                    // Postings past the end become impact 0 at the first place: cheaper than a branch that nothing predicts.
                    four = *(ulong*)p & (ulong.MaxValue >> ((4 - count) << 4));
                    to4[(byte)four] += weight * (byte)(four >> 8);
                    to4[(byte)(four >> 16)] += weight * (byte)(four >> 24);
                    to4[(byte)(four >> 32)] += weight * (byte)(four >> 40);
                    to4[(byte)(four >> 48)] += weight * (int)(four >> 56);
                    p = end;
                }

                left -= SuperblocksPerLine - place;
                if (left <= 0)
                {
                    return;
                }

                place = 0;
                line++;
                scores += SuperblocksPerLine * SuperblockSize;
            }
        }
    }

    /// <summary>Leaves behind the entries of blocks before a block.</summary>
    private static void SkipList(ref Term term, int block)
    {
        ushort* entries = term.Entries;
        for (; term.Next < term.Record.Entries && term.Block + (entries[term.Next] & 255) < block; term.Next++)
        {
            term.Block += entries[term.Next] & 255;
            term.Posting += (entries[term.Next] >> 8) & 15;
        }
    }

    private static void AddList(ref Term term, int first, int end, int* scores)
    {
        unchecked
        {
            ushort* entries = term.Entries, p = entries + term.Record.Entries + term.Posting;
            int i = term.Next, block = term.Block, weight = term.Weight;
            for (; i < term.Record.Entries; i++)
            {
                uint entry = entries[i];
                int next = block + (int)(entry & 255);
                if (next >= end)
                {
                    break;
                }

                block = next;
                int* to = scores + ((block - first) << BlockShift);
                for (ushort* last = p + ((entry >> 8) & 15); p < last; p++)
                {
                    uint posting = *p;
                    to[posting & 255] += weight * (int)(posting >> 8);
                }
            }

            term.Posting = (int)(p - entries) - term.Record.Entries;
            term.Next = i;
            term.Block = block;
        }
    }

    private static void SkipPlain(ref Term term, int position)
    {
        while (term.Next < term.Record.Count && term.Positions[term.Next] < position)
        {
            term.Next++;
        }
    }

    private static void AddPlain(ref Term term, int start, int end, int* scores)
    {
        unchecked
        {
            int* positions = term.Positions;
            byte* impacts = (byte*)(positions + term.Record.Count);
            int i = term.Next;
            for (; i < term.Record.Count && positions[i] < end; i++)
            {
                scores[positions[i] - start] += term.Weight * impacts[i];
            }

            term.Next = i;
        }
    }

    /// <summary>A term, and where the sweep stands in it.</summary>
    private struct Term
    {
        public TermRecord Record;
        public byte* Data;
        public int Weight;

        /// <summary>The next entry of a list, or posting of a plain term.</summary>
        public int Next;

        /// <summary>The next posting of a list.</summary>
        public int Posting;

        /// <summary>The block of the last entry read.</summary>
        public int Block;

        public readonly ushort* Entries => (ushort*)(Data + Levels);

        public readonly int* Positions => (int*)Data;
    }
}
