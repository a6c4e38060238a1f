using Sparse.Tokens.BytePairs;

namespace Sparse.Tokens;

/// <summary>Finds out what kind of tokenizer a model folder holds.</summary>
public static class TokenizerFolder
{
    /// <summary>Reads the tokenizer of a model folder, whatever its kind.</summary>
    /// <param name="folder">
    /// Holds tokenizer.json (BERT word pieces, or byte-level BPE), else vocab.txt (word pieces as tokenizer_config.json says), else vocab.json with merges.txt (RoBERTa).
    /// </param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="IOException">No such file is there, or one can't be read.</exception>
    /// <exception cref="InvalidDataException">A file is broken or of another kind: the message says which.</exception>
    public static ITokenizer Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string json = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(json))
        {
            using FileStream stream = File.OpenRead(json);
            return TokenizerJson.Read<ITokenizer>(stream, json, FromJson);
        }

        if (File.Exists(Path.Combine(folder, "vocab.txt")))
        {
            return WordPieceTokenizer.FromFolder(folder);
        }

        return File.Exists(Path.Combine(folder, "vocab.json")) && File.Exists(Path.Combine(folder, "merges.txt"))
            ? new BytePairTokenizer(BytePairFiles.ReadRoberta(folder))
            : throw new FileNotFoundException($"Folder '{folder}' holds no tokenizer: neither tokenizer.json nor vocab.txt nor vocab.json with merges.txt.", json);
    }

    private static ITokenizer FromJson(TokenizerJson json) => json.ModelType switch
    {
        "WordPiece" => new WordPieceTokenizer(WordPieceJson.Read(json)),
        "BPE" => new BytePairTokenizer(BytePairFiles.Read(json)),
        string type => throw json.Wrong($" holds a tokenizer model of type '{type}'; WordPiece and BPE are supported."),
    };
}
