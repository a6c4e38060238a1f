using System.Text;

namespace Sparse.Tokens;

/// <content>Where tokenizers come from.</content>
public sealed partial class WordPieceTokenizer
{
    private static readonly string[] MarkerPieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>Reads a Hugging Face tokenizer.json of BERT's kind.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="InvalidDataException">Broken JSON, or a tokenizer of another kind: the message says which.</exception>
    public static WordPieceTokenizer FromTokenizerJson(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return TokenizerJson.Read(stream, path, static json => new WordPieceTokenizer(WordPieceJson.Read(json)));
    }

    /// <summary>Reads a Hugging Face tokenizer.json of BERT's kind.</summary>
    /// <param name="stream">UTF-8 JSON; read to its end, not closed.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">Broken JSON, or a tokenizer of another kind: the message says which.</exception>
    public static WordPieceTokenizer FromTokenizerJson(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return TokenizerJson.Read(stream, "tokenizer.json", static json => new WordPieceTokenizer(WordPieceJson.Read(json)));
    }

    /// <summary>Makes the tokenizer of bert-base-uncased, or -cased, from a vocabulary alone.</summary>
    /// <param name="vocabulary">A vocab.txt in UTF-8: one piece a line, its id the line's number from 0; not closed. [UNK], [CLS] and [SEP] must be there.</param>
    /// <param name="lowercase">Lowercase and strip accents.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">An empty line, a piece that occurs twice, or a marker is missing.</exception>
    public static WordPieceTokenizer FromVocabulary(Stream vocabulary, bool lowercase = true)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        return FromVocabulary(vocabulary, "vocab.txt", new NormalizerSettings(true, true, lowercase, lowercase));
    }

    /// <summary>Reads the tokenizer of a model folder: tokenizer.json, else vocab.txt as tokenizer_config.json says.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="IOException">Neither file is there, or one can't be read.</exception>
    /// <exception cref="InvalidDataException">A file is broken or of another kind: the message says which.</exception>
    public static WordPieceTokenizer FromFolder(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string json = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(json))
        {
            return FromTokenizerJson(json);
        }

        string vocabulary = Path.Combine(folder, "vocab.txt");
        if (!File.Exists(vocabulary))
        {
            throw new FileNotFoundException($"Folder '{folder}' holds neither tokenizer.json nor vocab.txt.", json);
        }

        using FileStream stream = File.OpenRead(vocabulary);
        return FromVocabulary(stream, vocabulary, ReadConfig(Path.Combine(folder, "tokenizer_config.json")));
    }

    private static WordPieceTokenizer FromVocabulary(Stream stream, string name, NormalizerSettings normalizer)
    {
        Vocabulary vocabulary = ReadVocabulary(stream, name);
        AddedToken[] markers = [.. MarkerPieces.Where(piece => vocabulary.TryGetId(piece, out _)).Select(Marker)];
        return new WordPieceTokenizer(new TokenizerSettings
        {
            Vocabulary = vocabulary,
            Normalizer = normalizer,
            AddedTokens = markers,
            UnknownPiece = Marker("[UNK]").Content,
            Prefix = [Marker("[CLS]").Id],
            Suffix = [Marker("[SEP]").Id],
        });

        AddedToken Marker(string piece) => vocabulary.TryGetId(piece, out int id)
            ? new AddedToken(id, piece, IsSpecial: true, SingleWord: false, TakesBlanksBefore: false, TakesBlanksAfter: false)
            : throw new InvalidDataException($"{name} lacks the piece {piece}: it is not a BERT vocabulary.");
    }

    private static Vocabulary ReadVocabulary(Stream stream, string name)
    {
        using var reader = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, leaveOpen: true);
        string all;
        try
        {
            all = reader.ReadToEnd();
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{name} is not UTF-8 text.", e);
        }

        // Only line feeds end a piece: vocabularies hold other blanks of Unicode as pieces, at which ReadLine would cut too.
        string[] pieces = all.Split('\n');
        int count = pieces[^1].Length == 0 ? pieces.Length - 1 : pieces.Length;
        for (int i = 0; i < count; i++)
        {
            pieces[i] = pieces[i].TrimEnd('\r');
            if (pieces[i].Length == 0)
            {
                throw new InvalidDataException($"{name}, line {i + 1}: an empty word piece.");
            }
        }

        return new Vocabulary(new ArraySegment<string>(pieces, 0, count));
    }

    private static NormalizerSettings ReadConfig(string path)
    {
        if (!File.Exists(path))
        {
            return NormalizerSettings.Uncased;
        }

        return ModelFile.ReadJson(path, root =>
        {
            bool lowercase = TokenizerJson.Flag(root, "do_lower_case", true);
            return new NormalizerSettings(
                CleanText: true,
                SplitIdeographs: TokenizerJson.Flag(root, "tokenize_chinese_chars", true),
                StripAccents: TokenizerJson.Flag(root, "strip_accents", lowercase),
                Lowercase: lowercase);
        });
    }
}
