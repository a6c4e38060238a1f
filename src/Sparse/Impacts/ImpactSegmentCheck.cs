using static Sparse.Impacts.ImpactFormat;

namespace Sparse.Impacts;

/// <summary>Verifies that a segment can be read and searched without leaving its bytes, whatever is in them. Safe for concurrent use.</summary>
/// <remarks>
/// Searches follow pointers and add bounds without further checks, so that a term must pass here before it is read: positions
/// inside the segment and ascending, counts that add up, no impact above its bound, and the k-th impacts as they are. Whoever writes
/// a segment can write its checksums too: they find accidents, the checks of values malice.
/// </remarks>
internal sealed unsafe class ImpactSegmentCheck(ImpactSegment segment)
{
    private readonly bool[] _passed = new bool[segment.Terms];

    /// <summary>Verifies the records of all terms and the order.</summary>
    /// <exception cref="InvalidDataException">One lies outside the segment, the order is no permutation, or their checksum is another.</exception>
    public void Records()
    {
        long postings = 0, end = (byte*)segment.Records - segment.Data;
        if (segment.Checksums != null)
        {
            Require(end, segment.Bytes - end - sizeof(uint), segment.Checksum, term: -1);
        }

        for (int term = 0; term < segment.Terms; term++)
        {
            TermRecord record = segment.Records[term];
            long bytes = Bytes(record);
            Require(bytes >= 0 && record.Count >= 0 && record.Entries >= 0 && record.Count <= segment.Documents && record.Start >= 0 && record.Start <= end - bytes
                && (record.Layout == TermLayout.Empty) == (record.Count == 0) && record.Start % (record.Layout == TermLayout.Dense ? Alignment : 2) == 0, term);
            postings += record.Count;
        }

        if (postings != segment.Postings)
        {
            throw new InvalidDataException($"the terms have {postings} postings and the footer says {segment.Postings}");
        }

        if (segment.Order != null)
        {
            Order();
        }
    }

    /// <summary>Verifies a term, the first time it is asked for.</summary>
    /// <param name="term">Its ordinal.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void Term(int term)
    {
        if (Volatile.Read(ref _passed[term]))
        {
            return;
        }

        Span<int> counts = stackalloc int[256];
        counts.Clear();
        TermRecord* record = &segment.Records[term];
        if (segment.Checksums != null)
        {
            Require(record->Start, Bytes(*record), segment.Checksums[term], term);
        }

        bool passes = record->Layout switch
        {
            TermLayout.Dense => Dense(record, counts),
            TermLayout.List => List(record, counts),
            TermLayout.Plain => Plain(record, counts),
            _ => true,
        };
        Require(passes && Ranks(record, counts), term);
        GC.KeepAlive(segment);
        Volatile.Write(ref _passed[term], true);
    }

    private static void Require(bool condition, int term)
    {
        if (!condition)
        {
            throw new InvalidDataException($"term {term} has values that no writer wrote");
        }
    }

    private long Bytes(in TermRecord record) => record.Layout switch
    {
        TermLayout.Empty => 0,
        TermLayout.Dense => segment.RowBytes + segment.LinesBytes + Levels + (2L * record.Count),
        TermLayout.List => Levels + (2L * record.Entries) + (2L * record.Count),
        TermLayout.Plain => 5L * record.Count,
        _ => -1,
    };

    private void Require(long start, long bytes, uint checksum, int term)
    {
        const int Part = 1 << 30;
        uint found = 0;
        for (long at = 0; at < bytes; at += Part)
        {
            found = Crc32C.Of(new ReadOnlySpan<byte>(segment.Data + start + at, (int)Math.Min(bytes - at, Part)), found);
        }

        if (found != checksum)
        {
            throw new InvalidDataException($"{(term < 0 ? "records and order" : $"term {term}")} should have checksum {checksum:x8} and have {found:x8}");
        }
    }

    private void Order()
    {
        var seen = new ulong[(segment.Documents + 63L) / 64];
        for (int i = 0; i < segment.Documents; i++)
        {
            int document = segment.Order[i];
            if ((uint)document >= (uint)segment.Documents || (seen[document >> 6] >> (document & 63) & 1) != 0)
            {
                throw new InvalidDataException($"the order has document {document} at position {i}, out of range or for the second time");
            }

            seen[document >> 6] |= 1UL << (document & 63);
        }
    }

    private bool Dense(TermRecord* record, Span<int> counts)
    {
        byte* row = segment.Data + record->Start, levels = row + segment.RowBytes + segment.LinesBytes;
        OffsetLine* lines = (OffsetLine*)(row + segment.RowBytes);
        ushort* postings = (ushort*)(levels + Levels);
        if (!LevelsAre(levels, record->Largest))
        {
            return false;
        }

        long at = 0;
        for (int superblock = 0; superblock < segment.Superblocks; superblock++)
        {
            OffsetLine* line = lines + (superblock / SuperblocksPerLine);
            int place = superblock % SuperblocksPerLine, count = OffsetLine.Count(line, place);
            if (OffsetLine.Start(line, place) != at || count > record->Count - at || (count > 0 && (line->Present >> place & 1) == 0))
            {
                return false;
            }

            int last = -1, size = Math.Min(SuperblockSize, segment.Documents - (superblock << SuperblockShift));
            for (long end = at + count; at < end; at++)
            {
                int local = postings[at] & 255, impact = postings[at] >> 8, block = (superblock * BlocksPerSuperblock) + (local >> BlockShift);
                int nibble = (row[(block / RowChunkBlocks * RowChunkBytes) + (block % RowChunkBytes)] >> (block / RowChunkBytes % 2 * 4)) & 15;
                if (local <= last || local >= size || impact > levels[nibble])
                {
                    return false;
                }

                counts[impact]++;
                last = local;
            }
        }

        // Lines and nibbles past the last block lead nowhere only when they are empty.
        for (int block = segment.Blocks; block < 2 * segment.RowBytes; block++)
        {
            if (((row[(block / RowChunkBlocks * RowChunkBytes) + (block % RowChunkBytes)] >> (block / RowChunkBytes % 2 * 4)) & 15) != 0)
            {
                return false;
            }
        }

        return at == record->Count;
    }

    private bool List(TermRecord* record, Span<int> counts)
    {
        byte* levels = segment.Data + record->Start;
        ushort* entries = (ushort*)(levels + Levels), postings = entries + record->Entries;
        if (!LevelsAre(levels, record->Largest))
        {
            return false;
        }

        int at = 0, block = 0, bound = 0, last = -1;
        for (int i = 0; i < record->Entries; i++)
        {
            int entry = entries[i], count = (entry >> 8) & 15;
            bool next = i == 0 || (entry & 255) != 0;
            block += entry & 255;
            last = next ? -1 : last;
            bound = next ? levels[entry >> 12] : bound;
            if ((!next && entry >> 12 != 0) || block >= segment.Blocks || count > record->Count - at)
            {
                return false;
            }

            int size = Math.Min(BlockSize, segment.Documents - (block << BlockShift));
            for (int end = at + count; at < end; at++)
            {
                int local = postings[at] & 255, impact = postings[at] >> 8;
                if (local <= last || local >= size || impact > bound)
                {
                    return false;
                }

                counts[impact]++;
                last = local;
            }
        }

        return at == record->Count;
    }

    private bool Plain(TermRecord* record, Span<int> counts)
    {
        int* positions = (int*)(segment.Data + record->Start);
        byte* impacts = (byte*)(positions + record->Count);
        int last = -1;
        for (int i = 0; i < record->Count; i++)
        {
            if (positions[i] <= last || positions[i] >= segment.Documents)
            {
                return false;
            }

            last = positions[i];
            counts[impacts[i]]++;
        }

        return true;
    }

    private static bool LevelsAre(byte* levels, int largest)
    {
        for (int i = 1; i < Levels; i++)
        {
            if (levels[i] > largest || levels[i] < levels[i - 1])
            {
                return false;
            }
        }

        return levels[0] == 0;
    }

    /// <summary>True when the k-th impacts are those of the histogram, and no impact is 0.</summary>
    private static bool Ranks(TermRecord* record, ReadOnlySpan<int> counts)
    {
        var found = default(TermRecord);
        found.Rank(counts);
        return counts[0] == 0 && found.Largest == record->Largest && found.Tenth == record->Tenth && found.Hundredth == record->Hundredth
            && found.Thousandth == record->Thousandth && found.TenThousandth == record->TenThousandth;
    }
}
