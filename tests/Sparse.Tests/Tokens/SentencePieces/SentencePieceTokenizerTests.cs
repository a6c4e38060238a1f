using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sparse.Tokens;
using Sparse.Tokens.SentencePieces;

namespace Sparse.Tests.Tokens.SentencePieces;

/// <summary>Unigram and BPE models against SentencePiece 0.1.97 and @huggingface/tokenizers; see tests/data/tokenizers/README.md.</summary>
internal sealed class SentencePieceTokenizerTests
{
    private static readonly string Data = Path.Combine(TestFolders.Repository, "tests/data/tokenizers");
    private static readonly ITokenizer Unigram = TokenizerFolder.Read(Path.Combine(Data, "unigram"));
    private static readonly ITokenizer XlmRoberta = ReadAsXlmRoberta();
    private static readonly ITokenizer UnigramJson = TokenizerFolder.Read(Path.Combine(Data, "unigram-json"));
    private static readonly SentencePieceTokenizer Bpe = FromModel(File.ReadAllBytes(Path.Combine(Data, "sentencepiece-bpe/tokenizer.model")));
    private static readonly ITokenizer BpeJson = TokenizerFolder.Read(Path.Combine(Data, "sentencepiece-bpe"));

    [Test]
    public void Unigram_ids_and_spans_equal_SentencePiece() => AssertGolden("unigram/golden.jsonl", text => Unigram.Encode(text, int.MaxValue, false));

    [Test]
    public void Bpe_ids_and_spans_equal_SentencePiece() => AssertGolden("sentencepiece-bpe/golden.jsonl", text => Bpe.Encode(text, int.MaxValue, false));

    [Test]
    public void Unigram_ids_from_tokenizer_json_equal_Hugging_Face() => AssertGolden("unigram-json/golden.jsonl", text => UnigramJson.Encode(text, int.MaxValue));

    [Test]
    public void Bpe_ids_from_tokenizer_json_equal_Hugging_Face() => AssertGolden("sentencepiece-bpe/golden-json.jsonl", text => BpeJson.Encode(text, int.MaxValue));

    [Test]
    public void Mistral_ids_and_golden_texts_are_those_of_the_reference()
    {
        ITokenizer mistral = TokenizerFolder.Read(SharedData.Path("models/tiny-decoder"));

        Assert.That(GoldenTexts.Compare(SharedData.Path("models/tiny-decoder/golden.jsonl"), text => mistral.Encode(text, int.MaxValue, false)), Is.EqualTo(142));
        Assert.That(mistral.Encode("a").Tokens[0], Is.EqualTo(new Token(1, 0, 0)), "the begin marker is added unless tokenizer_config.json says no");
        Assert.That(mistral.SpecialIds, Is.EquivalentTo(new[] { 0, 1, 2 }));
    }

    [Test]
    public void Xlm_roberta_numbers_the_pieces_in_its_own_way()
    {
        int[] own = Ids(Unigram, "naïve ＦＵＬＬ list ꙮ", special: false);
        int unknown = Array.IndexOf(own, 0);

        Assert.That(unknown, Is.GreaterThan(0));
        Assert.That(Ids(XlmRoberta, "naïve ＦＵＬＬ list ꙮ"), Is.EqualTo(own.Select(id => id == 0 ? 3 : id + 1).Prepend(0).Append(2)));
        Assert.That(Ids(XlmRoberta, "a <mask>b", special: false), Is.EqualTo((int[])[.. Ids(XlmRoberta, "a", special: false), 1201, .. Ids(XlmRoberta, "b", special: false)]));
        Assert.That(XlmRoberta.Vocabulary.Count, Is.EqualTo(1202));
        Assert.That(XlmRoberta.SpecialIds, Is.EquivalentTo(new[] { 0, 1, 2, 3, 1201 }));
    }

    [Test]
    public void Precompiled_normaliser_of_a_tokenizer_json_is_that_of_the_model()
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(Data, "unigram-json/tokenizer.json")))!;
        json["normalizer"]!["normalizers"]!.AsArray().Insert(0, new JsonObject { ["type"] = "Precompiled", ["precompiled_charsmap"] = Convert.ToBase64String(CharsmapBytes()) });
        double[] scores = SentencePieceModel.Read(Path.Combine(Data, "unigram/tokenizer.model"), true, default).Scores!;
        json["model"]!["vocab"] = new JsonArray([.. Enumerable.Range(0, XlmRoberta.Vocabulary.Count).Select(id => (JsonNode)new JsonArray(XlmRoberta.Vocabulary[id], scores[id]))]);
        json["added_tokens"]![4]!["id"] = 1201;
        ITokenizer read = FromJson(Encoding.UTF8.GetBytes(json.ToJsonString()));

        foreach (string text in new[] { "ＦＵＬＬ　ｗｉｄｔｈ", "ﬁne ㎏ ½ … ™", "e\u0301 o\u0308", "  two\tblanks\u2003and\u00A0 more \n", "soft\u00ADhyphen\u200B" })
        {
            Assert.That(Ids(read, text), Is.EqualTo(Ids(XlmRoberta, text)), text);
        }
    }

    [TestCase("ＦＵＬＬ list", "0-4 5-9", TestName = "Replaced characters keep their place")]
    [TestCase(" list  files ", "1-5 7-12", TestName = "Blanks are in no span")]
    [TestCase("", "")]
    [TestCase(" \t ", "")]
    public void Spans_are_places_in_the_original_text(string text, string words)
    {
        Token[] tokens = Unigram.Encode(text, int.MaxValue, false).Tokens.ToArray();
        string[] expected = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        // Tokens of a word follow each other; a gap begins the next.
        List<string> spans = [];
        for (int i = 0; i < tokens.Length;)
        {
            int start = tokens[i].Start, end = tokens[i].End;
            for (i++; i < tokens.Length && tokens[i].Start == end; i++)
            {
                end = tokens[i].End;
            }

            spans.Add($"{start}-{end}");
        }

        Assert.That(spans, Is.EqualTo(expected));
    }

    [Test]
    public void Neighbouring_unknown_characters_are_one_token_and_bytes_spell_them_where_there_are_bytes()
    {
        Assert.That(Unigram.Encode("ꙮꙮ", 9, false).Tokens.ToArray()[^1], Is.EqualTo(new Token(0, 0, 2)));
        Assert.That(Bpe.Encode("ꙮ", 9, false).Tokens.ToArray()[^3..].Select(token => (Bpe.Vocabulary[token.Id], token.Start, token.End)),
            Is.EqualTo(new[] { ("<0xEA>", 0, 1), ("<0x99>", 0, 1), ("<0xAE>", 0, 1) }));
    }

    [Test]
    public void Truncation_keeps_the_closing_marker()
    {
        TokenSequence tokens = XlmRoberta.Encode("list files in a directory", 4);

        Assert.That(tokens.Tokens.ToArray().Select(token => token.Id), Is.EqualTo(Ids(XlmRoberta, "list files in a directory")[..3].Append(2)));
        Assert.That(tokens.IsTruncated, Is.True);
        Assert.That(() => XlmRoberta.Encode("a", 1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("maxTokens"));
    }

    [Test]
    public void Markers_are_added_as_the_configuration_says()
    {
        byte[] model = File.ReadAllBytes(Path.Combine(Data, "sentencepiece-bpe/tokenizer.model"));
        int[] Marked(string config) => Ids(new SentencePieceTokenizer(SentencePieceModel.Read(model, "m", false, JsonElement.Parse(config))), "");

        Assert.That(Marked("{}"), Is.EqualTo(new[] { 1 }));
        Assert.That(Marked("""{"add_bos_token": false, "add_eos_token": true}"""), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void Whole_text_and_words_alone_give_the_same_where_no_piece_crosses_a_blank()
    {
        // The same model with a piece that no text gives and that holds a blank inside, so that nothing is cut.
        byte[] model = File.ReadAllBytes(Path.Combine(Data, "sentencepiece-bpe/tokenizer.model"));
        SentencePieceTokenizer whole = FromModel([.. model, .. Piece("\u0001▁\u0001", -1e6f, type: 1)]);

        foreach (string line in File.ReadLines(Path.Combine(Data, "sentencepiece-bpe/golden.jsonl")))
        {
            string text = JsonElement.Parse(line).GetProperty("text").GetString()!;
            Assert.That(Ids(whole, text), Is.EqualTo(Ids(Bpe, text)), text);
        }
    }

    [TestCase("\"replacement\": \"▁\", \"prepend_scheme\"", "\"replacement\": \"_\", \"prepend_scheme\"", "the pre_tokenizer {\"type\": \"Metaspace\"")]
    [TestCase("\"prepend_scheme\": \"always\"", "\"prepend_scheme\": \"sometimes\"", "prepend_scheme 'sometimes'")]
    [TestCase("\"strip_right\": true", "\"strip_right\": false", "the normalizer {\"type\": \"Strip\"")]
    [TestCase("\"type\": \"Replace\"", "\"type\": \"Lowercase\"", "the normalizer {\"type\": \"Lowercase\"")]
    [TestCase("\"unk_id\": 3", "\"unk_id\": 3000", "unk_id is 3000")]
    [TestCase("\"unk_id\": 3", "\"unk_id\": null", "unk_id is -1")]
    [TestCase("[\"<s>\", 0.0]", "[\"<s>\"]", "not a tokenizer.json")]
    [TestCase("[\"<s>\", 0.0]", "[\"<s>\", 1e999]", "score of piece 0")]
    [TestCase("[\"<0x00>\", 0.0], ", "", "'<mask>'")]
    [TestCase("\"vocab\": [", "\"vocab\": {}, \"x\": [", "no \"vocab\"")]
    public void Other_tokenizer_json_is_refused_with_the_reason(string part, string instead, string reason)
    {
        string json = File.ReadAllText(Path.Combine(Data, "unigram-json/tokenizer.json"));
        string broken = json.Replace(part, instead, StringComparison.Ordinal);

        Assert.That(broken, Is.Not.EqualTo(json));
        Assert.That(() => FromJson(Encoding.UTF8.GetBytes(broken)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(reason));
    }

    [Test]
    public void Bytes_that_are_to_spell_what_no_piece_does_must_all_be_there()
    {
        string json = File.ReadAllText(Path.Combine(Data, "unigram-json/tokenizer.json"))
            .Replace("\"byte_fallback\": false", "\"byte_fallback\": true", StringComparison.Ordinal);

        Assert.That(FromJson(Encoding.UTF8.GetBytes(json)).Encode("ꙮ", 9, false).Count, Is.EqualTo(4));
        Assert.That(
            () => FromJson(Encoding.UTF8.GetBytes(json.Replace("<0x99>", "<0x9>", StringComparison.Ordinal))),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("lacks the piece '<0x99>'"));
    }

    [TestCase(new byte[0], "no pieces")]
    [TestCase(new byte[] { 0x0A }, "cut short")]
    [TestCase(new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07 }, "says that 2147483647 bytes follow")]
    [TestCase(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, "cut short")]
    [TestCase(new byte[] { 0x0B }, "wire type 3")]
    [TestCase(new byte[] { 0x08, 0x01 }, "wire type 0, not 2")]
    [TestCase(new byte[] { 0x0A, 0x03, 0x0A, 0x01, 0xFF }, "not UTF-8")]
    [TestCase(new byte[] { 0x0A, 0x05, 0x15, 0x00, 0x00, 0xC0, 0x7F }, "score of piece 0")]
    [TestCase(new byte[] { 0x1A, 0x07, 0x12, 0x05, 0x08, 0x00, 0x00, 0x00, 0x00 }, "precompiled_charsmap is cut short")]
    public void Broken_models_are_refused_with_the_reason(byte[] model, string reason) =>
        Assert.That(() => FromModel(model), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith("test.model is not").And.Message.Contains(reason));

    [TestCase(4, "is of type UserDefined")]
    [TestCase(1, "has 300 characters")]
    public void Unsupported_pieces_are_refused_with_the_reason(int type, string reason)
    {
        byte[] model = File.ReadAllBytes(Path.Combine(Data, "sentencepiece-bpe/tokenizer.model"));

        Assert.That(() => FromModel([.. model, .. Piece(new string('z', 300), 0, type)]), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(reason));
    }

    [Test]
    public void Model_of_another_kind_is_no_xlm_roberta()
    {
        byte[] model = [.. Piece("<s>", 0, 3), .. Piece("<unk>", 0, 2), .. Piece("</s>", 0, 3)];

        Assert.That(() => SentencePieceModel.Read(model, "m", true, default), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("XLM-RoBERTa's are"));
    }

    [TestCase("unigram")]
    [TestCase("xlm-roberta")]
    [TestCase("unigram-json")]
    [TestCase("bpe")]
    [TestCase("bpe-json")]
    [Category("Fuzz")]
    public void Any_string_gives_ordered_spans_inside_the_text(string name) => TokenizerContract.AssertTokens(Named(name));

    [TestCase("xlm-roberta")]
    [TestCase("bpe")]
    public void All_of_Unicode_is_encoded(string name) => TokenizerContract.AssertAllOfUnicode(Named(name));

    [TestCase("xlm-roberta")]
    [TestCase("bpe")]
    [Category("Fuzz")]
    public void Megabytes_take_linear_time_whatever_they_hold(string name) => TokenizerContract.AssertMegabytes(Named(name));

    [Test]
    public void Changed_models_are_read_or_refused_with_a_sentence([Values("unigram", "sentencepiece-bpe")] string name) =>
        TokenizerContract.AssertMutations(File.ReadAllBytes(Path.Combine(Data, name, "tokenizer.model")), FromModel, iterations: 400);

    [Test]
    [Category("Fuzz")]
    public void Changed_tokenizer_json_is_read_or_refused_with_a_sentence([Values("unigram-json", "sentencepiece-bpe")] string name) =>
        TokenizerContract.AssertMutations(File.ReadAllBytes(Path.Combine(Data, name, "tokenizer.json")), FromJson, iterations: 200);

    private static void AssertGolden(string file, Func<string, TokenSequence> encode) =>
        Assert.That(GoldenTexts.Compare(Path.Combine(Data, file), encode), Is.EqualTo(59));

    private static ITokenizer Named(string name) => name switch
    {
        "unigram" => Unigram,
        "xlm-roberta" => XlmRoberta,
        "unigram-json" => UnigramJson,
        "bpe" => Bpe,
        _ => BpeJson,
    };

    private static ITokenizer ReadAsXlmRoberta()
    {
        string folder = Directory.CreateDirectory(Path.Combine(TestContext.CurrentContext.WorkDirectory, "xlm-roberta")).FullName;
        File.Copy(Path.Combine(Data, "unigram/tokenizer.model"), Path.Combine(folder, "sentencepiece.bpe.model"), overwrite: true);
        return TokenizerFolder.Read(folder);
    }

    private static SentencePieceTokenizer FromModel(byte[] model) => new(SentencePieceModel.Read(model, "test.model", false, default));

    private static ITokenizer FromJson(byte[] json) => TokenizerJson.Read(new MemoryStream(json), "tokenizer.json", TokenizerFolder.FromJson);

    private static int[] Ids(ITokenizer tokenizer, string text, bool special = true) =>
        [.. tokenizer.Encode(text, int.MaxValue, special).Tokens.ToArray().Select(token => token.Id)];

    // A piece as the file has it: ModelProto.pieces { piece, score, type }.
    private static byte[] Piece(string text, float score, int type)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        byte[] body = [0x0A, .. Varint(utf8.Length), .. utf8, 0x15, .. BitConverter.GetBytes(score), 0x18, (byte)type];
        return [0x0A, .. Varint(body.Length), .. body];
    }

    private static byte[] Varint(int value) => value < 128 ? [(byte)value] : [(byte)((value & 127) | 128), (byte)(value >> 7)];

    private static byte[] CharsmapBytes()
    {
        var model = new ProtobufReader(File.ReadAllBytes(Path.Combine(Data, "unigram/tokenizer.model")));
        while (model.Next())
        {
            if (model.Field != 3)
            {
                model.Skip();
                continue;
            }

            var normalizer = new ProtobufReader(model.Bytes());
            while (normalizer.Next())
            {
                if (normalizer.Field == 2)
                {
                    return normalizer.Bytes().ToArray();
                }

                normalizer.Skip();
            }
        }

        throw new InvalidDataException("the model has no charsmap");
    }
}
