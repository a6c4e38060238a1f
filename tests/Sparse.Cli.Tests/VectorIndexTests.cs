using System.Diagnostics;
using System.Text.Json;
using Sparse.LuceneNet;

namespace Sparse.Cli.Tests;

/// <summary>Indexes of vectors that came from elsewhere, and vectors that come out of an index.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class VectorIndexTests
{
    private const string Shared = "shared";
    private string _folder = "";
    private readonly Dictionary<string, NamedVectorList> _read = [];

    [OneTimeSetUp]
    public void Make_a_folder() => _folder = Directory.CreateTempSubdirectory("sparse-vectors-").FullName;

    [OneTimeTearDown]
    public void Remove_the_folder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void An_index_exported_to_ciff_and_read_back_is_the_same_index()
    {
        using var corpus = new SmallCorpus();
        corpus.Indexed("builtin");
        string ciff = At("small.ciff"), again = At("small-again.ciff"), back = At("small-index");
        ToolResult out1 = Ok("convert", corpus.Index, ciff);
        Ok("index", ciff, "--index", back);
        Ok("convert", back, again);
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllBytes(again), Is.EqualTo(File.ReadAllBytes(ciff)));
            Assert.That(out1.Error, Does.Contain("texts of 6 documents are left out"));
            using SparseIndex first = SparseIndex.OpenReadOnly(corpus.Index), second = SparseIndex.OpenReadOnly(back);
            Assert.That(second.Encoder, Is.EqualTo(first.Encoder));
            Assert.That(second.Scale, Is.EqualTo(first.Scale));
            Assert.That(second.Statistics().Postings, Is.EqualTo(first.Statistics().Postings));

            // The encoder's name went along, so that texts find in it what they find in the first.
            string Hits(string index) => Ok("search", "fresh water", "--index", index, "--mode", "sparse", "-k", "6", "--json").Output;
            Assert.That(IdsAndScores(Hits(back)), Is.EqualTo(IdsAndScores(Hits(corpus.Index))));
        });
    }

    [Test]
    public void Texts_and_titles_go_through_json_and_are_searched_by_words()
    {
        using var corpus = new SmallCorpus();
        corpus.Indexed("builtin");
        Ok("convert", corpus.Index, At("texts.jsonl"));
        Ok("index", At("texts.jsonl"), "--vectors", "auto", "--index", At("texts-index"), "--encoder", "builtin");
        ToolResult words = Ok("search", "yeast", "--index", At("texts-index"), "--mode", "bm25", "--json");
        ToolResult sparse = Ok("search", "yeast", "--index", At("texts-index"), "--json");
        Assert.That(words.Output, Does.Contain("\"d5\"").And.Contain("Bread"));
        Assert.That(sparse.Output, Does.Contain("\"d5\""));
    }

    [Test]
    public void Anserini_files_of_a_folder_make_one_index_that_vectors_search()
    {
        Directory.CreateDirectory(At("parts"));
        File.WriteAllText(At("parts/1.jsonl"), "{\"id\":\"a\",\"contents\":\"one\",\"vector\":{\"fee\":120,\"fie\":31}}\n");
        File.WriteAllText(At("parts/2.jsonl"), "{\"id\":\"b\",\"contents\":\"two\",\"vector\":{\"fie\":510}}\n{\"id\":\"c\",\"contents\":\"\",\"vector\":{}}\n");
        File.WriteAllText(At("queries.jsonl"), "{\"id\":\"q1\",\"vector\":{\"fie\":1}}\n{\"id\":\"q2\",\"vector\":{\"unknown\":1}}\n{\"id\":\"q3\",\"vector\":{\"fee\":2,\"fie\":1}}\n");
        ToolResult made = Ok("index", At("parts"), "--vectors", "anserini", "--index", At("parts-index"));
        Ok("search", "--query-vectors", At("queries.jsonl"), "--run", At("run.trec"), "--index", At("parts-index"));
        Assert.Multiple(() =>
        {
            Assert.That(made.Output, Does.Contain("3 vectors indexed"));
            Assert.That(made.Error, Does.Contain("rounded to whole steps of 1/0.5"));
            Assert.That(File.ReadAllLines(At("run.trec")).Select(line => string.Join(' ', line.Split(' ')[..5])), Is.EqualTo(new[]
            {
                "q1 Q0 b 1 510", "q1 Q0 a 2 32", "q3 Q0 b 1 510", "q3 Q0 a 2 272",
            }));
            CommandLineTests.AssertWrong(Tool.Run("search", "words", "--index", At("parts-index"), "--mode", "sparse"), "made elsewhere", "--query-vectors");
        });
    }

    [Test]
    public void What_is_wrong_is_said_before_anything_is_left_behind()
    {
        File.WriteAllText(At("negative.jsonl"), "{\"id\":\"a\",\"vector\":{\"x\":1}}\n{\"id\":\"b\",\"vector\":{\"x\":-1}}\n");
        CommandLineTests.AssertWrong(Tool.Run("index", At("negative.jsonl"), "--vectors", "jsonl", "--index", At("never")), "negative.jsonl", "line 2", "weight -1 of term 'x'");
        CommandLineTests.AssertWrong(Tool.Run("convert", At("negative.jsonl"), At("never")), "line 2");
        CommandLineTests.AssertWrong(Tool.Run("index", At("none.vec"), "--vectors", "auto", "--index", At("never")), "says no format of vectors");
        Assert.That(Directory.Exists(At("never")), Is.False);
    }

    // The figures of the data's README, by the three query sides there.
    [TestCase("ones", .3396, .2702)]
    [TestCase("idf", .3475, .2761)]
    [TestCase("splade_distil_cocodenser_medium", .3568, .2957)]
    public void Real_splade_vectors_are_indexed_as_given_and_score_as_floats_do(string querySide, double publishedNdcg, double publishedRecall)
    {
        string? shared = FindShared();
        if (shared is null)
        {
            Assert.Ignore("skipped: no ../shared/data");
        }

        string documents = Path.Combine(shared, "splade-doc-vectors", "nfcorpus.splade-v3.jsonl"), qrels = Path.Combine(shared, "nfcorpus", "qrels", "test.tsv");
        string queries = Path.Combine(shared, "splade-query-vectors", "splade_distil_cocodenser_medium", "beir-v1.0.0-nfcorpus.test.jsonl");
        queries = querySide is "ones" or "idf" ? WordPieces(queries, At(querySide + ".jsonl"), isFlat: querySide == "ones") : queries;
        if (!SparseIndex.Exists(At("splade")))
        {
            Ok("index", documents, "--vectors", "jsonl", "--index", At("splade"));
        }

        JsonElement measured = JsonDocument.Parse(Ok("eval", "--index", At("splade"), "--query-vectors", queries, "--qrels", qrels, "--metrics", "nDCG@10,R@100", "--json").Output).RootElement;
        (double ndcg, double recall) = FloatScores(documents, queries, qrels);
        TestContext.Out.WriteLine(FormattableString.Invariant($"{querySide}: nDCG@10 {measured.GetProperty("nDCG@10").GetDouble():F4}, floats {ndcg:F4}; R@100 {measured.GetProperty("R@100").GetDouble():F4}, floats {recall:F4}"));
        Assert.Multiple(() =>
        {
            Assert.That(measured.GetProperty("nDCG@10").GetDouble(), Is.EqualTo(ndcg).Within(.001));
            Assert.That(measured.GetProperty("nDCG@10").GetDouble(), Is.EqualTo(publishedNdcg).Within(.001));
            Assert.That(measured.GetProperty("R@100").GetDouble(), Is.EqualTo(recall).Within(.002));
            Assert.That(measured.GetProperty("R@100").GetDouble(), Is.EqualTo(publishedRecall).Within(.002));
        });
    }

    [Test]
    public void Bmp_s_reader_takes_our_ciff_and_finds_the_same_ten()
    {
        string? shared = FindShared();
        string python = Path.Combine(Environment.GetEnvironmentVariable("PEERS_VENV") ?? "/tmp/sparse-peers", "bin", "python");
        if (shared is null || !File.Exists(python))
        {
            Assert.Ignore($"skipped: no {python}; ../shared/peers/bench.sh makes it");
        }

        string bench = Path.Combine(shared, "bench-vectors"), part = At("part.bin"), given = Path.Combine(bench, "queries-splade.bin");
        WriteFirst(Path.Combine(bench, "docs.bin"), part, documents: 20_000);
        WriteFirst(given, At("flat.bin"), documents: 50, isFlat: true);
        Ok("convert", part, At("part.ciff"));
        Ok("index", part, "--index", At("part-index"));
        File.WriteAllText(At("ask.py"), """
            import sys, struct, numpy, bmp
            ciff, out, queries = sys.argv[1:4]
            bmp.ciff2bmp(ciff, out, 16, False)
            searcher = bmp.Searcher(out)
            raw = open(queries, 'rb').read()
            n, z = struct.unpack_from('<QQ', raw)
            starts = numpy.frombuffer(raw, '<u8', n + 1, 16)
            terms = numpy.frombuffer(raw, '<u2', z, 16 + 8 * (n + 1))
            values = numpy.frombuffer(raw, 'u1', z, 16 + 8 * (n + 1) + 2 * z)
            for q in range(50):
                s, e = int(starts[q]), int(starts[q + 1])
                ids, scores = searcher.search({str(t): int(v) for t, v in zip(terms[s:e], values[s:e])}, k=10, alpha=1.0, beta=1.0)
                print('query', q, *ids)
            """);

        // Where a query's weights are all the same, BMP's rounding of them to 32 steps changes nothing: the ten are equal but for documents of one score.
        (string[][] theirs, ILookup<string, (string Id, double Score)> ours) = Both(At("flat.bin"));
        Assert.Multiple(() =>
        {
            foreach (string[] line in theirs)
            {
                var scores = ours[line[0]].ToDictionary(hit => hit.Id, hit => hit.Score);
                Assert.That(line[1..].Select(id => scores.GetValueOrDefault(id)), Is.EqualTo(ours[line[0]].Take(10).Select(hit => hit.Score)), $"query {line[0]}");
            }
        });

        // With real weights it does: a tenth document may be another.
        (theirs, ours) = Both(given);
        int same = theirs.Sum(line => line[1..].Intersect(ours[line[0]].Take(10).Select(hit => hit.Id)).Count());
        int first = theirs.Count(line => line[1] == ours[line[0]].First().Id);
        Assert.Multiple(() =>
        {
            Assert.That(same, Is.GreaterThanOrEqualTo(480), "of 500");
            Assert.That(first, Is.EqualTo(50));
        });

        (string[][] Theirs, ILookup<string, (string Id, double Score)> Ours) Both(string queries)
        {
            string[][] found = [.. RunProcess(python, At("ask.py"), At("part.ciff"), At("part.bmp"), queries)
                .Split('\n').Where(line => line.StartsWith("query ", StringComparison.Ordinal)).Select(line => line["query ".Length..].Split(' '))];
            Assert.That(found, Has.Length.EqualTo(50));
            Ok("search", "--query-vectors", queries, "--run", At("part.trec"), "-k", "200", "--index", At("part-index"));

            // Rounded: a run tells documents of one score apart by the least step of a float.
            return (found, File.ReadAllLines(At("part.trec")).Select(line => line.Split(' ')).ToLookup(parts => parts[0], parts => (parts[2], Math.Round(double.Parse(parts[4], System.Globalization.CultureInfo.InvariantCulture)))));
        }
    }

    // The queries' own word pieces with weight 1, or with those of OpenSearch's idf.json, which the built-in query side has.
    private static string WordPieces(string queries, string target, bool isFlat)
    {
        using var encoder = Encoders.InferenceFree.InferenceFreeEncoder.BuiltIn();
        File.WriteAllLines(target, File.ReadLines(queries).Select(line =>
        {
            using JsonDocument json = JsonDocument.Parse(line);
            Sparse.Vectors.TermVector vector = encoder.Encode(json.RootElement.GetProperty("text").GetString()!);
            var weights = Enumerable.Range(0, vector.Count).ToDictionary(i => encoder.Vocabulary[vector.Terms[i]], i => isFlat ? 1f : vector.Weights[i]);
            return JsonSerializer.Serialize(new { _id = json.RootElement.GetProperty("_id").GetString(), vector = weights });
        }));
        return target;
    }

    private (double Ndcg, double Recall) FloatScores(string documents, string queries, string qrelsFile)
    {
        if (!_read.TryGetValue(documents, out NamedVectorList? docs))
        {
            _read[documents] = docs = NamedVectorList.Read(documents);
        }

        NamedVectorList asked = NamedVectorList.Read(queries);
        var run = new Sparse.Evaluation.TrecRun();
        foreach ((string id, Dictionary<string, float> query) in asked.Vectors)
        {
            run.Add(id, [.. docs.Vectors.Select(document => (document.Id, Score: query.Sum(term => document.Weights.TryGetValue(term.Key, out float weight) ? (double)term.Value * weight : 0)))
                .Where(hit => hit.Score > 0).OrderByDescending(hit => hit.Score).Take(100).Select(hit => new Sparse.Evaluation.RunEntry(hit.Id, (float)hit.Score))]);
        }

        var qrels = Sparse.Evaluation.Qrels.Read(qrelsFile);
        return (Sparse.Evaluation.Measure.Parse("nDCG@10").Evaluate(qrels, run).Mean, Sparse.Evaluation.Measure.Parse("R@100").Evaluate(qrels, run).Mean);
    }

    private sealed record NamedVectorList(List<(string Id, Dictionary<string, float> Weights)> Vectors)
    {
        public static NamedVectorList Read(string path) => new([.. File.ReadLines(path).Select(line =>
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return (json.RootElement.GetProperty("_id").GetString()!, json.RootElement.GetProperty("vector").EnumerateObject().ToDictionary(term => term.Name, term => term.Value.GetSingle()));
        })]);
    }

    private static void WriteFirst(string path, string target, int documents, bool isFlat = false)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        long rows = reader.ReadInt64(), postings = reader.ReadInt64();
        long[] starts = [.. Enumerable.Range(0, documents + 1).Select(_ => reader.ReadInt64())];
        using var writer = new BinaryWriter(File.Create(target));
        writer.Write((long)documents);
        writer.Write(starts[^1]);
        Array.ForEach(starts, writer.Write);
        reader.BaseStream.Position = 16 + (8 * (rows + 1));
        writer.Write(reader.ReadBytes((int)starts[^1] * 2));
        reader.BaseStream.Position = 16 + (8 * (rows + 1)) + (postings * 2);
        byte[] values = reader.ReadBytes((int)starts[^1]);
        if (isFlat)
        {
            values.AsSpan().Fill(1);
        }

        writer.Write(values);
    }

    private static string RunProcess(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardOutput = true, RedirectStandardError = true };
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment["RAYON_NUM_THREADS"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, error.Result);
        return output;
    }

    private static (string?, double)[] IdsAndScores(string json) => [.. json.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
        .Where(hit => hit.TryGetProperty("id", out _)).Select(hit => (hit.GetProperty("id").GetString(), hit.GetProperty("score").GetDouble()))];

    private static string? FindShared()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string data = Path.Combine(folder.FullName, Shared, "data");
            if (Directory.Exists(data))
            {
                return data;
            }
        }

        return null;
    }

    private static ToolResult Ok(params string[] arguments)
    {
        ToolResult result = Tool.Run(arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return result;
    }

    private string At(string name) => Path.Combine(_folder, name);
}
