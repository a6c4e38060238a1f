using Lucene.Net.Search;

namespace Sparse.LuceneNet.Postings;

/// <summary>Reads one term's postings block by block: the fast path that scorers use. Knows nothing of deleted documents.</summary>
/// <remarks>For one thread. <see cref="Docs"/> and <see cref="Impacts"/> are overwritten by the next block.</remarks>
internal abstract class ImpactCursor(ImpactTerms terms, int capacity)
{
    /// <summary>The field.</summary>
    public ImpactTerms Terms => terms;

    /// <summary>In how many documents the term is.</summary>
    public int DocFreq { get; private set; }

    /// <summary>The documents of the block from the current one on, ascending; empty at the end.</summary>
    public ReadOnlySpan<int> Docs => DocBuffer.AsSpan(Index, Count - Index);

    /// <summary>Their impacts.</summary>
    public ReadOnlySpan<byte> Impacts => ImpactBuffer.AsSpan(Index, Count - Index);

    /// <summary>The current document, or <see cref="DocIdSetIterator.NO_MORE_DOCS"/>.</summary>
    public int Doc => Index < Count ? DocBuffer[Index] : DocIdSetIterator.NO_MORE_DOCS;

    /// <summary>The current document's impact.</summary>
    public byte Impact => ImpactBuffer[Index];

    /// <summary>[capacity] documents of the block.</summary>
    protected int[] DocBuffer { get; } = new int[capacity];

    /// <summary>[capacity] impacts of the block.</summary>
    protected byte[] ImpactBuffer { get; } = new byte[capacity];

    /// <summary>Postings in the block; 0 at the end.</summary>
    protected int Count { get; set; }

    /// <summary>The current posting of the block.</summary>
    protected int Index { get; set; }

    /// <summary>The last document of the block; −1 before the first, <see cref="DocIdSetIterator.NO_MORE_DOCS"/> after the last.</summary>
    protected int BlockEnd { get; set; }

    /// <summary>Goes to the first posting of a term.</summary>
    /// <param name="ord">The term's ordinal.</param>
    public void Start(int ord)
    {
        DocFreq = terms.Dictionary.DocFreq(ord);
        BlockEnd = -1;
        StartTerm(ord);
        NextBlock(0);
    }

    /// <summary>Leaves the next postings of this block behind; when none is left, reads the next block.</summary>
    /// <param name="postings">How many, ≤ the length of <see cref="Docs"/>.</param>
    public void Skip(int postings)
    {
        Index += postings;
        if (Index == Count)
        {
            NextBlock(0);
        }
    }

    /// <summary>Goes to the first document at or after a target; stays where that is the current one.</summary>
    /// <param name="target">A document number.</param>
    public void SeekTo(int target)
    {
        if (target > BlockEnd)
        {
            NextBlock(target);
        }

        while (Index < Count && DocBuffer[Index] < target)
        {
            Index++;
        }
    }

    /// <summary>Goes before the first block of a term.</summary>
    /// <param name="ord">The term's ordinal.</param>
    protected abstract void StartTerm(int ord);

    /// <summary>Reads the next block whose last document is at or after a target, and sets all four properties of it.</summary>
    /// <param name="target">A document number.</param>
    protected abstract void NextBlock(int target);
}
