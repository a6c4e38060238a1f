using Sparse.Search;

namespace Sparse.Tests.Search;

[TestFixture]
internal sealed unsafe class NonZeroScoresTests
{
    [Test]
    public void Every_kernel_finds_what_scalar_finds([Values(0, 1, 50, 99, 100)] int percentNonZero)
    {
        var random = new Random(percentNonZero);
        int[] scores = [.. Enumerable.Range(0, 300).Select(_ => random.Next(100) < percentNonZero ? 1 << random.Next(31) : 0)];
        var expected = new ushort[scores.Length];
        var actual = new ushort[scores.Length];
        for (int length = 0; length <= scores.Length; length++)
        {
            // Past its end a kernel must neither look nor write: what lies there is not zero.
            int[] cut = [.. scores[..length], -1, -1];
            fixed (int* from = cut)
            fixed (ushort* to = actual, wanted = expected)
            {
                int count = NonZeroScores.FindScalar(from, 0, length, wanted);
                AssertSame(NonZeroScores.Find(from, length, to), count);
                AssertSame(NonZeroScores.FindVector128(from, length, to), count);
                AssertSame(NonZeroScores.FindVector256(from, length, to), count);
                AssertSame(NonZeroScores.FindVector512(from, length, to), count);
            }

            void AssertSame(int found, int count)
            {
                Assert.That(actual.AsSpan(0, found).SequenceEqual(expected.AsSpan(0, count)), Is.True, $"{length} scores");
                actual.AsSpan().Clear();
            }
        }
    }

    [Test]
    public void Scalar_finds_the_places_of_all_but_zeros()
    {
        int[] scores = [0, 5, 0, 0, -7, 1];
        var places = new ushort[6];
        fixed (int* from = scores)
        fixed (ushort* to = places)
        {
            Assert.That(places[..NonZeroScores.FindScalar(from, 0, 6, to)], Is.EqualTo(new ushort[] { 1, 4, 5 }));
        }
    }

    [Test]
    public void The_last_place_that_fits_is_found()
    {
        var scores = new int[65_536];
        scores[^1] = 1;
        var places = new ushort[65_536];
        fixed (int* from = scores)
        fixed (ushort* to = places)
        {
            Assert.That(places[..NonZeroScores.Find(from, scores.Length, to)], Is.EqualTo(new ushort[] { 65_535 }));
        }
    }
}
