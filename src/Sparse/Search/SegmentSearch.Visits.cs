using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sparse.Impacts;
using static Sparse.Impacts.ImpactFormat;

namespace Sparse.Search;

/// <summary>Bound-ordered visits: the blocks in descending order of bound, and in each the terms in descending order of weight x
/// largest impact, until its best partial score plus what remains cannot reach the threshold.</summary>
internal sealed unsafe partial class SegmentSearch
{
    private const int Bins = 4096;

    /// <summary>How many visits ahead offsets, and postings, are fetched.</summary>
    private const int FetchLines = 6;
    private const int FetchPostings = 3;
    private const int Ahead = 8;

    private void VisitInRounds(int k, CancellationToken cancellationToken)
    {
        int blocks = _segment.Blocks;
        if (_heads.Reserve(blocks))
        {
            new Span<int>(_heads.Start, checked((int)_heads.Length)).Fill(-1);
        }

        _selected.Reserve(blocks);
        _sorted.Reserve(blocks);
        _bins.Reserve(Bins + 1);
        _scores.Reserve(BlockSize);

        // The best blocks first: they raise the threshold, so that far fewer have to be sorted and chained after them.
        int high = MaxBound;
        for (int wanted = Math.Max(48, k / 4); high > 0; wanted = int.MaxValue)
        {
            int low = Math.Max(1, Units(_hits.Threshold));
            if (wanted < blocks / 4)
            {
                low = Math.Max(low, BlockBounds.LevelOf(_bounds.Start, blocks, wanted, _bins.Start));
            }

            if (low > high)
            {
                return;
            }

            int count = BlockBounds.Select(_bounds.Start, blocks, low, high, _selected.Start);
            if (_policy == SweepPolicy.Choose && VisitCost(count) > SweepCost)
            {
                Sweep(useBounds: true, cancellationToken, high);
                return;
            }

            Chain(low, high);
            Sort(count, low);
            VisitSorted(count, cancellationToken);
            for (int i = 0; i < count; i++)
            {
                _heads.Start[_selected.Start[i]] = -1;
            }

            high = wanted == int.MaxValue ? 0 : low - 1;
        }
    }

    // Costs in ns on one EPYC core (2026-11-23, best of 20); only their ratios matter. In a visited block about two terms are
    // read, and more the less selective the threshold is: .6 of the dense terms where all blocks are visited.
    private const double SweepPosting = 1.5;
    private const double BlockVisit = 40;
    private const double TermVisit = 35;

    private double SweepCost => _postings * SweepPosting;

    private double VisitCost(int blocks) => blocks * (BlockVisit + (TermVisit * (2 + (.6 * _denseCount * blocks / _segment.Blocks))));

    /// <summary>True when a sweep costs less than finding out whether visits would: k blocks or so give the threshold.</summary>
    private bool SweepAtOnce(int k) => _policy == SweepPolicy.Always || (_policy == SweepPolicy.Choose && SweepCost < 15_000 + (900.0 * k));

    /// <summary>Chains the entries of lists and plain terms to their blocks, for blocks with a bound from low to high.</summary>
    private void Chain(int low, int high)
    {
        ushort* bounds = _bounds.Start;
        int* heads = _heads.Start;
        _nodes.Reserve(_entries);
        EntryNode* nodes = _nodes.Start;
        ushort* table = stackalloc ushort[Levels];
        uint span = (uint)(high - low);
        int next = 0;
        unchecked
        {
            for (int i = _termCount - 1; i >= 0; i--)
            {
                SegmentTerm* term = &_terms.Start[i];
                if (term->Record->Layout == TermLayout.List)
                {
                    Table(term, table);
                    ushort* entries = (ushort*)(term->Data + Levels);
                    int count = term->Record->Entries, posting = 0;
                    nuint block = 0;
                    for (int e = 0; e < count; e++)
                    {
                        uint entry = entries[e];
                        block += entry & 255;
                        uint postings = (entry >> 8) & 15;
                        if ((uint)(bounds[block] - low) <= span && postings > 0)
                        {
                            if ((entry & 255) == 0 && e > 0)
                            {
                                nodes[next - 1].Count += (ushort)postings;
                                posting += (int)postings;
                                continue;
                            }

                            nodes[next] = new EntryNode { Next = heads[block], Posting = posting, Bound = table[entry >> 12], Count = (ushort)postings, Rank = i };
                            heads[block] = next++;
                        }

                        posting += (int)postings;
                    }
                }
                else if (term->Record->Layout == TermLayout.Plain)
                {
                    int* positions = (int*)term->Data;
                    int count = term->Record->Count;
                    for (int p = 0; p < count;)
                    {
                        int block = positions[p] >> BlockShift, start = p, maximum = 0;
                        for (; p < count && positions[p] >> BlockShift == block; p++)
                        {
                            maximum = Math.Max(maximum, term->Postings[p]);
                        }

                        if ((uint)(bounds[block] - low) <= span)
                        {
                            nodes[next] = new EntryNode { Next = heads[block], Posting = start, Bound = (ushort)Units(term->Weight * maximum), Count = (ushort)(p - start), Rank = i };
                            heads[block] = next++;
                        }
                    }
                }
            }
        }
    }

    /// <summary>Counting sort of the selected blocks by bound, descending.</summary>
    private void Sort(int count, int low)
    {
        ushort* bounds = _bounds.Start;
        int* bins = _bins.Start, selected = _selected.Start, sorted = _sorted.Start;
        unchecked
        {
            int top = low;
            for (int i = 0; i < count; i++)
            {
                top = Math.Max(top, bounds[selected[i]]);
            }

            int shift = 0;
            while ((top - low) >> shift >= Bins)
            {
                shift++;
            }

            int used = ((top - low) >> shift) + 1;
            new Span<int>(bins, used).Clear();
            for (int i = 0; i < count; i++)
            {
                bins[(top - bounds[selected[i]]) >> shift]++;
            }

            int sum = 0;
            for (int i = 0; i < used; i++)
            {
                int here = bins[i];
                bins[i] = sum;
                sum += here;
            }

            for (int i = 0; i < count; i++)
            {
                sorted[bins[(top - bounds[selected[i]]) >> shift]++] = selected[i];
            }
        }
    }

    private void VisitSorted(int count, CancellationToken cancellationToken)
    {
        int* sorted = _sorted.Start;
        ulong* present = stackalloc ulong[Ahead];
        unchecked
        {
            for (int i = 0; i < Math.Min(count, FetchLines); i++)
            {
                present[i] = FetchLine(sorted[i]);
            }

            int least = Units(_hits.Threshold);
            for (int i = 0; i < count; i++)
            {
                if (i + FetchLines < count)
                {
                    present[(i + FetchLines) & (Ahead - 1)] = FetchLine(sorted[i + FetchLines]);
                }

                if (i + FetchPostings < count)
                {
                    FetchPosting(sorted[i + FetchPostings], present[(i + FetchPostings) & (Ahead - 1)]);
                }

                int block = sorted[i];
                if (_bounds.Start[block] >= least && Visit(block, present[i & (Ahead - 1)]))
                {
                    least = Units(_hits.Threshold);
                }

                if ((i & 1023) == 1023)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
    }

    /// <summary>Which of the first 64 dense terms a block holds; has the lines of the first two, and the block's first entry, fetched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong FetchLine(int block)
    {
        unchecked
        {
            nint cell = ((block >> 6) << 5) + (block & 31);
            int shift = (block >> 3) & 4;
            DenseTerm* dense = _dense.Start;
            ulong present = 0;
            for (int t = Math.Min(_denseCount, 64) - 1; t >= 0; t--)
            {
                // Without a branch: adding 15 carries into bit 4 for every nibble but 0.
                present = (present << 1) | (uint)(((((dense[t].Rows[cell] >> shift) & 15) + 15) >> 4));
            }

            if (Sse.IsSupported)
            {
                int line = block / BlocksPerSuperblock / SuperblocksPerLine;
                if (present != 0)
                {
                    Sse.Prefetch0(dense[BitOperations.TrailingZeroCount(present)].Lines + line);
                    ulong second = present & (present - 1);
                    Sse.Prefetch0(dense[BitOperations.TrailingZeroCount(second) & 63].Lines + line);
                }

                int node = _heads.Start[block];
                if (node >= 0)
                {
                    EntryNode* entry = &_nodes.Start[node];
                    Sse.Prefetch0(_terms.Start[entry->Rank].Postings + (2L * entry->Posting));
                }
            }

            return present;
        }
    }

    /// <summary>Has the postings of a block's first two dense terms fetched; their lines have arrived.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FetchPosting(int block, ulong present)
    {
        unchecked
        {
            if (!Sse.IsSupported || present == 0)
            {
                return;
            }

            int superblock = block / BlocksPerSuperblock;
            int line = superblock / SuperblocksPerLine, place = superblock % SuperblocksPerLine;
            DenseTerm* term = _dense.Start + BitOperations.TrailingZeroCount(present);
            Sse.Prefetch0(term->Postings + OffsetLine.Start(term->Lines + line, place));
            present &= present - 1;
            if (present != 0)
            {
                term = _dense.Start + BitOperations.TrailingZeroCount(present);
                Sse.Prefetch0(term->Postings + OffsetLine.Start(term->Lines + line, place));
            }
        }
    }

    /// <summary>Scores one block; true when it gave a hit.</summary>
    /// <param name="block">The block.</param>
    /// <param name="present">Which of the first 64 dense terms it holds.</param>
    private bool Visit(int block, ulong present)
    {
        unchecked
        {
            VisitedBlocks++;
            int* scores = _scores.Start;
            new Span<int>(scores, BlockSize).Clear();
            int threshold = _hits.Threshold, best = 0, rest = _bounds.Start[block], unit = _shift;
            int needed = threshold - (rest << unit);
            for (int node = _heads.Start[block]; node >= 0;)
            {
                EntryNode* entry = &_nodes.Start[node];
                best = BlockScores.AddEntry(&_terms.Start[entry->Rank], entry, scores, best);
                needed += entry->Bound << unit;
                if (best < needed)
                {
                    return false;
                }

                node = entry->Next;
            }

            nint cell = ((block >> 6) << 5) + (block & 31);
            int shift = (block >> 3) & 4, superblock = block / BlocksPerSuperblock, within = (block % BlocksPerSuperblock) << BlockShift;
            int lineAt = superblock / SuperblocksPerLine, place = superblock % SuperblocksPerLine;
            DenseTerm* dense = _dense.Start;
            if (Avx512Vbmi2.VL.IsSupported)
            {
                Vector512<int> low = Vector512.Load(scores), high = Vector512.Load(scores + 16);
                for (; present != 0; present &= present - 1)
                {
                    DenseTerm* term = dense + BitOperations.TrailingZeroCount(present);
                    OffsetLine* line = term->Lines + lineAt;
                    BlockScores.AddRunVector512(term->Postings + OffsetLine.Start(line, place), OffsetLine.Count(line, place), within, term->Weight, ref low, ref high);
                    needed += term->Bounds[(term->Rows[cell] >> shift) & 15] << unit;
                    VisitedTerms++;
                    if (!Vector512.GreaterThanOrEqualAny(Vector512.Max(low, high), Vector512.Create(needed)))
                    {
                        return false;
                    }
                }

                low.Store(scores);
                high.Store(scores + 16);
                best = threshold;
            }

            for (; present != 0; present &= present - 1)
            {
                DenseTerm* term = dense + BitOperations.TrailingZeroCount(present);
                OffsetLine* line = term->Lines + lineAt;
                best = BlockScores.AddRun(term->Postings + OffsetLine.Start(line, place), OffsetLine.Count(line, place), within, term->Weight, scores, best);
                needed += term->Bounds[(term->Rows[cell] >> shift) & 15] << unit;
                VisitedTerms++;
                if (best < needed)
                {
                    return false;
                }
            }

            for (int t = 64; t < _denseCount; t++)
            {
                DenseTerm* term = dense + t;
                OffsetLine* line = term->Lines + lineAt;
                best = BlockScores.AddRun(term->Postings + OffsetLine.Start(line, place), OffsetLine.Count(line, place), within, term->Weight, scores, best);
            }

            return best >= threshold && Offer(block, scores);
        }
    }

    private bool Offer(int block, int* scores)
    {
        bool offered = false;
        for (int i = 0; i < BlockSize; i++)
        {
            if (scores[i] >= _hits.Threshold && (_accept == null || (_accept[block] >> i & 1) != 0))
            {
                _hits.Add(_docBase + _segment.Document((block << BlockShift) + i), scores[i]);
                offered = true;
            }
        }

        return offered;
    }
}
