using CsCheck;
using Sparse.Vectors;

namespace Sparse.Tests.Vectors;

/// <summary>Generators of vectors for property tests.</summary>
internal static class TestVectors
{
    /// <summary>Weights over the whole range of positive floats, the smallest and the largest included.</summary>
    public static Gen<float> AnyWeight { get; } = Gen.OneOf(
        Gen.UInt[1, 0x7F7F_FFFF].Select(BitConverter.UInt32BitsToSingle),
        Gen.OneOf([.. new[] { float.Epsilon, 1e-30f, 1e-6f, 1f, 3f, 1e30f, float.MaxValue }.Select(Gen.Const)]),
        Gen.Single[0.001f, 4f]);

    /// <summary>Weights of few distinct values, so that ties are common.</summary>
    public static Gen<float> TiedWeight { get; } = Gen.Int[1, 4].Select(i => i * 0.25f);

    /// <summary>Vectors of up to 40 terms.</summary>
    public static Gen<TermVector> Of(Gen<float> weights) =>
        Gen.Dictionary(Gen.Int[0, 100], weights)[0, 40].Select(pairs => TermVector.FromPairs(pairs));
}
