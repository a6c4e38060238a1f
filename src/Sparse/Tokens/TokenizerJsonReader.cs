using System.Text.Json;

namespace Sparse.Tokens;

/// <summary>Reads a Hugging Face tokenizer.json as far as it describes a BERT word-piece tokenizer, and says what it meets where it does not.</summary>
internal static class TokenizerJsonReader
{
    /// <summary>Reads the whole stream.</summary>
    /// <param name="stream">UTF-8 JSON.</param>
    /// <param name="name">What errors call the file.</param>
    /// <exception cref="InvalidDataException">Broken JSON, or a tokenizer of another kind.</exception>
    public static TokenizerSettings Read(Stream stream, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(stream);
            return Read(document.RootElement, name);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{name} is not JSON: line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}.", e);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // System.Text.Json's ways to say that a value is missing, has another type or range, or is not valid Unicode.
            throw new InvalidDataException($"{name} is not a tokenizer.json: {e.Message}", e);
        }
    }

    private static TokenizerSettings Read(JsonElement root, string name)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("model", out JsonElement model))
        {
            throw new InvalidDataException($"{name} has no \"model\": it is not a tokenizer.json.");
        }

        Expect(TypeOf(model), "WordPiece", name, "a tokenizer model");
        JsonElement preTokenizer = Optional(root, "pre_tokenizer");
        Expect(TypeOf(preTokenizer), "BertPreTokenizer", name, "a pre_tokenizer");
        NormalizerSettings normalizer = ReadNormalizer(Optional(root, "normalizer"), name);
        List<AddedToken> added = ReadAddedTokens(Optional(root, "added_tokens"), name);
        Vocabulary vocabulary = ReadVocabulary(model, added, name);
        (int[] prefix, int[] suffix) = ReadTemplate(Optional(root, "post_processor"), name);
        foreach (int id in prefix.Concat(suffix))
        {
            if (id < 0 || id >= vocabulary.Count)
            {
                throw new InvalidDataException($"{name}: the post_processor adds id {id}, but the vocabulary ends at {vocabulary.Count - 1}.");
            }
        }

        return new TokenizerSettings
        {
            Vocabulary = vocabulary,
            Normalizer = normalizer,
            AddedTokens = added,
            UnknownPiece = Optional(model, "unk_token") is { ValueKind: JsonValueKind.String } unknown ? unknown.GetString()! : "[UNK]",
            Prefix = prefix,
            Suffix = suffix,
            ContinuationPrefix = Optional(model, "continuing_subword_prefix") is { ValueKind: JsonValueKind.String } lead ? lead.GetString()! : "##",
            MaxWordLength = Optional(model, "max_input_chars_per_word") is { ValueKind: JsonValueKind.Number } length ? ReadLength(length, name) : 100,
        };
    }

    private static int ReadLength(JsonElement element, string name) =>
        element.TryGetInt32(out int length) && length is >= 1 and <= 100_000
            ? length
            : throw new InvalidDataException($"{name}: max_input_chars_per_word is {element.GetRawText()}; 1 to 100,000 is supported.");

    private static NormalizerSettings ReadNormalizer(JsonElement element, string name)
    {
        if (element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return new NormalizerSettings(CleanText: false, SplitIdeographs: false, StripAccents: false, Lowercase: false);
        }

        Expect(TypeOf(element), "BertNormalizer", name, "a normalizer");
        bool lowercase = Flag(element, "lowercase", true);
        return new NormalizerSettings(
            Flag(element, "clean_text", true), Flag(element, "handle_chinese_chars", true), Flag(element, "strip_accents", lowercase), lowercase);
    }

    private static List<AddedToken> ReadAddedTokens(JsonElement element, string name)
    {
        var added = new List<AddedToken>();
        if (element.ValueKind != JsonValueKind.Array)
        {
            return added;
        }

        foreach (JsonElement token in element.EnumerateArray())
        {
            string content = token.GetProperty("content").GetString() ?? "";
            if (content.Length == 0)
            {
                throw new InvalidDataException($"{name}: an added token is empty.");
            }

            if (Flag(token, "normalized", false))
            {
                throw new InvalidDataException(
                    $"{name}: added token '{content}' is matched after normalisation (\"normalized\": true); only tokens matched in raw text are supported.");
            }

            added.Add(new AddedToken(
                token.GetProperty("id").GetInt32(), content, Flag(token, "special", false),
                Flag(token, "single_word", false), Flag(token, "lstrip", false), Flag(token, "rstrip", false)));
        }

        return added;
    }

    private static Vocabulary ReadVocabulary(JsonElement model, List<AddedToken> added, string name)
    {
        JsonElement element = Optional(model, "vocab");
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"{name}: the model has no \"vocab\".");
        }

        var ids = new SortedDictionary<int, string>();
        foreach (JsonProperty piece in element.EnumerateObject())
        {
            Add(piece.Value.GetInt32(), piece.Name);
        }

        foreach (AddedToken token in added)
        {
            Add(token.Id, token.Content);
        }

        int expected = 0;
        foreach (int id in ids.Keys)
        {
            if (id != expected)
            {
                throw new InvalidDataException($"{name}: the vocabulary has no piece with id {expected}, but one with id {id}; ids must run from 0 without gaps.");
            }

            expected++;
        }

        return new Vocabulary([.. ids.Values]);

        void Add(int id, string piece)
        {
            if (piece.Length == 0)
            {
                // The multilingual BERT vocabulary lost a piece to line splitting. No text gives it, but its id must stay.
                piece = $"[empty {id}]";
            }

            if (!ids.TryAdd(id, piece) && ids[id] != piece)
            {
                throw new InvalidDataException($"{name}: id {id} belongs to two pieces, '{ids[id]}' and '{piece}'.");
            }
        }
    }

    private static (int[] Prefix, int[] Suffix) ReadTemplate(JsonElement element, string name)
    {
        switch (TypeOf(element))
        {
            case "":
                return ([], []);
            case "BertProcessing":
                return ([element.GetProperty("cls")[1].GetInt32()], [element.GetProperty("sep")[1].GetInt32()]);
            case "TemplateProcessing":
                break;
            case string type:
                throw new InvalidDataException($"{name} holds a post_processor of type '{type}'; TemplateProcessing and BertProcessing are supported.");
        }

        JsonElement special = element.GetProperty("special_tokens");
        var prefix = new List<int>();
        var suffix = new List<int>();
        bool isAfterText = false;
        foreach (JsonElement part in element.GetProperty("single").EnumerateArray())
        {
            if (part.TryGetProperty("SpecialToken", out JsonElement token))
            {
                JsonElement ids = special.GetProperty(token.GetProperty("id").GetString()!).GetProperty("ids");
                (isAfterText ? suffix : prefix).AddRange(ids.EnumerateArray().Select(id => id.GetInt32()));
            }
            else
            {
                isAfterText = true;
            }
        }

        return ([.. prefix], [.. suffix]);
    }

    private static JsonElement Optional(JsonElement element, string property) =>
        element.TryGetProperty(property, out JsonElement value) ? value : default;

    private static string TypeOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out JsonElement type) ? type.GetString() ?? "" : "";

    private static bool Flag(JsonElement element, string property, bool otherwise) =>
        Optional(element, property).ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => otherwise,
        };

    private static void Expect(string type, string supported, string name, string what)
    {
        if (type != supported)
        {
            throw new InvalidDataException(
                $"{name} holds {what} of type '{(type.Length == 0 ? "none" : type)}'; only '{supported}' is supported here (BERT word pieces).");
        }
    }
}
