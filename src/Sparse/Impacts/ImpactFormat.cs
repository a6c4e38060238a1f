using System.Runtime.InteropServices;

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
}

/// <summary>The bytes of an impact segment: one field's postings, bounds and document order; little-endian, mapped as they are.</summary>
/// <remarks>
/// <code>
/// segment    = term*, records, order?, footer
/// term       = padding to 64 (dense) or 2 bytes, then by layout:
///   dense    = row, lines, levels, posting*
///   list     = levels, entry*, posting*
///   plain    = position u32 *, impact u8 *
/// row        = 32 bytes for each 64 blocks, padded to 64: byte i holds block i in its low and block 32 + i in its high nibble
/// line       = first u32, relative u16 × 30: where the postings of 29 superblocks begin, and where the last one ends
/// levels     = u8 × 16: the bound that a nibble stands for; levels[0] = 0 = the term is not in the block
/// entry      = block gap u8, u8 of (level &lt;&lt; 4 | postings): 0 to 15 postings; wide gaps take empty entries, fuller blocks
///              further ones with gap and level 0, whose bound is that of the first
/// posting    = local u8, impact u8: the position within its superblock (dense) or block (list)
/// records    = TermRecord × terms, in the order of the terms' ordinals
/// order      = u32 × documents: the document at each position; absent where position = document
/// footer     = 64 bytes, <see cref="SegmentFooter"/>
/// </code>
/// A position is a document's place in the segment's private order. Blocks are <see cref="BlockSize"/> positions, superblocks
/// <see cref="SuperblockSize"/>. A bound is never below an impact that it stands for.
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
    public const int LineBytes = 64;
    public const int SuperblocksPerLine = 29;
    public const int Levels = 16;
    public const int EntryPostings = 15;
    public const int MaxGap = 255;
    public const int Alignment = 64;

    /// <summary>Readable bytes that must follow a segment's data, so that kernels may load whole vectors.</summary>
    public const int Slack = 64;

    public const uint Magic = 0x32_49_50_53;
    public const int Version = 1;

    public static int Blocks(int documents) => (int)(((long)documents + BlockSize - 1) / BlockSize);

    public static int Superblocks(int documents) => (int)(((long)documents + SuperblockSize - 1) / SuperblockSize);

    /// <summary>Bytes of a dense row.</summary>
    public static int RowBytes(int blocks) => (blocks + (2 * RowChunkBlocks) - 1) / (2 * RowChunkBlocks) * (2 * RowChunkBytes);

    /// <summary>Bytes of a dense term's offset lines.</summary>
    public static int LinesBytes(int superblocks) => (superblocks + SuperblocksPerLine - 1) / SuperblocksPerLine * LineBytes;
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
}
