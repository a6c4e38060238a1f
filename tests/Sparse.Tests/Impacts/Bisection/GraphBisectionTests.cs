using System.Runtime.InteropServices;
using CsCheck;
using Sparse.Impacts.Bisection;

namespace Sparse.Tests.Impacts.Bisection;

public sealed class GraphBisectionTests
{
    private static readonly BisectionOptions s_small = new() { LeafSize = 4, Threads = 1 };

    [Test]
    public void The_order_is_a_permutation_whatever_the_rows() =>
        Gen.Select(Gen.UShort[0, 40].Array[0, 12].Array[0, 300], Gen.Int[1, 40], Gen.Int[1, 4]).Sample(
            (rows, leaf, minimum) =>
            {
                var options = new BisectionOptions { LeafSize = leaf, MinDocFrequency = minimum, Threads = 2, Seed = rows.Length };
                Assert.That(GraphBisection.Order(Rows(rows), options), Is.EquivalentTo(Enumerable.Range(0, rows.Length)));
            },
            iter: 300,
            threads: 1);

    [Test]
    public void No_documents_have_an_empty_order() => Assert.That(GraphBisection.Order(Rows([]), s_small), Is.Empty);

    [Test]
    public void One_document_stays() => Assert.That(GraphBisection.Order(Rows([[3, 5]]), s_small), Is.EqualTo(new[] { 0 }));

    [Test]
    public void Documents_without_terms_keep_their_order() =>
        Assert.That(GraphBisection.Order(Rows(new ushort[100][].Select(_ => Array.Empty<ushort>())), s_small), Is.Ordered.Ascending);

    [Test]
    public void A_term_in_every_document_changes_nothing()
    {
        ushort[][] rows = Clusters(documents: 500, clusters: 5, seed: 11);
        ushort[][] more = [.. rows.Select(row => (ushort[])[.. row, 900])];
        Assert.That(GraphBisection.Order(Rows(more), s_small), Is.EqualTo(GraphBisection.Order(Rows(rows), s_small)));
    }

    [Test]
    public void Documents_alike_in_nothing_but_a_common_term_keep_their_order() =>
        Assert.That(GraphBisection.Order(Rows(Enumerable.Repeat<ushort[]>([7], 100)), s_small), Is.Ordered.Ascending);

    [TestCase(200)]
    [TestCase(10_000)]
    public void Two_shuffled_clusters_come_apart(int documents)
    {
        ushort[][] rows = Clusters(documents, clusters: 2, seed: 12);
        int[] order = GraphBisection.Order(Rows(rows), new BisectionOptions { LeafSize = documents / 2, Threads = 2 });
        Assert.That(order.Take(documents / 2).Select(doc => rows[doc][0] / 100), Is.All.EqualTo(rows[order[0]][0] / 100));
    }

    [Test]
    public void Many_clusters_gather_in_blocks()
    {
        ushort[][] rows = Clusters(documents: 2048, clusters: 32, seed: 13);
        int[] order = GraphBisection.Order(Rows(rows), new BisectionOptions { Threads = 2 });

        // Shuffled, each block of 32 holds about 20 of the 32 clusters.
        int before = rows.Chunk(32).Sum(block => block.Select(row => row[0] / 100).Distinct().Count());
        int after = order.Chunk(32).Sum(block => block.Select(doc => rows[doc][0] / 100).Distinct().Count());
        Assert.That(before, Is.GreaterThan(64 * 15));
        Assert.That(after, Is.LessThan(64 * 3));
    }

    [Test]
    public void Near_duplicates_end_in_one_leaf()
    {
        // Fours of documents that each have some four fifths of the same forty terms; the fours' numbers lie a quarter of all apart.
        const int Fours = 3000;
        var random = new Random(19);
        ushort[][] whole = [.. Enumerable.Range(0, Fours).Select(_ => (ushort[])[.. Enumerable.Range(0, 40).Select(_ => (ushort)(4000 * random.NextDouble() * random.NextDouble()))])];
        ushort[][] rows = [.. Enumerable.Range(0, 4 * Fours).Select(doc => (ushort[])[.. whole[doc % Fours].Where(_ => random.NextDouble() < .8)])];
        int[] order = GraphBisection.Order(Rows(rows), new BisectionOptions { Threads = 2 }), leaf = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            leaf[order[i]] = i / 32;
        }

        int together = Enumerable.Range(0, 3 * Fours).Count(doc => leaf[doc] == leaf[doc + Fours]);
        Assert.That(together, Is.GreaterThan(3 * Fours * .9));
    }

    [Test]
    public void The_order_is_the_same_for_a_seed_on_any_number_of_threads([Values(null, 14)] int? seed)
    {
        // Above the size of a subtree, so that wide splits and subtrees both take part.
        ForwardRows rows = Rows(Clusters(documents: 12_000, clusters: 37, seed: 15));
        int[] one = GraphBisection.Order(rows, new BisectionOptions { Seed = seed, Threads = 1 });
        foreach (int threads in new[] { 1, 2, 3, 8 })
        {
            Assert.That(GraphBisection.Order(rows, new BisectionOptions { Seed = seed, Threads = threads }), Is.EqualTo(one), $"{threads} threads");
        }
    }

    [Test]
    public void Another_seed_gives_another_order()
    {
        ForwardRows rows = Rows(Clusters(documents: 1000, clusters: 9, seed: 16));
        Assert.That(
            GraphBisection.Order(rows, s_small with { Seed = 2 }), Is.Not.EqualTo(GraphBisection.Order(rows, s_small with { Seed = 1 })));
    }

    [Test]
    public void Rare_terms_are_ignored_on_request()
    {
        // Term 1 pairs the documents crosswise, in 2 each; nothing else tells them apart.
        ushort[][] rows = [.. Enumerable.Range(0, 64).Select(doc => (ushort[])[(ushort)(doc % 32)])];
        var options = new BisectionOptions { LeafSize = 2 };
        Assert.That(GraphBisection.Order(Rows(rows), options), Is.Not.Ordered.Ascending);
        Assert.That(GraphBisection.Order(Rows(rows), options with { MinDocFrequency = 3 }), Is.Ordered.Ascending);
    }

    [Test]
    public void Leaves_are_whole_blocks()
    {
        for (int count = 33; count < 5000; count++)
        {
            int left = GraphBisection.LeftCount(count, 32);
            Assert.That(left % (count > 64 ? 64 : 32), Is.Zero, $"{count} documents");
            Assert.That(left, Is.InRange(Math.Min(32, count / 4), (count * 2 / 3) + 32).And.LessThan(count), $"{count} documents");
        }
    }

    [Test]
    public void Progress_ascends_to_the_whole()
    {
        var seen = new List<double>();
        GraphBisection.Order(
            Rows(Clusters(documents: 12_000, clusters: 37, seed: 17)), new BisectionOptions { Threads = 2 }, new Recorder(seen));
        Assert.That(seen, Is.Ordered.Ascending.And.Count.GreaterThan(3));
        Assert.That(seen[^1], Is.EqualTo(1));
        Assert.That(seen[^2], Is.GreaterThan(.8));
    }

    [TestCase(1)]
    [TestCase(3)]
    public void Cancellation_ends_the_work(int reports)
    {
        using var source = new CancellationTokenSource();
        var seen = new List<double>();
        var recorder = new Recorder(seen, () =>
        {
            if (seen.Count == reports)
            {
                source.Cancel();
            }
        });
        ForwardRows rows = Rows(Clusters(documents: 12_000, clusters: 37, seed: 18));
        Assert.That(
            () => GraphBisection.Order(rows, new BisectionOptions { Threads = 2 }, recorder, source.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Rows_that_lie_about_their_terms_are_refused()
    {
        Assert.That(
            () => new ForwardRows(new long[] { 0, 2 }, new ushort[] { 1, 5 }, 5),
            Throws.ArgumentException.With.Message.Contains("Term id 5 is not below the term count 5"));
        Assert.That(
            () => new ForwardRows(new long[] { 0, 2, 1, 2 }, new ushort[] { 1, 3 }, 5),
            Throws.ArgumentException.With.Message.Contains("descend from 2 to 1 at document 1"));
        Assert.That(() => new ForwardRows(new long[] { 0, 1 }, new ushort[] { 1, 3 }, 5), Throws.ArgumentException);
        Assert.That(() => new ForwardRows(new long[] { 0 }, Array.Empty<ushort>(), 65_536), Throws.ArgumentException);
    }

    [Test]
    public void Real_vectors_need_fewer_pairs_of_term_and_block_than_in_input_order()
    {
        // Every 40th of the bench documents: 9,625 of them.
        ushort[][] rows = BenchRows(SharedData.Path("data/bench-vectors/docs.bin"), 40);
        int[] order = GraphBisection.Order(Rows(rows), new BisectionOptions { Threads = 2 });
        long before = rows.Chunk(32).Sum(block => block.SelectMany(row => row).Distinct().LongCount());
        long after = order.Chunk(32).Sum(block => block.SelectMany(doc => rows[doc]).Distinct().LongCount());
        Assert.That(after, Is.LessThan(before * .85));
    }

    private static ForwardRows Rows(IEnumerable<ushort[]> rows)
    {
        var starts = new List<long> { 0 };
        var terms = new List<ushort>();
        foreach (ushort[] row in rows)
        {
            terms.AddRange(row.Distinct());
            starts.Add(terms.Count);
        }

        return new ForwardRows(starts.ToArray(), terms.ToArray(), 1 + terms.Aggregate(0, (most, term) => Math.Max(most, term)));
    }

    // Shuffled documents of eight terms, each from its own cluster's twenty: terms 100 × cluster and up, the first one always.
    private static ushort[][] Clusters(int documents, int clusters, int seed)
    {
        var random = new Random(seed);
        ushort[][] rows = [.. Enumerable.Range(0, documents).Select(doc =>
        {
            int cluster = doc % clusters * 100;
            return (ushort[])[(ushort)cluster, .. Enumerable.Range(0, 7).Select(_ => (ushort)(cluster + random.Next(1, 20)))];
        })];
        random.Shuffle(rows);
        return rows;
    }

    private static ushort[][] BenchRows(string path, int step)
    {
        using FileStream file = File.OpenRead(path);
        var counts = new long[2];
        file.ReadExactly(MemoryMarshal.AsBytes(counts.AsSpan()));
        var starts = new long[counts[0] + 1];
        file.ReadExactly(MemoryMarshal.AsBytes(starts.AsSpan()));
        var terms = new ushort[counts[1]];
        file.ReadExactly(MemoryMarshal.AsBytes(terms.AsSpan()));
        return [.. Enumerable.Range(0, (int)counts[0]).Where(doc => doc % step == 0).Select(doc => terms[(int)starts[doc]..(int)starts[doc + 1]])];
    }

    private sealed class Recorder(List<double> seen, Action? then = null) : IProgress<double>
    {
        public void Report(double value)
        {
            seen.Add(value);
            then?.Invoke();
        }
    }
}
