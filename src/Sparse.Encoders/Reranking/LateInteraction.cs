using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Sparse.Encoders.Batches;
using Sparse.Encoders.Dense;
using Sparse.Encoders.Onnx;
using Sparse.Reranking;
using Sparse.Tokens;

namespace Sparse.Encoders.Reranking;

/// <summary>MaxSim over token vectors: each token of the query takes the best cosine that a token of the passage has with it; their mean is the score, −1 to 1.</summary>
/// <remarks>
/// Khattab and Zaharia, ColBERT, arXiv:2004.12832, without its query augmentation, its linear layer and its markers: any model with hidden states a
/// token will do, trained for it or not. The mean in place of the sum makes scores of queries of different length comparable. Safe for concurrent use.
/// </remarks>
public sealed class LateInteraction : IReranker
{
    private static readonly string[] Names = ["last_hidden_state", "token_embeddings"];

    private readonly DenseEncoderOptions _options;
    private readonly DenseModel _model;
    private readonly OnnxSession _session;
    private readonly string[] _outputs;
    private readonly ConcurrentBag<InputBatch> _inputs = [];
    private readonly int _maxTokens;

    // A page is scored in several calls with the same query.
    private volatile Tuple<string, TokenVectors>? _last;

    private LateInteraction(DenseModel model, DenseEncoderOptions options)
    {
        (_model, _options) = (model, options);
        _maxTokens = Math.Min(options.MaxTokens ?? model.MaxTokens, model.MaxTokens);
        _session = OnnxSession.Load(File.ReadAllBytes(model.OnnxFile), model.OnnxFile, options.ConfigureSession);
        string? output = Names.FirstOrDefault(_session.Outputs.ContainsKey);
        if (output is null || _session.Outputs[output] is not { ElementDataType: TensorElementType.Float, Dimensions.Length: 3 })
        {
            _session.Dispose();
            throw new InvalidDataException($"{model.OnnxFile} has no output named {string.Join(" or ", Names)} of floats [batch, sequence, width], a vector a token, to rerank by.");
        }

        _outputs = [output];
    }

    /// <inheritdoc/>
    public string Name => _model.Name;

    /// <summary>Opens the folder of a dense model with an ONNX file that gives a vector a token.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>The model; dispose it.</returns>
    /// <exception cref="IOException">There is no such folder, or no tokenizer in it.</exception>
    /// <exception cref="InvalidDataException">It is no such model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static LateInteraction FromFolder(string folder, DenseEncoderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new DenseEncoderOptions();
        options.Check();
        return new LateInteraction(DenseModel.FromFolder(folder, options.OnnxFile, options.Tokenizer), options);
    }

    /// <inheritdoc/>
    /// <returns>[passages] scores, −1 to 1; 0 for a query or passage without a token.</returns>
    public float[] Score(string query, IReadOnlyList<string> passages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(passages);
        Tuple<string, TokenVectors>? last = _last;
        if (last?.Item1 != query)
        {
            _last = last = Tuple.Create(query, Encode([query], cancellationToken)[0]);
        }

        TokenVectors[] vectors = Encode(passages, cancellationToken);
        return Array.ConvertAll(vectors, passage => MaxSim(last.Item2, passage));
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static float MaxSim(TokenVectors query, TokenVectors passage)
    {
        if (query.Count == 0 || passage.Count == 0)
        {
            return 0;
        }

        double sum = 0;
        for (int q = 0; q < query.Count; q++)
        {
            float best = float.NegativeInfinity;
            for (int p = 0; p < passage.Count; p++)
            {
                best = Math.Max(best, Dot(query[q], passage[p]));
            }

            sum += best;
        }

        return (float)(sum / query.Count);
    }

    private static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ReadOnlySpan<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(left), other = MemoryMarshal.Cast<float, Vector<float>>(right);
        Vector<float> sums = default;
        for (int i = 0; i < wide.Length; i++)
        {
            sums += wide[i] * other[i];
        }

        float sum = Vector.Sum(sums);
        for (int i = wide.Length * Vector<float>.Count; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    private TokenVectors[] Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var tokens = new Token[texts.Count][];
        var inputs = new ModelInput[texts.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            tokens[i] = _model.Tokenizer.Encode(texts[i], _maxTokens).Tokens.ToArray();
            inputs[i] = new ModelInput(Array.ConvertAll(tokens[i], token => token.Id));
        }

        var vectors = new TokenVectors[texts.Count];
        Array.Fill(vectors, new TokenVectors([], 1));
        int[] places = [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i].Ids.Length > 0)];
        List<ArraySegment<int>> batches = LengthBatches.Make(
            Array.ConvertAll(places, i => inputs[i].Ids.Length), _options.TokensPerBatch, _session.TakesMask ? LengthBatches.MaxTexts : 1);
        Workers.ForEach(_options.Threads, batches.Count, i => Run(inputs, tokens, batches[i].Select(place => places[place]).ToArray(), vectors), cancellationToken);
        return vectors;
    }

    private void Run(ModelInput[] texts, Token[][] tokens, int[] batch, TokenVectors[] vectors)
    {
        if (!_inputs.TryTake(out InputBatch? input))
        {
            input = new InputBatch();
        }

        input.Fill(texts, batch);
        using (IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(input, _outputs))
        {
            ReadOnlySpan<float> hidden = outputs[0].GetTensorDataAsSpan<float>();
            int width = hidden.Length / (batch.Length * input.Length);
            for (int i = 0; i < batch.Length; i++)
            {
                Token[] own = tokens[batch[i]];
                int[] kept = [.. Enumerable.Range(0, own.Length).Where(place => !own[place].IsAdded)];
                var rows = new float[kept.Length * width];
                for (int row = 0; row < kept.Length; row++)
                {
                    Span<float> vector = rows.AsSpan(row * width, width);
                    hidden.Slice(((i * input.Length) + kept[row]) * width, width).CopyTo(vector);
                    Normalize(vector);
                }

                vectors[batch[i]] = new TokenVectors(rows, width);
            }
        }

        _inputs.Add(input);
    }

    private static void Normalize(Span<float> vector)
    {
        float length = MathF.Sqrt(Dot(vector, vector));
        for (int i = 0; i < vector.Length && length > 0; i++)
        {
            vector[i] /= length;
        }
    }

    /// <summary>[tokens, width] rows of length 1.</summary>
    private sealed record TokenVectors(float[] Rows, int Width)
    {
        public int Count => Rows.Length / Width;

        public ReadOnlySpan<float> this[int token] => Rows.AsSpan(token * Width, Width);
    }
}
