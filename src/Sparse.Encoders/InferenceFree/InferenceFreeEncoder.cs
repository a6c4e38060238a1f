using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Sparse.Encoders.BuiltIn;
using Sparse.Encoders.Folders;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Encoders.InferenceFree;

/// <summary>Encodes queries without running a model: the set of a text's word pieces, each weighted by a table of inverse document frequencies.</summary>
/// <remarks>
/// For documents encoded by a model of the same vocabulary. Repeats do not add up; special tokens and pieces without a weight are
/// left out. Immutable and safe for concurrent use. Geng et al., Towards Competitive Search Relevance For Inference-Free Learned
/// Sparse Retrievers, arXiv:2411.04403.
/// </remarks>
public sealed class InferenceFreeEncoder : ISourcedEncoder
{
    // Where the query side lies when no Router says it: in the root, or where sentence-transformers keeps it, newest first.
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
    public ITokenizer Tokenizer => _tokenizer;

    /// <inheritdoc/>
    public Vocabulary Vocabulary => _tokenizer.Vocabulary;

    /// <summary>The largest weight of the table.</summary>
    public float MaxWeight { get; }

    /// <inheritdoc/>
    public string? Language { get; private init; }

    /// <summary>OpenSearch's table for the vocabulary of bert-base-uncased, and so for the built-in model.</summary>
    /// <returns>The encoder; no file is needed.</returns>
    public static InferenceFreeEncoder BuiltIn() =>
        new(BuiltInVocabulary.Tokenizer, IdfTable.ReadBuiltIn(BuiltInVocabulary.Tokenizer.Vocabulary)) { Language = "en" };

    /// <summary>Says whether a model folder has a query side of its own: a Router that sends queries through a table.</summary>
    /// <param name="modelFolder">The folder.</param>
    /// <returns>True when its documents are meant to be searched by <see cref="FromFolder"/>, not by the model.</returns>
    /// <exception cref="InvalidDataException">Its modules.json or Router is broken, or of a kind that is not supported.</exception>
    public static bool IsQuerySideOf(string modelFolder) => ModelLayout.Read(modelFolder).QueryFolder is not null;

    /// <summary>Reads tokenizer and table of a model folder.</summary>
    /// <param name="modelFolder">
    /// A folder with a Router whose query side is a SparseStaticEmbedding or IDF (model.safetensors, or the JSON table that its
    /// config.json names), or one with a tokenizer and idf.json or query_token_weights.txt, in it or in query_0_SparseStaticEmbedding or
    /// query_0_IDF.
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

        if (FindTable(ModelLayout.Read(modelFolder), out string tokenizerFolder) is { } table)
        {
            ITokenizer tokenizer = TokenizerFolder.Read(tokenizerFolder);
            return new InferenceFreeEncoder(tokenizer, IdfTable.Read(table, tokenizer.Vocabulary));
        }

        throw new FileNotFoundException($"Model folder '{modelFolder}' holds no table of token weights: looked for idf.json, query_token_weights.txt and a Router's"
            + $" model.safetensors; found {ModelFiles.Names(modelFolder)}.");
    }

    /// <summary>Finds a folder's table.</summary>
    /// <param name="layout">The folder.</param>
    /// <param name="tokenizerFolder">Where the tokenizer for it lies.</param>
    /// <returns>Its path; null where there is none.</returns>
    internal static string? FindTable(ModelLayout layout, out string tokenizerFolder)
    {
        string root = Path.GetFullPath(layout.Folder);
        string[] folders = layout.QueryFolder is { } query ? [query, root] : [.. QueryFolders.Select(name => Path.Combine(root, name))];
        string? holder = folders.FirstOrDefault(folder => Tables(folder, root).Any(File.Exists));
        string[] tokenizers = holder is null ? [] : [holder, Path.Combine(holder, "tokenizer"), root];
        tokenizerFolder = tokenizers.FirstOrDefault(TokenizerFolder.Holds) ?? root;
        return holder is null ? null : Tables(holder, root).First(File.Exists);
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

    // The tables that a folder may hold, the first that is there counts. The root's model.safetensors is the model.
    private static IEnumerable<string> Tables(string folder, string root)
    {
        bool isOwn = folder != root;
        if (isOwn && ModelJson.Text(ModelJson.ReadIfThere(Path.Combine(folder, "config.json")), "path") is { Length: > 0 } path
            && path.EndsWith(".json", StringComparison.Ordinal))
        {
            // A path on the machine that saved the model, or the name of a repository: only the file's name means something here.
            yield return Path.Combine(folder, Path.GetFileName(path));
            yield return Path.Combine(root, Path.GetFileName(path));
        }

        if (isOwn)
        {
            yield return Path.Combine(folder, "model.safetensors");
        }

        yield return Path.Combine(folder, "idf.json");
        yield return Path.Combine(folder, "query_token_weights.txt");
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

    /// <summary>Encodes one text; the source of a term is the first token that is it.</summary>
    /// <param name="text">Any text, of any length.</param>
    /// <returns>The text's tokens, without markers, and its terms.</returns>
    public SourcedTerms EncodeWithSources(string text)
    {
        TokenSequence tokens = _tokenizer.Encode(text, int.MaxValue, addSpecialTokens: false);
        var places = new SortedDictionary<int, int>();
        for (int i = 0; i < tokens.Count; i++)
        {
            if (_weights[tokens.Tokens[i].Id] > 0)
            {
                places.TryAdd(tokens.Tokens[i].Id, i);
            }
        }

        return new SourcedTerms(tokens, [.. places.Select(place => new SourcedTerm(place.Key, _weights[place.Key], place.Value))]);
    }

    /// <summary>Does nothing: the encoder holds memory only.</summary>
    public void Dispose()
    {
    }
}
