using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sparse.Impacts;

/// <summary>CRC-32C (Castagnoli), the checksum that processors compute: any damage within 4 bytes in a row changes it.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of bytes.</summary>
    /// <param name="bytes">Any number.</param>
    /// <param name="before">The checksum of the bytes before these; 0 at the start.</param>
    /// <returns>The checksum of all.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        uint crc = ~before;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}
