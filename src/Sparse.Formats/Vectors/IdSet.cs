namespace Sparse.Formats.Vectors;

/// <summary>Finds an id that occurs twice, at 16 to 32 bytes an id: 64-bit hashes, since the ids of millions of documents would not fit the budget.</summary>
/// <remarks>Two different ids among 10 million are taken for one with a probability of 3 in a million.</remarks>
internal sealed class IdSet
{
    private ulong[] _slots = new ulong[1 << 10];
    private int _count;

    /// <summary>Adds an id.</summary>
    /// <param name="id">The id.</param>
    /// <returns>False when it is there already.</returns>
    internal bool Add(ReadOnlySpan<char> id)
    {
        if (_count >= _slots.Length / 4 * 3)
        {
            ulong[] old = _slots;
            _slots = new ulong[old.Length * 2];
            _count = 0;
            foreach (ulong hash in old)
            {
                _ = hash == 0 || Insert(hash);
            }
        }

        return Insert(Hash(id));
    }

    private bool Insert(ulong hash)
    {
        int mask = _slots.Length - 1;
        int slot = (int)(hash & (uint)mask);
        while (_slots[slot] != 0)
        {
            if (_slots[slot] == hash)
            {
                return false;
            }

            slot = (slot + 1) & mask;
        }

        _slots[slot] = hash;
        _count++;
        return true;
    }

    // FNV-1a over UTF-16 units, then a mixer, because the table takes the low bits.
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
