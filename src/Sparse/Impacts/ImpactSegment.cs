using static Sparse.Impacts.ImpactFormat;

namespace Sparse.Impacts;

/// <summary>A readable impact segment. Immutable and safe for concurrent use until disposed.</summary>
/// <remarks>Opening reads the footer and checks that every part lies inside; it touches no postings.</remarks>
internal sealed unsafe class ImpactSegment : IDisposable
{
    private readonly ImpactMemory _memory;

    /// <summary>Opens a segment.</summary>
    /// <param name="memory">Its bytes; disposed with the segment.</param>
    /// <exception cref="InvalidDataException">The bytes are no segment of this version, or cut short.</exception>
    public ImpactSegment(ImpactMemory memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        _memory = memory;
        if (memory.Length < SegmentFooter.Size)
        {
            throw new InvalidDataException($"An impact segment of {memory.Length} bytes is shorter than its footer of {SegmentFooter.Size}.");
        }

        SegmentFooter footer = *(SegmentFooter*)(memory.Start + memory.Length - SegmentFooter.Size);
        if (footer.Magic != Magic || footer.Version is < VersionWithoutChecksums or > ImpactFormat.Version || footer.BlockShift != BlockShift)
        {
            throw new InvalidDataException(
                $"Footer {footer.Magic:x8} version {footer.Version} block shift {footer.BlockShift} is not an impact segment of version {VersionWithoutChecksums} to {ImpactFormat.Version} with block shift {BlockShift}.");
        }

        bool ordered = footer.OrderStart != 0, isChecked = footer.Version != VersionWithoutChecksums;
        if (footer.Length != memory.Length || footer.Documents < 0 || footer.Terms < 0
            || IsOutside(footer.RecordsStart, (long)footer.Terms * sizeof(TermRecord))
            || (ordered && IsOutside(footer.OrderStart, 4L * footer.Documents))
            || (isChecked && IsOutside(footer.ChecksumsStart, 4L * footer.Terms)))
        {
            throw new InvalidDataException($"The impact segment says {footer.Length} bytes, {footer.Documents} documents and {footer.Terms} terms, but has {memory.Length} bytes.");
        }

        Data = memory.Start;
        Documents = footer.Documents;
        Terms = footer.Terms;
        Postings = footer.Postings;
        Blocks = ImpactFormat.Blocks(Documents);
        Superblocks = ImpactFormat.Superblocks(Documents);
        RowBytes = ImpactFormat.RowBytes(Blocks);
        LinesBytes = ImpactFormat.LinesBytes(Superblocks);
        Records = (TermRecord*)(Data + footer.RecordsStart);
        Order = ordered ? (int*)(Data + footer.OrderStart) : null;
        Checksums = isChecked ? (uint*)(Data + footer.ChecksumsStart) : null;
        Checksum = footer.Checksum;

        bool IsOutside(long start, long length) => start < 0 || start > memory.Length - length;
    }

    /// <summary>The segment's first byte.</summary>
    public byte* Data { get; }

    /// <summary>[Terms] records by ordinal.</summary>
    public TermRecord* Records { get; }

    /// <summary>[Documents] the document at each position; null where position = document.</summary>
    public int* Order { get; }

    /// <summary>[Terms] the checksum of each term; null in version 1.</summary>
    public uint* Checksums { get; }

    /// <summary>The checksum of everything from the records up to itself; 0 in version 1.</summary>
    public uint Checksum { get; }

    /// <summary>Number of documents, with or without postings.</summary>
    public int Documents { get; }

    /// <summary>Number of terms.</summary>
    public int Terms { get; }

    /// <summary>Number of postings.</summary>
    public long Postings { get; }

    /// <summary>Bytes of the segment.</summary>
    public long Bytes => _memory.Length;

    /// <summary>Number of blocks.</summary>
    public int Blocks { get; }

    /// <summary>Number of superblocks.</summary>
    public int Superblocks { get; }

    /// <summary>Bytes of a dense row.</summary>
    public int RowBytes { get; }

    /// <summary>Bytes of a dense term's offset lines.</summary>
    public int LinesBytes { get; }

    /// <summary>The document at a position.</summary>
    public int Document(int position) => Order == null ? position : Order[position];

    /// <summary>Reads a term's postings in ascending order of position.</summary>
    /// <param name="ordinal">The term.</param>
    /// <param name="positions">Overwritten, at least the term's count long.</param>
    /// <param name="impacts">Overwritten, at least the term's count long.</param>
    /// <returns>The number of postings.</returns>
    public int Read(int ordinal, Span<int> positions, Span<byte> impacts)
    {
        TermRecord* record = &Records[ordinal];
        byte* data = Data + record->Start;
        int count = 0;
        switch (record->Layout)
        {
            case TermLayout.Dense:
                byte* postings = data + RowBytes + LinesBytes + Levels;
                for (int superblock = 0; superblock < Superblocks; superblock++)
                {
                    OffsetLine* line = (OffsetLine*)(data + RowBytes) + (superblock / SuperblocksPerLine);
                    long first = OffsetLine.Start(line, superblock % SuperblocksPerLine);
                    for (long i = first; i < first + OffsetLine.Count(line, superblock % SuperblocksPerLine); i++)
                    {
                        positions[count] = (superblock << SuperblockShift) + postings[2 * i];
                        impacts[count++] = postings[(2 * i) + 1];
                    }
                }

                break;
            case TermLayout.List:
                byte* entries = data + Levels, posting = entries + (2 * record->Entries);
                int block = 0;
                for (int i = 0; i < record->Entries; i++)
                {
                    block += entries[2 * i];
                    for (int left = entries[(2 * i) + 1] & 15; left > 0; left--, posting += 2)
                    {
                        positions[count] = (block << BlockShift) + posting[0];
                        impacts[count++] = posting[1];
                    }
                }

                break;
            case TermLayout.Plain:
                count = record->Count;
                new ReadOnlySpan<int>(data, count).CopyTo(positions);
                new ReadOnlySpan<byte>(data + (4L * count), count).CopyTo(impacts);
                break;
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
