using Lucene.Net.Search;
using Sparse.Impacts;
using static Sparse.Impacts.ImpactFormat;

namespace Sparse.LuceneNet.Postings.Version2;

/// <summary>Reads a term of version 2 in the order of documents, a superblock or up to 256 postings at a time.</summary>
/// <remarks>Where the segment has an order of its own, the whole term is read and sorted when it is started.</remarks>
internal sealed unsafe class ImpactSegmentCursor(ImpactTerms terms, MappedImpacts impacts) : ImpactCursor(terms, SuperblockSize)
{
    private readonly ImpactSegment _segment = impacts.Segment;
    private TermRecord* _record;
    private byte* _data;
    private int _next;
    private long _posting;
    private int _block;
    private ulong[] _sorted = [];
    private int[] _positions = [];
    private byte[] _values = [];

    /// <inheritdoc/>
    protected override void StartTerm(int ord)
    {
        using MappedImpacts.Lease lease = impacts.Acquire();
        impacts.Term(ord);
        _record = &_segment.Records[ord];
        _data = _segment.Data + _record->Start;
        _next = _block = 0;
        _posting = 0;
        if (_segment.Order != null)
        {
            Sort(ord);
        }
    }

    /// <inheritdoc/>
    protected override void NextBlock(int target)
    {
        using MappedImpacts.Lease lease = impacts.Acquire();
        Index = Count = 0;
        BlockEnd = DocIdSetIterator.NO_MORE_DOCS;
        if (_segment.Order != null)
        {
            NextSorted(target);
        }
        else if (_record->Layout == TermLayout.Dense)
        {
            NextSuperblock(target);
        }
        else if (_record->Layout == TermLayout.List)
        {
            NextEntries(target);
        }
        else if (_record->Layout == TermLayout.Plain)
        {
            NextPlain(target);
        }
    }

    private void NextSuperblock(int target)
    {
        ushort* postings = (ushort*)(_data + _segment.RowBytes + _segment.LinesBytes + Levels);
        for (int superblock = Math.Max(_next, target >> SuperblockShift); superblock < _segment.Superblocks; superblock++)
        {
            OffsetLine* line = (OffsetLine*)(_data + _segment.RowBytes) + (superblock / SuperblocksPerLine);
            int count = OffsetLine.Count(line, superblock % SuperblocksPerLine), start = superblock << SuperblockShift;
            if (count == 0)
            {
                continue;
            }

            ushort* p = postings + OffsetLine.Start(line, superblock % SuperblocksPerLine);
            if (start + (p[count - 1] & 255) < target)
            {
                continue;
            }

            for (int i = 0; i < count; i++)
            {
                DocBuffer[i] = start + (p[i] & 255);
                ImpactBuffer[i] = (byte)(p[i] >> 8);
            }

            _next = superblock + 1;
            Take(count);
            return;
        }

        _next = _segment.Superblocks;
    }

    private void NextEntries(int target)
    {
        ushort* entries = (ushort*)(_data + Levels), postings = entries + _record->Entries;
        int count = 0;
        while (_next < _record->Entries && count <= SuperblockSize - EntryPostings)
        {
            int entry = entries[_next++], postingsHere = (entry >> 8) & 15;
            _block += entry & 255;
            int start = _block << BlockShift;
            if (start + BlockSize > target)
            {
                for (ushort* p = postings + _posting; p < postings + _posting + postingsHere; p++)
                {
                    if (start + (*p & 255) >= target)
                    {
                        DocBuffer[count] = start + (*p & 255);
                        ImpactBuffer[count++] = (byte)(*p >> 8);
                    }
                }
            }

            _posting += postingsHere;
        }

        if (count > 0)
        {
            Take(count);
        }
    }

    private void NextPlain(int target)
    {
        int* positions = (int*)_data;
        byte* values = _data + (4L * _record->Count);
        int count = 0;
        for (; _next < _record->Count && count < SuperblockSize; _next++)
        {
            if (positions[_next] >= target)
            {
                DocBuffer[count] = positions[_next];
                ImpactBuffer[count++] = values[_next];
            }
        }

        if (count > 0)
        {
            Take(count);
        }
    }

    private void NextSorted(int target)
    {
        int count = 0;
        for (; _next < _record->Count && count < SuperblockSize; _next++)
        {
            int doc = (int)(_sorted[_next] >> 8);
            if (doc >= target)
            {
                DocBuffer[count] = doc;
                ImpactBuffer[count++] = unchecked((byte)_sorted[_next]);
            }
        }

        if (count > 0)
        {
            Take(count);
        }
    }

    private void Sort(int ord)
    {
        int count = _record->Count;
        if (_sorted.Length < count)
        {
            int size = (int)Math.Min(Array.MaxLength, count * 3L / 2);
            _sorted = new ulong[size];
            _positions = new int[size];
            _values = new byte[size];
        }

        _segment.Read(ord, _positions, _values);
        for (int i = 0; i < count; i++)
        {
            _sorted[i] = ((ulong)_segment.Document(_positions[i]) << 8) | _values[i];
        }

        Array.Sort(_sorted, 0, count);
    }

    private void Take(int count)
    {
        Count = count;
        BlockEnd = DocBuffer[count - 1];
    }
}
