using CsCheck;
using Sparse.Impacts;
using Sparse.Search;

namespace Sparse.Tests.Search;

/// <summary>A sweep and single look-ups against scores added up from the postings as they were written.</summary>
[TestFixture]
internal sealed unsafe class WindowSweepTests
{
    private const int Window = WindowSweep.WindowSize;

    [Test]
    public void Windows_one_after_the_other_hold_every_score() => Gen.Int[0, 1_000_000].Sample(
        seed =>
        {
            using var toy = new Toy(seed);
            WindowSweep sweep = toy.NewSweep();
            var scores = new int[toy.Scores.Length + Window];
            for (int start = sweep.Next(0); start != WindowSweep.NoMore; start = sweep.Next(start + Window))
            {
                fixed (int* window = &scores[start])
                {
                    sweep.Read(start, WindowSweep.WindowSuperblocks, window);
                }
            }

            return scores.AsSpan(0, toy.Scores.Length).SequenceEqual(toy.Scores);
        },
        iter: 300);

    [Test]
    public void Windows_of_any_size_after_any_jump_hold_their_scores() => Gen.Int[0, 1_000_000].Sample(
        seed =>
        {
            using var toy = new Toy(seed);
            WindowSweep sweep = toy.NewSweep();
            var random = new Random(seed);
            var scores = new int[Window];
            for (int target = 0; ;)
            {
                int start = sweep.Next(target), end = Math.Min(start, toy.Scores.Length);
                if (toy.Scores.AsSpan(Math.Min(target, end)..end).IndexOfAnyExcept(0) >= 0)
                {
                    return false;
                }

                if (start == WindowSweep.NoMore)
                {
                    return true;
                }

                int superblocks = random.Next(1, 17);
                end = Math.Min(start + (superblocks * ImpactFormat.SuperblockSize), toy.Scores.Length);
                scores.AsSpan().Fill(-1);
                fixed (int* window = scores)
                {
                    sweep.Read(start, superblocks, window);
                }

                if (!scores.AsSpan(0, end - start).SequenceEqual(toy.Scores.AsSpan(start..end)))
                {
                    return false;
                }

                target = start + (superblocks * ImpactFormat.SuperblockSize) + random.Next(random.Next(2) * 6_000 + 1);
            }
        },
        iter: 600);

    [Test]
    public void A_look_up_finds_the_impact_of_every_position() => Gen.Int[0, 1_000_000].Sample(
        seed =>
        {
            using var toy = new Toy(seed);
            return Enumerable.Range(0, toy.Scores.Length).All(position => Enumerable.Range(0, toy.Impacts.Length)
                .All(term => PostingLookup.Impact(toy.Segment, term, position) == toy.Impacts[term][position]));
        },
        iter: 60);

    [Test]
    public void A_sweep_without_terms_has_no_window()
    {
        using var toy = new Toy(1);
        var sweep = new WindowSweep(toy.Segment, [-1, 0], [3, 0]);
        Assert.That((sweep.TermCount, sweep.Postings, sweep.Next(0)), Is.EqualTo((0, 0L, WindowSweep.NoMore)));
    }

    /// <summary>A segment of all three layouts, a query, and the scores of its positions.</summary>
    private sealed class Toy : IDisposable
    {
        private readonly ushort[] _weights;

        public Toy(int seed)
        {
            var random = new Random(seed);
            int documents = random.Next(1, random.Next(2) == 0 ? 600 : 20_000);
            Impacts = new byte[random.Next(1, 9)][];
            using var stream = new MemoryStream();
            var writer = new ImpactSegmentWriter(stream, documents, null, random.Next(2) == 0 ? 1 : ImpactSegmentWriter.DefaultMinDenseEntries);
            for (int term = 0; term < Impacts.Length; term++)
            {
                // From nearly all documents to hardly any, and some of them in one place.
                double density = Math.Pow(random.NextDouble(), random.Next(1, 7));
                int from = random.Next(3) == 0 ? random.Next(documents) : 0, to = random.Next(3) == 0 ? random.Next(from, documents + 1) : documents;
                Impacts[term] = [.. Enumerable.Range(0, documents)
                    .Select(i => i >= from && i < to && random.NextDouble() < density ? (byte)random.Next(1, 256) : (byte)0)];
                int[] positions = [.. Enumerable.Range(0, documents).Where(i => Impacts[term][i] > 0)];
                writer.AddTermInOrder(positions, [.. positions.Select(i => Impacts[term][i])]);
            }

            long length = writer.Finish();
            stream.Position = 0;
            Segment = new ImpactSegment(ImpactMemory.Copy(stream, length));
            _weights = [.. Impacts.Select(_ => (ushort)(random.Next(5) == 0 ? 0 : random.Next(1, 7_000)))];
            Scores = [.. Enumerable.Range(0, documents).Select(i => Impacts.Select((impacts, term) => impacts[i] * _weights[term]).Sum())];
        }

        public ImpactSegment Segment { get; }

        public byte[][] Impacts { get; }

        public int[] Scores { get; }

        public WindowSweep NewSweep() => new(Segment, [.. Enumerable.Range(0, Impacts.Length)], _weights);

        public void Dispose() => Segment.Dispose();
    }
}
