using Sparse.Tokens;

namespace Sparse.Tests.Tokens;

public class VocabularyTests
{
    [Test]
    public void Pieces_and_ids_lead_to_each_other()
    {
        var vocabulary = new Vocabulary(["a", "##a", "ä"]);

        Assert.That(vocabulary.Count, Is.EqualTo(3));
        for (int id = 0; id < vocabulary.Count; id++)
        {
            Assert.That(vocabulary.TryGetId(vocabulary[id], out int found) && found == id, Is.True);
            Assert.That(vocabulary.TryGetId(vocabulary[id].AsSpan(), out found) && found == id, Is.True);
        }

        Assert.That(vocabulary.TryGetId("A", out _), Is.False);
        Assert.That(vocabulary.TryGetId("a\u0308", out _), Is.False, "pieces are compared by their code units");
    }

    [Test]
    public void Empty_and_repeated_pieces_are_refused()
    {
        Assert.That(() => new Vocabulary([]), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("no word pieces"));
        Assert.That(() => new Vocabulary(["a", ""]), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("id 1"));
        Assert.That(() => new Vocabulary(["a", "b", "a"]), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("0 and 2"));
    }

    [Test]
    public void Fingerprint_depends_on_pieces_and_their_order()
    {
        string fingerprint = new Vocabulary(["a", "b"]).Fingerprint;

        Assert.That(new Vocabulary(["a", "b"]).Fingerprint, Is.EqualTo(fingerprint).And.Length.EqualTo(16));
        Assert.That(new Vocabulary(["b", "a"]).Fingerprint, Is.Not.EqualTo(fingerprint));
        Assert.That(new Vocabulary(["ab"]).Fingerprint, Is.Not.EqualTo(fingerprint));
    }
}
