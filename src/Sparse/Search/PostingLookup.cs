using Sparse.Impacts;
using static Sparse.Impacts.ImpactFormat;

namespace Sparse.Search;

/// <summary>Looks up one posting: what a sweep costs too much for.</summary>
internal static unsafe class PostingLookup
{
    /// <summary>The impact of a term at a position.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="ordinal">A term that has passed <see cref="ImpactSegmentCheck"/>.</param>
    /// <param name="position">0 ≤ position &lt; documents.</param>
    /// <returns>1 to 255, or 0 where the term is not.</returns>
    public static int Impact(ImpactSegment segment, int ordinal, int position)
    {
        TermRecord* record = &segment.Records[ordinal];
        byte* data = segment.Data + record->Start;
        return record->Layout switch
        {
            TermLayout.Dense => Dense(segment, data, position),
            TermLayout.List => List(record, data, position),
            TermLayout.Plain => Plain(record, data, position),
            _ => 0,
        };
    }

    private static int Dense(ImpactSegment segment, byte* row, int position)
    {
        int block = position >> BlockShift, superblock = position >> SuperblockShift, place = superblock % SuperblocksPerLine;
        if ((row[(block / RowChunkBlocks * RowChunkBytes) + (block % RowChunkBytes)] >> (block / RowChunkBytes % 2 * 4) & 15) == 0)
        {
            return 0;
        }

        OffsetLine* line = (OffsetLine*)(row + segment.RowBytes) + (superblock / SuperblocksPerLine);
        ushort* postings = (ushort*)(row + segment.RowBytes + segment.LinesBytes + Levels) + OffsetLine.Start(line, place);
        return Find(postings, OffsetLine.Count(line, place), position & (SuperblockSize - 1));
    }

    private static int List(TermRecord* record, byte* data, int position)
    {
        ushort* entries = (ushort*)(data + Levels), postings = entries + record->Entries;
        int wanted = position >> BlockShift, block = 0;
        for (int i = 0; i < record->Entries; i++)
        {
            block += entries[i] & 255;
            int count = (entries[i] >> 8) & 15;
            int impact = block == wanted ? Find(postings, count, position & (BlockSize - 1)) : 0;
            if (impact > 0 || block > wanted)
            {
                return impact;
            }

            postings += count;
        }

        return 0;
    }

    private static int Plain(TermRecord* record, byte* data, int position)
    {
        int at = new ReadOnlySpan<int>(data, record->Count).BinarySearch(position);
        return at < 0 ? 0 : data[(4L * record->Count) + at];
    }

    /// <summary>The impact at a local place among postings in ascending order of theirs; 0 where it is not.</summary>
    private static int Find(ushort* postings, int count, int local)
    {
        for (int i = 0; i < count && (postings[i] & 255) <= local; i++)
        {
            if ((postings[i] & 255) == local)
            {
                return postings[i] >> 8;
            }
        }

        return 0;
    }
}
