using Sparse.Impacts.Bisection;

namespace Sparse.Tests.Impacts.Bisection;

internal sealed class ForwardRowsBuilderTests
{
    [Test]
    public void Terms_in_one_document_get_no_id_and_leave_no_gap()
    {
        ForwardRows rows = Build([[(7, 1), (100_000, 1)], [(7, 1), (9, 1)], [], [(9, 1)]], terms: 100_001, strong: 256);
        Assert.That(rows.TermCount, Is.EqualTo(2));
        Assert.That(rows.Starts.ToArray(), Is.EqualTo(new long[] { 0, 1, 3, 3, 4 }));
        Assert.That(rows.Terms.ToArray(), Is.EqualTo(new ushort[] { 0, 0, 1, 1 }));
    }

    [Test]
    public void A_strong_impact_stands_for_a_second_id()
    {
        ForwardRows rows = Build([[(0, 9), (1, 5)], [(0, 10), (1, 6)], [(0, 11), (1, 10)]], terms: 2, strong: 10);
        Assert.That(rows.TermCount, Is.EqualTo(3), "the second term is strong in one document only");
        Assert.That(rows.Starts.ToArray(), Is.EqualTo(new long[] { 0, 2, 5, 8 }));
        Assert.That(rows.Terms.ToArray(), Is.EqualTo(new ushort[] { 0, 2, 0, 1, 2, 0, 1, 2 }));
    }

    [Test]
    public void Of_too_many_terms_the_most_frequent_get_ids()
    {
        // 70,000 terms in two documents, the last ten of them in a third.
        (int, byte)[] all = [.. Enumerable.Range(0, 70_000).Select(term => (term, (byte)1))];
        ForwardRows rows = Build([all, all, all[69_990..]], terms: 70_000, strong: 256);
        Assert.That(rows.TermCount, Is.EqualTo(ForwardRows.MaxTermCount));
        Assert.That(rows.Starts.ToArray(), Is.EqualTo(new long[] { 0, 65_535, 131_070, 131_080 }));
        Assert.That(rows.Terms.ToArray()[131_070..], Is.EqualTo(Enumerable.Range(65_525, 10)));
    }

    [Test]
    public void Postings_in_any_order_make_the_same_rows()
    {
        (int, byte)[][] documents = Random(documents: 200, terms: 50, seed: 21);
        ForwardRows rows = Build(documents, terms: 50, strong: 128);
        var builder = new ForwardRowsBuilder(200, 50, (0, 128));
        (int Document, int Term, byte Impact)[] byTerm =
            [.. documents.SelectMany((row, doc) => row.Select(posting => (doc, posting.Item1, posting.Item2))).OrderBy(posting => posting.Item2)];
        Array.ForEach(byTerm, posting => builder.Count(posting.Document, posting.Term, posting.Impact));
        Array.ForEach(byTerm, posting => builder.Add(posting.Document, posting.Term, posting.Impact));
        ForwardRows merged = builder.Build();
        Assert.That(merged.Starts.ToArray(), Is.EqualTo(rows.Starts.ToArray()));
        Assert.That(merged.Terms.ToArray(), Is.EqualTo(rows.Terms.ToArray()));
    }

    [Test]
    public void Documents_that_differ_in_impacts_alone_come_apart()
    {
        // All have the same twenty terms: one kind much of the first ten, the other of the last ten.
        int[] kinds = [.. Enumerable.Range(0, 200).Select(doc => doc % 2)];
        new Random(22).Shuffle(kinds);
        (int, byte)[][] documents =
            [.. kinds.Select(kind => ((int, byte)[])[.. Enumerable.Range(0, 20).Select(term => (term, (byte)(term / 10 == kind ? 200 : 20)))])];
        var options = new BisectionOptions { LeafSize = 100, Threads = 1 };
        int[] order = GraphBisection.Order(Build(documents, terms: 20, strong: 100), options);
        Assert.That(order.Take(100).Select(doc => kinds[doc]), Is.All.EqualTo(kinds[order[0]]));
        Assert.That(GraphBisection.Order(Build(documents, terms: 20, strong: 256), options), Is.Ordered.Ascending);
    }

    [Test]
    public void A_weak_impact_is_left_out()
    {
        ForwardRows rows = Build([[(0, 5), (1, 4)], [(0, 6), (1, 5)], [(0, 4), (1, 7)]], terms: 2, strong: 256, least: 5);
        Assert.That(rows.Starts.ToArray(), Is.EqualTo(new long[] { 0, 1, 3, 4 }));
        Assert.That(rows.Terms.ToArray(), Is.EqualTo(new ushort[] { 0, 0, 1, 1 }));
    }

    [Test]
    public void A_quarter_at_most_is_weak_and_three_tenths_at_most_are_strong()
    {
        var counts = new long[256];
        (counts[10], counts[20], counts[30]) = (25, 46, 29);
        Assert.That(ForwardRowsBuilder.ChooseImpacts(counts), Is.EqualTo((20, 21)));
        (counts[10], counts[20], counts[30]) = (26, 43, 31);
        Assert.That(ForwardRowsBuilder.ChooseImpacts(counts), Is.EqualTo((10, 31)));
        Array.Clear(counts);
        counts[255] = 1000;
        Assert.That(ForwardRowsBuilder.ChooseImpacts(counts), Is.EqualTo((255, 256)), "all alike: all kept, none strong");
    }

    [Test]
    public void Of_more_postings_than_rows_hold_the_weakest_are_left_out([Values(0, 57, 58, 103, 104)] int room)
    {
        var counts = new long[256];
        (counts[10], counts[20], counts[30]) = (25, 46, 29);
        int least = room < 58 ? 31 : room < 104 ? 21 : 20;
        Assert.That(ForwardRowsBuilder.ChooseImpacts(counts, room), Is.EqualTo((least, 21)));
    }

    [Test]
    public void Too_many_postings_are_refused()
    {
        var builder = new ForwardRowsBuilder(2, 3, (0, 10), maxPostings: 4);
        for (int term = 0; term < 3; term++)
        {
            builder.Count(0, term, 9);
        }

        builder.Count(1, 0, 10);
        Assert.That(() => builder.Add(0, 0, 9), Throws.InvalidOperationException.With.Message.StartsWith("5 postings (strong ones count twice) are more than the 4"));
    }

    [Test]
    public void Postings_told_to_one_pass_only_are_refused()
    {
        var builder = new ForwardRowsBuilder(2, 1, (0, 256));
        builder.Count(0, 0, 1);
        builder.Count(1, 0, 1);
        builder.Add(0, 0, 1);
        Assert.That(builder.Build, Throws.InvalidOperationException.With.Message.StartsWith("2 postings were counted but 1 added"));
        Assert.That(() => builder.Add(0, 0, 1), Throws.InvalidOperationException.With.Message.StartsWith("Document 0 was given more"));
    }

    private static ForwardRows Build((int Term, byte Impact)[][] documents, int terms, int strong, int least = 0)
    {
        var builder = new ForwardRowsBuilder(documents.Length, terms, (least, strong));
        foreach (Action<int, int, byte> tell in (Action<int, int, byte>[])[builder.Count, builder.Add])
        {
            for (int doc = 0; doc < documents.Length; doc++)
            {
                Array.ForEach(documents[doc], posting => tell(doc, posting.Term, posting.Impact));
            }
        }

        return builder.Build();
    }

    private static (int Term, byte Impact)[][] Random(int documents, int terms, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, documents).Select(_ =>
            ((int, byte)[])[.. Enumerable.Range(0, terms).Where(_ => random.Next(3) == 0).Select(term => (term, (byte)random.Next(1, 256)))])];
    }
}
