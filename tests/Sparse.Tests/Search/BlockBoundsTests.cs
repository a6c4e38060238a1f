using System.Runtime.InteropServices;
using Sparse.Impacts;
using Sparse.Search;

namespace Sparse.Tests.Search;

[TestFixture]
internal sealed unsafe class BlockBoundsTests
{
    private static readonly int[] Terms = [0, 1, 2, 7];
    private static readonly int[] Rows = [64, 128, 640];

    [Test]
    public void Every_kernel_adds_what_scalar_adds([ValueSource(nameof(Terms))] int terms, [ValueSource(nameof(Rows))] int rowBytes)
    {
        var random = new Random(11);
        var rows = (byte*)NativeMemory.AlignedAlloc((nuint)(rowBytes * Math.Max(terms, 1)), 64);
        random.NextBytes(new Span<byte>(rows, rowBytes * Math.Max(terms, 1)));
        var dense = new DenseTerm[Math.Max(terms, 1)];
        for (int t = 0; t < terms; t++)
        {
            dense[t].Rows = rows + (t * rowBytes);
            for (int i = 1; i < ImpactFormat.Levels; i++)
            {
                int bound = random.Next(ushort.MaxValue / terms);
                dense[t].Bounds[i] = (ushort)bound;
                dense[t].Low[i] = (byte)(bound & 255);
                dense[t].High[i] = (byte)(bound >> 8);
            }
        }

        var expected = (ushort*)NativeMemory.AlignedAlloc((nuint)(rowBytes * 4), 64);
        var actual = (ushort*)NativeMemory.AlignedAlloc((nuint)(rowBytes * 4), 64);
        fixed (DenseTerm* pinned = dense)
        {
            BlockBounds.AddRowsScalar(pinned, terms, rowBytes, expected);
            BlockBounds.AddRows(pinned, terms, rowBytes, actual);
            AssertSame(expected, actual, rowBytes);
            BlockBounds.AddRowsVector128(pinned, terms, rowBytes, actual);
            AssertSame(expected, actual, rowBytes);
            if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
            {
                BlockBounds.AddRowsVector256(pinned, terms, rowBytes, actual);
                AssertSame(expected, actual, rowBytes);
            }

            if (System.Runtime.Intrinsics.X86.Avx512BW.IsSupported)
            {
                BlockBounds.AddRowsVector512(pinned, terms, rowBytes, actual);
                AssertSame(expected, actual, rowBytes);
            }
        }

        NativeMemory.AlignedFree(rows);
        NativeMemory.AlignedFree(expected);
        NativeMemory.AlignedFree(actual);
    }

    [Test]
    public void Select_gives_the_blocks_of_the_range_in_order([Values(1, 31, 32, 33, 255, 257, 1000)] int blocks)
    {
        var random = new Random(blocks);
        var bounds = (ushort*)NativeMemory.AlignedAlloc(4096, 64);
        new Span<ushort>(bounds, 2048).Clear();
        for (int i = 0; i < blocks; i++)
        {
            bounds[i] = (ushort)(random.Next(8) * 9_362);
        }

        var selected = new int[blocks];
        fixed (int* to = selected)
        {
            int count = BlockBounds.Select(bounds, blocks, 9_362, 46_810, to);
            int[] expected = [.. Enumerable.Range(0, blocks).Where(i => bounds[i] is >= 9_362 and <= 46_810)];
            Assert.That(selected[..count], Is.EqualTo(expected));
        }

        NativeMemory.AlignedFree(bounds);
    }

    private static void AssertSame(ushort* expected, ushort* actual, int rowBytes) =>
        Assert.That(new Span<ushort>(actual, 2 * rowBytes).ToArray(), Is.EqualTo(new Span<ushort>(expected, 2 * rowBytes).ToArray()));
}
