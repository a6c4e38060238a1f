using System.IO.Compression;
using System.Text.Json;
using Sparse.Formats;
using Sparse.Lab.Collections;
using Sparse.Lab.Robustness;
using Sparse.Lab.Tuning;

namespace Sparse.Cli.Tests;

/// <summary>Declared scores against measured ones, and the collections that they come from.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class ReproduceTests
{
    private string _folder = "";

    [OneTimeSetUp]
    public void Make_a_folder() => _folder = Directory.CreateTempSubdirectory("sparse-reproduce-test-").FullName;

    [OneTimeTearDown]
    public void Remove_the_folder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_score_outside_its_band_fails_and_an_accepted_one_passes()
    {
        MakeCollection(At("small"));
        string matrix = Write("matrix.json", """
            {"band":0.002,"collections":[{"name":"small","path":"small"},{"name":"gone","path":"nowhere"}],
             "ways":[{"name":"bm25","mode":"bm25"},{"name":"full","mode":"sparse"},{"name":"few","mode":"sparse","queries":"idf","pruning":{"keepTerms":4}}],
             "expected":{"small":{"bm25":0.2}}}
            """);
        ToolResult failed = Tool.Run("reproduce", matrix, "--cache", At("cache"), "--out", At("board"), "--plot", At("board.svg"));
        ToolResult accepted = Tool.Run("reproduce", matrix, "--cache", At("cache"), "--accept");
        ToolResult passed = Tool.Run("reproduce", matrix, "--cache", At("cache"));
        Assert.Multiple(() =>
        {
            Assert.That(failed.ExitCode, Is.EqualTo(1), failed.Error);
            Assert.That(failed.Output, Does.Contain("1 outside their band of 0.002: small bm25"));
            Assert.That(failed.Error, Does.Contain("not there, left out: gone"));
            Assert.That(File.ReadAllText(At("board/leaderboard.md")), Does.Contain("| small | full |").And.Contain("FLOPS a pair"));
            Assert.That(File.ReadAllText(At("board/leaderboard.html")), Does.Contain("class=\"first outside\"").And.Contain("</html>"));
            Assert.That(File.ReadAllText(At("board.svg")), Does.Contain("<svg"));
            Assert.That(accepted.ExitCode, Is.Zero, accepted.Error);
            Assert.That(JsonDocument.Parse(File.ReadAllText(matrix)).RootElement.GetProperty("expected").GetProperty("small").EnumerateObject().Count(), Is.EqualTo(3));
            Assert.That(passed.ExitCode, Is.Zero, passed.Output + passed.Error);
            Assert.That(passed.Output, Does.Contain("all within 0.002"));
        });
    }

    [TestCase("{\"collections\":[],\"ways\":[{\"name\":\"x\",\"mode\":\"dense\"}]}", "way 'x' has mode 'dense'")]
    [TestCase("{\"collections\":[]}", "ways")]
    [TestCase("{\"collections\":", "no matrix")]
    [TestCase("{\"collections\":[],\"ways\":[]}", "none of the collections is there")]
    public void A_wrong_matrix_gives_one_sentence(string content, string problem) =>
        CommandLineTests.AssertWrong(Tool.Run("reproduce", Write("wrong.json", content)), problem);

    [Test]
    public void Beir_zips_smart_files_and_trec_topics_are_the_same_collection()
    {
        MakeCollection(At("beir"));
        ZipFile.CreateFromDirectory(At("beir"), At("beir.zip"), CompressionLevel.Fastest, includeBaseDirectory: true);
        Directory.CreateDirectory(At("smart"));
        Write("smart/CISI.ALL", ".I 1\n.T\nVaccines\n.A\nSomebody\n.W\nA vaccine trains the\nimmune system.\n.X\n1 5 1\n.I 2\n.T\nRivers\n.W\nA river carries water.\n");
        Write("smart/CISI.QRY", ".I 1\n.W\nimmune system\n.I 2\n.W\nfresh water\n");
        Write("smart/CISI.REL", "     1      1\t0\t0.000000\n     2      2\t0\t0.000000\n");
        Directory.CreateDirectory(At("trec"));
        Write("trec/documents.jsonl", "{\"id\":\"1\",\"title\":\"Vaccines\",\"text\":\"A vaccine trains the immune system.\"}\n{\"id\":\"2\",\"title\":\"Rivers\",\"text\":\"A river carries water.\"}\n");
        Write("trec/topics.txt", "<top>\n<num> Number: 1\n<title> immune system\n\n<desc> Description:\nmore words\n</top>\n<top>\n<num> Number: 2 </num>\n<title>\nfresh water\n<narr> Narrative:\n</top>\n");
        Write("trec/qrels.txt", "1 0 1 1\n2 0 2 1\n");
        foreach (string place in new[] { "beir", "beir.zip", "smart", "trec" })
        {
            var collection = Collection.Read(At(place), "x", "test");
            Assert.Multiple(() =>
            {
                Assert.That(collection.Documents.Select(document => document.FullText), Is.EqualTo(new[] { "Vaccines A vaccine trains the immune system.", "Rivers A river carries water." }), place);
                Assert.That(collection.Queries.Select(query => (query.Id, query.Text)), Is.EqualTo(new[] { ("1", "immune system"), ("2", "fresh water") }), place);
                Assert.That(collection.Qrels.Judgements("2").Keys, Is.EqualTo(new[] { "2" }), place);
            });
        }
    }

    [TestCase("CISI.ALL", "text before", "line 1", "expected '.I'")]
    [TestCase("CISI.ALL", ".I one\n", "line 1", "expected '.I' and its number")]
    [TestCase("CISI.REL", "1\n", "line 1", "expected a query's number and a document's")]
    public void A_malformed_smart_file_is_named_with_its_line(string name, string content, params string[] parts)
    {
        Directory.CreateDirectory(At("bad-smart"));
        Write("bad-smart/CISI.ALL", ".I 1\n.W\ntext\n");
        Write("bad-smart/CISI.QRY", ".I 1\n.W\ntext\n");
        Write("bad-smart/CISI.REL", "1 1\n");
        Write("bad-smart/" + name, content);
        string message = Assert.Throws<BadInputException>(() => Collection.Read(At("bad-smart"), "x", "test"))!.Message;
        Assert.Multiple(() =>
        {
            foreach (string part in parts.Prepend(name))
            {
                Assert.That(message, Does.Contain(part));
            }
        });
    }

    [TestCase("400 MB", 400_000_000L, null)]
    [TestCase("1.5 GB", 1_500_000_000L, null)]
    [TestCase("p95 20 ms", null, 20d)]
    public void A_budget_is_a_size_or_a_time(string text, long? bytes, double? milliseconds) => Assert.That(Budget.Parse(text), Is.EqualTo(new Budget(bytes, milliseconds)));

    [TestCase("20 ms")]
    [TestCase("400")]
    [TestCase("-1 MB")]
    [TestCase("p95 0 ms")]
    public void Other_budgets_are_refused(string text) => Assert.That(() => Budget.Parse(text), Throws.ArgumentException.With.Message.Contains(text));

    [Test]
    public void The_frontier_leaves_out_what_costs_more_and_scores_no_more()
    {
        TuningPoint Point(int terms, double score, long bytes) => new(new PruneSetting { Terms = terms }, score, bytes, 1, 1, 1);
        TuningPoint[] points = [Point(1, .5, 30), Point(2, .4, 20), Point(3, .5, 40), Point(4, .3, 25), Point(5, .1, 10)];
        Assert.That(TuningRun.Frontier(points, new Budget(1, null)).Select(point => point.Setting.Terms), Is.EqualTo(new int?[] { 5, 2, 1 }));
    }

    [Test]
    public void A_tuned_index_goes_on_with_what_was_chosen()
    {
        MakeCollection(At("tuned-collection"));
        ToolResult tuned = Tool.Run("tune", At("tuned-collection"), "--budget", "p95 1000 ms", "--index", At("tuned"), "--plot", At("tuned.svg"));
        Assert.That(tuned.ExitCode, Is.Zero, tuned.Error);
        string remembered = File.ReadAllText(At("tuned/sparse-tool.json"));
        string more = Write("more.jsonl", "{\"id\":\"9\",\"text\":\"A bridge spans the river.\"}\n");
        ToolResult few = Tool.Run("index", more, "--index", At("few"), "--keep-terms", "3", "--bits", "6");
        ToolResult again = Tool.Run("index", Write("again.jsonl", "{\"id\":\"10\",\"text\":\"A train crosses the bridge at night.\"}\n"), "--index", At("few"), "--append");
        using LuceneNet.SparseIndex index = LuceneNet.SparseIndex.OpenReadOnly(At("few"));
        Assert.Multiple(() =>
        {
            Assert.That(tuned.Output, Does.Contain("Within p95 1000 ms: keep"));
            Assert.That(File.ReadAllText(At("tuned.svg")), Does.Contain("<svg"));
            Assert.That(remembered, Does.Contain("prune"));
            Assert.That(few.ExitCode, Is.Zero, few.Error);
            Assert.That(again.ExitCode, Is.Zero, again.Error);
            Assert.That(index.Statistics().Postings, Is.InRange(4, 6), "three terms a document");
        });
    }

    [Test]
    public void Stress_is_the_same_for_a_seed_and_changes_what_it_says()
    {
        QueryText[] queries = [new("1", "How to remove a directory?"), new("2", "of to a")];
        foreach (string kind in Stress.Kinds)
        {
            string first = Stress.Changed(queries, kind, 7)[0].Text;
            Assert.That(Stress.Changed(queries, kind, 7)[0].Text, Is.EqualTo(first), kind);
            Assert.That(first, Is.Not.EqualTo(queries[0].Text), kind);
        }

        Assert.Multiple(() =>
        {
            Assert.That(Stress.Changed(queries, "synonyms", 1)[0].Text, Is.EqualTo("How to delete a folder?"));
            Assert.That(Stress.Changed(queries, "capitals", 1)[0].Text, Is.EqualTo("HOW TO REMOVE A DIRECTORY?"));
            Assert.That(Stress.Changed(queries, "word order", 1)[0].Text.Split(' ').Order(), Is.EqualTo(queries[0].Text.Split(' ').Order()));
            Assert.That(Stress.Changed(queries, "typos", 1)[1].Text, Is.EqualTo("of to a"), "no word of four letters");
        });
    }

    [Test]
    public void Slices_and_stress_are_reported_for_the_sample_queries()
    {
        MakeCollection(At("sliced"));
        Assert.That(Tool.Run("index", At("sliced/corpus.jsonl"), "--index", At("sliced-index"), "--encoder", "none").ExitCode, Is.Zero);
        string[] arguments = ["eval", "--index", At("sliced-index"), "--queries", At("sliced/queries.jsonl"), "--qrels", At("sliced/qrels/test.tsv"), "--slices", "--train", At("sliced/queries.jsonl"), "--stress"];
        ToolResult text = Tool.Run(arguments), json = Tool.Run([.. arguments, "--json"]);
        Assert.Multiple(() =>
        {
            Assert.That(text.ExitCode, Is.Zero, text.Error);
            Assert.That(text.Output, Does.Contain("1 to 4").And.Contain(".75 and more (known)").And.Contain("typos").And.Contain("accents"));
            Assert.That(json.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).Count(line => line.TryGetProperty("stress", out _)), Is.EqualTo(5));
        });
        CommandLineTests.AssertWrong(Tool.Run("eval", "--run", At("none.trec"), "--qrels", At("sliced/qrels/test.tsv"), "--slices"), "none.trec");
    }

    private static void MakeCollection(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "qrels"));
        File.WriteAllText(Path.Combine(folder, "corpus.jsonl"), "{\"_id\":\"1\",\"title\":\"Vaccines\",\"text\":\"A vaccine trains the immune system.\"}\n{\"_id\":\"2\",\"title\":\"Rivers\",\"text\":\"A river carries water.\"}\n");
        File.WriteAllText(Path.Combine(folder, "queries.jsonl"), "{\"_id\":\"1\",\"text\":\"immune system\"}\n{\"_id\":\"2\",\"text\":\"fresh water\"}\n{\"_id\":\"3\",\"text\":\"not judged\"}\n");
        File.WriteAllText(Path.Combine(folder, "qrels", "test.tsv"), "query-id\tcorpus-id\tscore\n1\t1\t1\n2\t2\t1\n");
    }

    private string At(string name) => Path.Combine(_folder, name);

    private string Write(string name, string content)
    {
        File.WriteAllText(At(name), content);
        return At(name);
    }
}
