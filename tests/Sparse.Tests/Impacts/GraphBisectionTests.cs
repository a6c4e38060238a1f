using Sparse.Impacts;

namespace Sparse.Tests.Impacts;

[TestFixture]
internal sealed class GraphBisectionTests
{
    [Test]
    public void The_order_is_a_permutation_that_does_not_depend_on_threads([Values(1, 2, 5)] int threads, [Values(0, 1, 31, 33, 2_000)] int documents)
    {
        (long[] starts, int[] terms, byte[] weights) = Topics(documents, 5);
        int[] one = GraphBisection.Order(starts, terms, weights, 400, new GraphBisection.Settings());
        int[] many = GraphBisection.Order(starts, terms, weights, 400, new GraphBisection.Settings(Threads: threads));
        Assert.Multiple(() =>
        {
            Assert.That(one.Order(), Is.EqualTo(Enumerable.Range(0, documents)));
            Assert.That(many, Is.EqualTo(one));
        });
    }

    [Test]
    public void Documents_of_one_topic_come_to_lie_together()
    {
        (long[] starts, int[] terms, byte[] weights) = Topics(4_096, 9);
        int[] order = GraphBisection.Order(starts, terms, weights, 400, new GraphBisection.Settings());
        Assert.That(Entries(starts, terms, order), Is.LessThan(Entries(starts, terms, [.. Enumerable.Range(0, 4_096)]) / 3));
    }

    [Test]
    public void A_cancelled_order_stops() =>
        Assert.That(
            () => GraphBisection.Order(Topics(100, 1).Starts, Topics(100, 1).Terms, Topics(100, 1).Weights, 400, new GraphBisection.Settings(), new CancellationToken(true)),
            Throws.InstanceOf<OperationCanceledException>());

    /// <summary>Documents on 20 topics of 20 terms each, in random order.</summary>
    private static (long[] Starts, int[] Terms, byte[] Weights) Topics(int documents, int seed)
    {
        var random = new Random(seed);
        var starts = new long[documents + 1];
        List<int> terms = [];
        for (int i = 0; i < documents; i++)
        {
            int topic = random.Next(20);
            terms.AddRange(Enumerable.Range(topic * 20, 20).Where(_ => random.Next(3) > 0));
            starts[i + 1] = terms.Count;
        }

        return (starts, [.. terms], [.. terms.Select(_ => (byte)random.Next(1, 256))]);
    }

    /// <summary>(Term, block) pairs of an order.</summary>
    private static int Entries(long[] starts, int[] terms, int[] order) =>
        order.Select((document, position) => (document, block: position / ImpactFormat.BlockSize))
            .SelectMany(x => Enumerable.Range((int)starts[x.document], (int)(starts[x.document + 1] - starts[x.document])).Select(i => (terms[i], x.block)))
            .Distinct().Count();
}
