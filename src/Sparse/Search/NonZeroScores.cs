using System.Numerics;
using System.Runtime.Intrinsics;

namespace Sparse.Search;

/// <summary>Kernels that find the scores that are not zero; the scalar twin is the specification.</summary>
internal static unsafe class NonZeroScores
{
    /// <summary>Finds the places of all scores but zeros, in ascending order.</summary>
    /// <param name="scores">[count] scores.</param>
    /// <param name="count">0 to 65,536.</param>
    /// <param name="places">[count] overwritten up to the returned number.</param>
    /// <returns>How many there are.</returns>
    public static int Find(int* scores, int count, ushort* places) =>
        Vector512.IsHardwareAccelerated ? FindVector512(scores, count, places)
        : Vector256.IsHardwareAccelerated ? FindVector256(scores, count, places)
        : Vector128.IsHardwareAccelerated ? FindVector128(scores, count, places)
        : FindScalar(scores, 0, count, places);

    public static int FindScalar(int* scores, int from, int count, ushort* places)
    {
        int found = 0;
        for (int i = from; i < count; i++)
        {
            if (scores[i] != 0)
            {
                places[found++] = (ushort)i;
            }
        }

        return found;
    }

    public static int FindVector128(int* scores, int count, ushort* places)
    {
        int found = 0, i = 0;
        for (; i <= count - 16; i += 16)
        {
            Vector128<ushort> low = Vector128.Narrow(Zeros(scores + i), Zeros(scores + i + 4)).AsUInt16();
            Vector128<ushort> high = Vector128.Narrow(Zeros(scores + i + 8), Zeros(scores + i + 12)).AsUInt16();
            found = Add(~Vector128.Narrow(low, high).ExtractMostSignificantBits() & 0xFFFF, i, places, found);
        }

        return found + FindScalar(scores, i, count, places + found);

        static Vector128<uint> Zeros(int* at) => Vector128.Equals(Vector128.Load(at), Vector128<int>.Zero).AsUInt32();
    }

    public static int FindVector256(int* scores, int count, ushort* places)
    {
        int found = 0, i = 0;
        for (; i <= count - 32; i += 32)
        {
            uint zeros = Zeros(scores + i) | (Zeros(scores + i + 8) << 8) | (Zeros(scores + i + 16) << 16) | (Zeros(scores + i + 24) << 24);
            found = Add(~zeros, i, places, found);
        }

        return found + FindScalar(scores, i, count, places + found);

        static uint Zeros(int* at) => Vector256.Equals(Vector256.Load(at), Vector256<int>.Zero).ExtractMostSignificantBits();
    }

    public static int FindVector512(int* scores, int count, ushort* places)
    {
        int found = 0, i = 0;
        for (; i <= count - 64; i += 64)
        {
            ulong zeros = Zeros(scores + i) | (Zeros(scores + i + 16) << 16) | (Zeros(scores + i + 32) << 32) | (Zeros(scores + i + 48) << 48);
            found = Add(~zeros, i, places, found);
        }

        return found + FindScalar(scores, i, count, places + found);

        static ulong Zeros(int* at) => Vector512.Equals(Vector512.Load(at), Vector512<int>.Zero).ExtractMostSignificantBits();
    }

    private static int Add(ulong ones, int start, ushort* places, int found)
    {
        unchecked
        {
            for (; ones != 0; ones &= ones - 1)
            {
                places[found++] = (ushort)(start + BitOperations.TrailingZeroCount(ones));
            }

            return found;
        }
    }
}
