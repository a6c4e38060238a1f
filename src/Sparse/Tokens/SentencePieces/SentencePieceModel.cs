using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Sparse.Tokens.BytePairs;

namespace Sparse.Tokens.SentencePieces;

/// <summary>Reads a sentencepiece model file: tokenizer.model of Llama and Mistral, sentencepiece.bpe.model of XLM-RoBERTa.</summary>
/// <remarks>Fields and defaults as in sentencepiece_model.proto of github.com/google/sentencepiece.</remarks>
internal sealed class SentencePieceModel
{
    // The largest published one holds 5 MB (a quarter of a million pieces).
    private const long MaxBytes = 32 << 20;

    private readonly List<(string Text, float Score, PieceType Type)> _pieces = [];
    private int _modelType = 1;
    private bool _hasByteFallback;
    private bool _isSuffixed;
    private int _begin = 1;
    private int _end = 2;
    private bool _addsBlank = true;
    private bool _mergesBlanks = true;
    private bool _escapesBlanks = true;
    private Charsmap? _charsmap;

    private enum PieceType
    {
        Normal = 1,
        Unknown = 2,
        Control = 3,
        UserDefined = 4,
        Unused = 5,
        Byte = 6,
    }

    /// <summary>Reads a file in the layout that the files beside it name.</summary>
    /// <param name="path">The model.</param>
    /// <param name="isXlmRoberta">Number the pieces as XLM-RoBERTa does, four markers first.</param>
    /// <param name="config">tokenizer_config.json; undefined where there is none.</param>
    /// <returns>The settings of its tokenizer.</returns>
    /// <exception cref="InvalidDataException">The file is broken, or asks for something unsupported.</exception>
    public static SentencePieceSettings Read(string path, bool isXlmRoberta, JsonElement config)
    {
        long length = new FileInfo(path).Length;
        return length <= MaxBytes
            ? Read(File.ReadAllBytes(path), path, isXlmRoberta, config)
            : throw new InvalidDataException($"{path} holds {length} bytes; a sentencepiece model of at most {MaxBytes} is read.");
    }

    /// <inheritdoc cref="Read(string, bool, JsonElement)"/>
    /// <param name="bytes">The file.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="isXlmRoberta">As above.</param>
    /// <param name="config">As above.</param>
    public static SentencePieceSettings Read(byte[] bytes, string name, bool isXlmRoberta, JsonElement config)
    {
        try
        {
            var model = new SentencePieceModel();
            model.ReadModel(bytes);
            string fingerprint = Convert.ToHexStringLower(SHA256.HashData(bytes));
            return isXlmRoberta ? model.ToXlmRoberta(fingerprint) : model.ToLlama(fingerprint, config);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{name} is not a sentencepiece model that can be read: {e.Message}", e);
        }
    }

    private void ReadModel(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    ReadPiece(reader.Bytes());
                    break;
                case 2:
                    ReadTrainer(reader.Bytes());
                    break;
                case 3:
                    ReadNormalizer(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (_pieces.Count == 0)
        {
            throw new InvalidDataException("it holds no pieces.");
        }

        if (_modelType is not (1 or 2))
        {
            throw new InvalidDataException($"its model_type is {_modelType}; unigram (1) and BPE (2) are supported.");
        }

        if (_isSuffixed || !_escapesBlanks)
        {
            throw new InvalidDataException("it was trained with treat_whitespace_as_suffix or without escape_whitespaces, which is not supported.");
        }

        PieceType refused = _modelType == 2 ? PieceType.Unused : PieceType.UserDefined;
        if (_pieces.FindIndex(piece => piece.Type == PieceType.UserDefined || piece.Type == refused) is >= 0 and int place)
        {
            throw new InvalidDataException($"piece {place}, '{ModelFile.Short(_pieces[place].Text)}', is of type {_pieces[place].Type}, which is not supported; a tokenizer.json may say the same in another way.");
        }
    }

    private void ReadPiece(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        (string Text, float Score, PieceType Type) piece = ("", 0, PieceType.Normal);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    piece.Text = reader.Text();
                    break;
                case 2:
                    piece.Score = reader.Float();
                    break;
                case 3:
                    piece.Type = (PieceType)reader.Integer();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (!float.IsFinite(piece.Score))
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"the score of piece {_pieces.Count} is {piece.Score}."));
        }

        _pieces.Add(piece);
    }

    private void ReadTrainer(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3:
                    _modelType = reader.Integer();
                    break;
                case 24:
                    _isSuffixed = reader.Bool();
                    break;
                case 35:
                    _hasByteFallback = reader.Bool();
                    break;
                case 41:
                    _begin = reader.Integer();
                    break;
                case 42:
                    _end = reader.Integer();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2:
                    ReadOnlySpan<byte> map = reader.Bytes();
                    _charsmap = map.IsEmpty ? null : new Charsmap(map);
                    break;
                case 3:
                    _addsBlank = reader.Bool();
                    break;
                case 4:
                    _mergesBlanks = reader.Bool();
                    break;
                case 5:
                    _escapesBlanks = reader.Bool();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    // Ids are places in the file.
    private SentencePieceSettings ToLlama(string fingerprint, JsonElement config)
    {
        bool addsBegin = Flag(config, "add_bos_token", true), addsEnd = Flag(config, "add_eos_token", false);
        return ToSettings([.. Enumerable.Range(0, _pieces.Count)], _pieces.Select(piece => piece.Text), $"{fingerprint} {addsBegin} {addsEnd}") with
        {
            Prefix = addsBegin ? [Marker(_begin, "begin")] : [],
            Suffix = addsEnd ? [Marker(_end, "end")] : [],
        };
    }

    // fairseq's numbers: <s>, <pad>, </s>, <unk>, then the pieces from the fourth on, then <mask>.
    private SentencePieceSettings ToXlmRoberta(string fingerprint)
    {
        string[] first = [.. _pieces.Take(3).Select(piece => piece.Text)];
        if (!first.SequenceEqual(["<unk>", "<s>", "</s>"]))
        {
            throw new InvalidDataException($"its first pieces are '{ModelFile.Short(string.Join("', '", first))}'; XLM-RoBERTa's are '<unk>', '<s>', '</s>'.");
        }

        int mask = _pieces.Count + 1;
        SentencePieceSettings settings = ToSettings(
            [3, 0, 2, .. Enumerable.Range(4, _pieces.Count - 3)],
            ["<s>", "<pad>", "</s>", "<unk>", .. _pieces.Skip(3).Select(piece => piece.Text), "<mask>"], fingerprint + " xlm-roberta");
        return settings with
        {
            AddedTokens = [Added(0, "<s>"), Added(1, "<pad>"), Added(2, "</s>"), Added(3, "<unk>"), Added(mask, "<mask>") with { TakesBlanksBefore = true }],
            LeadingBlank = settings.LeadingBlank == LeadingBlank.Never ? LeadingBlank.Never : LeadingBlank.Always,
            Prefix = [0],
            Suffix = [2],
        };

        static AddedToken Added(int id, string content) =>
            new(id, content, IsSpecial: true, SingleWord: false, TakesBlanksBefore: false, TakesBlanksAfter: false);
    }

    private SentencePieceSettings ToSettings(int[] ids, IEnumerable<string> vocabulary, string fingerprint)
    {
        var names = new Vocabulary([.. vocabulary]);
        int unknown = _pieces.FindIndex(piece => piece.Type == PieceType.Unknown);
        var scores = new double[names.Count];
        List<int> text = [];
        for (int i = 0; i < _pieces.Count; i++)
        {
            scores[ids[i]] = _pieces[i].Score;
            if (_pieces[i].Type == PieceType.Normal)
            {
                text.Add(ids[i]);
            }
        }

        return new SentencePieceSettings
        {
            Vocabulary = names,
            TextIds = text,
            Scores = _modelType == 1 ? scores : null,
            SumsInSinglePrecision = true,
            Merges = _modelType == 2 ? MakeMerges(names, text, scores) : null,
            UnknownId = unknown >= 0 ? ids[unknown] : throw new InvalidDataException("it has no unknown piece."),
            ByteIds = _hasByteFallback ? MakeBytes(names) : null,
            Charsmap = _charsmap,
            MergesBlanks = _mergesBlanks,
            LeadingBlank = _addsBlank ? LeadingBlank.First : LeadingBlank.Never,
            MarkerIds = [.. Enumerable.Range(0, _pieces.Count).Where(i => _pieces[i].Type == PieceType.Control).Select(i => ids[i])],
            Fingerprint = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes("sentencepiece 1 " + fingerprint)))[..16],
        };
    }

    /// <summary>Ids of the pieces of bytes.</summary>
    internal static int[] MakeBytes(Vocabulary vocabulary)
    {
        var ids = new int[256];
        for (int b = 0; b < 256; b++)
        {
            string piece = string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>");
            if (!vocabulary.TryGetId(piece, out ids[b]))
            {
                throw new InvalidDataException($"the vocabulary lacks the piece '{piece}', although bytes are to spell what no piece does.");
            }
        }

        return ids;
    }

    // The file names no merges: any two pieces whose text together is a piece may merge, that of the highest score first.
    private static PairMerges MakeMerges(Vocabulary vocabulary, List<int> text, double[] scores)
    {
        var merges = new PairMerges();
        var isText = new HashSet<int>(text);
        int rank = 0;
        double last = double.NaN;
        foreach (int id in text.OrderByDescending(id => scores[id]))
        {
            rank += scores[id].Equals(last) ? 0 : 1;
            last = scores[id];
            ReadOnlySpan<char> piece = vocabulary[id];
            if (piece.Length > PieceTrie.MaxLength)
            {
                throw new InvalidDataException($"piece {id} has {piece.Length} characters; at most {PieceTrie.MaxLength} are supported.");
            }

            for (int cut = 1; cut < piece.Length; cut++)
            {
                if (vocabulary.TryGetId(piece[..cut], out int left) && vocabulary.TryGetId(piece[cut..], out int right) && isText.Contains(left) && isText.Contains(right))
                {
                    merges.Add(left, right, rank, id);
                }
            }
        }

        return merges;
    }

    private int Marker(int id, string what) => id >= 0 && id < _pieces.Count
        ? id
        : throw new InvalidDataException($"its {what} marker has id {id}, and there are {_pieces.Count} pieces; say \"add_bos_token\": false in tokenizer_config.json.");

    private static bool Flag(JsonElement config, string property, bool otherwise) =>
        config.ValueKind == JsonValueKind.Object ? TokenizerJson.Flag(config, property, otherwise) : otherwise;
}
