using System.Text;
using System.Text.Json;
using Lucene.Net.Analysis;
using Lucene.Net.Analysis.TokenAttributes;
using Sparse.Tokens;

namespace Sparse.Analysis.Tests;

[TestFixture]
internal sealed class AnalyzerTests
{
    private sealed record Word(string Term, int Start, int End, int Increment);

    [Test]
    public void English_words_are_lower_cased_stemmed_and_stop_words_leave_a_gap()
    {
        using var analyzer = new EnglishLexicalAnalyzer();
        Assert.That(Words(analyzer, "The Ponies weren't RUNNING to port-8080/tcp."), Is.EqualTo(new[]
        {
            new Word("poni", 4, 10, 2),
            new Word("weren", 11, 16, 1),
            new Word("t", 17, 18, 1),
            new Word("run", 19, 26, 1),
            new Word("port", 30, 34, 2),
            new Word("8080", 35, 39, 1),
            new Word("tcp", 40, 43, 1),
        }));
    }

    [TestCase("snake_case and kebab-case", new[] { "snake", "case", "kebab", "case" })]
    [TestCase("Straße Ωmega x² ½ Ⅷ", new[] { "straße", "ωmega", "x²", "½", "ⅷ" })]
    [TestCase("北京大学", new[] { "北京大学" })]
    [TestCase("𝔘nicode 😀 emoji", new[] { "𝔘nicod", "emoji" })]
    [TestCase("half\ud83dpair nul\0nul", new[] { "half", "pair", "nul", "nul" })]
    [TestCase("the and of", new string[0])]
    [TestCase("", new string[0])]
    public void Letters_and_digits_of_any_script_make_words_and_all_else_separates(string text, string[] expected)
    {
        using var analyzer = new EnglishLexicalAnalyzer();
        Assert.That(Words(analyzer, text).Select(word => word.Term), Is.EqualTo(expected));
    }

    [Test]
    public void Word_pieces_come_with_offsets_and_markers_leave_a_gap()
    {
        using var vocabulary = new MemoryStream(Encoding.UTF8.GetBytes("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nport\n##s\nopen\n,\n"));
        using var analyzer = new WordPieceAnalyzer(WordPieceTokenizer.FromVocabulary(vocabulary));
        Assert.That(Words(analyzer, "Open Ports, ☃ port"), Is.EqualTo(new[]
        {
            new Word("open", 0, 4, 1),
            new Word("port", 5, 9, 1),
            new Word("##s", 9, 10, 1),
            new Word(",", 10, 11, 1),
            new Word("port", 14, 18, 2),
        }));
        Assert.That(Words(analyzer, ""), Is.Empty);
        Assert.That(Words(analyzer, string.Concat(Enumerable.Repeat("port ", 5000))), Has.Count.EqualTo(5000), "one analyzer, many texts, none cut");
    }

    [Test]
    public void Word_pieces_equal_the_golden_tokens_of_the_model()
    {
        string folder = ModelFolder();
        using var analyzer = new WordPieceAnalyzer(WordPieceTokenizer.FromFolder(folder));
        var tokenizer = WordPieceTokenizer.FromFolder(folder);
        int texts = 0;
        foreach (string line in File.ReadLines(Path.Combine(folder, "golden.jsonl")))
        {
            using var golden = JsonDocument.Parse(line);
            int[] ids = [.. golden.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            if (ids.Length == 512)
            {
                continue; // The reference cut it.
            }

            Assert.That(
                Words(analyzer, golden.RootElement.GetProperty("text").GetString()!).Select(word => word.Term),
                Is.EqualTo(ids.Where(id => !tokenizer.SpecialIds.Contains(id)).Select(id => tokenizer.Vocabulary[id])));
            texts++;
        }

        Assert.That(texts, Is.GreaterThan(130));
    }

    private static List<Word> Words(Analyzer analyzer, string text)
    {
        var words = new List<Word>();
        using TokenStream stream = analyzer.GetTokenStream("text", text);
        ICharTermAttribute term = stream.GetAttribute<ICharTermAttribute>();
        IOffsetAttribute offset = stream.GetAttribute<IOffsetAttribute>();
        IPositionIncrementAttribute increment = stream.GetAttribute<IPositionIncrementAttribute>();
        stream.Reset();
        while (stream.IncrementToken())
        {
            words.Add(new Word(term.ToString(), offset.StartOffset, offset.EndOffset, increment.PositionIncrement));
        }

        stream.End();
        Assert.That(offset.EndOffset, Is.EqualTo(text.Length));
        return words;
    }

    private static string ModelFolder()
    {
        DirectoryInfo? folder = new(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sparse.sln")))
        {
            folder = folder.Parent;
        }

        string model = Path.Combine(folder?.Parent?.FullName ?? "", "shared", "models", "splade-tiny");
        if (!Directory.Exists(model))
        {
            Assert.Ignore("skipped: ../shared/models/splade-tiny is not here");
        }

        return model;
    }
}
