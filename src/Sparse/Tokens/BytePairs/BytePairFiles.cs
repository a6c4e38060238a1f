using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sparse.Tokens.BytePairs;

/// <summary>Reads byte-level BPE from tokenizer.json, or from vocab.json and merges.txt as RoBERTa has them.</summary>
internal static class BytePairFiles
{
    private const string Kind = "byte-level BPE";

    /// <summary>True where a BPE model works on bytes, and not on characters as SentencePiece's does.</summary>
    public static bool IsByteLevel(TokenizerJson json)
    {
        // SentencePiece's has Metaspace or nothing; what else there is, is for the error of Read.
        JsonElement preTokenizer = TokenizerJson.Optional(json.Root, "pre_tokenizer");
        return preTokenizer.ValueKind == JsonValueKind.Object && TokenizerJson.TypeOf(preTokenizer) != "Metaspace";
    }

    /// <summary>Reads a tokenizer.json whose model is BPE and whose pre_tokenizer is ByteLevel.</summary>
    public static BytePairSettings Read(TokenizerJson json)
    {
        JsonElement preTokenizer = TokenizerJson.Optional(json.Root, "pre_tokenizer");
        json.Expect(TokenizerJson.TypeOf(preTokenizer), "ByteLevel", "a pre_tokenizer", Kind);
        if (!TokenizerJson.Flag(preTokenizer, "use_regex", true))
        {
            throw json.Wrong(": its ByteLevel pre_tokenizer has use_regex false, which is not supported.");
        }

        if (TokenizerJson.Optional(json.Root, "normalizer").ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
        {
            string type = TokenizerJson.TypeOf(TokenizerJson.Optional(json.Root, "normalizer"));
            throw json.Wrong($" holds a normalizer of type '{ModelFile.Short(type)}'; none is supported here ({Kind}).");
        }

        RefuseVariants(json);
        List<AddedToken> added = json.ReadAddedTokens(ignoreNormalized: true);
        Vocabulary vocabulary = json.MakeVocabulary(json.ReadPieces(), added);
        (int[] prefix, int[] suffix) = json.ReadTemplate(vocabulary);
        PairMerges merges = ReadMerges(json, vocabulary, out string fingerprint);
        return new BytePairSettings
        {
            Vocabulary = vocabulary,
            Merges = merges,
            MergesFingerprint = fingerprint,
            AddedTokens = added,
            AddsBlank = TokenizerJson.Flag(preTokenizer, "add_prefix_space", true),
            Prefix = prefix,
            Suffix = suffix,
        };
    }

    /// <summary>Reads the "merges" of a BPE model, "a b" or ["a", "b"] each.</summary>
    public static PairMerges ReadMerges(TokenizerJson json, Vocabulary vocabulary, out string fingerprint)
    {
        JsonElement list = TokenizerJson.Optional(json.Model, "merges");
        return list.ValueKind != JsonValueKind.Array
            ? throw json.Wrong(": the model has no \"merges\".")
            : MakeMerges(list.EnumerateArray().Select(Pair), vocabulary, problem => json.Wrong(": " + problem), out fingerprint);

        static (string Left, string Right) Pair(JsonElement merge) => merge.ValueKind == JsonValueKind.Array
            ? merge.GetArrayLength() == 2 ? (merge[0].GetString()!, merge[1].GetString()!) : ("", "")
            : SplitMerge(merge.GetString()!);
    }

    /// <summary>Says no to what changes tokens and published encoders do not use.</summary>
    public static void RefuseVariants(TokenizerJson json)
    {
        foreach (string option in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (TokenizerJson.Text(json.Model, option) is { Length: > 0 } value)
            {
                throw json.Wrong($": the model's {option} is '{ModelFile.Short(value)}'; only an empty one is supported.");
            }
        }

        if (TokenizerJson.Flag(json.Model, "ignore_merges", false))
        {
            throw json.Wrong(": the model has ignore_merges true, which is not supported.");
        }
    }

    /// <summary>Reads RoBERTa's vocab.json, merges.txt and tokenizer_config.json.</summary>
    /// <param name="folder">Holds the first two.</param>
    public static BytePairSettings ReadRoberta(string folder)
    {
        string vocabularyPath = Path.Combine(folder, "vocab.json");
        string mergesPath = Path.Combine(folder, "merges.txt");
        Vocabulary vocabulary = ModelFile.ReadJson(vocabularyPath, root => MakeVocabulary(root, vocabularyPath));
        PairMerges merges = MakeMerges(ReadMergeLines(mergesPath), vocabulary, problem => new InvalidDataException($"{mergesPath}: {problem}"), out string fingerprint);
        string configPath = Path.Combine(folder, "tokenizer_config.json");
        bool addsBlank = File.Exists(configPath) && ModelFile.ReadJson(configPath, root => TokenizerJson.Flag(root, "add_prefix_space", false));
        return new BytePairSettings
        {
            Vocabulary = vocabulary,
            Merges = merges,
            MergesFingerprint = fingerprint,
            AddedTokens = [Marker("<s>"), Marker("<pad>"), Marker("</s>"), Marker("<unk>"), Marker("<mask>") with { TakesBlanksBefore = true }],
            AddsBlank = addsBlank,
            Prefix = [Marker("<s>").Id],
            Suffix = [Marker("</s>").Id],
        };

        AddedToken Marker(string piece) => vocabulary.TryGetId(piece, out int id)
            ? new AddedToken(id, piece, IsSpecial: true, SingleWord: false, TakesBlanksBefore: false, TakesBlanksAfter: false)
            : throw new InvalidDataException($"{vocabularyPath} lacks the piece {piece}: it is not a RoBERTa vocabulary; a tokenizer.json would say what it is.");
    }

    private static Vocabulary MakeVocabulary(JsonElement root, string path)
    {
        var pieces = new SortedDictionary<int, string>();
        foreach (JsonProperty piece in root.EnumerateObject())
        {
            if (!pieces.TryAdd(piece.Value.GetInt32(), piece.Name))
            {
                throw new InvalidDataException($"{path}: id {piece.Value.GetInt32()} belongs to two pieces.");
            }
        }

        return pieces.Count > 0 && pieces.Keys.First() == 0 && pieces.Keys.Last() == pieces.Count - 1
            ? new Vocabulary([.. pieces.Values])
            : throw new InvalidDataException($"{path}: ids must run from 0 without gaps.");
    }

    private static IEnumerable<(string Left, string Right)> ReadMergeLines(string path)
    {
        using Utf8Lines lines = Utf8Lines.Open(path);
        while (lines.Read() is { } line)
        {
            if (lines.LineNumber == 1 ? !line.StartsWith("#version", StringComparison.Ordinal) : line.Length > 0)
            {
                yield return SplitMerge(line);
            }
        }
    }

    // Pieces hold no blank: theirs is the stand-in of the byte alphabet, or ▁.
    private static (string Left, string Right) SplitMerge(string merge)
    {
        int blank = merge.IndexOf(' ', StringComparison.Ordinal);
        return blank < 0 ? (merge, "") : (merge[..blank], merge[(blank + 1)..]);
    }

    private static PairMerges MakeMerges(
        IEnumerable<(string Left, string Right)> pairs, Vocabulary vocabulary, Func<string, Exception> wrong, out string fingerprint)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var merges = new PairMerges();
        int rank = 0;
        foreach ((string left, string right) in pairs)
        {
            int rightId = -1, merged = -1;
            if (!vocabulary.TryGetId(left, out int leftId) || !vocabulary.TryGetId(right, out rightId) || !vocabulary.TryGetId(left + right, out merged))
            {
                throw wrong($"merge {rank} is of '{ModelFile.Short(left)}' and '{ModelFile.Short(right)}'; both, and the piece that they make, must be in the vocabulary.");
            }

            merges.Add(leftId, rightId, rank++, merged);
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{leftId} {rightId}\n")));
        }

        fingerprint = Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
        return merges;
    }
}
