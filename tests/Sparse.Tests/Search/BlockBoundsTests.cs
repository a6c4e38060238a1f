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
        fixed (DenseTerm* start = dense)
        {
            DenseTerm* pinned = start;
            Fill(expected, rowBytes);
            BlockBounds.AddRowsScalar(pinned, terms, rowBytes, expected);
            AssertSame(&BlockBounds.AddRows);
            AssertSame(&BlockBounds.AddRowsVector128);
            if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
            {
                AssertSame(&BlockBounds.AddRowsVector256);
            }

            if (System.Runtime.Intrinsics.X86.Avx512BW.IsSupported)
            {
                AssertSame(&BlockBounds.AddRowsVector512);
            }

            void AssertSame(delegate*<DenseTerm*, int, int, ushort*, void> kernel)
            {
                Fill(actual, rowBytes);
                kernel(pinned, terms, rowBytes, actual);
                Assert.That(new Span<ushort>(actual, 2 * rowBytes).ToArray(), Is.EqualTo(new Span<ushort>(expected, 2 * rowBytes).ToArray()));
            }
        }

        NativeMemory.AlignedFree(rows);
        NativeMemory.AlignedFree(expected);
        NativeMemory.AlignedFree(actual);
    }

    [Test]
    public void Select_gives_the_blocks_of_the_range_in_order([Values(1, 31, 32, 33, 255, 257, 1000)] int blocks)
    {
        using var summary = new Summary(blocks, random => random.Next(8) * 9_362);
        int[] expected = [.. Enumerable.Range(0, blocks).Where(i => summary.Bounds[i] is >= 9_362 and <= 46_810)];
        Assert.That(summary.Select(9_362, 46_810), Is.EqualTo(expected));
    }

    [Test]
    public void Select_finds_one_high_block_in_any_place([Values(0, 1, 255, 256, 511, 999)] int place)
    {
        using var summary = new Summary(1000, _ => 7, place);
        Assert.That(summary.Select(8, 65_535), Is.EqualTo([place]));
    }

    [Test]
    public void At_least_as_many_blocks_as_wanted_reach_the_level([Values(300, 5_000, 70_000)] int blocks, [Values(1, 48)] int wanted)
    {
        using var summary = new Summary(blocks, random => random.Next(65_536));
        int level = BlockBounds.LevelOf(summary.Bins, wanted);
        int reach = summary.Select(level, 65_535).Length;
        Assert.That(reach, Is.InRange(wanted, Math.Max(wanted * 2, blocks / 2)), $"level {level}");
    }

    private static void Fill(ushort* bounds, int rowBytes)
    {
        for (int i = 0; i < 2 * rowBytes; i++)
        {
            bounds[i] = (ushort)(i % 251);
        }
    }

    /// <summary>Bounds of some blocks, summarised.</summary>
    private sealed class Summary : IDisposable
    {
        private readonly int _blocks;

        public Summary(int blocks, Func<Random, int> bound, int? highest = null)
        {
            _blocks = blocks;
            int groups = (blocks + BlockBounds.GroupBlocks - 1) / BlockBounds.GroupBlocks;
            Bounds = (ushort*)NativeMemory.AlignedAlloc((nuint)(groups * BlockBounds.GroupBlocks * 2), 64);
            Groups = (ushort*)NativeMemory.AlignedAlloc((nuint)((groups + 32) * 2), 64);
            Bins = (int*)NativeMemory.AlignedAlloc(BlockBounds.Bins * 4, 64);
            var random = new Random(blocks);
            for (int i = 0; i < groups * BlockBounds.GroupBlocks; i++)
            {
                Bounds[i] = (ushort)(i == highest ? 65_535 : i < blocks ? bound(random) : 0);
            }

            BlockBounds.Summarise(Bounds, blocks, Groups, Bins);
        }

        public ushort* Bounds { get; }

        public ushort* Groups { get; }

        public int* Bins { get; }

        public int[] Select(int low, int high)
        {
            var selected = new int[_blocks];
            fixed (int* to = selected)
            {
                return selected[..BlockBounds.Select(Bounds, Groups, _blocks, low, high, to)];
            }
        }

        public void Dispose()
        {
            NativeMemory.AlignedFree(Bounds);
            NativeMemory.AlignedFree(Groups);
            NativeMemory.AlignedFree(Bins);
        }
    }
}
