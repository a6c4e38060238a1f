using System.Text.Json;

namespace Sparse.Tokens;

/// <summary>A Hugging Face tokenizer.json that is being read: the parts that every kind of tokenizer has, and errors that name the file.</summary>
internal sealed class TokenizerJson
{
    private readonly string _name;

    private TokenizerJson(JsonElement root, string name)
    {
        _name = name;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("model", out JsonElement model))
        {
            throw Wrong(" has no \"model\": it is not a tokenizer.json.");
        }

        Root = root;
        Model = model;
        ModelType = TypeOf(model);
    }

    public JsonElement Root { get; }

    /// <summary>The property "model".</summary>
    public JsonElement Model { get; }

    /// <summary>WordPiece, BPE, Unigram; empty where it is not said.</summary>
    public string ModelType { get; }

    /// <summary>Reads the whole stream and makes something of it.</summary>
    /// <param name="stream">UTF-8 JSON; read to its end, not closed.</param>
    /// <param name="name">What errors call the file.</param>
    /// <param name="make">Makes the result; may throw what System.Text.Json throws.</param>
    /// <exception cref="InvalidDataException">Broken JSON, or a tokenizer that is not supported.</exception>
    public static T Read<T>(Stream stream, string name, Func<TokenizerJson, T> make) =>
        ModelFile.ReadJson(stream, name, root => make(new TokenizerJson(root, name)));

    /// <summary>Reads "added_tokens".</summary>
    /// <param name="ignoreNormalized">Take tokens that are to match after normalisation, too: they are matched in raw text.</param>
    public List<AddedToken> ReadAddedTokens(bool ignoreNormalized)
    {
        JsonElement element = Optional(Root, "added_tokens");
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
                throw Wrong(": an added token is empty.");
            }

            if (!ignoreNormalized && Flag(token, "normalized", false))
            {
                throw Wrong($": added token '{ModelFile.Short(content)}' is matched after normalisation (\"normalized\": true); only tokens matched in raw text are supported.");
            }

            added.Add(new AddedToken(
                token.GetProperty("id").GetInt32(), content, Flag(token, "special", false),
                Flag(token, "single_word", false), Flag(token, "lstrip", false), Flag(token, "rstrip", false)));
        }

        return added;
    }

    /// <summary>The pieces of a model whose "vocab" is {"piece": id}.</summary>
    public IEnumerable<(int Id, string Piece)> ReadPieces()
    {
        JsonElement element = Optional(Model, "vocab");
        return element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject().Select(piece => (piece.Value.GetInt32(), piece.Name))
            : throw Wrong(": the model has no \"vocab\".");
    }

    /// <summary>Puts pieces and added tokens in the order of their ids.</summary>
    public Vocabulary MakeVocabulary(IEnumerable<(int Id, string Piece)> pieces, IEnumerable<AddedToken> added)
    {
        var ids = new SortedDictionary<int, string>();
        foreach ((int id, string piece) in pieces.Concat(added.Select(token => (token.Id, token.Content))))
        {
            // The multilingual BERT vocabulary lost a piece to line splitting. No text gives it, but its id must stay.
            string kept = piece.Length == 0 ? $"[empty {id}]" : piece;
            if (!ids.TryAdd(id, kept) && ids[id] != kept)
            {
                throw Wrong($": id {id} belongs to two pieces, '{ModelFile.Short(ids[id])}' and '{ModelFile.Short(kept)}'.");
            }
        }

        int expected = 0;
        foreach (int id in ids.Keys)
        {
            if (id != expected)
            {
                throw Wrong($": the vocabulary has no piece with id {expected}, but one with id {id}; ids must run from 0 without gaps.");
            }

            expected++;
        }

        return new Vocabulary([.. ids.Values]);
    }

    /// <summary>The ids that "post_processor" puts around a text.</summary>
    public (int[] Prefix, int[] Suffix) ReadTemplate(Vocabulary vocabulary)
    {
        (int[] Prefix, int[] Suffix) template = ReadTemplate(Optional(Root, "post_processor"));
        foreach (int id in template.Prefix.Concat(template.Suffix))
        {
            if (id < 0 || id >= vocabulary.Count)
            {
                throw Wrong($": the post_processor adds id {id}, but the vocabulary ends at {vocabulary.Count - 1}.");
            }
        }

        return template;
    }

    /// <summary>Refuses a part of another type than the one supported.</summary>
    /// <param name="type">What the file holds.</param>
    /// <param name="supported">The only type that will do.</param>
    /// <param name="what">"a normalizer" and the like.</param>
    /// <param name="kind">The kind of tokenizer, for people.</param>
    public void Expect(string type, string supported, string what, string kind)
    {
        if (type != supported)
        {
            throw Wrong($" holds {what} of type '{(type.Length == 0 ? "none" : ModelFile.Short(type))}'; only '{supported}' is supported here ({kind}).");
        }
    }

    /// <summary>An error that begins with the file's name.</summary>
    /// <param name="problem">What follows the name, from its colon or blank.</param>
    public InvalidDataException Wrong(string problem) => new(_name + problem);

    /// <summary>A property's value; undefined where there is none.</summary>
    public static JsonElement Optional(JsonElement element, string property) =>
        element.TryGetProperty(property, out JsonElement value) ? value : default;

    /// <summary>The property "type"; empty where there is none.</summary>
    public static string TypeOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out JsonElement type) ? type.GetString() ?? "" : "";

    /// <summary>A boolean property.</summary>
    public static bool Flag(JsonElement element, string property, bool otherwise) =>
        Optional(element, property).ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => otherwise,
        };

    /// <summary>A text property; null where there is none.</summary>
    public static string? Text(JsonElement element, string property) =>
        Optional(element, property) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private (int[] Prefix, int[] Suffix) ReadTemplate(JsonElement element)
    {
        switch (TypeOf(element))
        {
            case "" or "ByteLevel":
                // ByteLevel only trims offsets, which ours are always.
                return ([], []);
            case "BertProcessing" or "RobertaProcessing":
                return ([element.GetProperty("cls")[1].GetInt32()], [element.GetProperty("sep")[1].GetInt32()]);
            case "Sequence":
                (int[] Prefix, int[] Suffix)[] parts = [.. element.GetProperty("processors").EnumerateArray().Select(ReadTemplate)];
                return ([.. parts.SelectMany(part => part.Prefix)], [.. parts.SelectMany(part => part.Suffix)]);
            case "TemplateProcessing":
                break;
            case string type:
                throw Wrong($" holds a post_processor of type '{ModelFile.Short(type)}'; TemplateProcessing, BertProcessing and RobertaProcessing are supported.");
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
}
