using CsCheck;
using Sparse.Search;
using Sparse.Vectors;

namespace Sparse.Tests.Search;

public class ExhaustiveSearchTests
{
    private static readonly ImpactVector?[] Documents =
    [
        new([1, 3], [10, 20]), null, new([3], [20]), new([], []), new([1, 2, 3], [10, 255, 20]),
    ];

    [Test]
    public void Best_come_first_and_ties_by_the_lower_document()
    {
        ScoredDoc[] hits = ExhaustiveSearch.TopK(Documents, [1, 3, 7], [2, 1, 100], 10);

        Assert.That(hits, Is.EqualTo(new[] { new ScoredDoc(0, 40), new ScoredDoc(4, 40), new ScoredDoc(2, 20) }));
        Assert.That(ExhaustiveSearch.TopK(Documents, [1, 3, 7], [2, 1, 100], 1), Is.EqualTo(hits[..1]));
    }

    [Test]
    public void Documents_without_a_score_are_no_hits()
    {
        Assert.That(ExhaustiveSearch.TopK(Documents, [8], [5], 10), Is.Empty);
        Assert.That(ExhaustiveSearch.TopK(Documents, [], [], 10), Is.Empty);
        Assert.That(ExhaustiveSearch.TopK(Documents, [1], [0], 10), Is.Empty);
        Assert.That(ExhaustiveSearch.TopK([], [1], [1], 10), Is.Empty);
    }

    [Test]
    public void Largest_score_is_two_to_the_24th_less_one() =>
        Assert.That(
            ExhaustiveSearch.Score(new ImpactVector([0, 1], [255, 255]), [0, 1], [65_535, 258]),
            Is.EqualTo((1 << 24) - 1));

    [Test]
    public void Wrong_arguments_are_refused()
    {
        Assert.That(() => ExhaustiveSearch.TopK(Documents, [1], [1], 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => ExhaustiveSearch.Score(Documents[0]!, [1], []), Throws.ArgumentException.With.Message.Contains("1 query terms"));
    }

    [Test]
    public void Order_of_hits_is_total() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3]).Sample(
            (docA, scoreA, docB, scoreB) =>
            {
                var a = new ScoredDoc(docA, scoreA);
                var b = new ScoredDoc(docB, scoreB);
                int expected = scoreA != scoreB ? (scoreA > scoreB ? -1 : 1) : docA.CompareTo(docB);
                Assert.That(Math.Sign(a.CompareTo(b)), Is.EqualTo(expected));
                bool[] operators = [(a < b), (a > b), (a <= b), (a >= b)];
                Assert.That(operators, Is.EqualTo(new[] { expected < 0, expected > 0, expected <= 0, expected >= 0 }));
            },
            seed: "0000KOIXNKZ1", iter: 500);
}
