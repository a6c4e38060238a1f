namespace Sparse.Formats.Vectors;

/// <summary>Finds an id that occurs twice, at 11 to 16 bytes an id: 64-bit hashes, since the ids of millions of documents would not fit the budget.</summary>
/// <remarks>Two different ids among 10 million are taken for one with a probability of 3 in a million.</remarks>
/// <param name="expected">How many are to come, as far as that is known: a table that grows is there twice meanwhile.</param>
internal sealed class IdSet(int expected = 0)
{
    private ulong[] _slots = new ulong[Math.Max(1 << 10, SlotsOf(expected))];
    private int _count;

    /// <summary>Adds an id.</summary>
    /// <param name="id">The id.</param>
    /// <returns>False when it is there already.</returns>
    internal bool Add(ReadOnlySpan<char> id)
    {
        if (_count >= _slots.Length / 4 * 3)
        {
            ulong[] old = _slots;
            _slots = new ulong[old.Length / 2 * 3];
            _count = 0;
            foreach (ulong hash in old)
            {
                _ = hash == 0 || Insert(hash);
            }
        }

        return Insert(Hash(id));
    }

    // The load of 3/4, and a few for rounding.
    private static int SlotsOf(int ids) => (int)Math.Min(Array.MaxLength, ((long)ids / 3 * 4) + 8);

    private bool Insert(ulong hash)
    {
        int slot = (int)(((hash >> 32) * (uint)_slots.Length) >> 32);
        while (_slots[slot] != 0)
        {
            if (_slots[slot] == hash)
            {
                return false;
            }

            slot = slot + 1 == _slots.Length ? 0 : slot + 1;
        }

        _slots[slot] = hash;
        _count++;
        return true;
    }

    // FNV-1a over UTF-16 units, then a mixer, because the table takes the high bits.
    private static ulong Hash(ReadOnlySpan<char> id)
    {
        unchecked
        {
            ulong hash = 0xCBF29CE484222325;
            foreach (char c in id)
            {
                hash = (hash ^ c) * 0x100000001B3;
            }

            hash = (hash ^ (hash >> 32)) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 29;
            return hash == 0 ? 1 : hash;
        }
    }
}
