using Sparse.Impacts;
using static Sparse.Impacts.ImpactFormat;

namespace Sparse.Search;

/// <summary>Terms without a dense row: their part of the bounds, and their entries chained to the blocks that will be visited.</summary>
internal sealed unsafe partial class SegmentSearch
{
    // Entries are numbered on from query to query: the heads that earlier ones left lie below the first number of this one.
    private int _firstNode;
    private int _nodeCount;

    private void AddList(SegmentTerm* term, ushort* bounds)
    {
        ushort* table = Table(term), entries = (ushort*)(term->Data + Levels);
        int count = term->Record->Entries, i = 0;
        unchecked
        {
            nuint block = 0;
            for (; i <= count - 4; i += 4)
            {
                ulong four = *(ulong*)(entries + i);
                block += (byte)four;
                bounds[block] += table[(four >> 12) & 15];
                block += (byte)(four >> 16);
                bounds[block] += table[(four >> 28) & 15];
                block += (byte)(four >> 32);
                bounds[block] += table[(four >> 44) & 15];
                block += (byte)(four >> 48);
                bounds[block] += table[four >> 60];
            }

            for (; i < count; i++)
            {
                uint entry = entries[i];
                block += entry & 255;
                bounds[block] += table[entry >> 12];
            }
        }
    }

    private void AddPlain(SegmentTerm* term, ushort* bounds)
    {
        int* positions = (int*)term->Data;
        int count = term->Record->Count, last = -1, maximum = 0;
        for (int i = 0; i < count; i++)
        {
            int block = positions[i] >> BlockShift, impact = term->Postings[i];
            if (block != last)
            {
                last = block;
                maximum = 0;
            }

            // The block's share grows from its last maximum to the new one.
            int grown = Math.Max(maximum, impact);
            bounds[block] = (ushort)(bounds[block] + Units(term->Weight * grown) - Units(term->Weight * maximum));
            maximum = grown;
        }
    }

    /// <summary>The bound that each level of a list stands for, valid until the next call.</summary>
    private ushort* Table(SegmentTerm* term)
    {
        // Not on the stack: methods that allocate there are compiled once, without what the runtime learns while they run.
        _table.Reserve(Levels);
        for (int i = 0; i < Levels; i++)
        {
            _table.Start[i] = (ushort)Units(term->Weight * term->Data[i]);
        }

        return _table.Start;
    }

    /// <summary>Forgets the chains of the query before.</summary>
    private void StartChains()
    {
        _firstNode += _nodeCount;
        _nodeCount = 0;
        if (_heads.Reserve(_segment.Blocks) || _firstNode > int.MaxValue / 2)
        {
            new Span<int>(_heads.Start, checked((int)_heads.Length)).Fill(-1);
            _firstNode = 0;
        }
    }

    /// <summary>Chains the entries of lists and plain terms to their blocks, for blocks with a bound from low to high.</summary>
    /// <remarks>Blocks of one call have no entries of an earlier one; in a chain the terms' ranks ascend.</remarks>
    private void Chain(int low, int high)
    {
        _walks++;
        _marks.Reserve(_bounds.Length / 32);
        BlockBounds.Mark(_bounds.Start, _groups.Start, _segment.Blocks, low, high, _marks.Start);
        for (int i = _termCount - 1; i >= 0; i--)
        {
            SegmentTerm* term = &_terms.Start[i];
            if (term->Record->Layout == TermLayout.List)
            {
                _nodes.Grow(_nodeCount + (long)term->Record->Entries, _nodeCount);
                ChainList(term);
            }
            else if (term->Record->Layout == TermLayout.Plain)
            {
                _nodes.Grow(_nodeCount + (long)term->Record->Count, _nodeCount);
                ChainPlain(term);
            }
        }
    }

    private void ChainList(SegmentTerm* term)
    {
        uint* marks = _marks.Start;
        ushort* entries = (ushort*)(term->Data + Levels);
        int count = term->Record->Entries, posting = 0, i = 0;
        unchecked
        {
            uint block = 0;
            for (; i <= count - 4; i += 4)
            {
                // Four at a time: nearly always none of them is in a block to be visited.
                ulong four = *(ulong*)(entries + i);
                uint first = block + (byte)four, second = first + (byte)(four >> 16), third = second + (byte)(four >> 32), fourth = third + (byte)(four >> 48);
                if ((((marks[first >> 5] >> (int)first) | (marks[second >> 5] >> (int)second) | (marks[third >> 5] >> (int)third) | (marks[fourth >> 5] >> (int)fourth)) & 1) != 0)
                {
                    ChainEntries(term, i, i + 4, block, posting);
                }

                block = fourth;
                posting += (int)((((four >> 8) & 0x000F_000F_000F_000F) * 0x0001_0001_0001_0001) >> 48);
            }

            ChainEntries(term, i, count, block, posting);
        }
    }

    private void ChainEntries(SegmentTerm* term, int from, int to, uint block, int posting)
    {
        ushort* entries = (ushort*)(term->Data + Levels);
        EntryNode* nodes = _nodes.Start;
        unchecked
        {
            for (int i = from; i < to; i++)
            {
                uint entry = entries[i];
                block += entry & 255;
                int postings = (int)((entry >> 8) & 15);
                if ((_marks.Start[block >> 5] >> (int)block & 1) != 0 && postings > 0)
                {
                    if ((entry & 255) == 0 && i > 0)
                    {
                        nodes[_nodeCount - 1].Count += (ushort)postings;
                    }
                    else
                    {
                        ushort bound = (ushort)Units(term->Weight * term->Data[entry >> 12]);
                        nodes[_nodeCount] = new EntryNode { Next = _heads.Start[block], Posting = posting, Bound = bound, Count = (ushort)postings, Rank = term->Rank };
                        _heads.Start[block] = _firstNode + _nodeCount++;
                    }
                }

                posting += postings;
            }
        }
    }

    private void ChainPlain(SegmentTerm* term)
    {
        int* positions = (int*)term->Data;
        int count = term->Record->Count;
        for (int i = 0; i < count;)
        {
            int block = positions[i] >> BlockShift, start = i, maximum = 0;
            for (; i < count && positions[i] >> BlockShift == block; i++)
            {
                maximum = Math.Max(maximum, term->Postings[i]);
            }

            if ((_marks.Start[block >> 5] >> block & 1) != 0)
            {
                _nodes.Start[_nodeCount] = new EntryNode { Next = _heads.Start[block], Posting = start, Bound = (ushort)Units(term->Weight * maximum), Count = (ushort)(i - start), Rank = term->Rank };
                _heads.Start[block] = _firstNode + _nodeCount++;
            }
        }
    }
}
