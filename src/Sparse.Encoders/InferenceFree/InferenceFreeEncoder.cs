using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Sparse.Encoders.BuiltIn;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Encoders.InferenceFree;

/// <summary>Encodes queries without running a model: the set of a text's word pieces, each weighted by a table of inverse document frequencies.</summary>
/// <remarks>
/// For documents encoded by a model of the same vocabulary. Repeats do not add up; special tokens and pieces without a weight are
/// left out. Immutable and safe for concurrent use. Geng et al., Towards Competitive Search Relevance For Inference-Free Learned
/// Sparse Retrievers, arXiv:2411.04403.
/// </remarks>
public sealed class InferenceFreeEncoder : ITermEncoder
{
    // Where sentence-transformers keeps the query side of a Router model, newest first.
    private static readonly string[] QueryFolders = ["", "query_0_SparseStaticEmbedding", "query_0_IDF"];

    private readonly ITokenizer _tokenizer;
    private readonly float[] _weights;

    private InferenceFreeEncoder(ITokenizer tokenizer, float[] weights)
    {
        _tokenizer = tokenizer;
        _weights = weights;
        foreach (int id in tokenizer.SpecialIds)
        {
            weights[id] = 0;
        }

        MaxWeight = weights.Max();
        if (MaxWeight == 0)
        {
            throw new InvalidDataException("The table of token weights gives no word piece a weight.");
        }

        byte[] content = [.. Encoding.ASCII.GetBytes("idf 1 " + tokenizer.Fingerprint), .. MemoryMarshal.AsBytes(weights.AsSpan())];
        Identity = new EncoderIdentity(
            "idf", Convert.ToHexStringLower(SHA256.HashData(content))[..16], tokenizer.Vocabulary.Fingerprint, IsQueryOnly: true);
    }

    /// <inheritdoc/>
    public EncoderIdentity Identity { get; }

    /// <inheritdoc/>
    public Vocabulary Vocabulary => _tokenizer.Vocabulary;

    /// <summary>The largest weight of the table.</summary>
    public float MaxWeight { get; }

    /// <summary>OpenSearch's table for the vocabulary of bert-base-uncased, and so for the built-in model.</summary>
    /// <returns>The encoder; no file is needed.</returns>
    public static InferenceFreeEncoder BuiltIn() =>
        new(BuiltInVocabulary.Tokenizer, IdfTable.ReadBuiltIn(BuiltInVocabulary.Tokenizer.Vocabulary));

    /// <summary>Reads tokenizer and table of a model folder.</summary>
    /// <param name="modelFolder">
    /// A folder with a tokenizer and idf.json or query_token_weights.txt, in it or in query_0_SparseStaticEmbedding or query_0_IDF;
    /// there also model.safetensors.
    /// </param>
    /// <returns>The encoder.</returns>
    /// <exception cref="IOException">The folder holds no table or no tokenizer, or a file can't be read.</exception>
    /// <exception cref="InvalidDataException">A file is broken, or the table belongs to another vocabulary.</exception>
    public static InferenceFreeEncoder FromFolder(string modelFolder)
    {
        ArgumentNullException.ThrowIfNull(modelFolder);
        if (!Directory.Exists(modelFolder))
        {
            throw new DirectoryNotFoundException($"Model folder '{modelFolder}' does not exist.");
        }

        foreach (string folder in QueryFolders.Select(name => Path.Combine(modelFolder, name)))
        {
            string json = Path.Combine(folder, "idf.json");
            string text = Path.Combine(folder, "query_token_weights.txt");
            string tensors = Path.Combine(folder, "model.safetensors");
            bool hasOwnTensors = folder != modelFolder && File.Exists(tensors);
            if (!File.Exists(json) && !File.Exists(text) && !hasOwnTensors)
            {
                continue;
            }

            bool hasOwnTokenizer = File.Exists(Path.Combine(folder, "tokenizer.json")) || File.Exists(Path.Combine(folder, "vocab.txt"));
            ITokenizer tokenizer = TokenizerFolder.Read(hasOwnTokenizer ? folder : modelFolder);
            if (File.Exists(json))
            {
                using FileStream stream = File.OpenRead(json);
                return new InferenceFreeEncoder(tokenizer, IdfTable.ReadJson(stream, tokenizer.Vocabulary, json));
            }

            return new InferenceFreeEncoder(tokenizer, File.Exists(text)
                ? IdfTable.ReadText(text, tokenizer.Vocabulary)
                : IdfTable.ReadSafetensors(tensors, tokenizer.Vocabulary));
        }

        throw new FileNotFoundException($"Model folder '{modelFolder}' holds no table of token weights (idf.json or query_token_weights.txt).");
    }

    /// <summary>Reads a table {"token": weight} for a tokenizer at hand.</summary>
    /// <param name="idfJson">UTF-8 JSON; read to its end, not closed.</param>
    /// <param name="tokenizer">The tokenizer of the documents' encoder.</param>
    /// <returns>The encoder.</returns>
    /// <exception cref="InvalidDataException">Broken JSON, a weight that is not finite and ≥ 0, or a table of another vocabulary.</exception>
    public static InferenceFreeEncoder FromIdfJson(Stream idfJson, ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(idfJson);
        ArgumentNullException.ThrowIfNull(tokenizer);
        return new InferenceFreeEncoder(tokenizer, IdfTable.ReadJson(idfJson, tokenizer.Vocabulary, "idf.json"));
    }

    /// <inheritdoc/>
    public IReadOnlyList<TermVector> Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var vectors = new TermVector[texts.Count];
        for (int i = 0; i < vectors.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            vectors[i] = Encode(texts[i]);
        }

        return vectors;
    }

    /// <summary>Encodes one text.</summary>
    /// <param name="text">Any text, of any length.</param>
    /// <returns>Its distinct word pieces with their weights.</returns>
    public TermVector Encode(string text)
    {
        TokenSequence tokens = _tokenizer.Encode(text, int.MaxValue, addSpecialTokens: false);
        var ids = new int[tokens.Count];
        int count = 0;
        foreach (Token token in tokens.Tokens)
        {
            if (_weights[token.Id] > 0)
            {
                ids[count++] = token.Id;
            }
        }

        Array.Sort(ids, 0, count);
        int distinct = 0;
        for (int i = 0; i < count; i++)
        {
            if (i == 0 || ids[i] != ids[i - 1])
            {
                ids[distinct++] = ids[i];
            }
        }

        Array.Resize(ref ids, distinct);
        return new TermVector(ids, Array.ConvertAll(ids, id => _weights[id]));
    }

    /// <summary>Does nothing: the encoder holds memory only.</summary>
    public void Dispose()
    {
    }
}
