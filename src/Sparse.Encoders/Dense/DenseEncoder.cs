using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Sparse.Encoders.Batches;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Splade;
using Sparse.Tokens;

namespace Sparse.Encoders.Dense;

/// <summary>Text to one dense vector of length 1 by a sentence encoder: mean or first-place pooling, so that a dot product is a cosine.</summary>
/// <remarks>Reimers and Gurevych, arXiv:1908.10084. Safe for concurrent use.</remarks>
public sealed class DenseEncoder : IDisposable
{
    private static readonly string[] Outputs = [DenseGraph.Vectors];

    private readonly DenseEncoderOptions _options;
    private readonly ITokenizer _tokenizer;
    private readonly OnnxSession _session;
    private readonly int _maxTokens;
    private readonly ConcurrentBag<InputBatch> _inputs = [];
    private bool _isDisposed;

    private DenseEncoder(DenseModel model, DenseEncoderOptions options)
    {
        _options = options;
        _tokenizer = model.Tokenizer;
        _maxTokens = options.MaxTokens ?? model.MaxTokens;
        if (_maxTokens > model.MaxTokens)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxTokens, $"MaxTokens is more than the {model.MaxTokens} tokens that the model in {model.OnnxFile} can take.");
        }

        Name = model.Name;
        Pooling = model.Pooling == DensePooling.Mean ? "mean" : "first place";
        byte[] weights = File.ReadAllBytes(model.OnnxFile);
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(
            [.. SHA256.HashData(weights), .. Encoding.UTF8.GetBytes($"dense {model.Tokenizer.Fingerprint} {model.Pooling}")]))[..16];
        OnnxModel graph = OnnxModel.Parse(weights, model.OnnxFile);
        DenseGraph.AddPooling(graph, model.Pooling);
        _session = OnnxSession.Load(graph.ToBytes(), model.OnnxFile, options.ConfigureSession);
        int width = _session.Outputs[DenseGraph.Vectors].Dimensions[^1];
        Dimensions = width > 0 ? width : ProbeWidth();
    }

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions { get; }

    /// <summary>A name for people: the folder's.</summary>
    public string Name { get; }

    /// <summary>16 hexadecimal digits over weights, tokenizer and pooling: equal fingerprints, equal vectors.</summary>
    public string Fingerprint { get; }

    /// <summary>"mean" or "first place": how it pools, for people.</summary>
    public string Pooling { get; }

    /// <summary>Says whether a folder is a dense model's: its modules.json names a Pooling, or its config.json a "pooling" alone.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>True when <see cref="FromFolder"/> is for it, and not <see cref="SpladeEncoder.FromFolder"/>.</returns>
    /// <exception cref="InvalidDataException">A file is broken.</exception>
    public static bool IsIn(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return DenseModel.IsIn(folder);
    }

    /// <summary>Opens a model folder: one of sentence-transformers' layout with an ONNX file.</summary>
    /// <param name="folder">
    /// Holds model.onnx or onnx/model.onnx with output last_hidden_state [b, s, H] or sentence_embedding [b, H], a tokenizer, and
    /// modules.json with its pooling folder (mean or CLS); without that, "pooling" in config.json counts, else the mean.
    /// </param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The encoder; dispose it.</returns>
    /// <exception cref="IOException">There is no such folder, or no tokenizer in it.</exception>
    /// <exception cref="InvalidDataException">It is no dense model, or asks for something unsupported.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range, or MaxTokens is more than the model can take.</exception>
    public static DenseEncoder FromFolder(string folder, DenseEncoderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new DenseEncoderOptions();
        options.Check();
        return new DenseEncoder(DenseModel.FromFolder(folder, options.OnnxFile, options.Tokenizer), options);
    }

    /// <summary>Encodes texts, in batches of like length, on as many threads as the options say.</summary>
    /// <param name="texts">Any texts.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>One vector a text, in their order: <see cref="Dimensions"/> numbers whose squares add up to 1; all 0 for a text of no tokens.</returns>
    /// <exception cref="ObjectDisposedException">The encoder is disposed.</exception>
    public float[][] Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var inputs = new ModelInput[texts.Count];
        var vectors = new float[texts.Count][];
        Workers.ForEach(_options.Threads, texts.Count, i =>
        {
            inputs[i] = new ModelInput(Array.ConvertAll(_tokenizer.Encode(texts[i], _maxTokens).Tokens.ToArray(), token => token.Id));
            vectors[i] = new float[Dimensions];
        }, cancellationToken);
        int[] places = [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i].Ids.Length > 0)];
        List<ArraySegment<int>> batches = LengthBatches.Make(
            Array.ConvertAll(places, i => inputs[i].Ids.Length), _options.TokensPerBatch, _session.TakesMask ? LengthBatches.MaxTexts : 1);
        Workers.ForEach(_options.Threads, batches.Count, i => Run(inputs, batches[i].Select(place => places[place]).ToArray(), vectors), cancellationToken);
        return vectors;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _session.Dispose();
        }
    }

    private void Run(ModelInput[] texts, int[] batch, float[][] vectors)
    {
        if (!_inputs.TryTake(out InputBatch? input))
        {
            input = new InputBatch();
        }

        input.Fill(texts, batch);
        using (IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(input, Outputs))
        {
            ReadOnlySpan<float> rows = outputs[0].GetTensorDataAsSpan<float>();
            for (int i = 0; i < batch.Length; i++)
            {
                Normalize(rows.Slice(i * Dimensions, Dimensions), vectors[batch[i]]);
            }
        }

        _inputs.Add(input);
    }

    private static void Normalize(ReadOnlySpan<float> row, float[] vector)
    {
        double sum = 0;
        foreach (float value in row)
        {
            sum += (double)value * value;
        }

        double length = Math.Sqrt(sum);
        for (int i = 0; i < row.Length && length > 0; i++)
        {
            vector[i] = (float)(row[i] / length);
        }
    }

    // The model does not tell; one run of one token does.
    private int ProbeWidth()
    {
        var input = new InputBatch();
        input.Fill([new ModelInput([0])], new ArraySegment<int>([0]));
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(input, Outputs);
        return (int)outputs[0].GetTensorTypeAndShape().Shape[^1];
    }
}
