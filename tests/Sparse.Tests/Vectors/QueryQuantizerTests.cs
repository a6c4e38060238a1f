using CsCheck;
using Sparse.Vectors;

namespace Sparse.Tests.Vectors;

public class QueryQuantizerTests
{
    private const string Seed = "0000KOIXNKZ1";

    private static readonly Gen<float> Scale = Gen.OneOf(Gen.Single[1e-4f, 0.1f], Gen.OneOf([.. new[] { 1e-30f, 3.5f / 255, 1f, 1e20f, float.Epsilon, float.MaxValue }.Select(Gen.Const)]));

    [Test]
    public void Sum_of_weights_keeps_every_score_below_two_to_the_24th() =>
        Gen.Select(TestVectors.AnyWeight.Array[0, 64], Scale).Sample(
            (weights, scale) =>
            {
                var quantized = new ushort[weights.Length];
                if (TryQuantize(weights, scale, quantized, out _))
                {
                    Assert.That(quantized.Sum(q => q), Is.LessThanOrEqualTo(QueryQuantizer.MaxWeightSum));
                }
            },
            seed: Seed, iter: 2000);

    [Test]
    public void Every_integer_score_is_a_finite_float_of_its_own() =>
        Gen.Select(TestVectors.AnyWeight.Array[1, 64], Scale, Gen.Int[1, (1 << 24) - 1]).Sample(
            (weights, scale, score) =>
            {
                if (!TryQuantize(weights, scale, new ushort[weights.Length], out int exponent))
                {
                    return;
                }

                float product = score * MathF.ScaleB(1, exponent);
                Assert.That(float.IsFinite(product), Is.True);
                Assert.That((double)product, Is.EqualTo(Math.ScaleB(score, exponent)), "no rounding");
                Assert.That(product, Is.GreaterThan((score - 1) * MathF.ScaleB(1, exponent)));
            },
            seed: Seed, iter: 2000);

    [Test]
    public void Heavier_weights_never_get_less() =>
        Gen.Select(TestVectors.AnyWeight.Array[2, 20], Scale).Sample(
            (weights, scale) =>
            {
                Array.Sort(weights);
                var quantized = new ushort[weights.Length];
                if (TryQuantize(weights, scale, quantized, out _))
                {
                    Assert.That(quantized, Is.Ordered);
                }
            },
            seed: Seed, iter: 2000);

    [Test]
    public void Score_in_weights_is_close_to_the_dot_product() =>
        Gen.Select(Gen.Single[0.01f, 4f].Array[1, 60], Gen.Single[1e-3f, 0.1f]).Sample(
            (weights, scale) =>
            {
                var quantized = new ushort[weights.Length];
                int exponent = QueryQuantizer.Quantize(weights, scale, quantized);
                double step = Math.ScaleB(1, exponent);
                for (int i = 0; i < weights.Length; i++)
                {
                    Assert.That(Math.Abs((quantized[i] * step) - ((double)weights[i] * scale)), Is.LessThanOrEqualTo(step / 2));
                }

                // At most one bit is lost to the power of two.
                Assert.That(quantized.Sum(q => q), Is.GreaterThan((ushort.MaxValue / 2) - weights.Length));
            },
            seed: Seed, iter: 2000);

    [Test]
    public void Query_without_terms_is_empty() => Assert.That(QueryQuantizer.Quantize([], 1, []), Is.Zero);

    [Test]
    public void One_term_gets_as_many_bits_as_fit()
    {
        var quantized = new ushort[1];

        Assert.That(QueryQuantizer.Quantize([1f], 1f, quantized), Is.EqualTo(-15));
        Assert.That(quantized[0], Is.EqualTo(1 << 15));
    }

    [Test]
    public void Tiny_beside_huge_weights_add_nothing()
    {
        var quantized = new ushort[3];

        QueryQuantizer.Quantize([1e-30f, 1e30f, 1e30f], 3.5f / 255, quantized);

        Assert.That(quantized[0], Is.Zero);
        Assert.That(quantized[1], Is.GreaterThan(16_000).And.EqualTo(quantized[2]));
    }

    [Test]
    public void Weights_beyond_the_range_of_scores_are_refused_or_add_nothing()
    {
        var quantized = new ushort[2];

        Assert.That(() => QueryQuantizer.Quantize([float.MaxValue, 1], 1, quantized), Throws.ArgumentException.With.Message.Contains("sum"));
        Assert.That(QueryQuantizer.Quantize([float.Epsilon, float.Epsilon], float.Epsilon, quantized), Is.EqualTo(-149));
        Assert.That(quantized, Is.EqualTo(new ushort[] { 0, 0 }));
    }

    [TestCase(0f)]
    [TestCase(-1f)]
    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void Values_out_of_range_are_refused(float value)
    {
        Assert.That(() => QueryQuantizer.Quantize([1, value], 1, new ushort[2]), Throws.ArgumentException.With.Message.Contains("Query weight"));
        Assert.That(() => QueryQuantizer.Quantize([1], value, new ushort[1]), Throws.ArgumentException.With.Message.Contains("scale"));
        Assert.That(() => QueryQuantizer.Quantize([1], 1, new ushort[2]), Throws.ArgumentException.With.Message.Contains("1 weights need 1 places"));
    }

    /// <summary>False where the sum of weights is refused, which only sums beyond 2^127 / (scale × 255) may be.</summary>
    private static bool TryQuantize(float[] weights, float scale, ushort[] quantized, out int exponent)
    {
        exponent = 0;
        try
        {
            exponent = QueryQuantizer.Quantize(weights, scale, quantized);
            return true;
        }
        catch (ArgumentException)
        {
            Assert.That(weights.Sum(w => (double)w) * scale * 255, Is.GreaterThan(Math.ScaleB(1, 126)));
            return false;
        }
    }
}
