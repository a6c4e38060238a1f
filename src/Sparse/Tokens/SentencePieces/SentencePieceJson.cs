using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Sparse.Tokens.BytePairs;

namespace Sparse.Tokens.SentencePieces;

/// <summary>Reads a tokenizer.json that was made of a SentencePiece model: Unigram as XLM-RoBERTa has it, BPE as Llama and Mistral have it.</summary>
internal static class SentencePieceJson
{
    private const string Supported =
        "Precompiled, Strip on the right with Replace of \" {2,}\", Replace of \" \" by \"▁\" and Prepend of \"▁\" as normalizers, Metaspace, alone or after WhitespaceSplit, as pre_tokenizer";

    /// <summary>Reads the settings.</summary>
    public static SentencePieceSettings Read(TokenizerJson json)
    {
        List<AddedToken> added = json.ReadAddedTokens(ignoreNormalized: true);
        bool isUnigram = json.ModelType == "Unigram";
        SentencePieceSettings settings = isUnigram ? ReadUnigram(json, added) : ReadBpe(json, added);
        (int[] prefix, int[] suffix) = json.ReadTemplate(settings.Vocabulary);
        settings = settings with
        {
            FusesUnknown = isUnigram || TokenizerJson.Flag(json.Model, "fuse_unk", false),
            ByteIds = TokenizerJson.Flag(json.Model, "byte_fallback", false) ? SentencePieceModel.MakeBytes(settings.Vocabulary) : null,
            AddedTokens = added,
            Prefix = prefix,
            Suffix = suffix,
        };

        foreach (JsonElement part in Parts(TokenizerJson.Optional(json.Root, "normalizer"), "normalizers"))
        {
            settings = Normalize(json, settings, part);
        }

        foreach (JsonElement part in Parts(TokenizerJson.Optional(json.Root, "pre_tokenizer"), "pretokenizers"))
        {
            settings = PreTokenize(json, settings, part);
        }

        return settings;
    }

    private static SentencePieceSettings ReadUnigram(TokenizerJson json, List<AddedToken> added)
    {
        JsonElement list = TokenizerJson.Optional(json.Model, "vocab");
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw json.Wrong(": the model has no \"vocab\".");
        }

        List<(int Id, string Piece)> pieces = [];
        List<double> scores = [];
        foreach (JsonElement entry in list.EnumerateArray())
        {
            double score = entry[1].GetDouble();
            if (!double.IsFinite(score))
            {
                throw json.Wrong($": the score of piece {pieces.Count} is {entry[1].GetRawText()}.");
            }

            pieces.Add((pieces.Count, entry[0].GetString()!));
            scores.Add(score);
        }

        Vocabulary vocabulary = json.MakeVocabulary(pieces, added);
        int unknown = TokenizerJson.Optional(json.Model, "unk_id").ValueKind == JsonValueKind.Number ? json.Model.GetProperty("unk_id").GetInt32() : -1;
        if (unknown < 0 || unknown >= vocabulary.Count)
        {
            throw json.Wrong($": unk_id is {unknown}; it must be the id of a piece.");
        }

        double[] all = [.. scores, .. new double[vocabulary.Count - pieces.Count]];
        return new SentencePieceSettings
        {
            Vocabulary = vocabulary,
            TextIds = TextIds(pieces.Count, added, unknown),
            Scores = all,
            UnknownId = unknown,
            Fingerprint = Fingerprint(json),
        };
    }

    private static SentencePieceSettings ReadBpe(TokenizerJson json, List<AddedToken> added)
    {
        BytePairFiles.RefuseVariants(json);
        List<(int Id, string Piece)> pieces = [.. json.ReadPieces()];
        Vocabulary vocabulary = json.MakeVocabulary(pieces, added);
        string unknownPiece = TokenizerJson.Text(json.Model, "unk_token") ?? "<unk>";
        return new SentencePieceSettings
        {
            Vocabulary = vocabulary,
            TextIds = TextIds(pieces.Count, added, -1),
            Merges = BytePairFiles.ReadMerges(json, vocabulary, out _),
            UnknownId = vocabulary.TryGetId(unknownPiece, out int unknown) ? unknown : throw json.Wrong($": the vocabulary lacks the unknown piece '{ModelFile.Short(unknownPiece)}'."),
            Fingerprint = Fingerprint(json),
        };
    }

    private static SentencePieceSettings Normalize(TokenizerJson json, SentencePieceSettings settings, JsonElement part)
    {
        switch (TokenizerJson.TypeOf(part))
        {
            case "Precompiled":
                byte[] map = part.GetProperty("precompiled_charsmap").GetBytesFromBase64();
                try
                {
                    return map.Length == 0 ? settings : settings with { Charsmap = new Charsmap(map) };
                }
                catch (InvalidDataException e)
                {
                    throw new InvalidDataException(json.Wrong(": " + e.Message).Message, e);
                }

            case "Strip" when !TokenizerJson.Flag(part, "strip_left", true) && TokenizerJson.Flag(part, "strip_right", true):
                return settings with { StripsRight = true };
            case "Prepend" when TokenizerJson.Text(part, "prepend") == "▁":
                return settings with { LeadingBlank = LeadingBlank.Always };
            case "Replace" when TokenizerJson.Text(part, "content") is " " or "▁":
                JsonElement pattern = part.GetProperty("pattern");
                if (TokenizerJson.Text(pattern, "Regex") == " {2,}" && settings.StripsRight)
                {
                    return settings with { MergesBlanks = true };
                }

                if (TokenizerJson.Text(pattern, "String") == " ")
                {
                    return settings;
                }

                break;
        }

        throw json.Wrong($" holds the normalizer {Shorten(part)}; {Supported} are supported.");
    }

    private static SentencePieceSettings PreTokenize(TokenizerJson json, SentencePieceSettings settings, JsonElement part)
    {
        switch (TokenizerJson.TypeOf(part))
        {
            case "WhitespaceSplit" when settings.Charsmap is not null:
                // The map has made blanks of all that is white.
                return settings with { MergesBlanks = true };
            case "Metaspace" when (TokenizerJson.Text(part, "replacement") ?? "▁") == "▁":
                string scheme = TokenizerJson.Text(part, "prepend_scheme") ?? (TokenizerJson.Flag(part, "add_prefix_space", true) ? "always" : "never");
                return settings with
                {
                    LeadingBlank = scheme switch
                    {
                        "always" => LeadingBlank.Always,
                        "first" => LeadingBlank.First,
                        "never" => LeadingBlank.Never,
                        _ => throw json.Wrong($": Metaspace has the prepend_scheme '{ModelFile.Short(scheme)}'; always, first and never are supported."),
                    },
                    DoublesLeadingBlank = false,
                };
        }

        throw json.Wrong($" holds the pre_tokenizer {Shorten(part)}; {Supported} are supported.");
    }

    // A part, the parts of a Sequence, or nothing.
    private static JsonElement[] Parts(JsonElement part, string name) =>
        part.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? []
        : TokenizerJson.TypeOf(part) == "Sequence" ? [.. part.GetProperty(name).EnumerateArray()]
        : [part];

    private static string Shorten(JsonElement part)
    {
        string text = part.GetRawText();
        return text.Length <= 100 ? text : text[..100] + "…";
    }

    private static int[] TextIds(int pieces, List<AddedToken> added, int unknown)
    {
        HashSet<int> others = [unknown, .. added.Where(token => token.IsSpecial).Select(token => token.Id)];
        return [.. Enumerable.Range(0, pieces).Where(id => !others.Contains(id))];
    }

    private static string Fingerprint(TokenizerJson json)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("sentencepiece.json 1"u8);
        foreach (string part in (string[])["model", "added_tokens", "normalizer", "pre_tokenizer", "post_processor"])
        {
            JsonElement element = TokenizerJson.Optional(json.Root, part);
            hash.AppendData(element.ValueKind == JsonValueKind.Undefined ? "null"u8 : JsonMarshal.GetRawUtf8Value(element));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
