using System.Security.Cryptography;
using System.Text;
using Sparse.Encoders.Batches;
using Sparse.Encoders.BuiltIn;
using Sparse.Encoders.Folders;
using Sparse.Encoders.Head;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Encoders.Splade;

/// <summary>Text to term vector by a SPLADE model: a masked language model whose logits are max-pooled over the text's positions.</summary>
/// <remarks>Formal et al., SPLADE v2, arXiv:2109.10086. Safe for concurrent use.</remarks>
public sealed class SpladeEncoder : ISourcedEncoder
{
    private readonly ITokenizer _tokenizer;
    private readonly SpladeEncoderOptions _options;
    private readonly TermSelection _selection;
    private readonly PromptTemplate? _template;
    private readonly ITermGraph _graph;
    private readonly Lazy<ITermGraph> _sourceGraph;
    private long _truncated;
    private bool _isDisposed;

    internal SpladeEncoder(SpladeModel model, SpladeEncoderOptions? options)
    {
        _options = options ?? new SpladeEncoderOptions();
        _options.Check();
        if (_options.MaxTokens > model.MaxTokens)
        {
            throw new ArgumentOutOfRangeException(nameof(options), _options.MaxTokens,
                $"MaxTokens is more than the {model.MaxTokens} tokens that the model in {model.Source} can take.");
        }

        _tokenizer = model.Tokenizer;
        _selection = _options.OwnTermsOnly ? TermSelection.OwnTerms : model.Selection;
        _template = model.Template is { } template ? new PromptTemplate(template, _tokenizer) : null;
        if (_options.MaxTokens < _template?.MinTokens)
        {
            throw new ArgumentOutOfRangeException(nameof(options), _options.MaxTokens, $"MaxTokens is less than the {_template.MinTokens} that the template '{ModelJson.Short(model.Template!)}' needs.");
        }

        byte[] weights = model.ReadWeights();
        Identity = new EncoderIdentity(model.Name, Fingerprint(weights, model), model.Tokenizer.Vocabulary.Fingerprint, IsQueryOnly: _options.OwnTermsOnly);
        _graph = model.Load(weights, withPositions: false, _options.ConfigureSession);
        MaxWeight = model.MaxWeight ?? _graph.UsualMaxWeight ?? SpladeModel.DefaultFor(model.Pooling);
        ModelTokens = model.MaxTokens;
        Language = model.Language;
        Family = (_graph.Family ?? model.Pooling.Describe())
            + (_selection.TopTerms is { } top ? $", {(top > 0 ? $"the top {top} and " : "")}the text's own terms" : "")
            + (model.Template is { } put ? $", the text as \"{put}\"" : "");
        _sourceGraph = new Lazy<ITermGraph>(() => _graph is HeadSession ? _graph : model.Load(model.ReadWeights(), withPositions: true, _options.ConfigureSession));
    }

    /// <inheritdoc/>
    public EncoderIdentity Identity { get; }

    /// <summary>Makes its tokens; a <see cref="Chunks.Chunker"/> counts by it.</summary>
    public ITokenizer Tokenizer => _tokenizer;

    /// <inheritdoc/>
    public Vocabulary Vocabulary => _tokenizer.Vocabulary;

    /// <inheritdoc/>
    public float MaxWeight { get; }

    /// <inheritdoc/>
    public string? Language { get; }

    /// <summary>What kind of model it is, for people: "max of log(1 + relu)", and what else it does with a text and its terms.</summary>
    public string Family { get; }

    /// <summary>The most tokens that the model takes, at most <see cref="SpladeEncoderOptions.TokenLimit"/>.</summary>
    public int ModelTokens { get; }

    /// <summary>Texts encoded so far that had more than <see cref="SpladeEncoderOptions.MaxTokens"/> tokens, of which the rest is in no vector.</summary>
    public long TruncatedTexts => Interlocked.Read(ref _truncated);

    /// <summary>Opens a model folder: one of Hugging Face's or sentence-transformers' layout, or one that the import wrote.</summary>
    /// <param name="folder">
    /// Holds model.onnx or onnx/model.onnx, or else model.safetensors of a BERT, DistilBERT or RoBERTa; config.json, and a tokenizer
    /// (<see cref="TokenizerFolder"/>); modules.json with its pooling folder where the pooling is not max with relu, or with a Router, of
    /// which this is the document side; sparse.json where the import wrote it. README.md lists the families.
    /// </param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The encoder; dispose it.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It is no model folder, its parts do not fit each other, or it asks for something unsupported.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range, or MaxTokens is more than the model can take.</exception>
    public static SpladeEncoder FromFolder(string folder, SpladeEncoderOptions? options = null) =>
        new(SpladeModel.FromFolder(folder, options?.OnnxFile, options?.Template), options);

    /// <summary>Loads the built-in model, splade-tiny with int8 weights, which is part of this assembly: no file, no download.</summary>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The encoder; dispose it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static SpladeEncoder BuiltIn(SpladeEncoderOptions? options = null) => new(BuiltInModel.Model, options);

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The encoder is disposed.</exception>
    public IReadOnlyList<TermVector> Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var inputs = new ModelInput[texts.Count];
        Workers.ForEach(_options.Threads, texts.Count, Read, cancellationToken);
        return Encode(inputs, cancellationToken);

        void Read(int i)
        {
            if (Tokenize(texts[i], out inputs[i]).IsTruncated)
            {
                Interlocked.Increment(ref _truncated);
            }
        }
    }

    /// <summary>Encodes one text and tells which token each weight came from.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The terms with their sources; the weights are those of <see cref="Encode(IReadOnlyList{string}, CancellationToken)"/>.</returns>
    /// <exception cref="InvalidDataException">The model pools its logits in a way of its own.</exception>
    /// <remarks>Where the graph pools by itself, the first call loads the model a second time, with that output.</remarks>
    public SourcedTerms EncodeWithSources(string text)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        TokenSequence tokens = Tokenize(text, out ModelInput input);
        if (input.From == input.To)
        {
            return new SourcedTerms(tokens, []);
        }

        var positions = new long[Vocabulary.Count];
        TermVector vector = _selection.Apply(_sourceGraph.Value.Run(input, positions), input.Ids, _tokenizer.SpecialIds);
        var terms = new SourcedTerm[vector.Count];
        for (int i = 0; i < terms.Length; i++)
        {
            terms[i] = new SourcedTerm(vector.Terms[i], vector.Weights[i], (int)positions[vector.Terms[i]]);
        }

        return new SourcedTerms(tokens, terms);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _graph.Dispose();
        if (_sourceGraph.IsValueCreated)
        {
            _sourceGraph.Value.Dispose();
        }
    }

    /// <summary>Encodes texts that are ids already; a text of which nothing is pooled has no terms.</summary>
    internal TermVector[] Encode(ModelInput[] texts, CancellationToken cancellationToken)
    {
        var vectors = new TermVector[texts.Length];
        Array.Fill(vectors, TermVector.Empty);
        int[] places = [.. Enumerable.Range(0, texts.Length).Where(i => texts[i].From < texts[i].To)];
        List<ArraySegment<int>> batches = LengthBatches.Make(Array.ConvertAll(places, i => texts[i].Ids.Length), _options.TokensPerBatch, _graph.MaxTexts);
        Workers.ForEach(_options.Threads, batches.Count, i => RunBatch(batches[i].Select(place => places[place]).ToArray()), cancellationToken);
        return vectors;

        void RunBatch(int[] batch)
        {
            _graph.Run(texts, batch, vectors);
            foreach (int place in batch)
            {
                vectors[place] = _selection.Apply(vectors[place], texts[place].Ids, _tokenizer.SpecialIds);
            }
        }
    }

    private TokenSequence Tokenize(string text, out ModelInput input)
    {
        if (_template is not null)
        {
            return _template.Apply(text, _options.MaxTokens, out input);
        }

        TokenSequence tokens = _tokenizer.Encode(text, _options.MaxTokens);
        var ids = new int[tokens.Count];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = tokens.Tokens[i].Id;
        }

        input = new ModelInput(ids);
        return tokens;
    }

    private static string Fingerprint(byte[] weights, SpladeModel model)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(SHA256.HashData(weights));
        hash.AppendData(Encoding.UTF8.GetBytes($"{model.Tokenizer.Fingerprint} {model.Pooling} {model.Quantization}{(model.Selection.TopTerms is { } top ? $" top {top}" : "")}"));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
