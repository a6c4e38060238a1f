using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Sparse.Encoders.Batches;
using Sparse.Encoders.Dense;
using Sparse.Encoders.Onnx;
using Sparse.Reranking;
using Sparse.Tokens;

namespace Sparse.Encoders.Reranking;

/// <summary>A model that reads query and passage together and gives one score: [CLS] query [SEP] passage [SEP], as BERT reads pairs.</summary>
/// <remarks>Nogueira and Cho, arXiv:1901.04085. Safe for concurrent use.</remarks>
public sealed class CrossEncoder : IReranker
{
    // The passage is what is cut; but a query that takes all the room leaves none for it.
    private const int LeastPassage = 16;

    private readonly DenseEncoderOptions _options;
    private readonly DenseModel _model;
    private readonly OnnxSession _session;
    private readonly string[] _outputs;
    private readonly ConcurrentBag<InputBatch> _inputs = [];
    private readonly int _maxTokens;

    private CrossEncoder(DenseModel model, DenseEncoderOptions options)
    {
        (_model, _options) = (model, options);
        _maxTokens = Math.Min(options.MaxTokens ?? model.MaxTokens, model.MaxTokens);
        _session = OnnxSession.Load(File.ReadAllBytes(model.OnnxFile), model.OnnxFile, options.ConfigureSession);
        string output = _session.Outputs.ContainsKey("logits") ? "logits" : _session.Outputs.Keys.First();
        NodeMetadata scores = _session.Outputs[output];
        if (scores.ElementDataType != TensorElementType.Float || !(scores.Dimensions.Length == 1 || (scores.Dimensions.Length == 2 && scores.Dimensions[1] is 1 or -1)))
        {
            _session.Dispose();
            throw new InvalidDataException($"Output '{output}' of {model.OnnxFile} must be one float a pair, [batch, 1] or [batch], to rerank by.");
        }

        _outputs = [output];
    }

    /// <inheritdoc/>
    public string Name => _model.Name;

    /// <summary>Opens a model folder: model.onnx or onnx/model.onnx that gives one float a pair, config.json and a tokenizer.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The model; dispose it.</returns>
    /// <exception cref="IOException">There is no such folder, or no tokenizer in it.</exception>
    /// <exception cref="InvalidDataException">It is no such model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static CrossEncoder FromFolder(string folder, DenseEncoderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new DenseEncoderOptions();
        options.Check();
        return new CrossEncoder(DenseModel.FromFolder(folder, options.OnnxFile, options.Tokenizer), options);
    }

    /// <inheritdoc/>
    public float[] Score(string query, IReadOnlyList<string> passages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(passages);
        ITokenizer tokenizer = _model.Tokenizer;
        int[] first = [.. tokenizer.Prefix, .. Ids(query, Math.Max(2, _maxTokens - LeastPassage - tokenizer.Prefix.Count - (2 * tokenizer.Suffix.Count))), .. tokenizer.Suffix];
        var inputs = new ModelInput[passages.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            int[] ids = [.. first, .. Ids(passages[i], Math.Max(2, _maxTokens - first.Length - tokenizer.Suffix.Count)), .. tokenizer.Suffix];
            inputs[i] = new ModelInput(ids, first.Length, ids.Length);
        }

        var scores = new float[inputs.Length];
        List<ArraySegment<int>> batches = LengthBatches.Make(Array.ConvertAll(inputs, input => input.Ids.Length), _options.TokensPerBatch, _session.TakesMask ? LengthBatches.MaxTexts : 1);
        Workers.ForEach(_options.Threads, batches.Count, i => Run(inputs, batches[i], scores), cancellationToken);
        return scores;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private IEnumerable<int> Ids(string text, int most) => _model.Tokenizer.Encode(text, most, addSpecialTokens: false).Tokens.ToArray().Select(token => token.Id);

    private void Run(ModelInput[] pairs, ArraySegment<int> batch, float[] scores)
    {
        if (!_inputs.TryTake(out InputBatch? input))
        {
            input = new InputBatch();
        }

        input.Fill(pairs, batch, arePairs: true);
        using (IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(input, _outputs))
        {
            ReadOnlySpan<float> values = outputs[0].GetTensorDataAsSpan<float>();
            if (values.Length != batch.Count)
            {
                throw new InvalidDataException($"{_model.OnnxFile} gave {values.Length} scores for {batch.Count} pairs; one a pair is needed to rerank by.");
            }

            for (int i = 0; i < batch.Count; i++)
            {
                scores[batch[i]] = values[i];
            }
        }

        _inputs.Add(input);
    }
}
