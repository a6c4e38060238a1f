using Sparse.Encoders.Head;

namespace Sparse.Encoders.Tests.Head;

internal sealed unsafe class DotsTests
{
    [Test]
    public void Group_kernel_of_this_instruction_set_equals_the_plain_loops([Values(1, 2, 10, 30)] int pairs, [Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        int steps = GroupDots.Stages * (pairs + 1), deviation = (int)(30 * Math.Sqrt(2 * GroupDots.Stages * pairs));
        var weights = new sbyte[steps * 2 * GroupDots.Terms];
        var starts = new short[GroupDots.Stages * GroupDots.Terms];
        var places = new uint[steps * PlaceTiles.Places];
        short[] thresholds = [.. Enumerable.Range(0, GroupDots.Terms).Select(_ => (short)random.Next(deviation, 4 * deviation))];
        for (int term = 0; term < GroupDots.Terms; term++)
        {
            int[] row = WithBounds(pairs, () => random.Next(-8, 9));
            for (int i = 0; i < row.Length; i++)
            {
                weights[(i / 2 * 2 * GroupDots.Terms) + (2 * term) + (i % 2)] = (sbyte)row[i];
                bool isBound = i / 2 % (pairs + 1) == pairs;
                starts[(i / 2 / (pairs + 1) * GroupDots.Terms) + term] -= (short)(isBound ? 0 : 128 * row[i]);
            }
        }

        for (int place = 0; place < PlaceTiles.Places; place++)
        {
            int[] row = WithBounds(pairs, () => random.Next(-10, 11));
            for (int step = 0; step < steps; step++)
            {
                int centre = step % (pairs + 1) == pairs ? 0 : 128;
                places[(((place / 8 * steps) + step) * 8) + (place % 8)] = (uint)((row[2 * step] + centre) | ((row[(2 * step) + 1] + centre) << 8)) * 0x1_0001;
            }
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
        // One pair a stage, of which the last two are 0.
        const int Steps = GroupDots.Stages * 2, Largest = 127 * 4 * GroupDots.MaxWeight, WeightBound = 90;
        const uint PlaceBound = 180;
        var weights = new sbyte[Steps * 2 * GroupDots.Terms];
        var places = new uint[Steps * PlaceTiles.Places];
        var starts = new short[GroupDots.Stages * GroupDots.Terms];
        for (int i = 0; i < GroupDots.Terms * 2; i++)
        {
            weights[i] = weights[(4 * GroupDots.Terms) + i] = GroupDots.MaxWeight;
            weights[(2 * GroupDots.Terms) + i] = (sbyte)(i % 2 == 0 ? WeightBound : 0);
            starts[i] = -128 * 2 * GroupDots.MaxWeight;
        }

        int lane = (Steps * 8) + 7;
        (places[lane], places[lane + 8], places[lane + 16]) = (uint.MaxValue, PlaceBound * 0x1_0001, uint.MaxValue);
        short[] thresholds = [.. Enumerable.Repeat((short)(isAbove ? Largest - 1 : Largest), GroupDots.Terms)];
        fixed (sbyte* w = weights)
        fixed (short* s = starts, t = thresholds)
        fixed (uint* x = places)
        {
            Assert.That(GroupDots.Above(w, s, t, x, pairs: 1), Is.EqualTo(isAbove ? ulong.MaxValue : 0));
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

    // Numbers of all stages, each followed by what is not below the length of those of the stages that follow, and 0.
    private static int[] WithBounds(int pairs, Func<int> next)
    {
        var row = new int[GroupDots.Stages * (pairs + 1) * 2];
        int square = 0;
        for (int i = row.Length - 1; i >= 0; i--)
        {
            bool isBound = i / 2 % (pairs + 1) == pairs;
            row[i] = !isBound ? next() : i % 2 == 0 ? (int)Math.Ceiling(Math.Sqrt(square)) : 0;
            square = isBound ? i % 2 == 0 ? row[i] * row[i] : square : square + (row[i] * row[i]);
        }

        return row;
    }

    private static sbyte[] Weights(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (sbyte)random.Next(-GroupDots.MaxWeight, GroupDots.MaxWeight + 1))];
}
