using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Sparse.LuceneNet.Storage;

/// <summary>A Bloom filter that grows: says which ids were surely never added, at 2 to 4 bytes an id.</summary>
/// <remarks>
/// Four bits of one 64-bit word an id (Putze, Sanders, Singler 2007, blocked filters): one cache line a layer. A full layer is followed by
/// one of twice the size, since hashes can't be moved to a larger one without the ids.
/// </remarks>
internal sealed class IdFilter
{
    private const int FirstCapacity = 1 << 16;
    private const int IdsOfAWord = 4;

    private readonly List<ulong[]> _layers = [];
    private int _free;

    /// <summary>What it takes in memory.</summary>
    public long Bytes => _layers.Sum(layer => (long)layer.Length * sizeof(ulong));

    /// <summary>Adds an id, once however often it comes.</summary>
    /// <param name="id">The id.</param>
    public void Add(string id)
    {
        ulong hash = Hash(id);
        if (MayContain(hash))
        {
            return;
        }

        if (_free == 0)
        {
            _free = FirstCapacity << Math.Min(_layers.Count, 12);
            _layers.Add(new ulong[_free / IdsOfAWord]);
        }

        _layers[^1][Word(hash, _layers[^1].Length)] |= Bits(hash);
        _free--;
    }

    /// <summary>False for an id that was never added; true for all others, and for one or two in a hundred of the rest.</summary>
    /// <param name="id">The id.</param>
    public bool MayContain(string id) => MayContain(Hash(id));

    private bool MayContain(ulong hash)
    {
        ulong bits = Bits(hash);
        foreach (ulong[] layer in _layers)
        {
            if ((layer[Word(hash, layer.Length)] & bits) == bits)
            {
                return true;
            }
        }

        return false;
    }

    private static ulong Hash(string id) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(id.AsSpan()));

    // Sizes are powers of two.
    private static int Word(ulong hash, int length) => (int)(hash >> 33) & (length - 1);

    private static ulong Bits(ulong hash) =>
        (1UL << (int)(hash & 63)) | (1UL << (int)((hash >> 6) & 63)) | (1UL << (int)((hash >> 12) & 63)) | (1UL << (int)((hash >> 18) & 63));
}
