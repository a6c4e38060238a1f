using Sparse.Impacts;

namespace Sparse.Tests.Impacts;

[TestFixture]
internal sealed unsafe class ImpactSegmentDamageTests
{
    [Test]
    public void Every_changed_byte_of_every_layout_is_found_or_changes_nothing_that_is_read([Values] bool ordered, [Values(0x01, 0x10, 0xFF)] int change)
    {
        byte[] good = Segment(ordered, out (int Document, byte Impact)[][] terms);
        Assert.That(Read(good), Is.EqualTo(terms));
        int found = 0;
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= (byte)change;
            try
            {
                Assert.That(Read(bad), Is.EqualTo(terms), $"byte {i}");
            }
            catch (InvalidDataException)
            {
                found++;
            }
        }

        // What is left is padding before terms.
        Assert.That(found, Is.GreaterThan(good.Length * .95));
    }

    [Test]
    public void A_term_is_verified_when_it_is_first_asked_for_and_others_are_read_on()
    {
        byte[] bad = Segment(ordered: false, out _);
        using (var sound = Open(bad))
        {
            // The last byte of the second term: an impact below its bound.
            bad[sound.Records[1].Start + (5 * sound.Records[1].Count) - 1] ^= 1;
        }

        using ImpactSegment segment = Open(bad);
        var check = new ImpactSegmentCheck(segment);
        check.Records();
        check.Term(0);
        check.Term(2);
        Assert.That(() => check.Term(1), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("term 1").And.Message.Contains("checksum"));
        Assert.That(() => check.Term(1), Throws.InstanceOf<InvalidDataException>(), "again");
    }

    [Test]
    public void The_checksum_is_that_of_the_standard()
    {
        // RFC 3720, B.4: 32 bytes of zeros, of ones, and ascending.
        byte[] ascending = [.. Enumerable.Range(0, 32).Select(i => (byte)i)], ones = [.. Enumerable.Repeat((byte)0xFF, 32)];
        Assert.That(new[] { Crc32C.Of(new byte[32]), Crc32C.Of(ones), Crc32C.Of(ascending) }, Is.EqualTo(new[] { 0x8A9136AAu, 0x62A8AB43u, 0x46DD794Eu }));
        for (int cut = 0; cut <= 32; cut++)
        {
            Assert.That(Crc32C.Of(ascending.AsSpan(cut), Crc32C.Of(ascending.AsSpan(0, cut))), Is.EqualTo(0x46DD794Eu));
        }
    }

    /// <summary>A dense term, a plain one, a list and an empty one.</summary>
    private static byte[] Segment(bool ordered, out (int Document, byte Impact)[][] terms)
    {
        const int Documents = 400;
        var random = new Random(5);
        int[] order = [.. Enumerable.Range(0, Documents)];
        random.Shuffle(order);
        int[][] docs =
        [
            [.. Enumerable.Range(0, Documents).Where(doc => doc % 3 != 1)], [7, 301], [.. Enumerable.Range(40, 30)], [],
        ];
        terms = [.. docs.Select(some => some.Select(doc => (doc, (byte)random.Next(1, 256))).ToArray())];
        using var stream = new MemoryStream();
        var writer = new ImpactSegmentWriter(stream, Documents, ordered ? order : null, minDenseEntries: 8);
        foreach ((int Document, byte Impact)[] term in terms)
        {
            writer.AddTerm([.. term.Select(posting => posting.Document)], [.. term.Select(posting => posting.Impact)]);
        }

        writer.Finish();
        return stream.ToArray();
    }

    private static ImpactSegment Open(byte[] bytes) => new(ImpactMemory.Copy(new MemoryStream(bytes), bytes.Length));

    private static (int, byte)[][] Read(byte[] bytes)
    {
        using ImpactSegment segment = Open(bytes);
        var check = new ImpactSegmentCheck(segment);
        check.Records();
        var positions = new int[segment.Documents];
        var impacts = new byte[segment.Documents];
        var terms = new (int, byte)[segment.Terms][];
        for (int term = 0; term < segment.Terms; term++)
        {
            check.Term(term);
            int count = segment.Read(term, positions, impacts);
            terms[term] = [.. Enumerable.Range(0, count).Select(i => (segment.Document(positions[i]), impacts[i])).Order()];
        }

        return terms;
    }
}
