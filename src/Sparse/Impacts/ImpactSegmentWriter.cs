using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Sparse.Impacts.ImpactFormat;

namespace Sparse.Impacts;

/// <summary>Writes one impact segment, term by term, front to back.</summary>
/// <remarks>Memory: the term being written, 28 bytes a term, and the order. Format: <see cref="ImpactFormat"/>.</remarks>
internal sealed unsafe class ImpactSegmentWriter
{
    /// <summary>A term takes a dense row when it is in more than one in this many blocks.</summary>
    // 2026-11-24, 385 k documents in bisected order: 6 takes 3.13 bytes a posting instead of 3.25, 5 3.08, 4 3.04, for queries that
    // walk their longer lists 5, 20 and 50 % longer. 16 would cost .5 bytes more.
    public const int DenseShare = 8;

    /// <summary>The same where documents are in the order they came in.</summary>
    // 2026-11-24: entries are spread then, one posting each, so that rows cost more: 3.41 bytes a posting instead of 3.55, queries alike.
    public const int DenseShareInOrder = 6;

    /// <summary>Fewest entries of a dense term: rows and lines come in cache lines, too large for small segments.</summary>
    public const int DefaultMinDenseEntries = 64;

    private readonly Stream _output;
    private readonly int _documents;
    private readonly int _blocks;
    private readonly int _minDenseEntries;
    private readonly int[]? _order;
    private readonly int[]? _position;
    private readonly List<TermRecord> _records = [];
    private readonly List<uint> _checksums = [];
    private readonly BoundLevels _levels = new();
    private readonly int[] _impactCounts = new int[256];
    private readonly int[] _maximumCounts = new int[256];
    private ulong[] _sorting = [];
    private int[] _positions = [];
    private byte[] _impacts = [];
    private byte[] _maxima = [];
    private byte[] _buffer = [];
    private long _written;
    private long _postings;
    private uint _checksum;

    /// <summary>Starts a segment.</summary>
    /// <param name="output">Takes the bytes; owned by the caller. Its place at this moment should lie on a multiple of 64 in the file.</param>
    /// <param name="documents">Documents of the segment.</param>
    /// <param name="order">The document at each position; null where position = document. Kept, not copied.</param>
    /// <param name="minDenseEntries">Fewest blocks that a dense term is in; tests make it small.</param>
    public ImpactSegmentWriter(Stream output, int documents, int[]? order, int minDenseEntries = DefaultMinDenseEntries)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNegative(documents);
        _output = output;
        _documents = documents;
        _blocks = Blocks(documents);
        _minDenseEntries = minDenseEntries;
        _order = order;
        if (order is not null)
        {
            _position = Invert(order, documents);
        }
    }

    /// <summary>Bytes written so far.</summary>
    public long Written => _written;

    /// <summary>Writes the postings of the next term; its ordinal is the number of terms before it.</summary>
    /// <param name="docs">Documents, each once, 0 ≤ document &lt; documents; any order.</param>
    /// <param name="impacts">Their impacts, 1 to 255.</param>
    public void AddTerm(ReadOnlySpan<int> docs, ReadOnlySpan<byte> impacts)
    {
        Reserve(docs.Length);
        if (_position is null)
        {
            docs.CopyTo(_positions);
            impacts[..docs.Length].CopyTo(_impacts);
        }
        else
        {
            for (int i = 0; i < docs.Length; i++)
            {
                _sorting[i] = ((ulong)_position[docs[i]] << 8) | impacts[i];
            }

            Array.Sort(_sorting, 0, docs.Length);
            for (int i = 0; i < docs.Length; i++)
            {
                _positions[i] = (int)(_sorting[i] >> 8);
                _impacts[i] = unchecked((byte)_sorting[i]);
            }
        }

        AddTermInOrder(_positions.AsSpan(0, docs.Length), _impacts.AsSpan(0, docs.Length));
    }

    /// <summary>As <see cref="AddTerm"/>, for postings that are in the segment's order already.</summary>
    /// <param name="positions">Positions, strictly ascending.</param>
    /// <param name="impacts">Their impacts, 1 to 255.</param>
    public void AddTermInOrder(ReadOnlySpan<int> positions, ReadOnlySpan<byte> impacts)
    {
        var record = new TermRecord { Count = positions.Length };
        _postings += positions.Length;
        _checksum = 0;
        if (positions.Length > 0)
        {
            Rank(impacts, ref record);
            (int entries, int gaps, int full) = Measure(positions, impacts);
            int listBytes = Levels + (2 * (entries + gaps)) + (2 * positions.Length);
            if (entries >= _minDenseEntries && (long)entries * (_order is null ? DenseShareInOrder : DenseShare) > _blocks)
            {
                Align(Alignment);
                record.Layout = TermLayout.Dense;
                record.Start = _written;
                WriteDense(positions, impacts);
            }
            else if (listBytes < 5 * positions.Length)
            {
                Align(2);
                record.Layout = TermLayout.List;
                record.Start = _written;
                record.Entries = WriteList(positions, impacts, entries + gaps + full);
            }
            else
            {
                Align(4);
                record.Layout = TermLayout.Plain;
                record.Start = _written;
                Write(MemoryMarshal.AsBytes(positions));
                Write(impacts);
            }
        }

        _records.Add(record);
        _checksums.Add(_checksum);
    }

    /// <summary>Writes records, order, checksums and footer.</summary>
    /// <returns>Bytes of the segment.</returns>
    public long Finish()
    {
        Align(8);
        _checksum = 0;
        var footer = new SegmentFooter
        {
            Magic = ImpactFormat.Magic,
            Version = ImpactFormat.Version,
            Documents = _documents,
            Terms = _records.Count,
            Postings = _postings,
            RecordsStart = _written,
            BlockShift = BlockShift,
        };
        Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_records)));
        if (_order is not null)
        {
            footer.OrderStart = _written;
            Write(MemoryMarshal.AsBytes(_order.AsSpan(0, _documents)));
        }

        footer.ChecksumsStart = _written;
        Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_checksums)));
        Align(Alignment, isChecked: true);
        footer.Length = _written + SegmentFooter.Size;
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<SegmentFooter>(in footer));
        Write(bytes[..^sizeof(uint)]);
        footer.Checksum = _checksum;
        Write(bytes[^sizeof(uint)..]);
        return _written;
    }

    /// <summary>The position of each document.</summary>
    /// <exception cref="ArgumentException">The order is no permutation.</exception>
    public static int[] Invert(ReadOnlySpan<int> order, int documents)
    {
        var position = new int[documents];
        position.AsSpan().Fill(-1);
        if (order.Length != documents)
        {
            throw new ArgumentException($"The order has {order.Length} places for {documents} documents.", nameof(order));
        }

        for (int i = 0; i < order.Length; i++)
        {
            if ((uint)order[i] >= (uint)documents || position[order[i]] >= 0)
            {
                throw new ArgumentException($"The order holds document {order[i]} at place {i}: out of range, or twice.", nameof(order));
            }

            position[order[i]] = i;
        }

        return position;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rank(ReadOnlySpan<byte> impacts, ref TermRecord record)
    {
        _impactCounts.AsSpan().Clear();
        foreach (byte impact in impacts)
        {
            _impactCounts[impact]++;
        }

        record.Rank(_impactCounts);
        if (_impactCounts[0] != 0)
        {
            throw new ArgumentException($"Term {_records.Count} has an impact of 0; leave the posting out instead.", nameof(impacts));
        }
    }

    /// <summary>Block maxima into _maxima and their histogram; counts of entries, of empty entries for wide gaps, and of further entries of full blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int Entries, int Gaps, int Full) Measure(ReadOnlySpan<int> positions, ReadOnlySpan<byte> impacts)
    {
        _maximumCounts.AsSpan().Clear();
        if (_maxima.Length < Math.Min(positions.Length, _blocks))
        {
            _maxima = new byte[Math.Min(positions.Length * 2L, _blocks)];
        }

        int entries = 0, gaps = 0, full = 0, last = 0;
        for (int i = 0; i < positions.Length;)
        {
            int block = positions[i] >> BlockShift, start = i;
            byte maximum = 0;
            for (; i < positions.Length && positions[i] >> BlockShift == block; i++)
            {
                maximum = Math.Max(maximum, impacts[i]);
            }

            _maximumCounts[maximum]++;
            _maxima[entries++] = maximum;
            gaps += Math.Max(block - last - 1, 0) / MaxGap;
            full += (i - start - 1) / EntryPostings;
            last = block;
        }

        return (entries, gaps, full);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WriteDense(ReadOnlySpan<int> positions, ReadOnlySpan<byte> impacts)
    {
        _levels.Fit(_maximumCounts);
        int superblocks = Superblocks(_documents), rowBytes = RowBytes(_blocks), linesBytes = LinesBytes(superblocks);
        Span<byte> data = Buffer(rowBytes + linesBytes + Levels + (2 * positions.Length));
        data.Clear();
        int entry = 0, last = -1;
        foreach (int position in positions)
        {
            int block = position >> BlockShift;
            if (block != last)
            {
                data[(block / RowChunkBlocks * RowChunkBytes) + (block % RowChunkBytes)] |= (byte)(_levels.NibbleOf[_maxima[entry++]] << (block / RowChunkBytes % 2 * 4));
                last = block;
            }
        }

        Span<OffsetLine> lines = MemoryMarshal.Cast<byte, OffsetLine>(data.Slice(rowBytes, linesBytes));
        int next = 0;
        for (int superblock = 0; superblock < superblocks; superblock++)
        {
            ref OffsetLine line = ref lines[superblock / SuperblocksPerLine];
            int place = superblock % SuperblocksPerLine, first = next, end = (superblock + 1) << SuperblockShift;
            line.First = place == 0 ? (uint)next : line.First;
            while (next < positions.Length && positions[next] < end)
            {
                next++;
            }

            if (next > first)
            {
                line.Present |= 1u << place;
                line.More[place] = (byte)(next - first - 1);
            }
        }

        _levels.Bounds.CopyTo(data[(rowBytes + linesBytes)..]);
        Span<byte> postings = data[(rowBytes + linesBytes + Levels)..];
        for (int i = 0; i < positions.Length; i++)
        {
            postings[2 * i] = (byte)(positions[i] % SuperblockSize);
            postings[(2 * i) + 1] = impacts[i];
        }

        Write(data);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int WriteList(ReadOnlySpan<int> positions, ReadOnlySpan<byte> impacts, int places)
    {
        _levels.Fit(_maximumCounts);
        Span<byte> data = Buffer(Levels + (2 * places) + (2 * positions.Length));
        _levels.Bounds.CopyTo(data);
        int at = Levels, last = 0, entry = 0;
        for (int i = 0; i < positions.Length; entry++)
        {
            int block = positions[i] >> BlockShift, start = i;
            while (i < positions.Length && positions[i] >> BlockShift == block)
            {
                i++;
            }

            int gap = block - last;
            last = block;
            for (; gap > MaxGap; gap -= MaxGap, at += 2)
            {
                data[at] = MaxGap;
                data[at + 1] = 0;
            }

            int level = _levels.NibbleOf[_maxima[entry]];
            for (int left = i - start; left > 0; left -= EntryPostings, gap = 0, level = 0, at += 2)
            {
                data[at] = (byte)gap;
                data[at + 1] = (byte)((level << 4) | Math.Min(left, EntryPostings));
            }
        }

        int entries = (at - Levels) / 2;
        for (int i = 0; i < positions.Length; i++)
        {
            data[at++] = (byte)(positions[i] % BlockSize);
            data[at++] = impacts[i];
        }

        Write(data[..at]);
        return entries;
    }

    private void Reserve(int count)
    {
        if (_positions.Length < count)
        {
            int size = (int)Math.Min(Array.MaxLength, Math.Max(1024, count * 2L));
            _positions = new int[size];
            _impacts = new byte[size];
            _sorting = _position is null ? [] : new ulong[size];
        }
    }

    private Span<byte> Buffer(int bytes)
    {
        if (_buffer.Length < bytes)
        {
            _buffer = new byte[(int)Math.Min(Array.MaxLength, bytes * 3L / 2)];
        }

        return _buffer.AsSpan(0, bytes);
    }

    /// <summary>Writes zeros up to the next multiple, which no checksum counts unless it is said to.</summary>
    private void Align(int to, bool isChecked = false)
    {
        uint before = _checksum;
        ReadOnlySpan<byte> zeros = stackalloc byte[Alignment];
        Write(zeros[..(int)(-_written & (to - 1))]);
        _checksum = isChecked ? _checksum : before;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _written += bytes.Length;
        _checksum = Crc32C.Of(bytes, _checksum);
    }
}
