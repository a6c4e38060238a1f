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
    private const int SortBins = 4096;

    /// <summary>How many visits ahead offsets, and postings, are fetched.</summary>
    private const int FetchLines = 6;
    private const int FetchPostings = 3;
    private const int Ahead = 8;

    /// <summary>Blocks of the first round, at least.</summary>
    // 2026-11-24, k = 10, alternating in one process: 200 and 2 x 200 take 5 to 15 % less than 48 and 48 at 385 k and 1.5 M documents;
    // at 8.9 M long queries, whose chains are long, take 6 % more.
    private const int FirstBlocks = 150;

    /// <summary>How many times the first round's blocks have their entries chained at once: some of what the second is likely to visit.</summary>
    private const int ChainAhead = 2;

    /// <summary>Of how many dense terms a visit knows from the start whether the block holds them; most visits end before.</summary>
    // 2026-11-24, 385 k documents, k = 10: 8 and 12 the same, 64 (all at once) takes a tenth longer on short and long SPLADE queries.
    private const int FirstTerms = 8;

    private void VisitInRounds(int k, CancellationToken cancellationToken)
    {
        int blocks = _segment.Blocks;
        StartChains();
        _selected.Reserve(blocks);
        _sorted.Reserve(blocks);
        _bins.Reserve(SortBins + 1);
        _present.Reserve(Ahead);
        _scores.Reserve(BlockSize);
        _groups.Reserve((blocks / BlockBounds.GroupBlocks) + 33);
        BlockBounds.Summarise(_bounds.Start, blocks, _groups.Start, _bins.Start);

        // The best blocks first: they raise the threshold, so that far fewer have to be sorted and visited after them.
        int wanted = Math.Max(FirstBlocks, k / 4), low = Math.Max(1, Units(_hits.Threshold)), first = low, chained = low;
        if (wanted < blocks / 4)
        {
            first = Math.Max(low, BlockBounds.LevelOf(_bins.Start, wanted));
            chained = Math.Max(low, BlockBounds.LevelOf(_bins.Start, ChainAhead * wanted));
        }

        int chainedFrom = MaxBound + 1;
        for (int high = MaxBound; low <= high; high = first - 1, first = low = Math.Max(1, Units(_hits.Threshold)))
        {
            int count = BlockBounds.Select(_bounds.Start, _groups.Start, blocks, first, high, _selected.Start);
            if (_policy == SweepPolicy.Choose && VisitCost(count) > SweepCost)
            {
                Sweep(useBounds: true, cancellationToken, high);
                return;
            }

            if (first < chainedFrom)
            {
                int to = Math.Min(high, chainedFrom - 1);
                chainedFrom = Math.Min(first, chained);
                Chain(chainedFrom, to);
            }

            Sort(count, first);
            VisitSorted(count, cancellationToken);
        }
    }

    // Costs in ns on one EPYC core; only their ratios matter. A visited block costs more with the query's terms (offsets that have to come
    // from memory), and once most blocks are visited, which is where the threshold ends no visit early. A sweep clears and looks through the
    // scores of all documents. Fitted 2026-11-29 to either algorithm on the same queries in turn, three query sets, k of 10, 100 and 1000, 385 k,
    // 1.5 M and 770 k dense documents (`policy`): the choice then takes 1.05 times as long as the better one; 40 + 35 x (2 + .6 x dense x share) took 1.08.
    private const double SweepPosting = 1.15;
    private const double SweepDocument = .35;
    private const double BlockVisit = 60;
    private const double TermVisit = 2;
    private const double DenseVisit = 20;

    private double SweepCost => (_postings * SweepPosting) + (_segment.Documents * SweepDocument);

    private double VisitCost(int blocks)
    {
        double share = (double)blocks / _segment.Blocks;
        return blocks * (BlockVisit + (TermVisit * _termCount) + (DenseVisit * _denseCount * share * share * share));
    }

    /// <summary>True when a sweep costs less than finding out whether visits would: k blocks or so give the threshold.</summary>
    private bool SweepAtOnce(int k) => _policy == SweepPolicy.Always || (_policy == SweepPolicy.Choose && SweepCost < 15_000 + (900.0 * k));

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
            while ((top - low) >> shift >= SortBins)
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
        ulong* present = _present.Start;
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

    /// <summary>Which of some dense terms a block holds: bit i for term from + i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Present(int block, int from, int to)
    {
        unchecked
        {
            nint cell = Cell(block);
            int shift = CellShift(block);
            DenseTerm* dense = _dense.Start;
            ulong present = 0;
            for (int t = to - 1; t >= from; t--)
            {
                // Without a branch: adding 15 carries into bit 4 for every nibble but 0.
                present = (present << 1) | (uint)((((dense[t].Rows[cell] >> shift) & 15) + 15) >> 4);
            }

            return present;
        }
    }

    /// <summary>Which of the first dense terms a block holds; has the lines of two of them, and the block's first entry, fetched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong FetchLine(int block)
    {
        unchecked
        {
            ulong present = Present(block, 0, Math.Min(_denseCount, FirstTerms));
            if (Sse.IsSupported)
            {
                int line = block / BlocksPerSuperblock / SuperblocksPerLine;
                DenseTerm* dense = _dense.Start;
                if (present != 0)
                {
                    Sse.Prefetch0(dense[BitOperations.TrailingZeroCount(present)].Lines + line);
                    ulong second = present & (present - 1);
                    Sse.Prefetch0(dense[BitOperations.TrailingZeroCount(second) & 63].Lines + line);
                }

                int node = _heads.Start[block] - _firstNode;
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
    /// <param name="present">Which of the first dense terms it holds.</param>
    private bool Visit(int block, ulong present)
    {
        unchecked
        {
            VisitedBlocks++;
            int* scores = _scores.Start;
            new Span<int>(scores, BlockSize).Clear();
            int best = 0, unit = _shift;

            // What the best partial score must reach: the threshold less all that is still to come.
            int needed = _hits.Threshold - (_bounds.Start[block] << unit);
            for (int node = _heads.Start[block] - _firstNode; node >= 0;)
            {
                EntryNode* entry = &_nodes.Start[node];
                best = BlockScores.AddEntry(&_terms.Start[entry->Rank], entry, scores, best);
                needed += entry->Bound << unit;
                if (best < needed)
                {
                    return false;
                }

                node = entry->Next - _firstNode;
            }

            nint cell = Cell(block);
            int shift = CellShift(block), superblock = block / BlocksPerSuperblock, within = (block % BlocksPerSuperblock) << BlockShift;
            int lineAt = superblock / SuperblocksPerLine, place = superblock % SuperblocksPerLine, from = 0, to = Math.Min(_denseCount, FirstTerms);
            if (Avx512Vbmi2.VL.IsSupported)
            {
                Vector512<int> low = Vector512.Load(scores), high = Vector512.Load(scores + 16);
                for (; ; present = Present(block, from, to))
                {
                    for (DenseTerm* dense = _dense.Start + from; present != 0; present &= present - 1)
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

                    if (to == _denseCount)
                    {
                        break;
                    }

                    from = to;
                    to = Math.Min(_denseCount, from + 64);
                }

                low.Store(scores);
                high.Store(scores + 16);
                return Offer(block, scores);
            }

            for (; ; present = Present(block, from, to))
            {
                for (DenseTerm* dense = _dense.Start + from; present != 0; present &= present - 1)
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

                if (to == _denseCount)
                {
                    break;
                }

                from = to;
                to = Math.Min(_denseCount, from + 64);
            }

            return Offer(block, scores);
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

    /// <summary>Where a block's nibble lies in a row, in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Cell(int block) => unchecked(((block >> 6) << 5) + (block & 31));

    /// <summary>By how many bits its byte is shifted to the right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CellShift(int block) => (block >> 3) & 4;
}
