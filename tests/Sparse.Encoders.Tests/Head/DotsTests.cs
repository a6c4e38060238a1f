using Sparse.Encoders.Head;

namespace Sparse.Encoders.Tests.Head;

internal sealed unsafe class DotsTests
{
    [Test]
    public void Group_kernel_of_this_instruction_set_equals_the_plain_loops([Values(1, 2, 32, 192)] int pairs, [Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        sbyte[] weights = Weights(random, pairs * 2 * GroupDots.Terms);
        var starts = new short[GroupDots.Terms];
        var thresholds = new short[GroupDots.Terms];
        var places = new uint[pairs * PlaceTiles.Places];
        for (int i = 0; i < GroupDots.Terms; i++)
        {
            starts[i] = (short)random.Next(short.MinValue, short.MaxValue + 1);
            thresholds[i] = (short)random.Next(28_000, short.MaxValue);
        }

        for (int i = 0; i < places.Length; i++)
        {
            places[i] = (uint)random.Next(65_536) * 0x1_0001;
        }

        ulong ours, plain;
        fixed (sbyte* w = weights)
        fixed (short* s = starts, t = thresholds)
        fixed (uint* x = places)
        {
            ours = GroupDots.Above(w, s, t, x, pairs);
            plain = GroupDots.Scalar(w, s, t, x, pairs);
        }

        Assert.That(ours, Is.EqualTo(plain));
        Assert.That(plain, Is.Not.Zero.And.Not.EqualTo(ulong.MaxValue));
    }

    [Test]
    public void Group_kernel_is_exact_at_its_thresholds_and_largest_numbers([Values] bool isAbove)
    {
        const int Pairs = 2, Largest = 127 * 4 * GroupDots.MaxWeight;
        var weights = new sbyte[Pairs * 2 * GroupDots.Terms];
        Array.Fill(weights, (sbyte)GroupDots.MaxWeight);
        var places = new uint[Pairs * PlaceTiles.Places];
        places[^1] = places[(Pairs * PlaceTiles.Places) - 9] = uint.MaxValue;
        short[] starts = [.. Enumerable.Repeat(unchecked((short)(-128 * 4 * GroupDots.MaxWeight)), GroupDots.Terms)];
        short[] thresholds = [.. Enumerable.Repeat((short)(isAbove ? Largest - 1 : Largest), GroupDots.Terms)];
        fixed (sbyte* w = weights)
        fixed (short* s = starts, t = thresholds)
        fixed (uint* x = places)
        {
            Assert.That(GroupDots.Above(w, s, t, x, Pairs), Is.EqualTo(isAbove ? ulong.MaxValue : 0));
        }
    }

    [Test]
    public void Row_kernel_of_this_instruction_set_equals_the_plain_loops([Values(4, 64, 128, 132, 768)] int dims, [Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        const int Terms = 9;
        int chunks = (dims + RowDots.ChunkDims - 1) / RowDots.ChunkDims;
        sbyte[] weights = Weights(random, dims * Terms);
        var starts = new int[chunks * Terms];
        var thresholds = new int[Terms];
        var places = new byte[dims * PlaceTiles.Places];
        random.NextBytes(places);
        for (int i = 0; i < starts.Length; i++)
        {
            starts[i] = random.Next(-1_000_000, 1_000_000);
        }

        for (int i = 0; i < Terms; i++)
        {
            thresholds[i] = random.Next(-20_000, 20_000);
        }

        int[] terms = [random.Next(Terms), random.Next(Terms), Terms - 1, 0];
        ulong ours, plain;
        fixed (sbyte* w = weights)
        fixed (int* s = starts, t = thresholds, which = terms)
        fixed (byte* x = places)
        {
            ours = RowDots.Above(w, s, t, which, x, dims);
            plain = RowDots.Scalar(w, s, t, which, x, dims);
        }

        Assert.That(ours, Is.EqualTo(plain));
        Assert.That(plain, Is.Not.Zero.And.Not.EqualTo(ulong.MaxValue));
    }

    private static sbyte[] Weights(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (sbyte)random.Next(-GroupDots.MaxWeight, GroupDots.MaxWeight + 1))];
}
