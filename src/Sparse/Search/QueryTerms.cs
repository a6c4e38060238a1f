using Sparse.Impacts;

namespace Sparse.Search;

/// <summary>A query's term in one segment.</summary>
internal unsafe struct SegmentTerm
{
    /// <summary>The term's record.</summary>
    public TermRecord* Record;

    /// <summary>The term's data.</summary>
    public byte* Data;

    /// <summary>Postings of a list, impacts of a plain term, postings of a dense one.</summary>
    public byte* Postings;

    /// <summary>Quantised query weight, 1 to 65,535.</summary>
    public int Weight;

    /// <summary>Place in the descending order of weight x largest impact.</summary>
    public int Rank;
}

/// <summary>A query's dense term, with what the kernels need beside each other.</summary>
internal unsafe struct DenseTerm
{
    /// <summary>Nibbles, one a block.</summary>
    public byte* Rows;

    /// <summary>Offsets, one a superblock.</summary>
    public OffsetLine* Lines;

    /// <summary>Postings.</summary>
    public ushort* Postings;

    /// <summary>Quantised query weight.</summary>
    public int Weight;

    /// <summary>Place in the descending order of weight x largest impact.</summary>
    public int Rank;

    /// <summary>The bound of each nibble, in units.</summary>
    public fixed ushort Bounds[ImpactFormat.Levels];

    /// <summary>Low bytes of <see cref="Bounds"/>.</summary>
    public fixed byte Low[ImpactFormat.Levels];

    /// <summary>High bytes of <see cref="Bounds"/>.</summary>
    public fixed byte High[ImpactFormat.Levels];
}

/// <summary>One entry of a list or plain term in a block to be visited.</summary>
internal struct EntryNode
{
    /// <summary>Number of the block's next entry in descending order of rank; below the query's first number at the end.</summary>
    public int Next;

    /// <summary>The entry's first posting, by number.</summary>
    public int Posting;

    /// <summary>The entry's part of the block's bound.</summary>
    public ushort Bound;

    /// <summary>Number of postings.</summary>
    public ushort Count;

    /// <summary>The term's rank.</summary>
    public int Rank;
}

/// <summary>Growing memory outside the managed heap, kept between queries.</summary>
/// <typeparam name="T">Element.</typeparam>
internal unsafe struct NativeBuffer<T>
    where T : unmanaged
{
    /// <summary>The first element; aligned to 64 bytes.</summary>
    public T* Start;

    /// <summary>Number of elements.</summary>
    public long Length;

    /// <summary>Makes room for elements; what was there is lost when it grows.</summary>
    /// <param name="length">Number of elements.</param>
    /// <returns>True when the memory is new, with undefined content.</returns>
    public bool Reserve(long length)
    {
        if (length <= Length)
        {
            return false;
        }

        long grown = Math.Max(length, Math.Min(Length * 2, length + (1 << 20)));
        System.Runtime.InteropServices.NativeMemory.AlignedFree(Start);
        Length = 0;
        Start = (T*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc((nuint)(grown * sizeof(T)) + ImpactFormat.Alignment, ImpactFormat.Alignment);
        Length = grown;
        return true;
    }

    /// <summary>Makes room for elements and keeps those that are there.</summary>
    /// <param name="length">Number of elements.</param>
    /// <param name="used">How many of them have a value.</param>
    public void Grow(long length, long used)
    {
        if (length > Length)
        {
            NativeBuffer<T> before = this;
            Start = null;
            Length = 0;
            Reserve(Math.Max(length, before.Length * 2));
            System.Buffer.MemoryCopy(before.Start, Start, Length * sizeof(T), used * sizeof(T));
            before.Free();
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Free()
    {
        System.Runtime.InteropServices.NativeMemory.AlignedFree(Start);
        Start = null;
        Length = 0;
    }
}
