using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sparse.Impacts.Bisection;

/// <summary>What an exchange of documents between two halves saves, in whole 1/1024 bits of the log-gap cost.</summary>
/// <remarks>
/// A term in d of a half's n documents costs d × log2(n / (d + 1)) bits, its gaps' logarithms (Dhulipala et al. 2016, arXiv:1602.08820).
/// With f(d) = d × log2(d + 1), one document more saves f(d + 1) − f(d) beside the constant log2 n. Integers make sums independent of
/// their order, so the result depends neither on threads nor on the instruction set.
/// Exact in int: (24 + 2) bits × 1024 × 65,535 terms a document &lt; 2³¹.
/// </remarks>
internal static class BisectionGain
{
    private const int TableBits = 14;
    private const double Scale = 1024;

    // Slot d + 1 holds f(d + 1) − f(d); slot 0 stands for d = −1, which is looked up but never used.
    private static readonly int[] s_table = Table();

    /// <summary>Fills what a document's term gains by leaving its half.</summary>
    /// <param name="left">[terms], documents of the left half with each term.</param>
    /// <param name="right">[terms], documents of the right half with each term.</param>
    /// <param name="leftCount">Documents in the left half, ≥ 1.</param>
    /// <param name="rightCount">Documents in the right half, ≥ 1.</param>
    /// <param name="toRight">[terms], overwritten: gain of moving a left document's occurrence to the right.</param>
    /// <param name="toLeft">[terms], overwritten: minus the gain of moving a right document's occurrence to the left.</param>
    public static void Fill(
        ReadOnlySpan<int> left, ReadOnlySpan<int> right, int leftCount, int rightCount, Span<int> toRight, Span<int> toLeft)
    {
        int uneven = (int)Math.Round(Scale * (Math.Log2(leftCount) - Math.Log2(rightCount)));
        right = right[..left.Length];
        toRight = toRight[..left.Length];
        toLeft = toLeft[..left.Length];
        unchecked
        {
            for (int t = 0; t < left.Length; t++)
            {
                int l = left[t];
                int r = right[t];
                toRight[t] = Marginal(r) - Marginal(l - 1) + uneven;
                toLeft[t] = Marginal(r - 1) - Marginal(l) + uneven;
            }
        }
    }

    /// <summary>Sum of a table's entries at a row's terms.</summary>
    /// <param name="row">First of the row's term ids; each is an index of the table.</param>
    /// <param name="length">Number of term ids.</param>
    /// <param name="table">First entry of the table.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum(ref ushort row, int length, ref int table)
    {
        unchecked
        {
            int a = 0, b = 0, c = 0, d = 0, i = 0;
            for (; i <= length - 4; i += 4)
            {
                a += Unsafe.Add(ref table, (nint)Unsafe.Add(ref row, i));
                b += Unsafe.Add(ref table, (nint)Unsafe.Add(ref row, i + 1));
                c += Unsafe.Add(ref table, (nint)Unsafe.Add(ref row, i + 2));
                d += Unsafe.Add(ref table, (nint)Unsafe.Add(ref row, i + 3));
            }

            for (; i < length; i++)
            {
                a += Unsafe.Add(ref table, (nint)Unsafe.Add(ref row, i));
            }

            return a + b + c + d;
        }
    }

    /// <summary>Adds a number to a table's entries at a row's terms.</summary>
    /// <param name="row">First of the row's term ids; each is an index of the table.</param>
    /// <param name="length">Number of term ids.</param>
    /// <param name="table">First entry of the table.</param>
    /// <param name="amount">What to add.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref ushort row, int length, ref int table, int amount)
    {
        unchecked
        {
            for (int i = 0; i < length; i++)
            {
                Unsafe.Add(ref table, (nint)Unsafe.Add(ref row, i)) += amount;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Marginal(int count)
    {
        // Past the table f's slope grows by one bit a doubling, to within a step of the scale.
        ref int table = ref MemoryMarshal.GetArrayDataReference(s_table);
        if (count < 1 << TableBits)
        {
            return Unsafe.Add(ref table, count + 1);
        }

        int shift = 32 - TableBits - BitOperations.LeadingZeroCount((uint)count);
        return Unsafe.Add(ref table, (count >> shift) + 1) + (shift << 10);
    }

    private static int[] Table()
    {
        var table = new int[(1 << TableBits) + 1];
        for (int d = 0; d < 1 << TableBits; d++)
        {
            table[d + 1] = (int)Math.Round(Scale * (((d + 1) * Math.Log2(d + 2)) - (d * Math.Log2(d + 1))));
        }

        return table;
    }
}
