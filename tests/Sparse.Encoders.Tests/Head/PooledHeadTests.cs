using Sparse.Encoders.Head;
using Sparse.Encoders.Splade;
using Sparse.Vectors;

namespace Sparse.Encoders.Tests.Head;

internal sealed class PooledHeadTests
{
    // Biases such that few logits are above 0, as in a trained model; the centre is off or right, there is a sketch or none: nothing may change a bit.
    [Test]
    public void Vector_equals_plain_loops_over_all_terms_to_the_last_bit(
        [Values(3, 17, 128, 136, 768)] int dims, [Values(1, 7, 65)] int places, [Values(0f, 1f, 30f)] float offset, [Values] bool isCentred, [Values] bool isSketched)
    {
        const int Terms = 500;
        var random = new Random(dims + places);
        float Next() => (float)((random.NextDouble() + random.NextDouble() + random.NextDouble()) - 1.5);
        float[] weights = [.. Enumerable.Range(0, Terms * dims).Select(_ => Next())];
        float[] bias = [.. Enumerable.Range(0, Terms).Select(_ => Next() - MathF.Sqrt(dims))];
        float[] hidden = [.. Enumerable.Range(0, places * dims).Select(i => Next() + (offset * ((i % dims % 5) - 2)))];
        float[] centre = [.. Enumerable.Range(0, dims).Select(k => isCentred ? offset * ((k % 5) - 2) : 0f)];
        var head = new OutputHead("hidden", dims, weights, bias);
        var positions = new long[Terms];
        var pooled = new PooledHead(head, centre, TermActivation.Relu, samples: isSketched ? 20 : 0);
        float[] earlier = [.. Enumerable.Range(0, 80 * dims).Select(i => Next() + (offset * ((i % dims % 5) - 2)))];
        _ = pooled.Run(earlier, new PooledHead.Buffers());
        TermVector vector = pooled.Run(hidden, new PooledHead.Buffers(), positions);

        List<(int Term, float Weight, long Position)> expected = [];
        for (int term = 0; term < Terms; term++)
        {
            float largest = float.NegativeInfinity;
            int best = 0;
            for (int place = 0; place < places; place++)
            {
                float sum = 0;
                for (int k = 0; k < dims; k++)
                {
                    sum += weights[(term * dims) + k] * hidden[(place * dims) + k];
                }

                (largest, best) = sum > largest ? (sum, place) : (largest, best);
            }

            float weight = MathF.Log(1f + Math.Max(0f, largest + bias[term]));
            if (weight > 0)
            {
                expected.Add((term, weight, best));
            }
        }

        Assert.That(Enumerable.Range(0, vector.Count).Select(i => (vector.Terms[i], vector.Weights[i], positions[vector.Terms[i]])), Is.EqualTo(expected));
    }
}
