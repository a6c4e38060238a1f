using CsCheck;
using Sparse.Vectors;

namespace Sparse.Tests.Vectors;

public class TermPrunerTests
{
    private static readonly TermVector Vector = new([2, 5, 7, 9, 11], [1f, 4f, 2f, 2f, 1f]);

    [Test]
    public void Defaults_keep_the_very_vector() => Assert.That(TermPruner.Prune(Vector, PruningOptions.KeepAll), Is.SameAs(Vector));

    [TestCase(1, new[] { 5 })]
    [TestCase(2, new[] { 5, 7 }, Description = "7 and 9 weigh the same: the lower term id stays")]
    [TestCase(3, new[] { 5, 7, 9 })]
    [TestCase(4, new[] { 2, 5, 7, 9 })]
    [TestCase(9, new[] { 2, 5, 7, 9, 11 })]
    public void Keep_terms_keeps_the_heaviest(int terms, int[] kept) => AssertKept(new() { KeepTerms = terms }, kept);

    [TestCase(0.5, new[] { 5, 7, 9 })]
    [TestCase(0.51, new[] { 5 })]
    [TestCase(1, new[] { 5 })]
    public void Share_of_the_maximum_keeps_terms_from_that_share_on(double share, int[] kept) =>
        AssertKept(new() { KeepFromShareOfMaximum = share }, kept);

    [TestCase(0.01, new[] { 5 })]
    [TestCase(0.4, new[] { 5 })]
    [TestCase(0.41, new[] { 5, 7 })]
    [TestCase(0.8, new[] { 5, 7, 9 })]
    [TestCase(0.9, new[] { 2, 5, 7, 9 })]
    [TestCase(1.0, new[] { 2, 5, 7, 9, 11 })]
    public void Share_of_the_mass_keeps_the_heaviest_until_it_is_reached(double share, int[] kept) =>
        AssertKept(new() { KeepShareOfMass = share }, kept);

    [TestCase(2f, new[] { 5, 7, 9 })]
    [TestCase(5f, new int[0])]
    public void Weight_keeps_terms_from_it_on(float weight, int[] kept) => AssertKept(new() { KeepFromWeight = weight }, kept);

    [Test]
    public void Knobs_apply_together()
    {
        AssertKept(new() { KeepTerms = 2, KeepFromShareOfMaximum = 0.5 }, [5, 7]);
        AssertKept(new() { KeepShareOfMass = 0.9, KeepFromWeight = 2f }, [5, 7, 9]);
    }

    [Test]
    public void Pruning_equals_a_plain_sort_by_weight_and_term() =>
        Gen.Select(
            Gen.OneOf(TestVectors.Of(TestVectors.TiedWeight), TestVectors.Of(TestVectors.AnyWeight)),
            Gen.Int[1, 45], Gen.OneOf(Gen.Const(0.0), Gen.Double[0, 1]), Gen.OneOf(Gen.Const(1.0), Gen.Double[0.01, 1]), Gen.OneOf(Gen.Const(0f), Gen.Single[0, 2]))
        .Sample(
            (vector, terms, ofMaximum, ofMass, weight) =>
            {
                var options = new PruningOptions { KeepTerms = terms, KeepFromShareOfMaximum = ofMaximum, KeepShareOfMass = ofMass, KeepFromWeight = weight };
                Assert.That(Pairs(TermPruner.Prune(vector, options)), Is.EqualTo(Plain(vector, options)));
            },
            seed: "0000KOIXNKZ1", iter: 2000);

    [Test]
    public void Values_out_of_range_are_refused_by_name()
    {
        Assert.That(() => new PruningOptions { KeepTerms = 0 }, Refused("KeepTerms"));
        Assert.That(() => new PruningOptions { KeepShareOfMass = 0 }, Refused("KeepShareOfMass"));
        Assert.That(() => new PruningOptions { KeepShareOfMass = 1.1 }, Refused("KeepShareOfMass"));
        Assert.That(() => new PruningOptions { KeepFromShareOfMaximum = double.NaN }, Refused("KeepFromShareOfMaximum"));
        Assert.That(() => new PruningOptions { KeepFromWeight = -1 }, Refused("KeepFromWeight"));
        Assert.That(() => new PruningOptions { KeepFromWeight = float.PositiveInfinity }, Refused("KeepFromWeight"));

        static NUnit.Framework.Constraints.Constraint Refused(string name) =>
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo(name);
    }

    private static void AssertKept(PruningOptions options, int[] kept)
    {
        TermVector pruned = TermPruner.Prune(Vector, options);
        Assert.That(pruned.Terms.ToArray(), Is.EqualTo(kept));
        Assert.That(Pairs(pruned), Is.SubsetOf(Pairs(Vector)));
    }

    private static (int Term, float Weight)[] Pairs(TermVector vector) => [.. vector.Terms.ToArray().Zip(vector.Weights.ToArray())];

    private static (int Term, float Weight)[] Plain(TermVector vector, PruningOptions options)
    {
        (int Term, float Weight)[] ranked = [.. Pairs(vector).OrderByDescending(p => p.Weight).ThenBy(p => p.Term)];
        double total = ranked.Sum(p => (double)p.Weight);
        var kept = new List<(int Term, float Weight)>();
        double mass = 0;
        foreach ((int term, float weight) in ranked)
        {
            bool isWanted = kept.Count < options.KeepTerms
                && weight >= options.KeepFromWeight
                && weight >= options.KeepFromShareOfMaximum * ranked[0].Weight
                && (options.KeepShareOfMass == 1 || mass < options.KeepShareOfMass * total);
            if (!isWanted)
            {
                break;
            }

            kept.Add((term, weight));
            mass += weight;
        }

        return [.. kept.OrderBy(p => p.Term)];
    }
}
