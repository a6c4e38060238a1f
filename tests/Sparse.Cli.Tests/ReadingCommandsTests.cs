using System.Text.Json;

namespace Sparse.Cli.Tests;

/// <summary>Commands on an index of words alone: no model is loaded, so these are fast.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ReadingCommandsTests
{
    private readonly SmallCorpus _corpus = new();

    [OneTimeSetUp]
    public void Index() => _corpus.Indexed();

    [OneTimeTearDown]
    public void Remove() => _corpus.Dispose();

    [Test]
    public void Search_prints_hits_best_first()
    {
        ToolResult result = Tool.Run("search", "fresh river water", "--index", _corpus.Index);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(result.Output, Does.Match(@"^ 1  \d+\.\d{3}  d3  Rivers\n"));
            Assert.That(result.Output, Does.Contain(" 2  ").And.Contain("d2  Coffee"));
            Assert.That(result.Output, Has.None.EqualTo('\u001b'), "no colours into a pipe");
            Assert.That(result.Output.Split('\n').Select(line => line.Length), Has.All.LessThanOrEqualTo(80));
        });
    }

    [Test]
    public void Search_json_has_exactly_the_promised_shape()
    {
        ToolResult result = Tool.Run("search", "yeast sugar", "--index", _corpus.Index, "--json", "-k", "1");
        using var json = JsonDocument.Parse(result.Output);
        JsonElement hit = json.RootElement.GetProperty("hits")[0];
        Assert.Multiple(() =>
        {
            Assert.That(json.RootElement.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "query", "mode", "hits" }));
            Assert.That(json.RootElement.GetProperty("query").GetString(), Is.EqualTo("yeast sugar"));
            Assert.That(json.RootElement.GetProperty("mode").GetString(), Is.EqualTo("bm25"), "an index without vectors searches by words");
            Assert.That(json.RootElement.GetProperty("hits").GetArrayLength(), Is.EqualTo(1));
            Assert.That(hit.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "rank", "id", "score", "title", "text" }));
            Assert.That(hit.GetProperty("rank").GetInt32(), Is.EqualTo(1));
            Assert.That(hit.GetProperty("id").GetString(), Is.EqualTo("d5"));
            Assert.That(hit.GetProperty("score").GetDouble(), Is.GreaterThan(0));
            Assert.That(hit.GetProperty("title").GetString(), Is.EqualTo("Bread"));
            Assert.That(hit.GetProperty("text").GetString(), Does.EndWith("Żółw: 🐢 ünïcödé."));
            Assert.That(result.Output, Does.Contain("Żółw"), "UTF-8 as it is");
        });
    }

    [Test]
    public void Query_of_several_words_needs_no_quotes()
    {
        ToolResult result = Tool.Run("search", "hydrogen", "helium", "--index", _corpus.Index, "--json");
        Assert.That(result.Output, Does.StartWith("{\"query\":\"hydrogen helium\""));
    }

    [Test]
    public void Search_without_hits_says_so_and_succeeds()
    {
        ToolResult result = Tool.Run("search", "zebra", "--index", _corpus.Index);
        Assert.That((result.ExitCode, result.Output, result.Error.Trim()), Is.EqualTo((0, "", "no hits among 6 documents")));
    }

    [Test]
    public void Batch_writes_a_trec_run_of_every_query()
    {
        string run = _corpus.At("batch.trec");
        ToolResult result = Tool.Run("search", "--index", _corpus.Index, "--queries", _corpus.Queries, "--run", run);
        string[] lines = File.ReadAllLines(run);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(result.Output, Does.StartWith("4 queries, "));
            Assert.That(lines[0], Does.Match(@"^q1 Q0 d1 1 \S+ bm25$"));
            Assert.That(lines, Has.Some.Match(@"^d4 Q0 d4 1 \S+ bm25$"));
        });
    }

    [Test]
    public void Drop_query_id_leaves_out_the_document_of_that_name()
    {
        string run = _corpus.At("dropped.trec");
        Assert.That(Tool.Run("search", "--index", _corpus.Index, "--queries", _corpus.Queries, "--run", run, "--drop-query-id").ExitCode, Is.Zero);
        Assert.That(File.ReadAllLines(run), Has.None.Contain("d4 Q0 d4 "));
    }

    [Test]
    public void Eval_of_an_index_and_of_its_run_agree()
    {
        string run = _corpus.At("agree.trec");
        Assert.That(Tool.Run("search", "--index", _corpus.Index, "--queries", _corpus.Queries, "--run", run).ExitCode, Is.Zero);
        ToolResult byIndex = Tool.Run("eval", "--qrels", _corpus.Qrels, "--index", _corpus.Index, "--queries", _corpus.Queries, "--json");
        ToolResult byRun = Tool.Run("eval", "--qrels", _corpus.Qrels, "--run", run, "--json");
        using var json = JsonDocument.Parse(byIndex.Output);
        Assert.Multiple(() =>
        {
            Assert.That(byIndex.ExitCode, Is.Zero, byIndex.Error);
            Assert.That(json.RootElement.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "nDCG@10", "RR@10", "R@100" }));
            Assert.That(json.RootElement.GetProperty("nDCG@10").GetDouble(), Is.EqualTo(1.0));
            Assert.That(byRun.Output, Is.EqualTo(byIndex.Output));
        });
    }

    [Test]
    public void Eval_drops_the_query_id_of_runs_too()
    {
        string run = _corpus.Write("own.trec", "d4 Q0 d4 1 2.0 x\nq1 Q0 d1 1 2.0 x\nq2 Q0 d3 1 2.0 x\n");
        ToolResult result = Tool.Run("eval", "--qrels", _corpus.Qrels, "--run", run, "--metrics", "RR@10", "--drop-query-id", "--json");
        Assert.That(result.Output.Trim(), Is.EqualTo("{\"RR@10\":0.6666666666666666}"));
    }

    [Test]
    public void Eval_prints_a_line_a_measure()
    {
        ToolResult result = Tool.Run("eval", "--qrels", _corpus.Qrels, "--index", _corpus.Index, "--queries", _corpus.Queries, "--metrics", "P@1,Success@5");
        Assert.That(result.Output, Does.Match(@"^P@1        1\.0000  █+\nSuccess@5  1\.0000  █+\n$"));
    }

    [Test]
    public void Stats_json_counts_documents_and_bytes()
    {
        ToolResult result = Tool.Run("stats", "--index", _corpus.Index, "--json");
        using var json = JsonDocument.Parse(result.Output);
        Assert.Multiple(() =>
        {
            Assert.That(json.RootElement.GetProperty("documents").GetInt32(), Is.EqualTo(SmallCorpus.Count));
            Assert.That(json.RootElement.GetProperty("deleted").GetInt32(), Is.Zero);
            Assert.That(json.RootElement.GetProperty("bytes").GetInt64(), Is.GreaterThan(0));
            Assert.That(json.RootElement.GetProperty("bytesByKind").EnumerateObject().Sum(kind => kind.Value.GetInt64()),
                Is.EqualTo(json.RootElement.GetProperty("bytes").GetInt64()));
            Assert.That(json.RootElement.GetProperty("encoder").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(json.RootElement.GetProperty("formatVersion").GetInt32(), Is.GreaterThanOrEqualTo(1));
        });
    }

    [Test]
    public void Stats_fits_eighty_columns()
    {
        ToolResult result = Tool.Run("stats", "--index", _corpus.Index);
        Assert.That(result.Output, Does.Match(@"documents +6\b"));
        Assert.That(result.Output.Split('\n').Select(line => line.Length), Has.All.LessThanOrEqualTo(80));
    }

    [Test]
    public void Get_shows_documents_and_reports_missing_ones()
    {
        ToolResult found = Tool.Run("get", "d2", "d6", "--index", _corpus.Index, "--json");
        ToolResult missing = Tool.Run("get", "d2", "nope", "--index", _corpus.Index);
        Assert.Multiple(() =>
        {
            Assert.That(found.Output.Trim().Split('\n'), Has.Length.EqualTo(2));
            Assert.That(found.Output, Does.StartWith("{\"id\":\"d2\",\"title\":\"Coffee\",\"text\":\"Coffee beans"));
            Assert.That(missing.ExitCode, Is.EqualTo(1));
            Assert.That(missing.Error, Is.EqualTo("sparse: no document has the id 'nope'\n"));
            Assert.That(missing.Output, Does.Contain("Coffee beans are roasted"));
        });
    }

    [Test]
    public void Check_finds_no_damage()
    {
        ToolResult result = Tool.Run("check", "--index", _corpus.Index);
        Assert.That((result.ExitCode, result.Output), Is.EqualTo((0, "no damage: 6 documents, 0 postings read\n")), result.Error);
    }

    [Test]
    public void Backup_can_be_searched_and_refuses_a_folder_in_use()
    {
        string copy = _corpus.At("copy");
        ToolResult result = Tool.Run("backup", "--index", _corpus.Index, "--to", copy);
        Assert.That((result.ExitCode, result.Output.Split(',')[0]), Is.EqualTo((0, "copied 6 documents")), result.Error);
        Assert.That(Tool.Run("search", "coffee", "--index", copy, "--json").Output, Does.Contain("\"id\":\"d2\""));
        CommandLineTests.AssertWrong(Tool.Run("backup", "--index", _corpus.Index, "--to", copy), copy, "empty folder");
    }

    [Test]
    public void An_optimized_copy_finds_the_same([Values] bool reorder)
    {
        string copy = _corpus.At($"optimized{reorder}");
        Assert.That(Tool.Run("backup", "--index", _corpus.Index, "--to", copy).ExitCode, Is.Zero);
        string[] arguments = ["optimize", "--index", copy];
        ToolResult result = Tool.Run(reorder ? [.. arguments, "--reorder"] : arguments);
        Assert.That((result.ExitCode, result.Output.Split(':')[0]), Is.EqualTo((0, "merged 6 documents")), result.Error);
        Assert.That(Tool.Run("search", "coffee", "--index", copy, "--json").Output, Does.Contain("\"id\":\"d2\""));
    }

    [TestCase("sparse", "full", "holds no vectors; search it with --mode bm25")]
    [TestCase("sparse", "idf", "holds no vectors; search it with --mode bm25")]
    public void Sparse_search_of_words_alone_is_refused(string mode, string encoder, string sentence) =>
        CommandLineTests.AssertWrong(Tool.Run("search", "x", "--index", _corpus.Index, "--mode", mode, "--query-encoder", encoder), sentence);

    [Test]
    public void Empty_query_is_refused() =>
        CommandLineTests.AssertWrong(Tool.Run("search", "  ", "--index", _corpus.Index), "the query is empty");

    [Test]
    public void Missing_index_is_refused()
    {
        CommandLineTests.AssertWrong(Tool.Run("search", "x", "--index", _corpus.At("nowhere")), "there is no folder", "nowhere");
        Directory.CreateDirectory(_corpus.At("bare"));
        CommandLineTests.AssertWrong(Tool.Run("stats", "--index", _corpus.At("bare")), "there is no index in", "makes one");
        CommandLineTests.AssertWrong(Tool.Run("get", "x", "--index", _corpus.Corpus), "is a file; --index takes a folder");
    }

    [Test]
    public void Compare_shows_means_differences_and_significance_and_writes_every_query()
    {
        string baseline = _corpus.Write("baseline.trec", "q1 Q0 d1 1 2 t\nq2 Q0 d1 1 2 t\nd4 Q0 d4 1 2 t\n");
        string better = _corpus.Write("better.trec", "q1 Q0 d1 1 2 t\nq2 Q0 d3 1 2 t\nd4 Q0 d4 1 2 t\n");
        string table = _corpus.At("differences.tsv");
        ToolResult result = Tool.Run("compare", baseline, better, "--qrels", _corpus.Qrels, "--metrics", "RR@10", "--per-query", table);
        ToolResult json = Tool.Run("compare", baseline, better, "--qrels", _corpus.Qrels, "--metrics", "RR@10", "--json");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(result.Output, Does.Contain("0.6667").And.Contain("1.0000").And.Contain("+0.3333").And.Contain("q2"));
            Assert.That(File.ReadAllLines(table), Does.Contain($"RR@10\t{better}\tq2\t0\t1\t1").And.Length.EqualTo(4));
            using var parsed = JsonDocument.Parse(json.Output);
            Assert.That(parsed.RootElement.GetProperty("randomization").GetDouble(), Is.EqualTo(1));
            Assert.That(parsed.RootElement.GetProperty("t_test").GetDouble(), Is.EqualTo(0.4226497308103742).Within(1e-12), "t = 1 with 2 degrees of freedom");
        });
    }

    [Test]
    public void Wrong_files_of_eval_are_named()
    {
        CommandLineTests.AssertWrong(Tool.Run("eval", "--qrels", _corpus.At("no.tsv"), "--run", _corpus.Qrels), "no.tsv");
        CommandLineTests.AssertWrong(Tool.Run("eval", "--qrels", _corpus.Qrels, "--run", _corpus.Qrels), "line 1");
        string queries = _corpus.Write("broken-queries.jsonl", "{\"_id\":\"q1\",\"text\":\"fine\"}\n{\"_id\":\"q2\",\n");
        CommandLineTests.AssertWrong(
            Tool.Run("eval", "--qrels", _corpus.Qrels, "--index", _corpus.Index, "--queries", queries), "broken-queries.jsonl, line 2");
        CommandLineTests.AssertWrong(
            Tool.Run("search", "--index", _corpus.Index, "--queries", _corpus.Queries, "--run", _corpus.At("no/such/out.trec")), "there is no folder");
    }
}
