using Sparse.Encoders.Onnx;

namespace Sparse.Encoders.Tests.Onnx;

internal sealed class WeightQuantizerTests
{
    [Test]
    public void Rows_are_scaled_by_their_largest_magnitude()
    {
        var scales = new float[3];
        sbyte[] rounded = WeightQuantizer.Round([1.27f, -0.5f, -254f, 127f, 0f, 0f], 2, axis: 0, scales);
        Assert.That(scales, Is.EqualTo(new[] { 0.01f, 2f, 1f }).Within(1e-6f));
        Assert.That(rounded, Is.EqualTo(new sbyte[] { 127, -50, -127, 64, 0, 0 }));
    }

    [Test]
    public void Columns_are_scaled_by_their_largest_magnitude()
    {
        var scales = new float[2];
        sbyte[] rounded = WeightQuantizer.Round([1.27f, -254f, -0.5f, 127f], 2, axis: 1, scales);
        Assert.That(scales, Is.EqualTo(new[] { 0.01f, 2f }).Within(1e-6f));
        Assert.That(rounded, Is.EqualTo(new sbyte[] { 127, -127, -50, 64 }));
    }

    [Test]
    public void Error_is_at_most_half_a_step([Values(0, 1)] int axis)
    {
        var random = new Random(5);
        float[] values = [.. Enumerable.Range(0, 64 * 48).Select(_ => random.NextSingle() - 0.5f)];
        var scales = new float[axis == 0 ? 64 : 48];
        sbyte[] rounded = WeightQuantizer.Round(values, 48, axis, scales);
        for (int i = 0; i < values.Length; i++)
        {
            float scale = scales[axis == 0 ? i / 48 : i % 48];
            Assert.That(rounded[i] * scale, Is.EqualTo(values[i]).Within(scale * 0.5001f));
        }
    }
}
