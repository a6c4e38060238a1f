using Sparse.Encoders.Head;

namespace Sparse.Encoders.Tests.Head;

internal sealed unsafe class DotMaximaTests
{
    [Test]
    public void Kernel_of_this_instruction_set_equals_the_plain_loops([Values(4, 64, 128, 132, 768)] int dims, [Values(6, 12, 30)] int places)
    {
        var random = new Random(dims + places);
        int chunks = (dims + DotMaxima.ChunkDims - 1) / DotMaxima.ChunkDims, shift = chunks == 1 ? 0 : chunks == 2 ? 1 : 3;
        var weights = new sbyte[dims * DotMaxima.GroupTerms];
        var starts = new int[chunks * DotMaxima.GroupTerms];
        var states = new byte[places * dims];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = (sbyte)random.Next(-DotMaxima.MaxWeight, DotMaxima.MaxWeight + 1);
        }

        for (int i = 0; i < starts.Length; i++)
        {
            starts[i] = random.Next(65_536);
        }

        random.NextBytes(states);
        var ours = new int[DotMaxima.GroupTerms];
        var plain = new int[DotMaxima.GroupTerms];
        fixed (sbyte* w = weights)
        fixed (int* s = starts, o = ours, p = plain)
        fixed (byte* x = states)
        {
            DotMaxima.Compute(w, s, x, places, dims, shift, o);
            DotMaxima.Scalar(w, s, x, places, dims, shift, p);
        }

        Assert.That(ours, Is.EqualTo(plain));
    }

    [Test]
    public void Largest_weights_and_places_do_not_saturate()
    {
        const int Dims = 4, Places = 6;
        var weights = new sbyte[Dims * DotMaxima.GroupTerms];
        Array.Fill(weights, (sbyte)-DotMaxima.MaxWeight);
        var states = new byte[Places * Dims];
        Array.Fill(states, byte.MaxValue);
        int[] starts = [.. Enumerable.Repeat((128 * 4 * DotMaxima.MaxWeight) & 0xFFFF, DotMaxima.GroupTerms)];
        var maxima = new int[DotMaxima.GroupTerms];
        fixed (sbyte* w = weights)
        fixed (int* s = starts, o = maxima)
        fixed (byte* x = states)
        {
            DotMaxima.Compute(w, s, x, Places, Dims, 0, o);
        }

        Assert.That(maxima, Is.All.EqualTo(-127 * 4 * DotMaxima.MaxWeight));
    }
}
