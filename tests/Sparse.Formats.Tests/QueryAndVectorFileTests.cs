using System.Text;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Formats.Tests;

public sealed class QueryAndVectorFileTests
{
    private CorpusFolder _folder = null!;

    [SetUp]
    public void Make_a_folder() => _folder = new CorpusFolder();

    [TearDown]
    public void Remove_the_folder() => _folder.Dispose();

    [TestCase("{\"_id\":\"q1\",\"text\":\"first one\",\"metadata\":{}}\n\n{\"id\":2,\"text\":\"second\"}\n")]
    [TestCase("\uFEFFq1\tfirst one\r\n2\tsecond\r\n")]
    public void Both_layouts_of_queries_are_read(string content) =>
        Assert.That(QueryFile.Read(_folder.Write("queries", content)), Is.EqualTo([new QueryText("q1", "first one"), new QueryText("2", "second")]));

    [TestCase("", "no queries")]
    [TestCase("q1 text without tab\n", "line 1: no query id before a tab")]
    [TestCase("\ttext\n", "line 1: no query id")]
    [TestCase("q1\t \n", "line 1: query 'q1' is empty")]
    [TestCase("q1\ta\nq1\tb\n", "line 2: query id 'q1' occurs twice")]
    [TestCase("{\"_id\":\"q1\",\"text\":\"\"}\n", "line 1: query 'q1' is empty")]
    [TestCase("{\"_id\":\"q1\"}\n", "line 1: no text field")]
    [TestCase("{\"_id\":\"q1\",\"text\":\"a\"}\nq2\tb\n", "line 2: broken JSON")]
    public void A_bad_query_is_named(string content, string expected) =>
        Assert.That(() => QueryFile.Read(_folder.Write("queries", content)), Throws.TypeOf<BadInputException>().With.Message.Contains(expected));

    [Test]
    public void Vectors_come_back_as_they_were_written()
    {
        var vocabulary = new Vocabulary(["[PAD]", "a\"b", "##ing", "é", "😀"]);
        var vector = new TermVector([1, 2, 3, 4], [0.1f, float.Epsilon, 3.4028235e38f, 1f / 3]);
        string path = Path.Combine(_folder.Root, "vectors.jsonl");
        using (FileStream stream = File.Create(path))
        {
            TermVectorFile.WriteLine(stream, "d \"1\"", vector, vocabulary);
            TermVectorFile.WriteLine(stream, "empty", TermVector.Empty, vocabulary);
        }

        NamedVector[] read = [.. TermVectorFile.Read(path)];
        Assert.That(read.Select(line => line.Id), Is.EqualTo(["d \"1\"", "empty"]));
        Assert.That(read[0].Weights, Is.EqualTo(new Dictionary<string, float>
        {
            ["a\"b"] = 0.1f,
            ["##ing"] = float.Epsilon,
            ["é"] = 3.4028235e38f,
            ["😀"] = 1f / 3,
        }));
        Assert.That(read[1].Weights, Is.Empty);
    }

    [Test]
    public void A_line_is_written_plainly()
    {
        using var stream = new MemoryStream();
        TermVectorFile.WriteLine(stream, "1", new TermVector([0], [2.5f]), new Vocabulary(["##ä"]));
        Assert.That(Encoding.UTF8.GetString(stream.ToArray()), Is.EqualTo("{\"id\":\"1\",\"vector\":{\"##ä\":2.5}}\n"));
    }

    [TestCase("{\"vector\":{}}", "no 'id'")]
    [TestCase("{\"id\":\"1\"}", "no 'vector' object")]
    [TestCase("{\"id\":\"1\",\"vector\":[1]}", "no 'vector' object")]
    [TestCase("{\"id\":\"1\",\"vector\":{\"a\":0}}", "weight 0 of term 'a'")]
    [TestCase("{\"id\":\"1\",\"vector\":{\"a\":\"1\"}}", "weight \"1\" of term 'a'")]
    [TestCase("{\"id\":\"1\",\"vector\":{\"a\":1e99}}", "weight 1e99")]
    [TestCase("{\"id\":\"1\",\"vector\":{\"a\":1,\"a\":2}}", "term 'a' occurs twice")]
    [TestCase("{\"id\":\"1\",\"vector\":{\"a\":1}", "broken JSON")]
    public void A_bad_vector_is_named(string content, string expected) =>
        Assert.That(() => TermVectorFile.Read(_folder.Write("v.jsonl", content)).ToList(), Throws.TypeOf<BadInputException>().With.Message.Contains(expected));
}
