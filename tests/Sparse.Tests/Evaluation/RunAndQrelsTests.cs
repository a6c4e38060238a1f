using System.Globalization;
using System.Text;
using Sparse.Evaluation;

namespace Sparse.Tests.Evaluation;

public sealed class RunAndQrelsTests
{
    private string _path = "";

    [SetUp]
    public void Make_a_file() => _path = Path.GetTempFileName();

    [TearDown]
    public void Remove_the_file() => File.Delete(_path);

    [Test]
    public void A_written_run_is_read_back_in_our_own_order_in_spite_of_ties()
    {
        var run = new TrecRun();
        run.Add("q1", [new("a", 16777215f), new("b", 16777215f), new("c", 16777215f), new("d", 16777214f), new("e", 0), new("f", 0)]);
        run.Add("q2", [new("z", 1e-45f), new("b", 1e-45f), new("y", -3)]);
        run.Add("q3", [.. Enumerable.Range(0, 500).Select(d => new RunEntry(d.ToString(CultureInfo.InvariantCulture), 12.25f))]);
        using (var writer = new StreamWriter(_path))
        {
            run.Write(writer, "sparse");
        }

        TrecRun read = TrecRun.Read(_path);

        foreach (string queryId in run.QueryIds)
        {
            Assert.That(read.Ranking(queryId).Select(entry => entry.DocumentId), Is.EqualTo(run.Ranking(queryId).Select(entry => entry.DocumentId)));
        }

        Assert.That(read.QueryIds, Is.EqualTo(run.QueryIds));
    }

    [Test]
    public void Scores_without_ties_are_written_unchanged()
    {
        var run = new TrecRun();
        run.Add("q1", [new("b", 3.1415927f), new("a", 0.1f)]);
        var text = new StringWriter();
        run.Write(text, "tag");
        Assert.That(text.ToString(), Is.EqualTo("q1 Q0 b 1 3.1415927 tag\nq1 Q0 a 2 0.1 tag\n"));
    }

    [Test]
    public void A_run_file_is_ordered_by_score_then_id_descending_whatever_its_ranks_say()
    {
        File.WriteAllText(_path, "q Q0 a 1 1.0 t\nq Q0 b 2 1.0 t\n\nq\tQ0\tc\t3\t2e0\tt\r\nq Q0 d 4 1.000000001 t\n");
        Assert.That(TrecRun.Read(_path).Ranking("q").Select(entry => entry.DocumentId), Is.EqualTo(["c", "d", "b", "a"]));
    }

    [TestCase("q Q0 a 1 1.0\n", "line 1: 5 columns; expected six")]
    [TestCase("q Q0 a 1 1.0 t\nq Q0 b 2 high t\n", "line 2: score 'high' is not a finite number")]
    [TestCase("q Q0 a 1 NaN t\n", "line 1: score 'NaN'")]
    [TestCase("q Q0 a 1 1e99 t\n", "line 1: score '1e99'")]
    [TestCase("q Q0 a 1 1 t\nq Q0 a 2 1 t\n", "line 2: document 'a' occurs twice")]
    public void A_broken_run_line_is_named(string content, string expected)
    {
        File.WriteAllText(_path, content);
        Assert.That(() => TrecRun.Read(_path), Throws.TypeOf<BadInputException>().With.Message.Contains(expected).And.Message.StartsWith(_path));
    }

    [Test]
    public void Ids_with_blanks_are_not_written()
    {
        var run = new TrecRun();
        run.Add("q1", [new("my file.txt", 1)]);
        Assert.That(() => run.Write(TextWriter.Null, "t"), Throws.ArgumentException.With.Message.Contains("'my file.txt'"));
    }

    [Test]
    public void A_ranking_whose_scores_rise_or_that_repeats_a_document_is_refused()
    {
        var run = new TrecRun();
        Assert.That(() => run.Add("q", [new("a", 1), new("b", 2)]), Throws.ArgumentException);
        Assert.That(() => run.Add("q", [new("a", 1), new("a", 1)]), Throws.ArgumentException);
        Assert.That(() => run.Add("q", [new("a", float.NaN)]), Throws.ArgumentException);
        run.Add("q", []);
        Assert.That(() => run.Add("q", []), Throws.ArgumentException);
    }

    [TestCase("query-id\tcorpus-id\tscore\nq 1\td 1\t2\nq 1\td2\t0\n")]
    [TestCase("\uFEFFquery-id\tcorpus-id\tscore\r\nq 1\td 1\t2\r\nq 1\td2\t0")]
    [TestCase("q 1\td 1\t2\nq 1\td2\t0\nq 1\td2\t0\n\n")]
    public void Beir_judgements_are_read_with_or_without_header(string content)
    {
        File.WriteAllText(_path, content, new UTF8Encoding(false));
        Qrels qrels = Qrels.Read(_path);
        Assert.That(qrels.QueryIds, Is.EqualTo(["q 1"]));
        Assert.That(qrels.Count, Is.EqualTo(2));
        Assert.That(qrels.Judgements("q 1")["d 1"], Is.EqualTo(2));
        Assert.That(qrels.Judgements("other"), Is.Empty);
    }

    [Test]
    public void Trec_judgements_are_read()
    {
        File.WriteAllText(_path, "q1 0 d1 1\nq1\t0\td2\t-1\nq2  Q0  d1  3\n");
        Qrels qrels = Qrels.Read(_path);
        Assert.That(qrels.QueryIds, Is.EqualTo(["q1", "q2"]));
        Assert.That(qrels.Judgements("q1")["d2"], Is.EqualTo(-1));
    }

    [TestCase("", "no judgements")]
    [TestCase("query-id\tcorpus-id\tscore\n", "no judgements")]
    [TestCase("q1 0 d1 1\nq1 d2 1\n", "line 2: 3 columns; expected 4")]
    [TestCase("q1 0 d1 yes\n", "line 1: grade 'yes'")]
    [TestCase("q1\td1\t1\nq1\td2\t0.5\n", "line 2: grade '0.5'")]
    [TestCase("q1\td1\t0.5\n", "line 1: grade '0.5'")]
    [TestCase("q1 0 d1 1\nq1 0 d1 2\n", "line 2: document 'd1' is judged 1 and 2")]
    [TestCase("q1\t\t1\n", "line 1: an id is empty")]
    [TestCase("just some text in a file\n", "line 1: 6 columns")]
    public void A_broken_judgement_is_named(string content, string expected)
    {
        File.WriteAllText(_path, content);
        Assert.That(() => Qrels.Read(_path), Throws.TypeOf<BadInputException>().With.Message.Contains(expected));
    }

    [Test]
    public void Invalid_utf8_is_named_with_its_line()
    {
        File.WriteAllBytes(_path, [.. "q1 0 d1 1\nq1 0 "u8, 0xE9, .. " 1\n"u8]);
        Assert.That(() => Qrels.Read(_path), Throws.TypeOf<BadInputException>().With.Message.Contains("line 2: byte 0xE9 is not valid UTF-8"));
    }

    [Test]
    public void A_folder_in_place_of_a_file_is_named()
    {
        string folder = Path.GetTempPath();
        Assert.That(() => Qrels.Read(folder), Throws.TypeOf<BadInputException>().With.Message.Contains("folder"));
    }
}
