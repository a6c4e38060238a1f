using Lucene.Net.Index;
using Lucene.Net.Store;
using Sparse.Impacts;
using Directory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Postings.Version2;

/// <summary>The impact segment of one field, whose terms are verified before they are first read. Safe for concurrent use until disposed.</summary>
/// <remarks>
/// Reading follows pointers, so that no byte of the file may be trusted with where to go: opening checks the records of all
/// terms, and <see cref="Term"/> checks everything else of a term once, its checksum included where it has one (version 3). That costs
/// about as much as one sweep over its postings. The checksum of a file of many gigabytes would cost seconds. Memory is read under a lease alone (<see cref="Acquire"/>): closing the
/// reader in the middle of a search would otherwise unmap what the search reads, which ends the process.
/// </remarks>
internal sealed class MappedImpacts : IDisposable
{
    private const int Closed = 1;
    private const int OneLease = 2;

    private readonly string _place;
    private readonly ImpactSegmentCheck _check;

    // Leases, and whether the reader is closed: the memory goes with the last of both.
    private int _state;
    private int[]? _positions;

    private MappedImpacts(ImpactSegment segment, string place)
    {
        Segment = segment;
        _place = place;
        _check = new ImpactSegmentCheck(segment);
    }

    /// <summary>The segment. Only terms that <see cref="Term"/> has passed may be read.</summary>
    public ImpactSegment Segment { get; }

    /// <summary>Opens the segment: mapped where it lies in a file of its own on disk, otherwise copied to memory outside the managed heap.</summary>
    /// <param name="directory">Where the file is.</param>
    /// <param name="name">Name of the file.</param>
    /// <param name="input">The open file; a clone of it is read where the segment is copied.</param>
    /// <param name="start">Where the segment begins in the file.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="version">Version of the file.</param>
    /// <param name="info">The Lucene segment.</param>
    /// <param name="field">The field.</param>
    /// <param name="dictionary">Its terms, which the impact segment must have in the same number and with the same document frequencies.</param>
    /// <returns>The opened segment.</returns>
    /// <exception cref="CorruptIndexException">The segment is damaged or truncated.</exception>
    public static unsafe MappedImpacts Open(
        Directory directory, string name, IndexInput input, long start, long length, int version, SegmentInfo info, FieldInfo field, ImpactDictionary dictionary)
    {
        string place = $"sparse field '{field.Name}' in segment {info.Name}";
        if (start < 0 || length < 0 || start > input.Length - length)
        {
            throw Damaged(place, $"its part of {name} begins at {start} and takes {length} of {input.Length} bytes");
        }

        ImpactMemory memory;
        FSDirectory? folder = directory is CheckedDirectory verified ? verified.Folder : directory as FSDirectory;
        if (folder is not null && start % ImpactFormat.Alignment == 0)
        {
            memory = ImpactMemory.Map(Path.Combine(folder.Directory.FullName, name), start, length);
        }
        else
        {
            using var clone = (IndexInput)input.Clone();
            clone.Seek(start);
            using var stream = new IndexInputStream(clone);
            memory = ImpactMemory.Copy(stream, length);
        }

        try
        {
            var segment = new ImpactSegment(memory);
            if (segment.Documents != info.DocCount || segment.Terms != dictionary.Count)
            {
                throw new InvalidDataException($"it has {segment.Documents} documents and {segment.Terms} terms instead of {info.DocCount} and {dictionary.Count}");
            }

            if (segment.Checksums == null && version >= ImpactPostingsFormat.Version)
            {
                throw new InvalidDataException("it says that it has no checksums");
            }

            var impacts = new MappedImpacts(segment, place);
            impacts._check.Records();
            for (int ord = 0; ord < segment.Terms; ord++)
            {
                if (segment.Records[ord].Count != dictionary.DocFreq(ord))
                {
                    throw new InvalidDataException($"term {ord} has {segment.Records[ord].Count} postings instead of {dictionary.DocFreq(ord)}");
                }
            }

            return impacts;
        }
        catch (InvalidDataException e)
        {
            memory.Dispose();
            throw Damaged(place, e.Message);
        }
    }

    /// <summary>True when positions are not document numbers.</summary>
    public unsafe bool IsReordered => Segment.Order != null;

    /// <summary>Memory held beside the file, in bytes.</summary>
    public long RamBytesUsed => 4L * (_positions?.Length ?? 0);

    /// <summary>Keeps the segment's memory readable, whoever closes the reader meanwhile.</summary>
    /// <returns>To be disposed of by the caller as soon as it doesn't read for a while.</returns>
    /// <exception cref="ObjectDisposedException">The reader was closed.</exception>
    public Lease Acquire()
    {
        for (int state = Volatile.Read(ref _state); ;)
        {
            if ((state & Closed) != 0)
            {
                throw new ObjectDisposedException(nameof(IndexReader), $"The reader of {_place} was closed.");
            }

            int seen = Interlocked.CompareExchange(ref _state, state + OneLease, state);
            if (seen == state)
            {
                return new Lease(this);
            }

            state = seen;
        }
    }

    /// <summary>Makes sure that a term may be read. Needs a lease.</summary>
    /// <param name="ord">The term's ordinal.</param>
    /// <exception cref="CorruptIndexException">The term is damaged.</exception>
    public void Term(int ord)
    {
        try
        {
            _check.Term(ord);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(_place, e.Message);
        }
    }

    /// <summary>The position of a document. Needs a lease.</summary>
    /// <remarks>In a reordered segment the first call makes a table of 4 bytes a document.</remarks>
    /// <param name="document">A document number.</param>
    /// <returns>0 ≤ position &lt; documents.</returns>
    public int PositionOf(int document) => IsReordered ? (Volatile.Read(ref _positions) ?? Invert())[document] : document;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Or(ref _state, Closed) == 0)
        {
            Segment.Dispose();
        }
    }

    private int[] Invert()
    {
        var positions = new int[Segment.Documents];
        for (int position = 0; position < positions.Length; position++)
        {
            positions[Segment.Document(position)] = position;
        }

        Volatile.Write(ref _positions, positions);
        return positions;
    }

    /// <summary>Ends a lease that wasn't kept as one.</summary>
    public void Release()
    {
        if (Interlocked.Add(ref _state, -OneLease) == Closed)
        {
            Segment.Dispose();
        }
    }

    private static CorruptIndexException Damaged(string place, string what) =>
        new($"The postings of {place} are damaged: {what}. Run CheckIndex, and restore the index from a backup.");

    /// <summary>The right to read a segment's memory.</summary>
    /// <param name="impacts">The segment; null for none.</param>
    public readonly ref struct Lease(MappedImpacts? impacts)
    {
        /// <summary>Ends it.</summary>
        public void Dispose() => impacts?.Release();
    }
}
