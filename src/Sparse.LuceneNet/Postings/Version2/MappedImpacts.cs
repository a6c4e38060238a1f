using System.Buffers;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Sparse.Impacts;
using Directory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Postings.Version2;

/// <summary>The impact segment of one field, whose terms are verified before they are first read. Safe for concurrent use until disposed.</summary>
/// <remarks>
/// Reading follows pointers, so that no byte of the file may be trusted with where to go: opening checks the records of all
/// terms, and <see cref="Term"/> checks everything else of a term once. That costs about as much as one sweep over its postings.
/// The checksum of a file of many gigabytes would cost seconds.
/// </remarks>
internal sealed class MappedImpacts : IDisposable
{
    private readonly string _place;
    private readonly ImpactSegmentCheck _check;
    private volatile bool _disposed;

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
    /// <param name="info">The Lucene segment.</param>
    /// <param name="field">The field.</param>
    /// <param name="dictionary">Its terms, which the impact segment must have in the same number and with the same document frequencies.</param>
    /// <returns>The opened segment.</returns>
    /// <exception cref="CorruptIndexException">The segment is damaged or truncated.</exception>
    public static unsafe MappedImpacts Open(
        Directory directory, string name, IndexInput input, long start, long length, SegmentInfo info, FieldInfo field, ImpactDictionary dictionary)
    {
        string place = $"sparse field '{field.Name}' in segment {info.Name}";
        if (start < 0 || length < 0 || start > input.Length - length)
        {
            throw Damaged(place, $"its part of {name} begins at {start} and takes {length} of {input.Length} bytes");
        }

        ImpactMemory memory;
        if (directory is FSDirectory folder && start % ImpactFormat.Alignment == 0)
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

    /// <summary>Makes sure that a term may be read.</summary>
    /// <param name="ord">The term's ordinal.</param>
    /// <exception cref="CorruptIndexException">The term is damaged.</exception>
    /// <exception cref="ObjectDisposedException">The reader was closed.</exception>
    public void Term(int ord)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            _check.Term(ord);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(_place, e.Message);
        }
    }

    /// <summary>True when positions are not document numbers.</summary>
    public unsafe bool IsReordered => Segment.Order != null;

    /// <summary>Adds a term's part of the scores of all positions.</summary>
    /// <param name="ord">The term's ordinal.</param>
    /// <param name="weight">Its weight.</param>
    /// <param name="scores">[documents] scores by position.</param>
    /// <exception cref="CorruptIndexException">The term is damaged.</exception>
    public unsafe void AddScores(int ord, int weight, Span<int> scores)
    {
        Term(ord);
        int count = Segment.Records[ord].Count;
        int[] positions = ArrayPool<int>.Shared.Rent(count);
        byte[] impacts = ArrayPool<byte>.Shared.Rent(count);
        Segment.Read(ord, positions, impacts);
        GC.KeepAlive(this);
        unchecked
        {
            for (int i = 0; i < count; i++)
            {
                scores[positions[i]] += weight * impacts[i];
            }
        }

        ArrayPool<int>.Shared.Return(positions);
        ArrayPool<byte>.Shared.Return(impacts);
    }

    /// <summary>Scores by position as scores by document.</summary>
    /// <param name="scores">[documents] scores by position.</param>
    /// <returns>[documents] the same scores by document.</returns>
    public int[] ToDocuments(ReadOnlySpan<int> scores)
    {
        var byDocument = new int[scores.Length];
        for (int position = 0; position < scores.Length; position++)
        {
            byDocument[Segment.Document(position)] = scores[position];
        }

        GC.KeepAlive(this);
        return byDocument;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        Segment.Dispose();
    }

    private static CorruptIndexException Damaged(string place, string what) =>
        new($"The postings of {place} are damaged: {what}. Run CheckIndex, and restore the index from a backup.");
}
