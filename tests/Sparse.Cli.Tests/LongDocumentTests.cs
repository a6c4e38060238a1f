using System.Text.Json;
using Sparse.LuceneNet;

namespace Sparse.Cli.Tests;

/// <summary>Documents that are longer than the encoder reads, and documents that are refused.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class LongDocumentTests
{
    private static readonly string Long = string.Join(' ', Enumerable.Repeat("Coffee beans are roasted, ground and brewed with hot water.", 20))
        + " A volcano throws out lava. " + string.Join(' ', Enumerable.Repeat("Bread dough rises because of yeast.", 20));

    [Test]
    public void Passage_that_matched_is_in_the_hit_and_append_cuts_the_same_way()
    {
        using var corpus = new SmallCorpus();
        string first = corpus.Write("first.jsonl", Line("long", Long));
        string second = corpus.Write("second.jsonl", Line("more", Long));
        ToolResult made = Tool.Run("index", first, "--index", corpus.Index, "--chunk", "sentences", "--chunk-tokens", "64", "--chunk-overlap", "0");
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        Assert.That(made.Output, Does.Match("holds 1 document in [5-9] passages"));
        Assert.That(made.Error, Is.Empty);

        using var found = JsonDocument.Parse(Tool.Run("search", "volcanic eruption", "--index", corpus.Index, "--json").Output);
        JsonElement hit = found.RootElement.GetProperty("hits")[0];
        JsonElement passage = hit.GetProperty("passage");
        string text = hit.GetProperty("text").GetString()!;
        Assert.That(text, Is.EqualTo(Long));
        Assert.That(text.Substring(passage.GetProperty("start").GetInt32(), passage.GetProperty("length").GetInt32()), Does.Contain("A volcano throws out lava.").And.Length.LessThan(400));

        int passages = Passages(corpus);
        Assert.That(Tool.Run("index", second, "--index", corpus.Index, "--append").ExitCode, Is.Zero);
        Assert.That(Passages(corpus), Is.EqualTo(2 * passages));
        Assert.That(Tool.Run("index", second, "--index", corpus.Index, "--append").Output, Does.Contain("1 there already"));
        Assert.That(Tool.Run("index", second, "--index", corpus.Index, "--append", "--passages", "merge").Output, Does.StartWith("1 document indexed"));
        Assert.That(Passages(corpus), Is.EqualTo(passages + 1));
        Assert.That(Tool.Run("check", "--index", corpus.Index).ExitCode, Is.Zero);
    }

    [Test]
    public void Text_that_the_encoder_does_not_read_is_counted()
    {
        using var corpus = new SmallCorpus();
        string file = corpus.Write("long.jsonl", Line("a", Long) + Line("b", "short"));
        ToolResult result = Tool.Run("index", file, "--index", corpus.Index);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        Assert.That(result.Output, Does.Match(@"^2 documents indexed in [\d.]+ s \([\d.,]+/s, \d+ threads?\)\n"), "the threads are stated");
        Assert.That(result.Error, Is.EqualTo("sparse: warning: 1 document has more than 256 tokens, and the encoder read no further (search by words reads all); index anew with --chunk sentences for the whole text\n"));
        Assert.That(Tool.Run("encode", file, "--out", corpus.At("vectors.jsonl")).Error, Does.Contain("1 document has more than --max-tokens"));
    }

    [Test]
    public void Markdown_files_are_cut_at_their_headings()
    {
        using var corpus = new SmallCorpus();
        Directory.CreateDirectory(corpus.At("docs"));
        File.WriteAllText(corpus.At("docs/page.md"), "# Page\n\nAbout bread.\n\n## Coffee\n\nBeans are roasted.\n\n```\n# not a heading\n```\n\nVolcanoes\n=========\n\nLava.\n");
        ToolResult result = Tool.Run("index", corpus.At("docs"), "--index", corpus.Index, "--chunk", "headings");
        Assert.That(result.Output, Does.Contain("holds 1 document in 3 passages"), result.Error);
        using var found = JsonDocument.Parse(Tool.Run("search", "lava", "--index", corpus.Index, "--json").Output);
        JsonElement hit = found.RootElement.GetProperty("hits")[0];
        Assert.That(hit.GetProperty("text").GetString()![hit.GetProperty("passage").GetProperty("start").GetInt32()..], Is.EqualTo("# Volcanoes\n\nLava."));
    }

    [TestCase("--chunk lines", "--chunk takes none, tokens, sentences or headings, not 'lines'")]
    [TestCase("--chunk-tokens 100", "go with --chunk tokens, sentences or headings")]
    [TestCase("--chunk none --passages keep", "go with --chunk tokens, sentences or headings")]
    [TestCase("--chunk tokens --chunk-tokens 300", "give --max-tokens 300 too")]
    [TestCase("--chunk tokens --chunk-tokens 64 --chunk-overlap 33", "may overlap by 32 at most, not 33")]
    [TestCase("--chunk tokens --chunk-tokens 16", "--chunk-tokens takes a whole number from 32 to 512, not '16'")]
    [TestCase("--chunk tokens --passages drop", "--passages takes keep or merge, not 'drop'")]
    [TestCase("--chunk tokens --encoder none", "leave --chunk out")]
    public void Wrong_cuts_are_refused_before_anything_is_made(string options, string sentence)
    {
        using var corpus = new SmallCorpus();
        CommandLineTests.AssertWrong(Tool.Run(["index", corpus.Corpus, "--index", corpus.Index, .. options.Split(' ')]), sentence);
        Assert.That(Directory.Exists(corpus.Index), Is.False);
    }

    [Test]
    public void Refused_document_is_named_by_its_id_and_the_rest_go_on()
    {
        using var corpus = new SmallCorpus();
        string file = corpus.Write("ids.jsonl", Line("a", "one") + Line(new string('x', 40_000), "two") + Line("c", "three"));
        ToolResult result = Tool.Run("index", file, "--index", corpus.Index, "--encoder", "none");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(result.Output, Does.StartWith("2 documents indexed").And.Contain("holds 2 documents"));
            Assert.That(result.Error, Does.Contain("1 document refused and left out").And.Contain("'xxxxx").And.Contain("40000 bytes").And.Not.Contain(new string('x', 200)));
        });
    }

    [Test]
    public void Fail_fast_stops_at_the_refused_document()
    {
        using var corpus = new SmallCorpus();
        string file = corpus.Write("ids.jsonl", Line("a", "one") + Line(new string('x', 40_000), "two"));
        CommandLineTests.AssertWrong(Tool.Run("index", file, "--index", corpus.Index, "--encoder", "none", "--fail-fast"), "40000 bytes", "leave --fail-fast out", "--append");
    }

    private static string Line(string id, string text) => JsonSerializer.Serialize(new { _id = id, text }) + "\n";

    private static int Passages(SmallCorpus corpus)
    {
        using SparseIndex index = SparseIndex.OpenReadOnly(corpus.Index);
        return index.Statistics().Passages;
    }
}
