using System.Text.Json;

namespace Sparse.Cli.Tests;

/// <summary>Commands that run an encoder: the built-in one, tables of weights, and model folders.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ModelTests
{
    private readonly SmallCorpus _corpus = new();

    [OneTimeSetUp]
    public void Index()
    {
        // No --encoder: the built-in model is the default.
        ToolResult result = Tool.Run("index", _corpus.Corpus, "--index", _corpus.Index);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
    }

    [OneTimeTearDown]
    public void Remove() => _corpus.Dispose();

    [Test]
    public void Hybrid_search_is_the_default_of_an_index_with_vectors()
    {
        using var json = JsonDocument.Parse(Tool.Run("search", "immunization against illness", "--index", _corpus.Index, "--json").Output);
        Assert.That(json.RootElement.GetProperty("mode").GetString(), Is.EqualTo("hybrid"));
        JsonElement hit = json.RootElement.GetProperty("hits")[0];
        Assert.That(hit.GetProperty("id").GetString(), Is.EqualTo("d1"), "no word in common");
        Assert.That(hit.GetProperty("legs").EnumerateArray().Select(leg => leg.GetProperty("leg").GetString()), Is.EqualTo(new[] { "bm25", "sparse", "feedback" }));
        Assert.That(hit.GetProperty("legs")[1].EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "leg", "rank", "score", "normalized", "weight" }));
    }

    [Test]
    public void Fusion_is_chosen_by_name_and_weights()
    {
        string[] search = ["search", "immunization against water", "--index", _corpus.Index, "--json", "-k", "1"];
        Assert.Multiple(() =>
        {
            Assert.That(Tool.Run([.. search, "--fusion", "minmax", "--weights", "bm25=0,sparse=2"]).Output, Does.Contain("\"score\":2,"));
            Assert.That(Tool.Run([.. search, "--fusion", "rrf", "--weights", "bm25=0"]).Output, Does.Contain("\"score\":0.01639"));
            Assert.That(Tool.Run([.. search, "--skip", "1"]).Output, Does.Contain("\"rank\":2"));
            CommandLineTests.AssertWrong(Tool.Run([.. search, "--weights", "bm25"]), "--weights takes LEG=NUMBER", "not 'bm25'");
            CommandLineTests.AssertWrong(Tool.Run([.. search, "--weights", "dense=1"]), "no leg 'dense'");
            CommandLineTests.AssertWrong(Tool.Run([.. search, "--fusion", "best"]), "--fusion takes calibrated, rrf, minmax, zscore, l2 or raw, not 'best'");
        });
    }

    [Test]
    public void Calibrate_fits_hybrid_scores_and_stats_shows_it()
    {
        using var corpus = new SmallCorpus();
        corpus.Indexed("builtin");
        Assert.That(Tool.Run("stats", "--index", corpus.Index, "--json").Output, Does.Contain("\"calibration\":{\"queries\":6,"), "fitted when it was made");
        ToolResult result = Tool.Run("calibrate", "--index", corpus.Index, "--sample", "3");
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Output, Does.StartWith("fitted on 3 queries: score 0 is a share of 0."));
        Assert.That(Tool.Run("stats", "--index", corpus.Index, "--json").Output, Does.Contain("\"calibration\":{\"queries\":3,"));
    }

    [Test]
    public void Upgrade_gives_vectors_to_an_index_of_words_alone()
    {
        using var corpus = new SmallCorpus();
        corpus.Indexed("none");
        Assert.That(Tool.Run("stats", "--index", corpus.Index, "--json").Output, Does.Contain("\"withVectors\":0,"));
        ToolResult result = Tool.Run("upgrade", "--index", corpus.Index);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Output, Does.StartWith("6 documents given vectors in ").And.Contain("holds 6 documents, all with vectors"));
        Assert.That(Tool.Run("stats", "--index", corpus.Index, "--json").Output, Does.Contain("\"withVectors\":6,").And.Contain("\"calibration\":{\"queries\":6,"));
        Assert.That(Tool.Run("upgrade", "--index", corpus.Index).Output, Is.EqualTo("6 documents, all with vectors\n"));
        Assert.That(Tool.Run("search", "immunization against illness", "--index", corpus.Index, "--json").Output, Does.Contain("\"mode\":\"hybrid\"").And.Contain("\"id\":\"d1\""));
        CommandLineTests.AssertWrong(Tool.Run("upgrade", "--index", corpus.At("nothing")), "no folder");
    }

    [TestCase("--mode", "bm25")]
    [TestCase("--query-encoder", "idf")]
    public void Search_needs_no_model_where_words_are_enough(string option, string value)
    {
        ToolResult result = Tool.Run("search", "fresh river water", "--index", _corpus.Index, option, value, "--json");
        using var json = JsonDocument.Parse(result.Output);
        Assert.That(json.RootElement.GetProperty("hits")[0].GetProperty("id").GetString(), Is.EqualTo("d3"), result.Error);
    }

    [TestCase("full")]
    [TestCase("idf")]
    public void Eval_of_an_index_and_of_its_run_agree(string encoder)
    {
        string run = _corpus.At($"{encoder}.trec");
        Assert.That(Tool.Run("search", "--index", _corpus.Index, "--queries", _corpus.Queries, "--run", run, "--query-encoder", encoder).ExitCode, Is.Zero);
        ToolResult byIndex = Tool.Run("eval", "--qrels", _corpus.Qrels, "--index", _corpus.Index, "--queries", _corpus.Queries, "--query-encoder", encoder, "--json");
        Assert.That(byIndex.Output, Is.EqualTo("{\"nDCG@10\":1,\"RR@10\":1,\"R@100\":1}\n"), byIndex.Error);
        Assert.That(Tool.Run("eval", "--qrels", _corpus.Qrels, "--run", run, "--json").Output, Is.EqualTo(byIndex.Output));
    }

    [Test]
    public void Batch_and_single_queries_score_alike()
    {
        string run = _corpus.At("alike.trec");
        Tool.Run("search", "--index", _corpus.Index, "--queries", _corpus.Queries, "--run", run, "-k", "3");
        using var json = JsonDocument.Parse(Tool.Run("search", "river water to the sea", "--index", _corpus.Index, "-k", "3", "--json").Output);
        string[] batch = [.. File.ReadLines(run).Where(line => line.StartsWith("q2 ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2])];
        Assert.That(json.RootElement.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("id").GetString()), Is.EqualTo(batch));
    }

    [Test]
    public void Encode_writes_a_json_line_a_document()
    {
        string output = _corpus.At("vectors.jsonl");
        ToolResult result = Tool.Run("encode", _corpus.Corpus, "--out", output);
        JsonElement[] lines = [.. File.ReadLines(output).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(lines.Select(line => line.GetProperty("id").GetString()), Is.EqualTo(new[] { "d1", "d2", "d3", "d4", "d5", "d6" }));
            Assert.That(lines[1].GetProperty("vector").GetProperty("coffee").GetDouble(), Is.GreaterThan(0.5));
            Assert.That(Tool.Run("encode", _corpus.Corpus, "--out", "-").Output, Is.EqualTo(File.ReadAllText(output)));
        });
    }

    [Test]
    public void Encode_stops_at_a_broken_line_and_leaves_no_half_file()
    {
        string broken = _corpus.Write("half.jsonl", "{\"_id\":\"a\",\"text\":\"fine\"}\n{\n");
        CommandLineTests.AssertWrong(Tool.Run("encode", broken, "--out", _corpus.At("half.out")), "half.jsonl, line 2");
        Assert.That(Directory.EnumerateFiles(_corpus.Folder, "half.out*"), Is.Empty);
        Assert.That(Tool.Run("encode", broken, "--out", _corpus.At("half.out"), "--skip-bad").Error, Does.Contain("1 bad place skipped").And.Contain("line 2"));
        Assert.That(File.ReadLines(_corpus.At("half.out")).Count(), Is.EqualTo(1));
    }

    [Test]
    public void Inspect_draws_tokens_terms_and_where_expansions_come_from()
    {
        ToolResult result = Tool.Run("inspect", "vaccines protect children");
        string[] lines = result.Output.Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(lines[0], Is.EqualTo("5 tokens  [CLS] vaccines protect children [SEP]"));
            Assert.That(lines, Has.Some.Match(@"^vaccine +\+ +\d\.\d{3} +\d+  █+.* vaccines$"), "an expansion and its source");
            Assert.That(lines, Has.Some.Match(@"^vaccines +  +\d\.\d{3} +\d+  █+.* vaccines$"), "a word of the text");
            Assert.That(lines.Select(line => line.Length), Has.All.LessThanOrEqualTo(80));
            Assert.That(result.Output, Has.None.EqualTo('\u001b'));
        });
    }

    [Test]
    public void Inspect_json_lists_every_term_with_weight_and_impact()
    {
        using var json = JsonDocument.Parse(Tool.Run("inspect", "vaccines", "--index", _corpus.Index, "--json").Output);
        JsonElement term = json.RootElement.GetProperty("terms")[0];
        float scale = json.RootElement.GetProperty("scale").GetSingle();
        Assert.Multiple(() =>
        {
            Assert.That(term.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "term", "weight", "impact", "expansion", "source" }));
            Assert.That(term.GetProperty("impact").GetInt32(), Is.EqualTo(MathF.Round(term.GetProperty("weight").GetSingle() / scale)));
            Assert.That(json.RootElement.GetProperty("tokens").GetArrayLength(), Is.EqualTo(3));
        });
    }

    [Test]
    public void Inspect_by_table_draws_the_texts_own_pieces()
    {
        ToolResult result = Tool.Run("inspect", "the vaccine", "--query-encoder", "idf");
        Assert.That(result.Output, Does.Match(@"(?m)^vaccine +\d+\.\d{3} ").And.Not.Contain("+ marks"), result.Error);
    }

    [Test]
    public void Stats_name_the_encoder_and_the_scale()
    {
        using var json = JsonDocument.Parse(Tool.Run("stats", "--index", _corpus.Index, "--json").Output);
        Assert.Multiple(() =>
        {
            Assert.That(json.RootElement.GetProperty("encoder").GetProperty("name").GetString(), Is.EqualTo("builtin"));
            Assert.That(json.RootElement.GetProperty("scale").GetDouble(), Is.GreaterThan(0));
            Assert.That(json.RootElement.GetProperty("postings").GetInt64(), Is.GreaterThan(SmallCorpus.Count));
            Assert.That(json.RootElement.GetProperty("bytesPerPosting").GetDouble(), Is.GreaterThan(0));
        });
    }

    [Test]
    public void Model_list_and_info_describe_the_built_in_model()
    {
        using var json = JsonDocument.Parse(Tool.Run("model", "info", "--json").Output);
        Assert.That(json.RootElement.GetProperty("name").GetString(), Is.EqualTo("builtin"));
        Assert.That(json.RootElement.GetProperty("terms").GetInt32(), Is.EqualTo(30_522));
        Assert.That(json.RootElement.GetProperty("family").GetString(), Is.EqualTo("max of log(1 + relu)"));
        Assert.That(json.RootElement.GetProperty("queries").GetString(), Is.EqualTo("model"));
        Assert.That(json.RootElement.GetProperty("parameters").GetInt64(), Is.EqualTo(4_416_000).Within(1000));
        Assert.That(json.RootElement.GetProperty("licence").GetString(), Is.EqualTo("apache-2.0"));
        Assert.That(json.RootElement.GetProperty("languages").GetString(), Is.EqualTo("en"));
        Assert.That(json.RootElement.GetProperty("documentsPerSecond").GetDouble(), Is.Positive);
        Assert.That(Tool.Run("model", "list").Output, Does.StartWith("builtin  "));
    }

    [Test]
    public void Lexical_query_adds_no_terms()
    {
        Assert.That(Tool.Run("inspect", "vaccines protect children", "--query-encoder", "lexical").Output, Does.Contain("vaccines").And.Not.Contain(" + "));
        Assert.That(Tool.Run("search", "river water", "--index", _corpus.Index, "--query-encoder", "lexical", "--json").ExitCode, Is.Zero);
    }

    [Test]
    public void Router_folder_is_searched_by_its_own_table_unless_told_otherwise()
    {
        string router = RouterFolder(SharedModel());
        string imported = _corpus.At("imported-router");
        ToolResult import = Tool.Run("model", "import", router, "--to", imported);
        Assert.That(import.Output, Does.Contain("with its query table"), import.Error);
        using var info = JsonDocument.Parse(Tool.Run("model", "info", imported, "--json").Output);
        Assert.That(info.RootElement.GetProperty("queries").GetString(), Is.EqualTo("table"));
        Assert.That(info.RootElement.GetProperty("family").GetString(), Is.EqualTo("max of log(1 + log(1 + relu))"));

        using var corpus = new SmallCorpus();
        ToolResult index = Tool.Run("index", corpus.Corpus, "--index", corpus.Index, "--encoder", imported);
        Assert.That(index.ExitCode, Is.Zero, index.Error);
        string Search(params string[] options) => Tool.Run(["search", "vaccine river", "--index", corpus.Index, "--json", .. options]).Output;
        Assert.Multiple(() =>
        {
            Assert.That(Search(), Is.EqualTo(Search("--query-encoder", "idf")).And.Contains("\"id\":"));
            Assert.That(Search(), Is.Not.EqualTo(Search("--query-encoder", "full")));
        });
    }

    [Test]
    public void Info_knows_decoders_and_dense_models()
    {
        string models = Path.GetDirectoryName(SharedModel())!;
        Assert.That(Tool.Run("model", "info", Path.Combine(models, "tiny-decoder")).Output, Does.Contain("max of log(1 + relu), the text as \"{text}{text}\""));

        string dense = Path.Combine(models, "minilm-l6-int8");
        CommandLineTests.AssertWrong(Tool.Run("model", "info", dense), "holds no tokenizer", "found config.json, model.onnx");
        string whole = Directory.CreateDirectory(_corpus.At("minilm")).FullName;
        File.Copy(Path.Combine(dense, "model.onnx"), Path.Combine(whole, "model.onnx"));
        File.Copy(Path.Combine(dense, "config.json"), Path.Combine(whole, "config.json"));
        File.Copy(Path.Combine(SharedModel(), "vocab.txt"), Path.Combine(whole, "vocab.txt"));
        Assert.That(Tool.Run("model", "info", whole).Output, Does.Contain("dense, mean").And.Contain("384"));
    }

    [Test]
    public void Folder_that_is_no_model_is_refused_by_every_command()
    {
        string folder = Directory.CreateDirectory(_corpus.At("empty")).FullName;
        CommandLineTests.AssertWrong(Tool.Run("encode", _corpus.Corpus, "--out", _corpus.At("no.jsonl"), "--encoder", folder), folder);
        CommandLineTests.AssertWrong(Tool.Run("inspect", "x", "--encoder", folder), folder);
        CommandLineTests.AssertWrong(Tool.Run("model", "info", folder), folder);
        CommandLineTests.AssertWrong(Tool.Run("model", "import", folder, "--to", _corpus.At("imported")), folder);
        CommandLineTests.AssertWrong(Tool.Run("search", "x", "--index", _corpus.Index, "--encoder", folder), folder);
    }

    [Test]
    public void Another_encoder_is_refused_and_its_folder_remembered()
    {
        string model = SharedModel();
        using var corpus = new SmallCorpus();
        ToolResult made = Tool.Run("index", corpus.Corpus, "--index", corpus.Index, "--encoder", model);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        Assert.Multiple(() =>
        {
            CommandLineTests.AssertWrong(Tool.Run("index", corpus.Corpus, "--index", corpus.Index, "--append", "--encoder", "builtin"), "written by the encoder 'splade-tiny'", "another");
            CommandLineTests.AssertWrong(Tool.Run("index", corpus.Corpus, "--index", corpus.Index, "--append", "--encoder", "none"), "splade-tiny");
            CommandLineTests.AssertWrong(Tool.Run("search", "x", "--index", _corpus.Index, "--encoder", model), "written by the encoder 'builtin'", "another");
            Assert.That(Tool.Run("search", "immunization", "--index", corpus.Index, "--json").Output, Does.Contain("\"mode\":\"hybrid\",\"hits\":[{\"rank\":1,\"id\":\"d1\""));
            Assert.That(Tool.Run("index", corpus.Corpus, "--index", corpus.Index, "--append").Output, Does.StartWith("0 documents indexed").And.Contain("6 there already"));
            Assert.That(Tool.Run("search", "vaccine", "--index", corpus.Index, "--query-encoder", "idf", "--json").Output, Does.Contain("\"id\":\"d1\""));
        });
        File.Delete(Path.Combine(corpus.Index, "sparse-tool.json"));
        CommandLineTests.AssertWrong(Tool.Run("search", "x", "--index", corpus.Index, "--mode", "sparse"), "splade-tiny", "--encoder MODEL_DIR");
        Assert.That(Tool.Run("search", "vaccine", "--index", corpus.Index, "--encoder", model).ExitCode, Is.Zero);
    }

    [Test]
    public void Search_goes_by_words_and_says_why_when_the_model_is_deleted_or_damaged()
    {
        string model = Directory.CreateDirectory(_corpus.At("own-model")).FullName;
        foreach (string file in (string[])["onnx/model.onnx", "tokenizer.json", "tokenizer_config.json", "config.json", "modules.json", "1_SpladePooling/config.json"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(model, file))!);
            File.Copy(Path.Combine(SharedModel(), file), Path.Combine(model, file));
        }

        using var corpus = new SmallCorpus();
        Assert.That(Tool.Run("index", corpus.Corpus, "--index", corpus.Index, "--encoder", model).ExitCode, Is.Zero);
        string graph = Path.Combine(model, "onnx", "model.onnx");
        File.Copy(graph, graph + ".copy");
        using (FileStream damaged = File.OpenWrite(graph))
        {
            damaged.SetLength(damaged.Length / 2);
        }

        AssertByWords();
        File.Delete(graph);
        AssertByWords();
        Directory.Delete(model, recursive: true);
        AssertByWords();
        string[] sparse = ["search", "vaccine", "--index", corpus.Index, "--mode", "sparse"];
        CommandLineTests.AssertWrong(Tool.Run(sparse), "is gone");
        CommandLineTests.AssertWrong(Tool.Run("eval", "--index", corpus.Index, "--queries", corpus.Queries, "--qrels", corpus.Qrels), "is gone");

        void AssertByWords()
        {
            ToolResult result = Tool.Run("search", "vaccine", "--index", corpus.Index, "--json");
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(result.Output, Does.Contain("\"mode\":\"bm25\",\"fallback\":\"The encoder of the index can").And.Contain("\"id\":\"d1\""));
            Assert.That(result.Error, Does.Contain("The encoder of the index can't be opened (").And.Contain("so the search was by words (BM25)."));
        }
    }

    [Test]
    public void Imported_model_encodes_like_its_source()
    {
        string model = SharedModel();
        string imported = _corpus.At("tiny");
        ToolResult result = Tool.Run("model", "import", model, "--to", imported, "--name", "tiny");
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Output, Does.StartWith("tiny: ").And.Contain("use it with --encoder "));
        double[] Weights(string encoder)
        {
            using var json = JsonDocument.Parse(Tool.Run("inspect", "vaccines protect children", "--encoder", encoder, "--json").Output);
            return [.. json.RootElement.GetProperty("terms").EnumerateArray().Select(term => term.GetProperty("weight").GetDouble())];
        }

        Assert.That(Weights(imported), Is.EqualTo(Weights(model)).Within(1e-4));
        CommandLineTests.AssertWrong(Tool.Run("model", "import", model, "--to", imported), "not empty");
    }

    [Test]
    public void Import_without_a_folder_goes_to_the_cache_and_is_called_by_its_name()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("skipped: XDG_CACHE_HOME is Linux's");
        }

        string model = SharedModel(), cache = _corpus.At("cache");
        ToolResult Run(string line, params string[] arguments) => Tool.RunScript($"export XDG_CACHE_HOME='{cache}'; {line}", arguments);
        ToolResult import = Run("\"$@\"", "model", "import", model, "--quantize", "fp16", "--name", "half");
        Assert.That(import.ExitCode, Is.Zero, import.Error);
        Assert.That(import.Output, Does.Contain("in fp16").And.EndsWith("use it with --encoder half\n"));
        Assert.That(File.Exists(Path.Combine(cache, "sparse", "models", "half", "model.onnx")));
        using var corpus = new SmallCorpus();
        Assert.Multiple(() =>
        {
            Assert.That(Run("\"$@\"", "model", "list").Output, Does.Contain("half  imported, in "));
            Assert.That(Run("\"$@\"", "model", "info", "half").Output, Does.Match("name +half").And.Match("parameters +4.4 M").And.Match("licence +Apache License").And.Match("languages +not stated").And.Match("speed +[0-9.]+ documents/s here, of 170 tokens"));
            Assert.That(Run("\"$@\"", "model", "check", "half").Output, Does.Contain("no fault found"));
            Assert.That(Run("\"$@\"", "index", corpus.Corpus, "--index", corpus.Index, "--encoder", "half").ExitCode, Is.Zero);
            Assert.That(Tool.Run("search", "immunization", "--index", corpus.Index, "--json").Output, Does.Contain("\"id\":\"d1\""), "the index remembers the folder");
            CommandLineTests.AssertWrong(Run("\"$@\"", "model", "import", model, "--name", "half"), "there is a model 'half'", "--name");
            CommandLineTests.AssertWrong(Run("\"$@\"", "model", "import", model, "--name", "../half"), "can't be the name of a model");
            CommandLineTests.AssertWrong(Run("\"$@\"", "model", "import", model, "--name", "builtin"), "can't be the name of a model");
            CommandLineTests.AssertWrong(Run("\"$@\"", "model", "info", "other"), "no model folder 'other'", "sparse model list");
            CommandLineTests.AssertWrong(Tool.Run("model", "import", model, "--quantize", "int4"), "none, int8 or fp16");
        });
    }

    [Test]
    public void Check_names_each_fault_with_its_cost_and_exits_with_1()
    {
        string folder = Directory.CreateDirectory(_corpus.At("faulty")).FullName, model = SharedModel();
        foreach (string name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(model, name), Path.Combine(folder, name));
        }

        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), File.ReadAllText(Path.Combine(model, "tokenizer.json")).Replace("\"lowercase\": true", "\"lowercase\": false", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(folder, "idf.json"), """{"the": 0.1, "water": 4}""");
        ToolResult result = Tool.Run("model", "check", folder);
        using var json = JsonDocument.Parse(Tool.Run("model", "check", folder, "--json").Output);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1), result.Error);
            Assert.That(result.Output, Does.Match(@"(?m)^cased tokenizer: .*\.\n  What it would cost: .*\.$").And.Match(@"(?m)^truncated query table: ").And.EndWith("2 faults found\n"));
            Assert.That(json.RootElement.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("fault").GetString()), Is.EqualTo(new[] { "cased tokenizer", "truncated query table" }));
            CommandLineTests.AssertWrong(Tool.Run("model", "check", Directory.CreateDirectory(_corpus.At("nothing")).FullName), "is not a model folder");
            CommandLineTests.AssertWrong(Tool.Run("model", "check", Path.Combine(model, "..", "minilm-l6-int8")), "the doctor knows sparse ones");
        });
    }

    // splade-tiny as the document side, OpenSearch's table as the query side.
    private string RouterFolder(string model)
    {
        string folder = Directory.CreateDirectory(_corpus.At("router")).FullName;
        string query = Directory.CreateDirectory(Path.Combine(folder, "query_0_SparseStaticEmbedding")).FullName;
        Directory.CreateDirectory(Path.Combine(folder, "document_1_SpladePooling"));
        foreach (string name in new[] { "config.json", "tokenizer.json", "vocab.txt" })
        {
            File.Copy(Path.Combine(model, name), Path.Combine(folder, name));
        }

        File.Copy(Path.Combine(model, "onnx", "model.onnx"), Path.Combine(folder, "model.onnx"));
        File.Copy(Path.Combine(model, "..", "..", "data", "opensearch-token-weights", "bert-uncased", "idf.json"), Path.Combine(query, "idf.json"));
        File.WriteAllText(Path.Combine(query, "config.json"), """{"frozen": true, "path": "idf.json"}""");
        File.WriteAllText(Path.Combine(folder, "modules.json"), """[{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Router"}]""");
        File.WriteAllText(Path.Combine(folder, "router_config.json"), """
            {"types": {"query_0_SparseStaticEmbedding": "s.SparseStaticEmbedding", "": "s.MLMTransformer", "document_1_SpladePooling": "s.SpladePooling"},
             "structure": {"query": ["query_0_SparseStaticEmbedding"], "document": ["", "document_1_SpladePooling"]}, "parameters": {}}
            """);
        File.WriteAllText(Path.Combine(folder, "document_1_SpladePooling", "config.json"), """{"pooling_strategy": "max", "activation_function": "log1p_relu"}""");
        return folder;
    }

    private static string SharedModel()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string model = Path.Combine(folder.FullName, "shared", "models", "splade-tiny");
            if (Directory.Exists(model))
            {
                return model;
            }
        }

        Assert.Ignore("skipped: ../shared/models/splade-tiny is not here");
        return "";
    }
}
