using System.Text;
using Sparse.Tokens;
using Sparse.Tokens.BytePairs;

namespace Sparse.Tests.Tokens.BytePairs;

/// <summary>Byte-level BPE against ids of @huggingface/tokenizers and gpt-3-encoder; see tests/data/tokenizers/README.md.</summary>
internal sealed class BytePairTokenizerTests
{
    private static readonly string Folder = Path.Combine(TestFolders.Repository, "tests/data/tokenizers/byte-bpe");
    private static readonly ITokenizer Roberta = TokenizerFolder.Read(Folder);

    [Test]
    public void Ids_and_spans_equal_the_reference_from_tokenizer_json() =>
        Assert.That(GoldenTexts.Compare(Path.Combine(Folder, "golden.jsonl"), text => Roberta.Encode(text, int.MaxValue)), Is.EqualTo(59));

    [Test]
    public void Ids_and_spans_equal_the_reference_from_vocab_json_and_merges_txt()
    {
        string folder = Directory.CreateDirectory(Path.Combine(TestContext.CurrentContext.WorkDirectory, "roberta")).FullName;
        File.Copy(Path.Combine(Folder, "vocab.json"), Path.Combine(folder, "vocab.json"), overwrite: true);
        File.Copy(Path.Combine(Folder, "merges.txt"), Path.Combine(folder, "merges.txt"), overwrite: true);
        ITokenizer tokenizer = TokenizerFolder.Read(folder);

        Assert.That(GoldenTexts.Compare(Path.Combine(Folder, "golden.jsonl"), text => tokenizer.Encode(text, int.MaxValue)), Is.EqualTo(59));
        Assert.That(tokenizer.SpecialIds, Is.EquivalentTo(new[] { 0, 1, 2, 3, 960 }));
        Assert.That(tokenizer.Fingerprint, Is.EqualTo(Roberta.Fingerprint).And.Length.EqualTo(16));
    }

    [TestCase("hello", 5)]
    [TestCase(" hello world", 6)]
    [TestCase("  hello", 1)]
    [TestCase(" \n hello", 2)]
    [TestCase("\nhello", 1)]
    [TestCase("   ", 3)]
    [TestCase("'sx", 2)]
    [TestCase(" 'sx", 2)]
    [TestCase("'Sx", 1)]
    [TestCase("'ll", 3)]
    [TestCase(" 12ab", 3)]
    [TestCase("½x", 1)]
    [TestCase("...a", 3)]
    [TestCase("\U00010400\U00010401 ", 4, TestName = "Letters outside the basic plane are letters")]
    [TestCase("\u00A0a", 1, TestName = "Only U+0020 goes with the word after it")]
    public void Words_are_cut_as_the_pattern_of_GPT_2_does(string text, int length) => Assert.That(WordSplitter.FirstWord(text), Is.EqualTo(length));

    [Test]
    public void Of_two_merges_the_one_of_lower_rank_comes_first_and_of_equal_ones_the_left()
    {
        var merges = new PairMerges();
        merges.Add(1, 2, 1, 12);
        merges.Add(2, 3, 0, 23);
        merges.Add(1, 1, 2, 11);
        merges.Add(12, 23, 3, 99);
        merges.Add(1, 2, 0, 77);
        int[] symbols = [1, 2, 3, 1, 2, 2, 3, 1, 1, 1];

        int[] places = merges.Merge(symbols, new MergeWork()).ToArray();

        Assert.That(places.Select(place => symbols[place]), Is.EqualTo(new[] { 1, 23, 99, 11, 1 }));
        Assert.That(places, Is.EqualTo(new[] { 0, 1, 3, 7, 9 }));
    }

    [Test]
    public void Blank_is_put_before_the_text_where_the_file_says_so()
    {
        BytePairTokenizer tokenizer = FromJson(Json().Replace("\"ByteLevel\", \"add_prefix_space\": false", "\"ByteLevel\", \"add_prefix_space\": true", StringComparison.Ordinal));

        Assert.That(Ids(tokenizer, "the file"), Is.EqualTo(Ids(Roberta, " the file")));
        Assert.That(Ids(tokenizer, " the file"), Is.EqualTo(Ids(Roberta, " the file")));
        Assert.That(tokenizer.Encode("the file").Tokens[1], Is.EqualTo(new Token(Ids(Roberta, " the")[1], 0, 3)));
        Assert.That(tokenizer.Encode("").Count, Is.EqualTo(2));
    }

    [Test]
    public void Unpaired_surrogate_is_the_replacement_character() =>
        Assert.That(Ids(Roberta, "a\uD83Db"), Is.EqualTo(Ids(Roberta, "a\uFFFDb")));

    [Test]
    public void Truncation_keeps_the_closing_marker()
    {
        TokenSequence tokens = Roberta.Encode("list files in a directory", 4);

        Assert.That(tokens.Tokens.ToArray().Select(token => token.Id), Is.EqualTo(Ids(Roberta, "list files in a directory")[..3].Append(2)));
        Assert.That(tokens.IsTruncated, Is.True);
        Assert.That(() => Roberta.Encode("a", 1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("maxTokens"));
    }

    [TestCase("\"ByteLevel\", \"add_prefix_space\"", "\"Split\", \"add_prefix_space\"", "'Split'")]
    [TestCase("\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}", "normalizer of type 'NFC'")]
    [TestCase("\"use_regex\": true", "\"use_regex\": false", "use_regex false")]
    [TestCase("\"continuing_subword_prefix\": \"\"", "\"continuing_subword_prefix\": \"##\"", "continuing_subword_prefix is '##'")]
    [TestCase("\"byte_fallback\": false", "\"ignore_merges\": true", "ignore_merges true")]
    [TestCase("\"merges\"", "\"merge\"", "no \"merges\"")]
    [TestCase("\"merges\": [\"", "\"merges\": [\"qqq ", "merge 0 is of 'qqq'")]
    [TestCase("\"merges\": [", "\"merges\": [[\"a\"], ", "merge 0 is of ''")]
    [TestCase("\"merges\": [", "\"merges\": [7, ", "not a tokenizer.json")]
    [TestCase("\"type\": \"BPE\"", "\"type\": \"WordLevel\"", "'WordLevel'")]
    [TestCase("\"<mask>\": 960", "\"<mask>\": 961", "'<mask>' has two")]
    [TestCase("\"Ā\":", "\"ĀĀĀ\":", "byte 0x00")]
    public void Other_tokenizers_are_refused_with_the_reason(string part, string instead, string reason)
    {
        string broken = Json().Replace(part, instead, StringComparison.Ordinal);

        Assert.That(broken, Is.Not.EqualTo(Json()));
        Assert.That(() => FromJson(broken), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith("tokenizer.json").And.Message.Contains(reason));
    }

    [TestCase("vocab.json", "{\"a\": 0, \"b\": 2}", "without gaps")]
    [TestCase("vocab.json", "{\"a\": 0, \"b\": 0}", "two pieces")]
    [TestCase("vocab.json", "{\"a\": 0}", "'a' and 'b'", "a b")]
    [TestCase("vocab.json", "{\"a\": 0}", "lacks the piece <s>")]
    [TestCase("vocab.json", "{", "is not JSON")]
    [TestCase("vocab.json", "[]", "vocab.json")]
    public void Broken_vocab_json_is_refused_with_the_reason(string file, string content, string reason, string merges = "")
    {
        string folder = Directory.CreateDirectory(Path.Combine(TestContext.CurrentContext.WorkDirectory, "roberta-broken")).FullName;
        File.WriteAllText(Path.Combine(folder, file), content);
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n" + merges);

        Assert.That(() => TokenizerFolder.Read(folder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(reason));
    }

    [Test]
    public void Merges_that_lead_in_circles_end()
    {
        // Every pair of pieces merges, and the pieces of the merges merge again.
        string json = Json().Replace("\"merges\": [", "\"merges\": [\"a a\", \"aa aa\", \"aa a\", \"a aa\", \"aaa a\", ", StringComparison.Ordinal)
            .Replace("\"<mask>\": 960", "\"aa\": 960, \"aaa\": 961, \"aaaa\": 962, \"<mask>\": 963", StringComparison.Ordinal)
            .Replace("\"id\": 960", "\"id\": 963", StringComparison.Ordinal);

        Assert.That(Ids(FromJson(json), new string('a', 100_001)), Has.Length.EqualTo(25_003));
    }

    [Test]
    public void Folder_without_a_tokenizer_says_what_was_looked_for() =>
        Assert.That(
            () => TokenizerFolder.Read(Directory.CreateDirectory(Path.Combine(TestContext.CurrentContext.WorkDirectory, "no-tokenizer")).FullName),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("vocab.json with merges.txt"));

    [Test]
    [Category("Fuzz")]
    public void Any_string_gives_ordered_spans_inside_the_text() => TokenizerContract.AssertTokens(Roberta);

    [Test]
    public void All_of_Unicode_is_encoded() => TokenizerContract.AssertAllOfUnicode(Roberta);

    [Test]
    [Category("Fuzz")]
    public void Megabytes_take_linear_time_whatever_they_hold() => TokenizerContract.AssertMegabytes(Roberta);

    [Test]
    public void Changed_files_are_read_or_refused_with_a_sentence() =>
        TokenizerContract.AssertMutations(Encoding.UTF8.GetBytes(Json()), bytes => FromJson(bytes), iterations: 300);

    private static string Json() => File.ReadAllText(Path.Combine(Folder, "tokenizer.json"));

    private static BytePairTokenizer FromJson(string json) => FromJson(Encoding.UTF8.GetBytes(json));

    private static BytePairTokenizer FromJson(byte[] json) =>
        TokenizerJson.Read(new MemoryStream(json), "tokenizer.json", read => read.ModelType == "BPE" ? new BytePairTokenizer(BytePairFiles.Read(read)) : throw read.Wrong($" holds '{read.ModelType}'."));

    private static int[] Ids(ITokenizer tokenizer, string text) => [.. tokenizer.Encode(text, int.MaxValue).Tokens.ToArray().Select(token => token.Id)];
}
