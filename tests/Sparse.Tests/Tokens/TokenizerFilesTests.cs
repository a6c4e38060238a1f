using System.Text;
using Sparse.Tokens;

namespace Sparse.Tests.Tokens;

public class TokenizerFilesTests
{
    private const string Json = """
        {
          "added_tokens": [
            {"id": 0, "content": "[UNK]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
            {"id": 3, "content": "[Q]", "single_word": true, "lstrip": true, "rstrip": true, "normalized": false, "special": false}
          ],
          "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
          "pre_tokenizer": {"type": "BertPreTokenizer"},
          "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
          "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "@", "max_input_chars_per_word": 5,
            "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "é": 4, "e": 5, "@e": 6, "ab": 7}}
        }
        """;

    [Test]
    public void Json_settings_are_honoured()
    {
        WordPieceTokenizer tokenizer = FromJson(Json);

        Assert.That(Ids(tokenizer, "é EE eeeeee ab"), Is.EqualTo(new[] { 1, 5, 5, 6, 0, 7, 2 }));
        Assert.That(tokenizer.SpecialIds, Is.EquivalentTo(new[] { 0, 1, 2 }));
        Assert.That(Ids(FromJson(Json.Replace("\"strip_accents\": null", "\"strip_accents\": false", StringComparison.Ordinal)), "é"), Is.EqualTo(new[] { 1, 4, 2 }));
        Assert.That(
            Ids(FromJson(Json.Replace("{\"type\": \"BertProcessing\", \"sep\": [\"[SEP]\", 2], \"cls\": [\"[CLS]\", 1]}", "null", StringComparison.Ordinal)), "e"),
            Is.EqualTo(new[] { 5 }));
    }

    [Test]
    public void Added_token_takes_its_blanks_and_matches_whole_words_only()
    {
        WordPieceTokenizer tokenizer = FromJson(Json);

        Assert.That(tokenizer.Encode("e [Q] \te", 9, false).Tokens.ToArray(), Is.EqualTo(new Token[] { new(5, 0, 1), new(3, 1, 7), new(5, 7, 8) }));
        Assert.That(Ids(tokenizer, "e[Q]"), Is.EqualTo(new[] { 1, 5, 0, 0, 0, 2 }));
    }

    [TestCase("\"WordPiece\"", "\"BPE\"", "'BPE'")]
    [TestCase("\"WordPiece\"", "\"Unigram\"", "only 'WordPiece' is supported")]
    [TestCase("\"BertPreTokenizer\"", "\"Metaspace\"", "'Metaspace'")]
    [TestCase("\"BertNormalizer\"", "\"NFKC\"", "'NFKC'")]
    [TestCase("\"BertProcessing\"", "\"PairProcessing\"", "'PairProcessing'")]
    [TestCase("\"normalized\": false, \"special\": false", "\"normalized\": true, \"special\": false", "'[Q]'")]
    [TestCase("\"ab\": 7", "\"ab\": 9", "no piece with id 7")]
    [TestCase("\"ab\": 7", "\"ab\": 6", "id 6 belongs to two pieces")]
    [TestCase("\"ab\": 7", "\"e\": 7", "'e' has two")]
    [TestCase("\"ab\": 7", "\"ab\": \"x\"", "not a tokenizer.json")]
    [TestCase("\"ab\": 7", "\"ab\": 7.5", "not a tokenizer.json")]
    [TestCase("\"unk_token\": \"[UNK]\"", "\"unk_token\": \"<unk>\"", "'<unk>'")]
    [TestCase("\"cls\": [\"[CLS]\", 1]", "\"cls\": [\"[CLS]\", 99]", "id 99")]
    [TestCase("\"max_input_chars_per_word\": 5", "\"max_input_chars_per_word\": 0", "max_input_chars_per_word is 0")]
    [TestCase("\"model\"", "\"modell\"", "no \"model\"")]
    [TestCase("\"vocab\"", "\"vocabb\"", "no \"vocab\"")]
    [TestCase("\"added_tokens\": [", "\"added_tokens\": [,", "line 2")]
    public void Other_tokenizers_are_refused_with_the_reason(string part, string instead, string reason)
    {
        string broken = Json.Replace(part, instead, StringComparison.Ordinal);

        Assert.That(broken, Is.Not.EqualTo(Json));
        Assert.That(() => FromJson(broken), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(reason));
    }

    [Test]
    [Category("Fuzz")]
    public void Changed_tokenizer_json_is_read_or_refused_with_a_sentence() => TokenizerContract.AssertMutations(
        Encoding.UTF8.GetBytes(Json), bytes => WordPieceTokenizer.FromTokenizerJson(new MemoryStream(bytes)), iterations: 1000);

    [Test]
    [Category("Fuzz")]
    public void Changed_vocabulary_is_read_or_refused_with_a_sentence() => TokenizerContract.AssertMutations(
        "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\nw\n##ö\n"u8.ToArray(), bytes => WordPieceTokenizer.FromVocabulary(new MemoryStream(bytes)), iterations: 1000);

    [TestCase("[UNK]\n[CLS]\n\n[SEP]\n", "line 3")]
    [TestCase("[UNK]\n[CLS]\n", "lacks the piece [SEP]")]
    [TestCase("[UNK]\n[CLS]\n[SEP]\na\na\n", "'a' has two")]
    [TestCase("", "no word pieces")]
    public void Broken_vocabularies_are_refused_with_the_reason(string text, string reason) =>
        Assert.That(
            () => WordPieceTokenizer.FromVocabulary(new MemoryStream(Encoding.UTF8.GetBytes(text))),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(reason));

    [Test]
    public void Vocabulary_that_is_not_text_is_refused() =>
        Assert.That(
            () => WordPieceTokenizer.FromVocabulary(new MemoryStream([0x61, 0xFF, 0x0A])),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("not UTF-8"));

    [Test]
    public void Windows_line_ends_are_no_part_of_pieces()
    {
        var tokenizer = WordPieceTokenizer.FromVocabulary(new MemoryStream("[UNK]\r\n[CLS]\r\n[SEP]\r\na\r\n"u8.ToArray()));

        Assert.That(Ids(tokenizer, "a"), Is.EqualTo(new[] { 1, 3, 2 }));
    }

    [Test]
    public void Folder_is_read_from_json_first_and_else_as_its_configuration_says()
    {
        string folder = Directory.CreateDirectory(Path.Combine(TestContext.CurrentContext.WorkDirectory, "tokenizer-folder")).FullName;
        File.Delete(Path.Combine(folder, "tokenizer.json"));
        File.Delete(Path.Combine(folder, "tokenizer_config.json"));
        File.Delete(Path.Combine(folder, "vocab.txt"));
        Assert.That(() => WordPieceTokenizer.FromFolder(folder), Throws.InstanceOf<IOException>().With.Message.Contains("neither tokenizer.json nor vocab.txt"));

        File.WriteAllText(Path.Combine(folder, "vocab.txt"), "[UNK]\n[CLS]\n[SEP]\né\ne\nE\nÉ\n中\n中中\n");
        Assert.That(Ids(WordPieceTokenizer.FromFolder(folder), "É 中中"), Is.EqualTo(new[] { 1, 4, 7, 7, 2 }));

        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"do_lower_case": true, "strip_accents": false, "tokenize_chinese_chars": false}""");
        Assert.That(Ids(WordPieceTokenizer.FromFolder(folder), "É 中中"), Is.EqualTo(new[] { 1, 3, 8, 2 }));

        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"do_lower_case": false}""");
        Assert.That(Ids(WordPieceTokenizer.FromFolder(folder), "É E"), Is.EqualTo(new[] { 1, 6, 5, 2 }));

        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), "{");
        Assert.That(() => WordPieceTokenizer.FromFolder(folder), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("tokenizer_config.json"));

        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Json);
        Assert.That(Ids(WordPieceTokenizer.FromFolder(folder), "ab"), Is.EqualTo(new[] { 1, 7, 2 }));
    }

    [Test]
    public void Multilingual_tokenizer_of_opensearch_is_read()
    {
        var tokenizer = WordPieceTokenizer.FromTokenizerJson(SharedData.Path("data/opensearch-token-weights/mbert-uncased/tokenizer.json"));

        Assert.That(tokenizer.Vocabulary.Count, Is.EqualTo(105_879));
        Assert.That(Ids(tokenizer, "Straße"), Does.Not.Contain(100));
    }

    private static int[] Ids(WordPieceTokenizer tokenizer, string text) => [.. tokenizer.Encode(text).Tokens.ToArray().Select(token => token.Id)];

    private static WordPieceTokenizer FromJson(string json) => WordPieceTokenizer.FromTokenizerJson(new MemoryStream(Encoding.UTF8.GetBytes(json)));
}
