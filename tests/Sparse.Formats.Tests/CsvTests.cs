using CsCheck;

namespace Sparse.Formats.Tests;

public sealed class CsvTests
{
    private CorpusFolder _folder = null!;

    [SetUp]
    public void Make_a_folder() => _folder = new CorpusFolder();

    [TearDown]
    public void Remove_the_folder() => _folder.Dispose();

    [TestCase("a.csv", "id,title,text,url\n1,T,\"x, \"\"y\"\"\nz\",u\r\n2,,,\n", "1|T|x, \"y\"\nz|u", "2||||")]
    [TestCase("a.tsv", "\uFEFFid\ttitle\ttext\turl\r\n1\tT\tx, y\tu\r\n", "1|T|x, y|u")]
    [TestCase("a.csv", "id;title;text;url\n1;T;x,y;u", "1|T|x,y|u")]
    [TestCase("a.csv", "\n\"id\",\"title\",\"text\",\"url\"\n\n1,T,5\" disk,\"\"\n", "1|T|5\" disk|")]
    public void Quotes_line_breaks_and_separators_are_read_after_rfc_4180(string name, string content, params string[] expected)
    {
        string[] documents = [.. _folder.Read(name, content).Select(d => $"{d.Id}|{d.Title}|{d.Text}|{d.Fields["url"]}")];
        Assert.That(documents, Is.EqualTo(expected.Select(line => line == "2||||" ? "2|||" : line)));
    }

    [Test]
    public void Columns_are_taken_by_name()
    {
        CorpusDocument document = _folder.Read(
            "a.csv", ",sku,name,about\n0,k1,Lamp,bright\n", options: new CorpusOptions { IdField = "sku", TextFields = ["name", "about"] }).Single();
        Assert.That((document.Id, document.Text, document.Fields["column 1"]), Is.EqualTo(("k1", "Lamp bright", "0")));
    }

    [TestCase("id,text\n1,a\n2,b,c\n", "line 3: 3 fields; expected 2")]
    [TestCase("id,text\n1,\"a\n2,b\n", "line 2: the quote of field 2 is not closed")]
    [TestCase("id,text\n1,\"a\" b\n", "line 2: text follows the closing quote of field 2")]
    [TestCase("id,body,body\n", "line 1: column 'body' occurs twice")]
    [TestCase("key,text\n1,a\n", "line 1: no id field '_id' or 'id' or 'docid' or 'doc_id'; there are 'key', 'text'.")]
    [TestCase("id,words\n1,a\n", "line 1: no text field 'text' or 'contents'")]
    [TestCase("id,text\n,a\n", "line 2: id field 'id' is empty")]
    [TestCase("", "the file is empty; expected a header line")]
    public void A_bad_row_is_named(string content, string expected) =>
        Assert.That(_folder.Error("a.csv", content), Does.Contain(expected));

    [Test]
    public void Bad_rows_can_be_skipped()
    {
        var bad = new List<long>();
        CorpusDocument[] documents = _folder.Read(
            "a.csv", "id,text\n1,a\n2\n3,\"b\nb\"\n,c\n5,d", options: new CorpusOptions { OnBadInput = exception => bad.Add(exception.Line) });
        Assert.That(documents.Select(document => document.Id), Is.EqualTo(["1", "3", "5"]));
        Assert.That(bad, Is.EqualTo(new long[] { 3, 6 }));
    }

    [Test]
    public void What_is_written_with_quotes_is_read_back() =>
        Gen.Select(Gen.Char["ab,;\t\"\n é"].Array[0, 12].Select(chars => new string(chars)).Array[3], Gen.Bool).Array[1, 8].Sample(
            rows =>
            {
                using var folder = new CorpusFolder();
                string Quote(string field) => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
                string content = "id,title,text,more\n" + string.Concat(rows.Select((row, i) =>
                    $"{i},{Quote(row.Item1[0])},{Quote(row.Item1[1])},{Quote(row.Item1[2])}{(row.Item2 ? "\r\n" : "\n")}"));
                string[] read = [.. folder.Read("a.csv", content).Select(d => $"{d.Id}|{d.Title}|{d.Text}|{d.Fields["more"]}")];
                Assert.That(read, Is.EqualTo(rows.Select((row, i) => $"{i}|{row.Item1[0]}|{row.Item1[1]}|{row.Item1[2]}")));
            },
            iter: 200,
            seed: "0000KoIPRzm1",
            threads: 1);
}
