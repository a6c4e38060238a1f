using CsCheck;
using Sparse.Vectors;

namespace Sparse.Tests.Vectors;

public class TermVectorTests
{
    [Test]
    public void Invariants_are_checked_by_the_constructors()
    {
        Assert.That(() => new TermVector([1], []), Throws.ArgumentException.With.Message.Contains("1 terms came with 0 weights"));
        Assert.That(() => new TermVector([2, 2], [1, 1]), Throws.ArgumentException.With.Message.Contains("id 2 at place 1"));
        Assert.That(() => new TermVector([-1], [1]), Throws.ArgumentException.With.Message.Contains("id -1"));
        Assert.That(() => new TermVector([1], [0]), Throws.ArgumentException.With.Message.Contains("Weight 0 of term 1"));
        Assert.That(() => new TermVector([1], [float.NaN]), Throws.ArgumentException);
        Assert.That(() => new TermVector([1], [float.PositiveInfinity]), Throws.ArgumentException);
        Assert.That(() => TermVector.FromPairs([new(3, 1f), new(3, 2f)]), Throws.ArgumentException.With.Message.Contains("id 3"));
        Assert.That(() => new ImpactVector([1], []), Throws.ArgumentException.With.Message.Contains("1 terms came with 0 impacts"));
        Assert.That(() => new ImpactVector([2, 1], [1, 1]), Throws.ArgumentException.With.Message.Contains("id 1 at place 1"));
        Assert.That(() => new ImpactVector([1], [0]), Throws.ArgumentException.With.Message.Contains("Impact of term 1 is 0"));
    }

    [Test]
    public void Merged_vectors_hold_each_term_with_its_largest_weight() =>
        Gen.Dictionary(Gen.Int[0, 20], Gen.Float[0.1f, 3])[0, 15].Array[0, 6].Sample(
            vectors =>
            {
                TermVector merged = TermVector.Max([.. vectors.Select(TermVector.FromPairs)]);
                var expected = vectors.SelectMany(vector => vector).GroupBy(pair => pair.Key).OrderBy(term => term.Key).ToArray();
                Assert.That(merged.Terms.ToArray(), Is.EqualTo(expected.Select(term => term.Key)));
                Assert.That(merged.Weights.ToArray(), Is.EqualTo(expected.Select(term => term.Max(pair => pair.Value))));
            },
            seed: "0000KOIXNKZ1", iter: 300);

    [Test]
    public void Pairs_come_out_in_order_of_terms()
    {
        TermVector vector = TermVector.FromPairs([new(9, 1f), new(0, 2f), new(4, 3f)]);

        Assert.That(vector.Terms.ToArray(), Is.EqualTo(new[] { 0, 4, 9 }));
        Assert.That(vector.Weights.ToArray(), Is.EqualTo(new[] { 2f, 3f, 1f }));
        Assert.That(TermVector.Empty.Count, Is.Zero);
    }

    [Test]
    public void Dot_product_equals_the_dense_one() =>
        Gen.Select(TestVectors.Of(TestVectors.TiedWeight), TestVectors.Of(TestVectors.TiedWeight)).Sample(
            (a, b) =>
            {
                var dense = new double[101];
                for (int i = 0; i < a.Count; i++)
                {
                    dense[a.Terms[i]] = a.Weights[i];
                }

                double sum = 0;
                for (int i = 0; i < b.Count; i++)
                {
                    sum += dense[b.Terms[i]] * b.Weights[i];
                }

                Assert.That(a.Dot(b), Is.EqualTo(sum));
                Assert.That(b.Dot(a), Is.EqualTo(sum));
            },
            seed: "0000KOIXNKZ1", iter: 1000);
}
