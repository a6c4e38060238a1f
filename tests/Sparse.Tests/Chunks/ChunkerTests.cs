using System.Text;
using CsCheck;
using Sparse.Chunks;
using Sparse.Tokens;

namespace Sparse.Tests.Chunks;

internal sealed class ChunkerTests
{
    private static readonly string Data = Path.Combine(TestFolders.Repository, "tests/data/tokenizers");

    // One token a word, whatever the word.
    private static readonly ITokenizer Words = WordPieceTokenizer.FromVocabulary(new MemoryStream(Encoding.UTF8.GetBytes("[UNK]\n[CLS]\n[SEP]\nw\n##w\n.\n")));

    private static readonly string[] Tokenizers = ["word pieces", "byte-bpe", "unigram", "sentencepiece-bpe"];

    [Test]
    [Category("Fuzz")]
    public void Passages_cover_the_text_and_fit_the_encoder([ValueSource(nameof(Tokenizers))] string name, [Values] ChunkBy by)
    {
        ITokenizer tokenizer = name == "word pieces" ? Words : TokenizerFolder.Read(Path.Combine(Data, name));
        Gen<string> markdown = Gen.OneOf(
            Fuzz.AnyText,
            Gen.OneOf([.. new[] { "word", " ", ". ", "\n", "\n\n", "# ", "## Ww\n", "```\n", "---\n", "- ", "。", "etc. ", "J. " }.Select(Gen.Const)]).Array[0, 60].Select(string.Concat));
        Gen.Select(markdown.Array[0, 4].Select(string.Concat), Gen.Int[32, 64], Gen.Int[0, 16], Gen.OneOf(Gen.Const(""), Gen.Const("the title"))).Sample(
            (text, tokens, overlap, lead) =>
            {
                var chunker = new Chunker(tokenizer, new ChunkOptions { By = by, MaxTokens = tokens, OverlapTokens = overlap });
                IReadOnlyList<Passage> passages = chunker.Split(text, lead);
                int done = 0;
                Passage previous = new(-1, -1);
                foreach (Passage passage in passages)
                {
                    bool isOrdered = passage.Start > previous.Start && passage.End > previous.End && passage.Start <= passage.End && passage.End <= text.Length;
                    if (!isOrdered || (passage.Start > done && !string.IsNullOrWhiteSpace(text[done..passage.Start])))
                    {
                        Assert.Fail($"{passage} after {previous} of '{text}'");
                    }

                    string input = lead.Length == 0 ? passage.Of(text) : $"{lead} {passage.Of(text)}";
                    if (tokenizer.Encode(input, tokens).IsTruncated && passage.Length > 2)
                    {
                        Assert.Fail($"'{input}' has {tokenizer.Encode(input, int.MaxValue).Count} tokens of {tokens}");
                    }

                    int repeated = passage.Start < done ? tokenizer.Encode(text[passage.Start..done], int.MaxValue, addSpecialTokens: false).Count : 0;
                    if (repeated > overlap + 2)
                    {
                        Assert.Fail($"{repeated} tokens are repeated, {overlap} were allowed");
                    }

                    previous = passage;
                    done = passage.End;
                }

                if (!string.IsNullOrWhiteSpace(text[done..]))
                {
                    Assert.Fail($"'{text[done..]}' at the end of '{text}' is in no passage");
                }
            },
            seed: Fuzz.Seed, iter: 300, time: Fuzz.Seconds);
    }

    [Test]
    public void Token_passages_hold_as_many_words_as_fit_and_repeat_the_overlap()
    {
        string text = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"{i:000}"));

        string[] plain = Split(text, ChunkBy.Tokens, 32);
        string[] overlapping = Split(text, ChunkBy.Tokens, 32, overlap: 10);

        Assert.That(plain, Is.EqualTo(new[] { Range(0, 30), Range(30, 60), Range(60, 90), Range(90, 100) }), "30 words and two markers");
        Assert.That(overlapping, Is.EqualTo(new[] { Range(0, 30), Range(20, 50), Range(40, 70), Range(60, 90), Range(80, 100) }));
        Assert.That(Split(text, ChunkBy.Tokens, 32, lead: "a title of words")[0], Is.EqualTo(Range(0, 26)), "the lead takes its part");
        static string Range(int from, int to) => string.Join(' ', Enumerable.Range(from, to - from).Select(i => $"{i:000}"));
    }

    [Test]
    public void Sentences_stay_whole_where_they_fit()
    {
        string text = $"{Sentence("A", 20)} {Sentence("B", 8)}\n{Sentence("C", 9)} {Sentence("D", 40)} {Sentence("E", 3)}";

        string[] passages = Split(text, ChunkBy.Sentences, 32);

        Assert.That(passages[0], Is.EqualTo($"{Sentence("A", 20)} {Sentence("B", 8)}"));
        Assert.That(passages[1], Is.EqualTo(Sentence("C", 9)));
        Assert.That(passages[2], Is.EqualTo("D" + string.Concat(Enumerable.Repeat(" D", 29))), "a sentence that is too long is cut between words");
        Assert.That(passages[3], Does.StartWith("D ").And.EndWith(Sentence("E", 3)));
        string[] overlapping = Split(text, ChunkBy.Sentences, 32, overlap: 16);
        Assert.That(overlapping[1], Is.EqualTo($"{Sentence("B", 8)}\n{Sentence("C", 9)}"), "whole sentences are repeated");
        static string Sentence(string word, int count) => string.Join(' ', Enumerable.Repeat(word, count - 1)) + $" {word[..^1]}.";
    }

    [Test]
    public void Headings_begin_passages_and_are_not_repeated_across()
    {
        const string text = "Before.\n# One\nFirst. Second.\n\n## Two\n\nThird.\n```\n# code\n```\nThe end\n=======\nLast.";

        string[] passages = Split(text, ChunkBy.Headings, 64, overlap: 32);

        Assert.That(passages, Is.EqualTo(new[]
        {
            "Before.", "# One\nFirst. Second.", "## Two\n\nThird.\n```\n# code\n```\nThe end\n=======\nLast.",
        }));
    }

    [TestCase("a\n# b\nc", "a|# b\nc")]
    [TestCase("# a\n## b\nc\n# d", "# a\n## b\nc|# d", TestName = "A heading with nothing under it stays with the next one")]
    [TestCase("a\n\nb\n---\nc", "a|b\n---\nc", TestName = "An underlined paragraph of one line is a heading")]
    [TestCase("a\nb\n---\nc", "a\nb\n---\nc", TestName = "Under more lines it is not")]
    [TestCase("a\n\n---\nb", "a\n\n---\nb", TestName = "A rule is not a heading")]
    [TestCase("a\n#b\n    # c\n####### d", "a\n#b\n    # c\n####### d", TestName = "No heading without a blank, as code, or with seven marks")]
    [TestCase("a\n   ###### b\nc", "a|###### b\nc")]
    [TestCase("a\n~~~~\n# b\n~~~\n# c\n~~~~\n# d\ne", "a\n~~~~\n# b\n~~~\n# c\n~~~~|# d\ne", TestName = "Fenced code has no headings")]
    [TestCase("a\r\n# b\r\nc\r\n", "a|# b\r\nc")]
    [TestCase("- a\n---\nb", "- a\n---\nb", TestName = "A list item is no paragraph")]
    public void Markdown_is_cut_at_headings(string text, string sections) =>
        Assert.That(string.Join('|', Split(text, ChunkBy.Headings, 64)), Is.EqualTo(sections));

    [TestCase("One. Two! Three? Four", "One. |Two! |Three? |Four")]
    [TestCase("He said \"no.\" Then (went.) Away", "He said \"no.\" |Then (went.) |Away")]
    [TestCase("See e.g. this, 3.14 and v1.2. Next", "See e.g. this, 3.14 and v1.2. |Next")]
    [TestCase("By J. Smith. He", "By J. Smith. |He", TestName = "An initial ends nothing")]
    [TestCase("Wait... then. Now", "Wait... then. |Now")]
    [TestCase("一句。二句！三句", "一句。|二句！|三句", TestName = "Ideographic stops need no blank")]
    [TestCase("a line\nof text\n\nnext", "a line\nof text\n\n|next", TestName = "A blank line ends a sentence")]
    [TestCase("etc.\n\nnext", "etc.\n\n|next")]
    [TestCase("list\n- one\n- two\n2) three\nno item", "list\n|- one\n|- two\n|2) three\nno item")]
    [TestCase("क ख। ग", "क ख। |ग")]
    [TestCase("", "")]
    [TestCase(". \n\n", ". \n\n")]
    public void Sentences_begin_where_they_should(string text, string expected)
    {
        int[] cuts = [0, .. Sentences.Starts(text, new Passage(0, text.Length)), text.Length];
        Assert.That(string.Join('|', cuts[..^1].Zip(cuts[1..], (from, to) => text[from..to])), Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase(" \n\t ")]
    public void Text_of_nothing_is_one_empty_passage(string text) =>
        Assert.That(new Chunker(Words).Split(text), Is.EqualTo(new[] { new Passage(0, 0) }));

    [Test]
    public void Lead_of_more_than_half_a_passage_is_refused()
    {
        var chunker = new Chunker(Words, new ChunkOptions { MaxTokens = 32 });
        string lead = string.Join(' ', Enumerable.Repeat("w", 15));
        Assert.That((chunker.CanLead(lead), chunker.CanLead(lead + " w")), Is.EqualTo((true, false)));
        Assert.That(chunker.Split("a b", lead), Has.Count.EqualTo(1));
        Assert.That(() => chunker.Split("a b", lead + " w"), Throws.ArgumentException.With.Message.Contains("more than half of a passage's 32 tokens"));
    }

    [TestCase(31, 0)]
    [TestCase(64, -1)]
    [TestCase(64, 33)]
    public void Options_out_of_range_are_refused(int tokens, int overlap) =>
        Assert.That(() => new Chunker(Words, new ChunkOptions { MaxTokens = tokens, OverlapTokens = overlap }), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [TestCase("word ")]
    [TestCase("w")]
    [TestCase(" ")]
    [TestCase("\0")]
    [TestCase("a. ")]
    [TestCase("# a\n")]
    [TestCase("\n")]
    [TestCase("한")]
    [TestCase("\uD800")]
    public void Megabytes_are_cut_in_linear_time(string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, (Fuzz.Seconds < 0 ? 500_000 : 10_000_000) / unit.Length));
        foreach (ChunkBy by in Enum.GetValues<ChunkBy>())
        {
            IReadOnlyList<Passage> passages = new Chunker(Words, new ChunkOptions { By = by, OverlapTokens = 32 }).Split(text);
            Assert.That(passages, Has.Count.InRange(1, 200_000), $"{by}");
        }
    }

    private static string[] Split(string text, ChunkBy by, int tokens, int overlap = 0, string lead = "") =>
        [.. new Chunker(Words, new ChunkOptions { By = by, MaxTokens = tokens, OverlapTokens = overlap }).Split(text, lead).Select(passage => passage.Of(text))];
}
