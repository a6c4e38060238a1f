using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sparse.Impacts;

/// <summary>How a term's postings are laid out.</summary>
internal enum TermLayout : byte
{
    /// <summary>No postings.</summary>
    Empty = 0,

    /// <summary>A 4-bit bound for every block of the segment; offsets by superblock.</summary>
    Dense = 1,

    /// <summary>One entry for each block that holds the term.</summary>
    List = 2,

    /// <summary>Plain positions and impacts.</summary>
    Plain = 3,
}

/// <summary>What a segment knows of one term; 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct TermRecord
{
    /// <summary>Where the term's data begins, in bytes from the segment's start.</summary>
    public long Start;

    /// <summary>Number of postings.</summary>
    public int Count;

    /// <summary>Number of entries of a <see cref="TermLayout.List"/>; otherwise 0.</summary>
    public int Entries;

    /// <summary>How the data is laid out.</summary>
    public TermLayout Layout;

    /// <summary>The largest impact.</summary>
    public byte Largest;

    /// <summary>The 10th largest impact; 0 where there are fewer postings. So the next three.</summary>
    public byte Tenth;

    /// <summary>The 100th largest impact.</summary>
    public byte Hundredth;

    /// <summary>The 1,000th largest impact.</summary>
    public byte Thousandth;

    /// <summary>The 10,000th largest impact.</summary>
    public byte TenThousandth;

    /// <summary>Zero.</summary>
    public ushort Reserved;

    /// <summary>An impact that at least <paramref name="rank"/> documents reach or exceed; 0 where unknown.</summary>
    /// <param name="rank">Number of documents, ≥ 1.</param>
    public readonly int AtRank(int rank) => rank switch
    {
        1 => Largest,
        <= 10 => Tenth,
        <= 100 => Hundredth,
        <= 1_000 => Thousandth,
        <= 10_000 => TenThousandth,
        _ => 0,
    };

    /// <summary>Sets the largest and the k-th impacts.</summary>
    /// <param name="counts">[256], how many postings have each impact; that of 0 is not looked at.</param>
    public void Rank(ReadOnlySpan<int> counts)
    {
        int above = 0;
        for (int impact = 255; impact > 0; impact--)
        {
            if (counts[impact] == 0)
            {
                continue;
            }

            int upTo = above + counts[impact];
            Largest = above == 0 && upTo > 0 ? (byte)impact : Largest;
            Tenth = above < 10 && upTo >= 10 ? (byte)impact : Tenth;
            Hundredth = above < 100 && upTo >= 100 ? (byte)impact : Hundredth;
            Thousandth = above < 1_000 && upTo >= 1_000 ? (byte)impact : Thousandth;
            TenThousandth = above < 10_000 && upTo >= 10_000 ? (byte)impact : TenThousandth;
            above = upTo;
        }
    }
}

/// <summary>The bytes of an impact segment: one field's postings, bounds and document order; little-endian, mapped as they are.</summary>
/// <remarks>
/// <code>
/// segment    = term*, records, order?, checksums, footer
/// term       = padding to 64 (dense) or 2 bytes, then by layout:
///   dense    = row, lines, levels, posting*
///   list     = levels, entry*, posting*
///   plain    = position u32 *, impact u8 *
/// row        = 32 bytes for each 64 blocks, padded to 64: byte i holds block i in its low and block 32 + i in its high nibble
/// line       = first u32, present u32, more u8 × 24: of 24 superblocks the first one's first posting, and each one's number of
///              postings: its bit of present + more, 1 to 256 where present
/// levels     = u8 × 16: the bound that a nibble stands for; levels[0] = 0 = the term is not in the block
/// entry      = block gap u8, u8 of (level &lt;&lt; 4 | postings): 0 to 15 postings; wide gaps take empty entries, fuller blocks
///              further ones with gap and level 0, whose bound is that of the first
/// posting    = local u8, impact u8: the position within its superblock (dense) or block (list)
/// records    = TermRecord × terms, in the order of the terms' ordinals
/// order      = u32 × documents: the document at each position; absent where position = document
/// checksums  = u32 × terms: the CRC-32C of each term, padding left out; absent in version 1
/// footer     = 64 bytes, <see cref="SegmentFooter"/>
/// </code>
/// A position is a document's place in the segment's private order. Blocks are <see cref="BlockSize"/> positions, superblocks
/// <see cref="SuperblockSize"/>. A bound is never below an impact that it stands for. Version 2 adds checksums, 4 bytes a term, and
/// changes nothing else: an impact that turned into another below its bound is a wrong score that no other check finds.
/// </remarks>
internal static class ImpactFormat
{
    // 2026-11-23, 385 k documents, S=32: 2.1 postings a (term, block).
    public const int BlockShift = 5;
    public const int BlockSize = 1 << BlockShift;
    public const int SuperblockShift = 8;
    public const int SuperblockSize = 1 << SuperblockShift;
    public const int BlocksPerSuperblock = SuperblockSize / BlockSize;
    public const int RowChunkBlocks = 64;
    public const int RowChunkBytes = 32;

    // 2026-11-23: 16-bit offsets of 29 superblocks to 64 bytes took .11 bytes a posting more and were no faster.
    public const int LineBytes = 32;
    public const int SuperblocksPerLine = 24;
    public const int Levels = 16;
    public const int EntryPostings = 15;
    public const int MaxGap = 255;
    public const int Alignment = 64;

    /// <summary>Readable bytes that must follow a segment's data, so that kernels may load whole vectors.</summary>
    public const int Slack = 64;

    public const uint Magic = 0x32_49_50_53;
    public const int Version = 2;

    /// <summary>The first version, without checksums.</summary>
    public const int VersionWithoutChecksums = 1;

    public static int Blocks(int documents) => (int)(((long)documents + BlockSize - 1) / BlockSize);

    public static int Superblocks(int documents) => (int)(((long)documents + SuperblockSize - 1) / SuperblockSize);

    /// <summary>Bytes of a dense row.</summary>
    public static int RowBytes(int blocks) => (blocks + (2 * RowChunkBlocks) - 1) / (2 * RowChunkBlocks) * (2 * RowChunkBytes);

    /// <summary>Bytes of a dense term's offset lines.</summary>
    public static int LinesBytes(int superblocks) => (superblocks + SuperblocksPerLine - 1) / SuperblocksPerLine * LineBytes;
}

/// <summary>Where the postings of 24 superblocks lie.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4, Size = ImpactFormat.LineBytes)]
internal unsafe struct OffsetLine
{
    // Lane 8 + i of a line is superblock i; the lanes before hold other fields and compare as never below. A constant of the code,
    // not a static field: methods that are compiled once for all would ask for the class's statics each time.
    private static Vector256<byte> Places
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(
            127, 127, 127, 127, 127, 127, 127, 127, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, (byte)23);
    }

    /// <summary>First posting of the first superblock.</summary>
    public uint First;

    /// <summary>Bit i: superblock i has postings.</summary>
    public uint Present;

    /// <summary>Postings of each superblock beyond its first.</summary>
    public fixed byte More[ImpactFormat.SuperblocksPerLine];

    /// <summary>Number of postings of a superblock.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Count(OffsetLine* line, int place) => unchecked(line->More[place] + (int)((line->Present >> place) & 1));

    /// <summary>First posting of a superblock.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Start(OffsetLine* line, int place) => Avx2.IsSupported ? StartVector256(line, place) : StartScalar(line, place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long StartVector256(OffsetLine* line, int place)
    {
        unchecked
        {
            Vector256<byte> before = Vector256.LessThan(Places.AsSByte(), Vector256.Create((sbyte)place)).AsByte();
            Vector256<ulong> sums = Avx2.SumAbsoluteDifferences(Vector256.Load((byte*)line) & before, Vector256<byte>.Zero).AsUInt64();
            Vector128<ulong> half = sums.GetLower() + sums.GetUpper();
            uint first = line->First + (uint)BitOperations.PopCount(line->Present & ((1u << place) - 1));
            return first + (long)(half.ToScalar() + half.GetElement(1));
        }
    }

    public static long StartScalar(OffsetLine* line, int place)
    {
        long start = line->First;
        for (int i = 0; i < place; i++)
        {
            start += Count(line, i);
        }

        return start;
    }
}

/// <summary>The last 64 bytes of a segment.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4, Size = 64)]
internal struct SegmentFooter
{
    /// <summary>Bytes of this structure.</summary>
    public const int Size = 64;

    /// <summary><see cref="ImpactFormat.Magic"/>.</summary>
    public uint Magic;

    /// <summary><see cref="ImpactFormat.Version"/>.</summary>
    public int Version;

    /// <summary>Documents of the segment, with or without the field.</summary>
    public int Documents;

    /// <summary>Terms.</summary>
    public int Terms;

    /// <summary>Postings of all terms.</summary>
    public long Postings;

    /// <summary>Where the term records begin, in bytes from the segment's start.</summary>
    public long RecordsStart;

    /// <summary>Where the document order begins; 0 where position = document.</summary>
    public long OrderStart;

    /// <summary>Bytes of the segment, this footer included.</summary>
    public long Length;

    /// <summary><see cref="ImpactFormat.BlockShift"/> of the writer.</summary>
    public int BlockShift;

    /// <summary>Where the terms' checksums begin; 0 in version 1.</summary>
    public long ChecksumsStart;

    /// <summary>The CRC-32C of everything from the records up to this field; 0 in version 1.</summary>
    public uint Checksum;
}
