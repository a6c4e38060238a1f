using System.Runtime.Intrinsics;
using Sparse.Impacts;
using static Sparse.Impacts.ImpactFormat;

namespace Sparse.Search;

/// <summary>Where a sweep stands in one term.</summary>
internal unsafe struct SweepCursor
{
    /// <summary>The next entry of a list, or posting of a plain term.</summary>
    public int Next;

    /// <summary>The next posting of a list.</summary>
    public int Posting;

    /// <summary>The block of the last entry read.</summary>
    public int Block;
}

/// <summary>The sweep: term at a time over windows of positions that stay in the first-level cache.</summary>
internal sealed unsafe partial class SegmentSearch
{
    private const int WindowSuperblocks = 16;
    private const int WindowShift = SuperblockShift + 4;
    private const int WindowSize = 1 << WindowShift;

    private void Sweep(bool useBounds, CancellationToken cancellationToken, int high = MaxBound)
    {
        Swept = true;
        _scores.Reserve(WindowSize);
        _cursors.Reserve(_termCount);
        new Span<SweepCursor>(_cursors.Start, _termCount).Clear();
        int* scores = _scores.Start;
        for (int window = 0; window << WindowShift < _segment.Documents; window++)
        {
            new Span<int>(scores, WindowSize).Clear();
            int from = window * WindowSuperblocks, to = Math.Min(from + WindowSuperblocks, _segment.Superblocks);
            uint active = useBounds ? Active(window, high) : uint.MaxValue;
            for (int i = 0; i < _termCount; i++)
            {
                SegmentTerm* term = &_terms.Start[i];
                switch (term->Record->Layout)
                {
                    case TermLayout.Dense:
                        SweepDense(term, from, to, active, scores);
                        break;
                    case TermLayout.List:
                        SweepList(term, &_cursors.Start[i], window, scores);
                        break;
                    default:
                        SweepPlain(term, &_cursors.Start[i], window, scores);
                        break;
                }
            }

            Collect(window, scores, useBounds, high);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void SweepDense(SegmentTerm* term, int from, int to, uint active, int* scores)
    {
        unchecked
        {
            int weight = term->Weight, place = from % SuperblocksPerLine;
            OffsetLine* line = (OffsetLine*)(term->Data + _segment.RowBytes) + (from / SuperblocksPerLine);
            ushort* next = (ushort*)term->Postings + OffsetLine.Start(line, place);
            for (int superblock = from; superblock < to; superblock++, scores += SuperblockSize, active >>= 1)
            {
                ushort* p = next;
                int left = OffsetLine.Count(line, place);
                next += left;
                if (++place == SuperblocksPerLine)
                {
                    place = 0;
                    line++;
                }

                if ((active & 1) == 0)
                {
                    continue;
                }

                for (; left > 0; left -= 4, p += 4)
                {
                    // Postings past the end become impact 0 at the first place: cheaper than a branch that nothing predicts.
                    ulong four = *(ulong*)p;
                    four = left < 4 ? four & ((1UL << (left << 4)) - 1) : four;
                    scores[(byte)four] += weight * (byte)(four >> 8);
                    scores[(byte)(four >> 16)] += weight * (byte)(four >> 24);
                    scores[(byte)(four >> 32)] += weight * (byte)(four >> 40);
                    scores[(byte)(four >> 48)] += weight * (int)(four >> 56);
                }
            }
        }
    }

    private static void SweepList(SegmentTerm* term, SweepCursor* cursor, int window, int* scores)
    {
        unchecked
        {
            const int WindowBlocks = WindowSize / BlockSize;
            ushort* entries = (ushort*)(term->Data + Levels);
            int count = term->Record->Entries, i = cursor->Next, block = cursor->Block, weight = term->Weight, limit = (window + 1) * WindowBlocks;
            ushort* p = (ushort*)term->Postings + cursor->Posting;
            for (; i < count; i++)
            {
                uint entry = entries[i];
                int next = block + (int)(entry & 255);
                if (next >= limit)
                {
                    break;
                }

                block = next;
                int* to = scores + ((block % WindowBlocks) << BlockShift);
                for (ushort* end = p + ((entry >> 8) & 15); p < end; p++)
                {
                    uint posting = *p;
                    to[posting & 255] += weight * (int)(posting >> 8);
                }
            }

            cursor->Next = i;
            cursor->Block = block;
            cursor->Posting = (int)(p - (ushort*)term->Postings);
        }
    }

    private static void SweepPlain(SegmentTerm* term, SweepCursor* cursor, int window, int* scores)
    {
        unchecked
        {
            int* positions = (int*)term->Data;
            int i = cursor->Next;
            for (; i < term->Record->Count && positions[i] >> WindowShift == window; i++)
            {
                scores[positions[i] & (WindowSize - 1)] += term->Weight * term->Postings[i];
            }

            cursor->Next = i;
        }
    }

    private void Collect(int window, int* scores, bool useBounds, int high)
    {
        int start = window << WindowShift;
        int size = Math.Min(WindowSize, _segment.Documents - start);
        int threshold = _hits.Threshold;
        for (int i = 0; i < size; i += BlockSize)
        {
            int block = (start + i) >> BlockShift;
            if (Any(scores + i, threshold) && (!useBounds || _bounds.Start[block] <= high))
            {
                Offer(block, scores + i);
                threshold = _hits.Threshold;
            }
        }
    }

    /// <summary>A bit for each superblock of a window with a block that may still give a hit.</summary>
    private uint Active(int window, int high)
    {
        uint active = 0;
        ushort* bounds = _bounds.Start + (window * (WindowSize / BlockSize));
        int low = Math.Max(1, Units(_hits.Threshold));
        Vector128<ushort> least = Vector128.Create((ushort)Math.Min(low, MaxBound)), largest = Vector128.Create((ushort)high);
        int count = Math.Min(WindowSuperblocks, _segment.Superblocks - (window * WindowSuperblocks));
        for (int i = 0; i < count; i++)
        {
            Vector128<ushort> v = Vector128.Load(bounds + (i * BlocksPerSuperblock));
            active |= (Vector128.GreaterThanOrEqual(v, least) & Vector128.LessThanOrEqual(v, largest)) != Vector128<ushort>.Zero ? 1u << i : 0;
        }

        return low > high ? 0 : active;
    }

    private static bool Any(int* scores, int threshold)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return Vector512.GreaterThanOrEqualAny(Vector512.Max(Vector512.Load(scores), Vector512.Load(scores + 16)), Vector512.Create(threshold));
        }

        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<int> v = Vector256.Max(Vector256.Max(Vector256.Load(scores), Vector256.Load(scores + 8)), Vector256.Max(Vector256.Load(scores + 16), Vector256.Load(scores + 24)));
            return Vector256.GreaterThanOrEqualAny(v, Vector256.Create(threshold));
        }

        for (int i = 0; i < BlockSize; i++)
        {
            if (scores[i] >= threshold)
            {
                return true;
            }
        }

        return false;
    }
}
