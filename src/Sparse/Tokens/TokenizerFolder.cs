using System.Text.Json;
using Sparse.Tokens.BytePairs;
using Sparse.Tokens.SentencePieces;

namespace Sparse.Tokens;

/// <summary>Finds out what kind of tokenizer a model folder holds.</summary>
public static class TokenizerFolder
{
    private const string XlmRobertaModel = "sentencepiece.bpe.model";
    private static readonly string[] Files = ["tokenizer.json", "vocab.txt", "vocab.json", "tokenizer.model", XlmRobertaModel];

    /// <summary>Reads the tokenizer of a model folder, whatever its kind.</summary>
    /// <param name="folder">
    /// Holds, the first of these that is there: tokenizer.json; vocab.txt (word pieces as tokenizer_config.json says); vocab.json with
    /// merges.txt (byte-level BPE of RoBERTa); tokenizer.model (SentencePiece of Llama and Mistral); sentencepiece.bpe.model (of XLM-RoBERTa).
    /// </param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="IOException">No such file is there, or one can't be read.</exception>
    /// <exception cref="InvalidDataException">A file is broken or of another kind: the message says which.</exception>
    public static ITokenizer Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        bool Has(string file) => File.Exists(In(file));
        string In(string file) => Path.Combine(folder, file);
        if (Has("tokenizer.json"))
        {
            string json = In("tokenizer.json");
            using FileStream stream = File.OpenRead(json);
            return TokenizerJson.Read(stream, json, FromJson);
        }

        if (Has("vocab.txt"))
        {
            return WordPieceTokenizer.FromFolder(folder);
        }

        if (Has("vocab.json") && Has("merges.txt"))
        {
            return new BytePairTokenizer(BytePairFiles.ReadRoberta(folder));
        }

        if (Has("tokenizer.model") || Has(XlmRobertaModel))
        {
            string model = In(Has("tokenizer.model") ? "tokenizer.model" : XlmRobertaModel);
            JsonElement config = Has("tokenizer_config.json") ? ModelFile.ReadJson(In("tokenizer_config.json"), root => root.Clone()) : default;
            return new SentencePieceTokenizer(SentencePieceModel.Read(model, !Has("tokenizer.model"), config));
        }

        string found = string.Join(", ", Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal).Take(20) : []);
        throw new FileNotFoundException(
            $"Folder '{folder}' holds no tokenizer: looked for tokenizer.json, vocab.txt, vocab.json with merges.txt, tokenizer.model and {XlmRobertaModel};"
            + $" found {(found.Length == 0 ? "nothing" : found)}.", In("tokenizer.json"));
    }

    /// <summary>Says whether a folder holds a tokenizer that <see cref="Read"/> would try.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>True when one of its files is there.</returns>
    public static bool Holds(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Files.Any(file => File.Exists(Path.Combine(folder, file)));
    }

    /// <summary>The tokenizer that a tokenizer.json describes.</summary>
    internal static ITokenizer FromJson(TokenizerJson json) => json.ModelType switch
    {
        "WordPiece" => new WordPieceTokenizer(WordPieceJson.Read(json)),
        "BPE" when BytePairFiles.IsByteLevel(json) => new BytePairTokenizer(BytePairFiles.Read(json)),
        "BPE" or "Unigram" => new SentencePieceTokenizer(SentencePieceJson.Read(json)),
        string type => throw json.Wrong($" holds a tokenizer model of type '{ModelFile.Short(type)}'; WordPiece, BPE and Unigram are supported."),
    };
}
