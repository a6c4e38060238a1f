using System.IO.Compression;

namespace Sparse.Formats.Tests;

public sealed class JsonLinesTests
{
    private CorpusFolder _folder = null!;

    [SetUp]
    public void Make_a_folder() => _folder = new CorpusFolder();

    [TearDown]
    public void Remove_the_folder() => _folder.Dispose();

    [Test]
    public void Beir_members_beside_id_title_and_text_become_fields()
    {
        CorpusDocument document = _folder.Read(
            "corpus.jsonl",
            """{"_id":"d1","title":"T","text":"é \ud83d\ude00","url":"u","year":1999,"tags":["a","b"],"meta":{"k":[1,null]},"none":null,"metadata":{}}""").Single();
        Assert.That(document.Id, Is.EqualTo("d1"));
        Assert.That(document.FullText, Is.EqualTo("T é \U0001F600"));
        Assert.That(document.Fields, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["url"] = "u",
            ["year"] = "1999",
            ["tags"] = "a b",
            ["meta"] = """{"k":[1,null]}""",
        }));
    }

    [Test]
    public void Byte_order_mark_crlf_blank_lines_and_a_missing_last_line_end_do_not_matter()
    {
        CorpusDocument[] documents = _folder.Read("corpus.jsonl", "\uFEFF{\"_id\":\"1\",\"text\":\"a\"}\r\n\r\n{\"_id\":\"2\",\"text\":\"\"}");
        Assert.That(documents.Select(document => document.Id), Is.EqualTo(["1", "2"]));
        Assert.That(documents[1].FullText, Is.Empty);
    }

    [Test]
    public void A_beir_folder_reads_its_corpus_only()
    {
        _folder.Write("corpus.jsonl", """{"_id":"d","text":"x"}""");
        _folder.Write("queries.jsonl", """{"_id":"q","text":"x"}""");
        _folder.Write("qrels/test.tsv", "query-id\tcorpus-id\tscore\n");
        foreach (CorpusFormat format in new[] { CorpusFormat.Auto, CorpusFormat.Beir, CorpusFormat.Jsonl })
        {
            Assert.That(Corpus.Open([_folder.Root], format).Select(document => document.Id), Is.EqualTo(["d"]), format.ToString());
        }
    }

    [Test]
    public void A_zipped_beir_folder_is_read_and_its_bytes_counted()
    {
        string line = "{\"_id\":\"d\",\"text\":\"" + new string('x', 100_000) + "\"}\n";
        string path = Path.Combine(_folder.Root, "set.zip");
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using var writer = new StreamWriter(archive.CreateEntry("scifact/corpus.jsonl").Open());
            writer.Write(line);
        }

        Corpus corpus = Corpus.Open([path]);
        Assert.That(corpus.Single().Text, Has.Length.EqualTo(100_000));
        Assert.That(corpus.BytesTotal, Is.EqualTo(line.Length));
        Assert.That(corpus.BytesRead, Is.EqualTo(line.Length));
        Assert.That(corpus.Count(), Is.EqualTo(1), "a corpus can be read again");
        Assert.That(corpus.BytesRead, Is.EqualTo(line.Length));
    }

    [Test]
    public void A_broken_or_foreign_zip_is_named()
    {
        Assert.That(_folder.Error("a.zip", "PK no"), Does.Contain("not a zip file"));
        string path = Path.Combine(_folder.Root, "b.zip");
        ZipFile.Open(path, ZipArchiveMode.Create).Dispose();
        Assert.That(() => Corpus.Open([path]), Throws.TypeOf<BadInputException>().With.Message.Contains("0 files named corpus.jsonl"));
    }

    [TestCase("""{"id":7,"contents":"x"}""", "7", "x")]
    [TestCase("""{"docid":"a","body":["x","y"]}""", "a", "x y")]
    [TestCase("""{"id":"n","_id":"u","content":3.50}""", "u", "3.50")]
    public void Usual_names_of_id_and_text_are_found(string line, string id, string text)
    {
        CorpusDocument document = _folder.Read("any.jsonl", line).Single();
        Assert.That((document.Id, document.Text), Is.EqualTo((id, text)));
    }

    [Test]
    public void Named_text_fields_are_joined_and_a_leading_title_stays_the_title()
    {
        const string line = """{"key":"k","title":"T","summary":"s","text":"x","extra":""}""";
        CorpusDocument first = _folder.Read("a.jsonl", line, options: new() { IdField = "key", TextFields = ["summary", "extra", "text"] }).Single();
        Assert.That((first.Title, first.Text, first.Fields["title"]), Is.EqualTo(("", "s x", "T")));
        CorpusDocument second = _folder.Read("a.jsonl", line, options: new() { IdField = "key", TextFields = ["title", "text"] }).Single();
        Assert.That((second.Title, second.Text, second.FullText), Is.EqualTo(("T", "x", "T x")));
    }

    [TestCase("{\"_id\":\"1\",\"text\":\"a\"}\n{\"_id\":\"2\",\"text\":\"a\"", "line 2: broken JSON at byte")]
    [TestCase("{\"_id\":\"1\",\"text\":\"a\"}}", "line 1: broken JSON at byte 22")]
    [TestCase("[{\"_id\":\"1\",\"text\":\"a\"}]", "line 1: the line is an array; expected one JSON object a line")]
    [TestCase("plain", "line 1: broken JSON")]
    [TestCase("{\"text\":\"a\",\"x\":1}", "line 1: no id field '_id'; there are 'text', 'x'.")]
    [TestCase("{}", "line 1: no id field '_id'; there are none.")]
    [TestCase("{\"_id\":\"1\",\"title\":\"a\"}", "line 1: no text field 'text'; there are '_id', 'title'.")]
    [TestCase("{\"_id\":null,\"text\":\"a\"}", "line 1: no id field")]
    [TestCase("{\"_id\":\" \",\"text\":\"a\"}", "line 1: id field '_id' is empty")]
    [TestCase("{\"_id\":true,\"text\":\"a\"}", "line 1: id field '_id' is true or false; expected a string or a number")]
    [TestCase("{\"_id\":[\"1\"],\"text\":\"a\"}", "line 1: id field '_id' is an array")]
    [TestCase("{\"_id\":\"1\",\"text\":{\"a\":1}}", "line 1: text field 'text' is an object; expected a string")]
    [TestCase("{\"_id\":\"1\",\"text\":\"\\ud800\"}", "line 1: a string holds an escape that is no character")]
    public void A_bad_line_is_named_with_what_was_expected(string content, string expected) =>
        Assert.That(_folder.Error("corpus.jsonl", content), Does.Contain("corpus.jsonl, " + expected));

    [Test]
    public void Bad_lines_can_be_reported_and_skipped()
    {
        byte[] content = [.. "{\"_id\":\"1\",\"text\":\"a\"}\noops\n{\"_id\":\"2\",\"text\":\""u8, 0xFF, .. "\"}\n{\"_id\":\"3\",\"text\":\"c\"}\n{\"_id\":\"4\"}\n"u8];
        var bad = new List<long>();
        Corpus corpus = Corpus.Open(
            [_folder.WriteBytes("corpus.jsonl", content)], options: new CorpusOptions { OnBadInput = exception => bad.Add(exception.Line) });
        Assert.That(corpus.Select(document => document.Id), Is.EqualTo(["1", "3"]));
        Assert.That(bad, Is.EqualTo(new long[] { 2, 3, 5 }));
    }

    [Test]
    public void A_line_of_twenty_megabytes_is_one_document()
    {
        string text = new('x', 20_000_000);
        Assert.That(_folder.Read("corpus.jsonl", $"{{\"_id\":\"1\",\"text\":\"{text}\"}}\n").Single().Text, Is.EqualTo(text));
    }

    [Test]
    public void An_empty_file_holds_no_documents() => Assert.That(_folder.Read("corpus.jsonl", ""), Is.Empty);
}
