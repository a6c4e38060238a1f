using CsCheck;
using Sparse.Impacts;

namespace Sparse.Tests.Impacts;

[TestFixture]
internal sealed unsafe class ImpactSegmentTests
{
    [Test]
    public void What_is_written_is_read_back_in_every_layout() =>
        Gen.Int[0, 1_000_000].Sample(RoundTrip, iter: 300);

    [Test]
    public void Bounds_are_never_below_what_they_stand_for() =>
        Gen.Int[0, 1_000_000].Sample(
            seed =>
            {
                var random = new Random(seed);
                var histogram = new int[256];
                for (int i = random.Next(1, 300); i > 0; i--)
                {
                    histogram[random.Next(1, 256)] += random.Next(1, 50);
                }

                var levels = new BoundLevels();
                levels.Fit(histogram);
                return levels.Bounds[0] == 0 && levels.NibbleOf[0] == 0
                    && Enumerable.Range(1, 255).Where(v => histogram[v] > 0).All(v => levels.NibbleOf[v] is > 0 and < 16 && levels.Bounds[levels.NibbleOf[v]] >= v);
            },
            iter: 500);

    [Test]
    public void No_other_15_bounds_lie_closer_to_what_they_stand_for() =>
        Gen.Int[0, 1_000_000].Sample(
            seed =>
            {
                // Counts from all alike, which ties, to a million blocks.
                var random = new Random(seed);
                int most = random.Next(4) switch { 0 => 2, 1 => 3, 2 => 100, _ => 1_000_000 };
                int[] histogram = [.. Enumerable.Range(0, 256).Select(_ => random.Next(4) == 0 ? 0 : random.Next(1, most))];
                var levels = new BoundLevels();
                levels.Fit(histogram);
                return Excess(histogram, levels.Bounds) == LeastExcess(histogram);
            },
            iter: 20);

    [Test]
    public void Up_to_15_distinct_maxima_keep_their_values()
    {
        var histogram = new int[256];
        for (int value = 1; value <= 15; value++)
        {
            histogram[value * 17] = value;
        }

        var levels = new BoundLevels();
        levels.Fit(histogram);
        Assert.That(levels.Bounds, Is.EqualTo(Enumerable.Range(0, 16).Select(i => (byte)(i * 17))));
    }

    [Test]
    public void Offset_lines_sum_alike_on_every_instruction_set()
    {
        var random = new Random(3);
        var line = new OffsetLine { First = 4_000_000_000, Present = 0b1010_1111_0000_1111_1111_1010 };
        for (int i = 0; i < 24; i++)
        {
            line.More[i] = (line.Present >> i & 1) == 0 ? (byte)0 : i % 5 == 0 ? (byte)255 : (byte)random.Next(256);
        }

        for (int i = 0; i < 24; i++)
        {
            Assert.That(OffsetLine.Start(&line, i), Is.EqualTo(OffsetLine.StartScalar(&line, i)));
        }
    }

    [Test]
    public void A_segment_cut_short_is_refused()
    {
        using var stream = new MemoryStream();
        var writer = new ImpactSegmentWriter(stream, 3, null);
        writer.AddTerm([0, 2], [1, 255]);
        writer.Finish();
        byte[] bytes = stream.ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(() => new ImpactSegment(ImpactMemory.Copy(new MemoryStream(bytes[..^1]), bytes.Length - 1)), Throws.InstanceOf<InvalidDataException>());
            Assert.That(() => new ImpactSegment(ImpactMemory.Copy(new MemoryStream(bytes[64..]), bytes.Length - 64)), Throws.InstanceOf<InvalidDataException>());
            Assert.That(() => new ImpactSegment(ImpactMemory.Copy(new MemoryStream(bytes[..10]), 10)), Throws.InstanceOf<InvalidDataException>());
        });
    }

    [Test]
    public void An_order_that_is_no_permutation_is_refused() =>
        Assert.That(() => new ImpactSegmentWriter(Stream.Null, 3, [0, 1, 1]), Throws.ArgumentException.With.Message.Contains("twice"));

    private static bool RoundTrip(int seed)
    {
        var random = new Random(seed);
        int documents = random.Next(1, 20_000);
        int[]? order = random.Next(2) == 0 ? null : [.. Enumerable.Range(0, documents)];
        if (order is not null)
        {
            random.Shuffle(order);
        }

        var terms = new List<(int[] Docs, byte[] Impacts)>();
        using var stream = new MemoryStream();
        var writer = new ImpactSegmentWriter(stream, documents, order, 8);
        for (int i = random.Next(12); i >= 0; i--)
        {
            double density = random.Next(5) switch { 0 => 1, 1 => .6, 2 => .05, 3 => .003, _ => 0 };
            int from = random.Next(documents);
            int[] docs = [.. Enumerable.Range(0, documents).Where(d => random.NextDouble() < density * (d >= from && d < from + 600 ? 1 : .3))];
            byte[] impacts = [.. docs.Select(_ => (byte)random.Next(1, 256))];
            terms.Add((docs, impacts));
            writer.AddTerm(docs, impacts);
        }

        long length = writer.Finish();
        stream.Position = 0;
        using var segment = new ImpactSegment(ImpactMemory.Copy(stream, length));
        var positions = new int[documents];
        var read = new byte[documents];
        for (int t = 0; t < terms.Count; t++)
        {
            int count = segment.Read(t, positions, read);
            var found = positions.Take(count).Select((p, i) => (Doc: segment.Document(p), Impact: read[i])).OrderBy(x => x.Doc).ToArray();
            bool ascending = positions.Take(count).Zip(positions.Take(count).Skip(1)).All(x => x.First < x.Second);
            if (!ascending || !found.SequenceEqual(terms[t].Docs.Zip(terms[t].Impacts)))
            {
                return false;
            }
        }

        return segment.Terms == terms.Count && segment.Documents == documents && segment.Postings == terms.Sum(t => (long)t.Docs.Length);
    }

    private static long Excess(int[] histogram, byte[] bounds) =>
        Enumerable.Range(1, 255).Sum(value => histogram[value] == 0 ? 0L : histogram[value] * (long)(bounds.Where(bound => bound >= value).Min() - value));

    /// <summary>The least excess with 15 bounds, by trying every last but one bound for every last one.</summary>
    private static long LeastExcess(int[] histogram)
    {
        // least[v]: of the values up to v, the last bound being v.
        long[] least = [.. Enumerable.Range(0, 256).Select(bound => Between(0, bound))];
        for (int level = 2; level <= 15; level++)
        {
            least = [.. Enumerable.Range(0, 256).Select(bound => Enumerable.Range(0, bound + 1).Min(before => least[before] + Between(before, bound)))];
        }

        return least[Array.FindLastIndex(histogram, count => count > 0)];

        long Between(int below, int bound)
        {
            long sum = 0;
            for (int value = below + 1; value <= bound; value++)
            {
                sum += (long)histogram[value] * (bound - value);
            }

            return sum;
        }
    }
}
