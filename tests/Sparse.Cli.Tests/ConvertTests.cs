using System.Text;
using Sparse.Formats.Vectors;

namespace Sparse.Cli.Tests;

/// <summary>Vectors from format to format: what is kept, what is said to be lost, and how malformed files are named.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class ConvertTests
{
    private string _folder = "";

    [OneTimeSetUp]
    public void Make_a_folder() => _folder = Directory.CreateTempSubdirectory("sparse-convert-").FullName;

    [OneTimeTearDown]
    public void Remove_the_folder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Whole_numbers_come_back_from_every_format_as_they_were(
        [Values(VectorFormat.Anserini, VectorFormat.Ciff, VectorFormat.Bin, VectorFormat.Milvus, VectorFormat.Pinecone, VectorFormat.Qdrant, VectorFormat.OpenSearch, VectorFormat.Elasticsearch, VectorFormat.Jsonl, VectorFormat.Parquet)] VectorFormat format,
        [Values(1, 7, 1_000_000)] int rangePostings)
    {
        string first = At($"first-{format}-{rangePostings}.bin"), middle = At($"middle-{format}-{rangePostings}"), last = At($"last-{format}-{rangePostings}.bin");
        WriteBin(first, new Random(5), documents: 60);
        Convert(first, VectorFormat.Bin, middle, format, rangePostings, 1);
        Convert(middle, format, last, VectorFormat.Bin, rangePostings, 1);
        Assert.That(File.ReadAllBytes(last), Is.EqualTo(File.ReadAllBytes(first)));
    }

    [Test]
    public void Ciff_that_we_wrote_is_written_again_byte_by_byte_with_its_scale()
    {
        string jsonl = Write("weights.jsonl", "{\"id\":\"b\",\"vector\":{\"zeta\":0.5,\"alpha\":1.25}}\n{\"id\":\"empty\",\"vector\":{}}\n{\"id\":\"ä\",\"vector\":{\"zeta\":3.14159}}\n");
        Convert(jsonl, VectorFormat.Jsonl, At("1.ciff"), VectorFormat.Ciff, 1, null);
        Convert(At("1.ciff"), VectorFormat.Ciff, At("2.ciff"), VectorFormat.Ciff, 1000, null);
        Convert(At("2.ciff"), VectorFormat.Ciff, At("back.jsonl"), VectorFormat.Jsonl, 1000, null);
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllBytes(At("2.ciff")), Is.EqualTo(File.ReadAllBytes(At("1.ciff"))));
            Assert.That(File.ReadAllText(At("back.jsonl")), Is.EqualTo(
                "{\"id\":\"b\",\"vector\":{\"alpha\":1.25,\"zeta\":0.5}}\n{\"id\":\"empty\",\"vector\":{}}\n{\"id\":\"ä\",\"vector\":{\"zeta\":3.14}}\n"));
        });
    }

    [Test]
    public void Anserini_gets_naver_s_hundredfold_rounding_and_the_losses_are_told()
    {
        string input = Write("floats.jsonl", "{\"_id\":\"a\",\"vector\":{\"x\":1.234,\"y\":0.004}}\n");
        ToolResult result = Tool.Run("convert", input, At("a.jsonl"), "--to", "anserini");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(File.ReadAllText(At("a.jsonl")), Is.EqualTo("{\"id\":\"a\",\"contents\":\"\",\"vector\":{\"x\":123}}\n"));
            Assert.That(result.Error, Does.Contain("whole steps of 1/100").And.Contain("1 weights round to 0"));
        });
    }

    [TestCase("1.5", "0.75", 255, 128, "1/170")]
    [TestCase("255", "3", 255, 3, "")]
    [TestCase("510", "3", 255, 2, "1/0.5")]
    public void Weights_of_no_known_scale_fill_the_impacts_of_bin_and_whole_numbers_stay(string heavy, string light, byte first, byte second, string said)
    {
        string input = Write("scale.jsonl", $"{{\"id\":\"0\",\"vector\":{{\"7\":{heavy}}}}}\n{{\"id\":\"1\",\"vector\":{{\"300\":{light}}}}}\n");
        string numbers = Write("numbers.txt", string.Join('\n', Enumerable.Range(0, 400)) + "\n");
        ToolResult result = Tool.Run("convert", input, At("scale.bin"), "--vocabulary", numbers);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(File.ReadAllBytes(At("scale.bin"))[^2..], Is.EqualTo(new[] { first, second }));
            Assert.That(result.Error, said.Length > 0 ? Does.Contain(said) : Does.Not.Contain("rounded"));
        });
    }

    [Test]
    public void Dots_of_terms_survive_rank_features()
    {
        string input = Write("dots.jsonl", "{\"id\":\"a\",\"vector\":{\".\":1,\"x\":2}}\n");
        Convert(input, VectorFormat.Jsonl, At("dots.bulk"), VectorFormat.OpenSearch, 10, null);
        Convert(At("dots.bulk"), VectorFormat.OpenSearch, At("dots-back.jsonl"), VectorFormat.Jsonl, 10, null);
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllText(At("dots.bulk")), Is.EqualTo("{\"index\":{\"_id\":\"a\"}}\n{\"sparse\":{\"__\":1,\"x\":2}}\n"));
            Assert.That(File.ReadAllText(At("dots-back.jsonl")), Is.EqualTo(File.ReadAllText(input)));
        });
    }

    [TestCase("{\"id\":\"a\",\"vector\":{\"x\":-1}}", "line 1", "weight -1 of term 'x'")]
    [TestCase("{\"id\":\"a\",\"vector\":{\"x\":NaN}}", "line 1", "broken JSON at byte 24")]
    [TestCase("{\"id\":\"a\",\"vector\":{\"x\":1e99}}", "line 1", "weight 1e99 of term 'x'")]
    [TestCase("{\"id\":\"a\",\"vector\":{\"x\":\"1\"}}", "line 1", "weight \"1\" of term 'x' is a string")]
    [TestCase("{\"id\":\"a\",\"vector\":{\"x\":1}}\n{\"id\":\"a\",\"vector\":{\"x\":1}}", "line 2", "id 'a' occurs twice")]
    [TestCase("{\"id\":\"a\",\"vector\":{\"x\":1,\"x\":2}}", "line 1", "term 'x' occurs twice")]
    [TestCase("{\"vector\":{\"x\":1}}", "line 1", "no 'id'")]
    [TestCase("{\"id\":\"a\",\"text\":\"x\"}", "line 1", "no vector")]
    [TestCase("{\"id\":\"a\",\"vector\":{\"x\":1}", "line 1", "broken JSON")]
    [TestCase("[1]", "line 1", "no JSON object")]
    [TestCase("{\"id\":\"a\",\"vector\":{\"indices\":[1,2],\"values\":[1]}}", "line 1", "2 indices and 1 values")]
    [TestCase("{\"id\":\"a\",\"vector\":{\"indices\":[-1],\"values\":[1]}}", "line 1", "index -1")]
    [TestCase("{\"index\":{\"_id\":\"a\"}}", "line 1", "ends after an action line")]
    public void A_malformed_line_is_named_with_its_value_and_what_was_expected(string content, params string[] parts)
    {
        string input = Write("bad.jsonl", content + "\n");
        string message = Assert.Throws<BadInputException>(() => Convert(input, VectorFormat.Jsonl, At("bad.out"), VectorFormat.Jsonl, 10, null))!.Message;
        foreach (string part in parts.Prepend("bad.jsonl"))
        {
            Assert.That(message, Does.Contain(part));
        }
    }

    [Test]
    public void Ciff_cut_anywhere_or_with_a_wrong_byte_is_refused_with_its_offset_or_read_without_harm()
    {
        WriteBin(At("whole.bin"), new Random(2), documents: 12);
        Convert(At("whole.bin"), VectorFormat.Bin, At("whole.ciff"), VectorFormat.Ciff, 1000, null);
        byte[] whole = File.ReadAllBytes(At("whole.ciff"));
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(At("cut.ciff"), whole[..length]);
            Assert.That(() => Convert(At("cut.ciff"), VectorFormat.Ciff, At("cut.out"), VectorFormat.Jsonl, 100, null),
                Throws.TypeOf<BadInputException>().With.Message.Contains("at byte"), $"cut at {length}");
        }

        var random = new Random(3);
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(At("cut.ciff"), damaged);
            try
            {
                Convert(At("cut.ciff"), VectorFormat.Ciff, At("cut.out"), VectorFormat.Jsonl, 100, null);
            }
            catch (BadInputException exception)
            {
                Assert.That(exception.Message, Does.Contain("at byte").And.Contain("cut.ciff"));
            }
        }
    }

    [Test]
    public void Parquet_of_names_keeps_them_with_floats_empty_vectors_and_the_encoder()
    {
        string input = Write("names-of-parquet.jsonl", "{\"id\":\"b\",\"vector\":{\"alpha\":1.25,\"zeta\":0.1}}\n{\"id\":\"empty\",\"vector\":{}}\n{\"id\":\"ä\",\"vector\":{\"zeta\":3.14159}}\n");
        Convert(input, VectorFormat.Jsonl, At("names.parquet"), VectorFormat.Parquet, 10, null);
        Convert(At("names.parquet"), VectorFormat.Parquet, At("names-back.jsonl"), VectorFormat.Jsonl, 10, null);
        Assert.That(File.ReadAllText(At("names-back.jsonl")), Is.EqualTo(File.ReadAllText(input)));
    }

    [TestCase(-1f, "a", "value -1 of row 1, document 'b'")]
    [TestCase(float.NaN, "a", "value NaN of row 1")]
    [TestCase(float.PositiveInfinity, "a", "value Infinity of row 1")]
    [TestCase(1f, "b", "id 'b' of row 1 occurs twice")]
    public void A_malformed_row_of_parquet_is_named_with_its_value_and_what_was_expected(float value, string first, string problem)
    {
        TermTable terms = TermTable.OfNames(null);
        using (FileStream stream = File.Create(At("bad.parquet")))
        using (var writer = new ParquetVectorWriter(stream, terms, 1, null))
        {
            var row = new VectorRow { Id = first };
            row.Add(terms.Find("x"), 1);
            writer.Write(row);
            (row.Id, row.Values[0]) = ("b", value);
            writer.Write(row);
            writer.Finish();
        }

        Assert.That(() => Convert(At("bad.parquet"), VectorFormat.Parquet, At("bad.out"), VectorFormat.Jsonl, 10, null),
            Throws.TypeOf<BadInputException>().With.Message.Contains(problem).And.Message.Contains("bad.parquet").And.Message.Contains("expected").Or.Message.Contains("is not a finite number"));
    }

    [Test]
    public void Parquet_cut_anywhere_or_something_else_altogether_is_refused()
    {
        WriteBin(At("for-parquet.bin"), new Random(4), documents: 9);
        Convert(At("for-parquet.bin"), VectorFormat.Bin, At("whole.parquet"), VectorFormat.Parquet, 10, null);
        byte[] whole = File.ReadAllBytes(At("whole.parquet"));
        for (int length = 0; length < whole.Length; length += 7)
        {
            File.WriteAllBytes(At("cut.parquet"), whole[..length]);
            Assert.That(() => Convert(At("cut.parquet"), VectorFormat.Parquet, At("cut.out"), VectorFormat.Jsonl, 10, null),
                Throws.TypeOf<BadInputException>().With.Message.Contains("cut.parquet").And.Message.Contains("expected"), $"cut at {length}");
        }
    }

    [Test]
    public void A_bin_file_whose_numbers_do_not_go_together_is_refused()
    {
        WriteBin(At("good.bin"), new Random(1), documents: 5);
        byte[] good = File.ReadAllBytes(At("good.bin"));
        foreach ((int at, byte value, string problem) in new[] { (0, (byte)9, "does not go with"), (16, (byte)1, "starts at posting 1"), (24, (byte)255, "row 0 ends at posting") })
        {
            byte[] bad = [.. good];
            bad[at] = value;
            File.WriteAllBytes(At("bad.bin"), bad);
            Assert.That(() => Convert(At("bad.bin"), VectorFormat.Bin, At("bad.out"), VectorFormat.Jsonl, 100, null),
                Throws.TypeOf<BadInputException>().With.Message.Contains(problem).And.Message.Contains("at byte"));
        }
    }

    [Test]
    public void Judgements_queries_and_runs_go_both_ways()
    {
        string beir = Write("qrels.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t0\n"), topics = Write("topics.txt", "<top>\n<num> Number: 7\n<title> two words\n</top>\n"), run = Write("run.txt", "q1 Q0 d1 1 2.5 x\nq1 Q0 d2 2 1.5 x\n");
        Assert.Multiple(() =>
        {
            Assert.That(Converted(beir, "trec-qrels"), Is.EqualTo("q1 0 d1 1\nq1 0 d2 0\n"));
            Assert.That(Converted(At("converted-trec-qrels"), "beir-qrels"), Is.EqualTo(File.ReadAllText(beir)));
            Assert.That(Converted(topics, "tsv-queries"), Is.EqualTo("7\ttwo words\n"));
            Assert.That(Converted(topics, "beir-queries"), Is.EqualTo("{\"_id\":\"7\",\"text\":\"two words\"}\n"));
            Assert.That(Converted(run, "msmarco-run"), Is.EqualTo("q1\td1\t1\nq1\td2\t2\n"));
            Assert.That(Converted(run, "trec-run"), Is.EqualTo("q1 Q0 d1 1 2.5 sparse\nq1 Q0 d2 2 1.5 sparse\n"));
        });
        CommandLineTests.AssertWrong(Tool.Run("convert", Write("short.qrels", "q1 d1\n"), At("never.qrels"), "--to", "trec-qrels"), "short.qrels", "line 1", "2 columns; expected");

        string Converted(string source, string to)
        {
            ToolResult result = Tool.Run("convert", source, At("converted-" + to), "--to", to);
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            return File.ReadAllText(At("converted-" + to));
        }
    }

    [Test]
    public void Wrong_use_gives_one_sentence()
    {
        string input = Write("names.jsonl", "{\"id\":\"a\",\"vector\":{\"word\":1}}\n");
        CommandLineTests.AssertWrong(Tool.Run("convert", input, At("x.vec")), "says no format of vectors", "--to");
        CommandLineTests.AssertWrong(Tool.Run("convert", At("none.ciff"), At("x.jsonl")), "none.ciff");
        ToolResult unnamed = Tool.Run("convert", input, At("x.bin"));
        Assert.That(unnamed.ExitCode, Is.EqualTo(2));
        Assert.That(unnamed.Error, Does.Contain("'word' has no number"));
        Assert.That(File.Exists(At("x.bin")), Is.False, "nothing half written");
    }

    private static void Convert(string from, VectorFormat fromFormat, string to, VectorFormat toFormat, int rangePostings, double? scale)
    {
        using VectorReader reader = fromFormat == VectorFormat.Ciff
            ? new CiffVectorReader(from, TermTable.OfNames(null), rangePostings) : VectorFile.Read(from, fromFormat, vocabulary: null);
        using FileStream stream = File.Create(to);
        double factor = scale ?? (reader.IsInteger ? 1 : 100);
        using VectorWriter writer = toFormat == VectorFormat.Ciff
            ? new CiffVectorWriter(stream, to, reader.Terms, factor, reader.Scale / factor, rangePostings: rangePostings) : VectorFile.Write(stream, to, toFormat, reader, scale);
        var row = new VectorRow();
        while (reader.Read(row))
        {
            writer.Write(row);
        }

        writer.Finish();
    }

    private static void WriteBin(string path, Random random, int documents)
    {
        var starts = new List<ulong> { 0 };
        var terms = new List<ushort>();
        var impacts = new List<byte>();
        for (int document = 0; document < documents; document++)
        {
            ushort[] row = [.. Enumerable.Range(0, random.Next(0, 20)).Select(_ => (ushort)random.Next(300)).Distinct().Order()];
            terms.AddRange(row);
            impacts.AddRange(row.Select(_ => (byte)random.Next(1, 256)));
            starts.Add((ulong)terms.Count);
        }

        using var writer = new BinaryWriter(File.Create(path));
        writer.Write((ulong)documents);
        writer.Write((ulong)terms.Count);
        starts.ForEach(writer.Write);
        terms.ForEach(writer.Write);
        impacts.ForEach(writer.Write);
    }

    private string At(string name) => Path.Combine(_folder, name);

    private string Write(string name, string content)
    {
        File.WriteAllText(At(name), content, new UTF8Encoding(false));
        return At(name);
    }
}
