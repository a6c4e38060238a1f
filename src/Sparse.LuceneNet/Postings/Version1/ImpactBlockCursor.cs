using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;

namespace Sparse.LuceneNet.Postings.Version1;

/// <summary>Reads the blocks of version 1.</summary>
internal sealed class ImpactBlockCursor(ImpactTerms terms, IndexInput input) : ImpactCursor(terms, ImpactPostingsFormat1.BlockSize)
{
    private readonly byte[] _gaps = new byte[ImpactPostingsFormat1.BlockSize * 5];
    private int _left;

    /// <inheritdoc/>
    protected override void StartTerm(int ord)
    {
        _left = DocFreq;
        input.Seek(Terms.Dictionary.Offset(ord));
    }

    /// <inheritdoc/>
    protected override void NextBlock(int target)
    {
        Index = 0;
        while (_left > 0)
        {
            int previous = BlockEnd;
            Count = Math.Min(_left, ImpactPostingsFormat1.BlockSize);
            _left -= Count;
            long blockEnd = previous + 1L + input.ReadVInt32();
            int gapBytes = input.ReadVInt32();
            if (blockEnd >= Terms.MaxDoc || (uint)gapBytes > _gaps.Length)
            {
                throw Damaged();
            }

            BlockEnd = (int)blockEnd;
            if (BlockEnd < target)
            {
                input.Seek(input.Position + Count + gapBytes);
                continue;
            }

            input.ReadBytes(ImpactBuffer, 0, Count);
            input.ReadBytes(_gaps, 0, gapBytes);
            Decode(previous, gapBytes);
            return;
        }

        Count = 0;
        BlockEnd = DocIdSetIterator.NO_MORE_DOCS;
    }

    private void Decode(int doc, int gapBytes)
    {
        ReadOnlySpan<byte> gaps = _gaps.AsSpan(0, gapBytes);
        int at = 0;
        unchecked
        {
            // A damaged block may wrap around here; the comparison after the loop finds it.
            foreach (ref int slot in DocBuffer.AsSpan(0, Count))
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

        if (doc != BlockEnd || at != gapBytes)
        {
            throw Damaged();
        }
    }

    private CorruptIndexException Damaged() => new(
        $"The postings of sparse field '{Terms.Field}' in segment {Terms.Segment} are damaged before byte {input.Position} of {input}: run CheckIndex, and restore the index from a backup.");
}
