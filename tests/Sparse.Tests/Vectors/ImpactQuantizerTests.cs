using CsCheck;
using Sparse.Vectors;

namespace Sparse.Tests.Vectors;

public class ImpactQuantizerTests
{
    [TestCase(0f, 0)]
    [TestCase(0.5f, 0, Description = "halves go to even")]
    [TestCase(0.51f, 1)]
    [TestCase(1.5f, 2)]
    [TestCase(254.5f, 254)]
    [TestCase(255f, 255)]
    [TestCase(300f, 255)]
    [TestCase(float.MaxValue, 255)]
    public void Impact_is_the_nearest_and_saturates(float weight, int impact) =>
        Assert.That(new ImpactQuantizer(1).Quantize(weight), Is.EqualTo(impact));

    [Test]
    public void Largest_weight_gets_the_largest_impact_without_saturating()
    {
        ImpactVector impacts = ImpactQuantizer.ForMaxWeight(3.5f).Quantize(new TermVector([1, 2], [3.5f, 0.001f]), out int saturated);

        Assert.That(impacts.Terms.ToArray(), Is.EqualTo(new[] { 1 }));
        Assert.That(impacts.Impacts.ToArray(), Is.EqualTo(new byte[] { 255 }));
        Assert.That(saturated, Is.Zero);
    }

    [Test]
    public void Saturated_weights_are_counted()
    {
        ImpactVector impacts = new ImpactQuantizer(1).Quantize(new TermVector([1, 2, 3, 4], [255f, 255.5f, 256f, 1e30f]), out int saturated);

        Assert.That(impacts.Impacts.ToArray(), Is.EqualTo(new byte[] { 255, 255, 255, 255 }));
        Assert.That(saturated, Is.EqualTo(3));
    }

    [Test]
    public void Impacts_never_fall_where_weights_rise() =>
        Gen.Select(TestVectors.AnyWeight, TestVectors.AnyWeight, TestVectors.AnyWeight).Sample(
            (scale, a, b) =>
            {
                var quantizer = new ImpactQuantizer(scale);
                Assert.That(quantizer.Quantize(Math.Min(a, b)), Is.LessThanOrEqualTo(quantizer.Quantize(Math.Max(a, b))));
            },
            seed: "0000KOIXNKZ1", iter: 2000);

    [Test]
    public void Error_within_range_is_at_most_half_a_step() =>
        Gen.Single[0, 4].Sample(
            weight =>
            {
                ImpactQuantizer quantizer = ImpactQuantizer.ForMaxWeight(4);
                Assert.That(Math.Abs((quantizer.Quantize(weight) * (double)quantizer.Scale) - weight), Is.LessThanOrEqualTo(quantizer.Scale * 0.5001));
            },
            seed: "0000KOIXNKZ1", iter: 2000);

    [TestCase(0f)]
    [TestCase(-1f)]
    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void Scales_and_weights_out_of_range_are_refused(float value)
    {
        Assert.That(() => new ImpactQuantizer(value), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("scale"));
        Assert.That(() => ImpactQuantizer.ForMaxWeight(value), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("largest weight"));
        if (value is not (0 or float.PositiveInfinity))
        {
            Assert.That(() => new ImpactQuantizer(1).Quantize(value), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    [Test]
    public void Largest_weight_too_small_to_divide_is_refused() =>
        Assert.That(() => ImpactQuantizer.ForMaxWeight(float.Epsilon), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("largest weight"));
}
