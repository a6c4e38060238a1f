using CsCheck;
using Sparse.Search;

namespace Sparse.Tests.Search;

[TestFixture]
internal sealed class ImpactSearcherTests
{
    private static readonly SweepPolicy[] Policies = Enum.GetValues<SweepPolicy>();

    // One to three segments and fields, in orders of their own or not, with and without documents that are not accepted.
    [Test]
    public void Every_exact_mode_equals_the_oracle_on_ten_thousand_small_collections() =>
        Gen.Int[0, 1_000_000_000].Sample(
            seed =>
            {
                using var toy = new ToyIndex(seed);
                using var searcher = new ImpactSearcher();
                foreach (int k in (ReadOnlySpan<int>)[1, 10, 1000])
                {
                    ScoredDoc[] expected = toy.Oracle(k);
                    foreach (SweepPolicy policy in Policies)
                    {
                        if (!toy.Search(searcher, k, policy).AsSpan().SequenceEqual(expected))
                        {
                            return false;
                        }
                    }
                }

                return true;
            },
            iter: 10_000);

    [Test]
    public void Exact_search_equals_the_oracle_on_larger_collections([Values] SweepPolicy policy, [Values(1, 10, 100, 1000, 5000)] int k) =>
        Gen.Int[0, 1_000_000].Sample(seed => Equal(seed, policy, k, 9_000), iter: 4);

    [Test]
    public void Search_allocates_nothing_once_warm([Values] SweepPolicy policy)
    {
        using var toy = new ToyIndex(7, 3_000);
        using var searcher = new ImpactSearcher();
        toy.Search(searcher, 10, policy);
        long before = GC.GetAllocatedBytesForCurrentThread();
        toy.Search(searcher, 10, policy);
        long once = GC.GetAllocatedBytesForCurrentThread() - before;
        toy.Search(searcher, 10, policy);
        toy.Search(searcher, 10, policy);
        long thrice = GC.GetAllocatedBytesForCurrentThread() - before;

        // What the toy itself allocates a call is the same each time; the searcher's share would show as a difference only when it grew.
        Assert.That(thrice, Is.EqualTo(3 * once));
    }

    private static bool Equal(int seed, SweepPolicy policy, int k, int maxDocuments = 700)
    {
        using var toy = new ToyIndex(seed, maxDocuments);
        using var searcher = new ImpactSearcher();
        ScoredDoc[] expected = toy.Oracle(k);
        return toy.Search(searcher, k, policy).AsSpan().SequenceEqual(expected)
            && toy.Search(searcher, k, policy).AsSpan().SequenceEqual(expected);
    }
}
