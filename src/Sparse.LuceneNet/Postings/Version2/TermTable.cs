using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Sparse.LuceneNet.Postings.Version2;

/// <summary>Numbers distinct terms in the order in which they first come.</summary>
/// <remarks>
/// Open addressing at half load. The key of a term of up to 7 bytes is the term itself, so that most look-ups compare one number.
/// </remarks>
internal sealed class TermTable
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;
    private const int ShortTerm = 7;

    private Slot[] _slots = new Slot[1 << 10];
    private int _shift = 64 - 10;
    private int[] _ends = new int[1 << 9];

    /// <summary>Number of distinct terms.</summary>
    public int Count { get; private set; }

    /// <summary>The terms' bytes, one after the other.</summary>
    public byte[] Bytes { get; private set; } = new byte[1 << 12];

    /// <summary>Where a term begins in <see cref="Bytes"/>.</summary>
    public int Start(int number) => number == 0 ? 0 : _ends[number - 1];

    /// <summary>The bytes of a term.</summary>
    public ReadOnlySpan<byte> this[int number] => Bytes.AsSpan(Start(number).._ends[number]);

    /// <summary>The number of a term, the next one where it is new.</summary>
    /// <param name="term">Its UTF-8 bytes, not empty.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int NumberOf(ReadOnlySpan<byte> term)
    {
        ulong key = Key(term);
        unchecked
        {
            for (int at = (int)((key * Multiplier) >> _shift); ; at = (at + 1) & (_slots.Length - 1))
            {
                Slot slot = _slots[at];
                if (slot.Next == 0)
                {
                    return Add(term, key, at);
                }

                if (slot.Key == key && (term.Length <= ShortTerm || this[slot.Next - 1].SequenceEqual(term)))
                {
                    return slot.Next - 1;
                }
            }
        }
    }

    /// <summary>All numbers, in the order of the terms' bytes.</summary>
    public int[] Sorted()
    {
        int[] numbers = [.. Enumerable.Range(0, Count)];
        Array.Sort(numbers, (a, b) => this[a].SequenceCompareTo(this[b]));
        return numbers;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Key(ReadOnlySpan<byte> term)
    {
        unchecked
        {
            // Pieces that overlap hold equal bits there.
            int length = term.Length;
            if (length <= ShortTerm)
            {
                ulong bytes = (ulong)length << 56;
                return length >= 4
                    ? bytes | BinaryPrimitives.ReadUInt32LittleEndian(term) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(term[^4..]) << (8 * (length - 4)))
                    : bytes | term[0] | ((ulong)term[length / 2] << (8 * (length / 2))) | ((ulong)term[^1] << (8 * (length - 1)));
            }

            // The last eight bytes overlap those before them; the length tells what they do not.
            ulong mixed = (ulong)term.Length;
            for (int i = 0; i < term.Length - 8; i += 8)
            {
                mixed = Mix(mixed, term[i..]);
            }

            return Mix(mixed, term[^8..]) | (0xFFul << 56);
        }

        static ulong Mix(ulong mixed, ReadOnlySpan<byte> bytes)
        {
            mixed = unchecked((mixed ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes)) * Multiplier);
            return mixed ^ (mixed >> 32);
        }
    }

    private int Add(ReadOnlySpan<byte> term, ulong key, int at)
    {
        int start = Count == 0 ? 0 : _ends[Count - 1];
        if (start + term.Length > Bytes.Length)
        {
            byte[] bytes = Bytes;
            Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, 2L * (start + term.Length)));
            Bytes = bytes;
        }

        if (Count == _ends.Length)
        {
            Array.Resize(ref _ends, 2 * _ends.Length);
        }

        term.CopyTo(Bytes.AsSpan(start));
        _ends[Count] = start + term.Length;
        _slots[at] = new Slot { Key = key, Next = ++Count };
        if (2 * Count > _slots.Length)
        {
            Grow();
        }

        return Count - 1;
    }

    private void Grow()
    {
        Slot[] old = _slots;
        _slots = new Slot[2 * old.Length];
        _shift--;
        foreach (Slot slot in old)
        {
            if (slot.Next != 0)
            {
                int at = (int)(unchecked(slot.Key * Multiplier) >> _shift);
                while (_slots[at].Next != 0)
                {
                    at = (at + 1) & (_slots.Length - 1);
                }

                _slots[at] = slot;
            }
        }
    }

    /// <summary>A term: its key, and its number + 1; 0 where the slot is free.</summary>
    private struct Slot
    {
        public ulong Key;
        public int Next;
    }
}
