using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;

namespace Sparse.LuceneNet.Postings;

/// <summary>Reads one term's postings block by block: the fast path that scorers use. Knows nothing of deleted documents.</summary>
/// <remarks>For one thread. <see cref="Docs"/> and <see cref="Impacts"/> are overwritten by the next block.</remarks>
internal sealed class ImpactCursor(ImpactTerms terms, IndexInput input)
{
    private readonly int[] _docs = new int[ImpactPostingsFormat.BlockSize];
    private readonly byte[] _impacts = new byte[ImpactPostingsFormat.BlockSize];
    private readonly byte[] _gaps = new byte[ImpactPostingsFormat.BlockSize * 5];
    private int _left;
    private int _blockEnd;
    private int _count;
    private int _index;

    /// <summary>The field.</summary>
    public ImpactTerms Terms => terms;

    /// <summary>In how many documents the term is.</summary>
    public int DocFreq { get; private set; }

    /// <summary>The documents of the block from the current one on, ascending; empty at the end.</summary>
    public ReadOnlySpan<int> Docs => _docs.AsSpan(_index, _count - _index);

    /// <summary>Their impacts.</summary>
    public ReadOnlySpan<byte> Impacts => _impacts.AsSpan(_index, _count - _index);

    /// <summary>The current document, or <see cref="DocIdSetIterator.NO_MORE_DOCS"/>.</summary>
    public int Doc => _index < _count ? _docs[_index] : DocIdSetIterator.NO_MORE_DOCS;

    /// <summary>The current document's impact.</summary>
    public byte Impact => _impacts[_index];

    /// <summary>Goes to the first posting of a term.</summary>
    /// <param name="ord">The term's ordinal.</param>
    public void Start(int ord)
    {
        DocFreq = terms.Dictionary.DocFreq(ord);
        _left = DocFreq;
        _blockEnd = -1;
        input.Seek(terms.Dictionary.Offset(ord));
        NextBlock(0);
    }

    /// <summary>Leaves the next postings of this block behind; when none is left, reads the next block.</summary>
    /// <param name="postings">How many, ≤ the length of <see cref="Docs"/>.</param>
    public void Skip(int postings)
    {
        _index += postings;
        if (_index == _count)
        {
            NextBlock(0);
        }
    }

    /// <summary>Goes to the first document at or after a target; stays where that is the current one.</summary>
    /// <param name="target">A document number.</param>
    public void SeekTo(int target)
    {
        if (target > _blockEnd)
        {
            NextBlock(target);
        }

        while (_index < _count && _docs[_index] < target)
        {
            _index++;
        }
    }

    private void NextBlock(int target)
    {
        _index = 0;
        while (_left > 0)
        {
            int previous = _blockEnd;
            _count = Math.Min(_left, ImpactPostingsFormat.BlockSize);
            _left -= _count;
            long blockEnd = previous + 1L + input.ReadVInt32();
            int gapBytes = input.ReadVInt32();
            if (blockEnd >= terms.MaxDoc || (uint)gapBytes > _gaps.Length)
            {
                throw Damaged();
            }

            _blockEnd = (int)blockEnd;
            if (_blockEnd < target)
            {
                input.Seek(input.Position + _count + gapBytes);
                continue;
            }

            input.ReadBytes(_impacts, 0, _count);
            input.ReadBytes(_gaps, 0, gapBytes);
            Decode(previous, gapBytes);
            return;
        }

        _count = 0;
        _blockEnd = DocIdSetIterator.NO_MORE_DOCS;
    }

    private void Decode(int doc, int gapBytes)
    {
        ReadOnlySpan<byte> gaps = _gaps.AsSpan(0, gapBytes);
        int at = 0;
        unchecked
        {
            // A damaged block may wrap around here; the comparison after the loop finds it.
            foreach (ref int slot in _docs.AsSpan(0, _count))
            {
                int gap = 0;
                int shift = 0;
                byte part;
                do
                {
                    if (at == gaps.Length)
                    {
                        throw Damaged();
                    }

                    part = gaps[at++];
                    gap |= (part & 0x7F) << shift;
                    shift += 7;
                }
                while (part > 0x7F);

                int next = doc + 1 + gap;
                if (next <= doc)
                {
                    throw Damaged();
                }

                slot = doc = next;
            }
        }

        if (doc != _blockEnd || at != gapBytes)
        {
            throw Damaged();
        }
    }

    private CorruptIndexException Damaged() => new(
        $"The postings of sparse field '{terms.Field}' in segment {terms.Segment} are damaged before byte {input.Position} of {input}: run CheckIndex, and restore the index from a backup.");
}
