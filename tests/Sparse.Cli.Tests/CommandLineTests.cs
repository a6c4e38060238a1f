namespace Sparse.Cli.Tests;

[Parallelizable(ParallelScope.All)]
internal sealed class CommandLineTests
{
    private static readonly string[] Commands = ["index", "search", "eval", "compare", "convert", "reproduce", "tune", "encode", "inspect", "stats", "get", "delete", "check", "backup", "optimize", "calibrate", "serve", "key", "model"];

    [Test]
    public void Alone_it_prints_help_that_names_every_command()
    {
        ToolResult result = Tool.Run();
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero);
            Assert.That(result.Error, Is.Empty);
            foreach (string command in Commands)
            {
                Assert.That(result.Output, Does.Contain("  " + command));
            }
        });
    }

    [Test]
    public void Version_is_printed()
    {
        ToolResult result = Tool.Run("--version");
        Assert.That(result.Output, Does.Match(@"^\d+\.\d+\.\d+"));
        Assert.That(result.ExitCode, Is.Zero);
    }

    [TestCase("frobnicate", "Unrecognized command or argument 'frobnicate' (see sparse --help)")]
    [TestCase("search x", "--index is missing (see sparse search --help)")]
    [TestCase("search x --index d -k 0", "-k takes a whole number from 1 to 10,000, not '0'")]
    [TestCase("search x --index d -k 10001", "-k takes a whole number from 1 to 10,000, not '10001'")]
    [TestCase("search x --index d -k many", "-k takes a whole number from 1 to 10,000, not 'many'")]
    [TestCase("search x --index d --mode dense", "--mode takes hybrid, sparse or bm25, not 'dense'")]
    [TestCase("search x --index d --query-encoder fast", "--query-encoder takes auto, full, idf or lexical, not 'fast'")]
    [TestCase("search x --index d --colour red", "there is no option '--colour' (see sparse search --help)")]
    [TestCase("index a --index d --format pdf", "--format takes auto, beir, jsonl, text, markdown, html or csv, not 'pdf'")]
    [TestCase("index a --index d --max-tokens 513", "--max-tokens takes a whole number from 8 to 512, not '513'")]
    [TestCase("index a --index d --threads 0", "--threads takes a whole number from 1 to 1,024, not '0'")]
    [TestCase("eval --qrels q", "give either --run FILE, or --index DIR (or --target URL) with --queries FILE (or --query-vectors FILE)")]
    [TestCase("eval --qrels q --run r --index d", "give either --run FILE, or --index DIR (or --target URL) with --queries FILE (or --query-vectors FILE)")]
    [TestCase("eval --qrels q --run r --metrics nDGC@10", "nDGC@10")]
    [TestCase("eval --run r", "--qrels is missing")]
    [TestCase("compare a --qrels q", "at least two runs")]
    [TestCase("model import m", "There is no model folder m")]
    [TestCase("model import m --to n --quantize int4", "--quantize takes none, int8 or fp16, not 'int4'")]
    [TestCase("search --index d --queries q", "a batch takes --queries FILE (or --query-vectors FILE) and --run OUT.trec together")]
    [TestCase("search --index d", "give a QUERY, or --queries FILE with --run OUT.trec")]
    public void Wrong_option_gives_one_sentence_and_code_2(string command, string sentence) =>
        AssertWrong(Tool.Run(command.Split(' ')), sentence);

    /// <summary>Exit code 2, one line on standard error that says what is wrong, nothing on standard output.</summary>
    internal static void AssertWrong(ToolResult result, params string[] parts) => Assert.Multiple(() =>
    {
        Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(1), result.Error);
        Assert.That(result.Error, Does.StartWith("sparse: "));
        foreach (string part in parts)
        {
            Assert.That(result.Error, Does.Contain(part));
        }
    });
}
