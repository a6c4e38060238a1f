using System.Text.Json;

namespace Sparse.Tokens;

/// <summary>Reads a tokenizer.json as far as it describes a BERT word-piece tokenizer, and says what it meets where it does not.</summary>
internal static class WordPieceJson
{
    private const string Kind = "BERT word pieces";

    public static TokenizerSettings Read(TokenizerJson json)
    {
        json.Expect(json.ModelType, "WordPiece", "a tokenizer model", Kind);
        json.Expect(TokenizerJson.TypeOf(TokenizerJson.Optional(json.Root, "pre_tokenizer")), "BertPreTokenizer", "a pre_tokenizer", Kind);
        NormalizerSettings normalizer = ReadNormalizer(json);
        List<AddedToken> added = json.ReadAddedTokens(ignoreNormalized: false);
        Vocabulary vocabulary = json.MakeVocabulary(json.ReadPieces(), added);
        (int[] prefix, int[] suffix) = json.ReadTemplate(vocabulary);
        return new TokenizerSettings
        {
            Vocabulary = vocabulary,
            Normalizer = normalizer,
            AddedTokens = added,
            UnknownPiece = TokenizerJson.Text(json.Model, "unk_token") ?? "[UNK]",
            Prefix = prefix,
            Suffix = suffix,
            ContinuationPrefix = TokenizerJson.Text(json.Model, "continuing_subword_prefix") ?? "##",
            MaxWordLength = ReadMaxWordLength(json),
        };
    }

    private static int ReadMaxWordLength(TokenizerJson json)
    {
        JsonElement element = TokenizerJson.Optional(json.Model, "max_input_chars_per_word");
        return element.ValueKind != JsonValueKind.Number ? 100
            : element.TryGetInt32(out int length) && length is >= 1 and <= 100_000 ? length
            : throw json.Wrong($": max_input_chars_per_word is {element.GetRawText()}; 1 to 100,000 is supported.");
    }

    private static NormalizerSettings ReadNormalizer(TokenizerJson json)
    {
        JsonElement element = TokenizerJson.Optional(json.Root, "normalizer");
        if (element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return new NormalizerSettings(CleanText: false, SplitIdeographs: false, StripAccents: false, Lowercase: false);
        }

        json.Expect(TokenizerJson.TypeOf(element), "BertNormalizer", "a normalizer", Kind);
        bool lowercase = TokenizerJson.Flag(element, "lowercase", true);
        return new NormalizerSettings(
            TokenizerJson.Flag(element, "clean_text", true), TokenizerJson.Flag(element, "handle_chinese_chars", true),
            TokenizerJson.Flag(element, "strip_accents", lowercase), lowercase);
    }
}
