using System.Runtime.CompilerServices;
using Lucene.Net.Codecs;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;

namespace Sparse.LuceneNet.Postings.Version2;

/// <summary>Unpacks the vectors of a <see cref="PackedImpactField"/>, and turns documents of terms into terms of documents.</summary>
/// <remarks>
/// Chunk by chunk, by a counting sort that stays within the caches; a term's postings are then collected from all chunks.
/// Memory: 3 bytes a posting, 4 a term in each chunk. 2026-11-24: one sort of all took 10 bytes a posting, no less time, and a
/// process that indexed 385,000 vectors 440 MB instead of 310.
/// </remarks>
internal sealed class PackedPostings(string segment, string field) : PostingsConsumer
{
    private const int ChunkSize = 1 << 20;

    private readonly TermTable _terms = new();
    private readonly List<Chunk> _chunks = [];

    // Terms that came by themselves, by number.
    private readonly Dictionary<int, (int[] Docs, byte[] Impacts)> _plain = [];

    // The chunk that fills: a term's number and impact for each posting, and each document with the number of postings up to its last one.
    private readonly List<(int Doc, int End)> _rows = [];
    private int[] _numbers = new int[1 << 10];
    private byte[] _impacts = new byte[1 << 10];
    private int _first;
    private int _doc;
    private int _used;

    /// <inheritdoc/>
    public override void StartDoc(int docId, int freq)
    {
        _doc = docId;
        if (docId - _first > ushort.MaxValue)
        {
            SortChunk();
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void AddPosition(int position, BytesRef? payload, int startOffset, int endOffset)
    {
        ReadOnlySpan<byte> rest = PackedVector.Open(payload);
        do
        {
            if (!PackedVector.TryNext(ref rest, out ReadOnlySpan<byte> term, out byte impact))
            {
                throw new ArgumentException(
                    $"Document {_doc} of segment {segment} has the empty term in sparse field '{field}' with a payload of {payload?.Length ?? 0} bytes that is no packed vector, or damaged {rest.Length} bytes before its end: give the field ImpactField or PackedImpactField values only.");
            }

            Add(_terms.NumberOf(term), impact);
        }
        while (rest.Length > 0);
    }

    /// <inheritdoc/>
    public override void FinishDoc() => _rows.Add((_doc, _used));

    /// <summary>Adds the postings of a term that came by itself.</summary>
    /// <param name="term">The term.</param>
    /// <param name="docs">Its documents.</param>
    /// <param name="impacts">Their impacts.</param>
    public void AddTerm(BytesRef term, ReadOnlySpan<int> docs, ReadOnlySpan<byte> impacts) =>
        _plain.Add(_terms.NumberOf(term.Bytes.AsSpan(term.Offset, term.Length)), (docs.ToArray(), impacts.ToArray()));

    /// <summary>Writes all terms.</summary>
    /// <param name="writer">Takes them in the order of their bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void WriteTo(ImpactSegmentTermsWriter writer)
    {
        SortChunk();
        int[] docs = [];
        byte[] impacts = [];
        var term = new BytesRef(_terms.Bytes);
        foreach (int number in _terms.Sorted())
        {
            (int[] plainDocs, byte[] plainImpacts) = _plain.GetValueOrDefault(number, ([], []));
            int count = 0, total = plainDocs.Length;
            foreach (Chunk chunk in _chunks)
            {
                total += chunk.Postings(number).Count;
            }

            if (total > docs.Length)
            {
                docs = new int[Math.Min(Array.MaxLength, 2L * total)];
                impacts = new byte[docs.Length];
            }

            foreach (Chunk chunk in _chunks)
            {
                (int from, int length) = chunk.Postings(number);
                for (int i = 0; i < length; i++)
                {
                    docs[count + i] = chunk.First + chunk.Docs[from + i];
                }

                chunk.Impacts.AsSpan(from, length).CopyTo(impacts.AsSpan(count));
                count += length;
            }

            plainDocs.CopyTo(docs, count);
            plainImpacts.CopyTo(impacts, count);
            count = Settle(docs.AsSpan(0, total), impacts.AsSpan(0, total));
            term.Offset = _terms.Start(number);
            term.Length = _terms[number].Length;
            writer.Write(term, docs.AsSpan(0, count), impacts.AsSpan(0, count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(int number, byte impact)
    {
        if (_used == _numbers.Length)
        {
            MakeRoom();
        }

        _numbers[_used] = number;
        _impacts[_used++] = impact;
    }

    private void MakeRoom()
    {
        if (_used == ChunkSize)
        {
            FinishDoc();
            SortChunk();
        }
        else
        {
            Array.Resize(ref _numbers, 2 * _used);
            Array.Resize(ref _impacts, 2 * _used);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SortChunk()
    {
        int[] ends = new int[_terms.Count];
        foreach (int number in _numbers.AsSpan(0, _used))
        {
            ends[number]++;
        }

        for (int number = 0, start = 0; number < ends.Length; number++)
        {
            (ends[number], start) = (start, start + ends[number]);
        }

        ushort[] docs = GC.AllocateUninitializedArray<ushort>(_used);
        byte[] impacts = GC.AllocateUninitializedArray<byte>(_used);
        int at = 0;
        foreach ((int doc, int end) in _rows)
        {
            for (; at < end; at++)
            {
                int to = ends[_numbers[at]]++;
                docs[to] = (ushort)(doc - _first);
                impacts[to] = _impacts[at];
            }
        }

        if (_used > 0)
        {
            _chunks.Add(new Chunk(_first, docs, impacts, ends));
        }

        _rows.Clear();
        _first = _doc;
        _used = 0;
    }

    /// <summary>Makes a term's documents ascend, each once with its largest impact.</summary>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Settle(Span<int> docs, Span<byte> impacts)
    {
        bool ascending = true, distinct = true;
        for (int i = 1; i < docs.Length; i++)
        {
            ascending &= docs[i] >= docs[i - 1];
            distinct &= docs[i] != docs[i - 1];
        }

        if (!ascending)
        {
            MemoryExtensions.Sort(docs, impacts);
        }
        else if (distinct)
        {
            return docs.Length;
        }

        int last = 0;
        for (int i = 1; i < docs.Length; i++)
        {
            if (docs[i] != docs[last])
            {
                docs[++last] = docs[i];
                impacts[last] = impacts[i];
            }
            else
            {
                impacts[last] = Math.Max(impacts[last], impacts[i]);
            }
        }

        return last + 1;
    }

    /// <summary>Postings by term, those of a term in the order in which they came.</summary>
    /// <param name="First">A document.</param>
    /// <param name="Docs">Documents after it.</param>
    /// <param name="Impacts">Their impacts.</param>
    /// <param name="Ends">Where each term's postings end; terms that came later have none.</param>
    private sealed record Chunk(int First, ushort[] Docs, byte[] Impacts, int[] Ends)
    {
        public (int From, int Count) Postings(int number)
        {
            if (number >= Ends.Length)
            {
                return default;
            }

            int from = number == 0 ? 0 : Ends[number - 1];
            return (from, Ends[number] - from);
        }
    }
}
