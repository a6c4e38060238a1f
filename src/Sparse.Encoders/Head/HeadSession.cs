using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using Sparse.Encoders.Batches;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Splade;
using Sparse.Vectors;

namespace Sparse.Encoders.Head;

/// <summary>A model whose body runs in ONNX Runtime and whose head and pooling are ours.</summary>
internal sealed class HeadSession : ITermGraph
{
    // Of the text that the centre is taken from: pieces from all over the vocabulary. It only has to be near.
    private const int CentrePlaces = 64;

    private readonly OnnxSession _session;
    private readonly PooledHead _head;
    private readonly string[] _output;
    private readonly int _dims;
    private readonly ConcurrentBag<(InputBatch Input, PooledHead.Buffers Head)> _buffers = [];

    private HeadSession(OnnxSession session, OutputHead head, TermActivation activation, int maxTokens)
    {
        _session = session;
        _output = [head.Hidden];
        _dims = head.Dims;
        _head = new PooledHead(head, Centre(head.Terms, Math.Min(CentrePlaces, maxTokens)), activation);
    }

    /// <inheritdoc/>
    public int MaxTexts => _session.TakesMask ? LengthBatches.MaxTexts : 1;

    /// <summary>Loads a model.</summary>
    /// <param name="body">A serialised ONNX model that gives hidden states.</param>
    /// <param name="source">Path or name, for error messages.</param>
    /// <param name="head">What was cut off it.</param>
    /// <param name="activation">Of the largest logits.</param>
    /// <param name="terms">Size of the vocabulary.</param>
    /// <param name="maxTokens">The most tokens that the model takes.</param>
    /// <param name="configure">Changes ONNX Runtime's options; null for ours.</param>
    /// <returns>The session; dispose it.</returns>
    /// <exception cref="InvalidDataException">ONNX Runtime refuses the model, or its vocabulary has another size.</exception>
    internal static HeadSession Load(byte[] body, string source, OutputHead head, TermActivation activation, int terms, int maxTokens, Action<SessionOptions>? configure)
    {
        if (head.Terms != terms)
        {
            throw new InvalidDataException($"{source} gives weights for {head.Terms} terms, but its tokenizer has {terms} word pieces; they are not of one model.");
        }

        OnnxSession session = OnnxSession.Load(body, source, configure);
        try
        {
            return new HeadSession(session, head, activation, maxTokens);
        }
        catch (OnnxRuntimeException error)
        {
            session.Dispose();
            throw new InvalidDataException($"ONNX Runtime cannot run {source}: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public void Run(IReadOnlyList<ModelInput> texts, ArraySegment<int> batch, TermVector[] vectors)
    {
        if (!_buffers.TryTake(out (InputBatch Input, PooledHead.Buffers Head) buffers))
        {
            buffers = (new InputBatch(), new PooledHead.Buffers());
        }

        buffers.Input.Fill(texts, batch);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(buffers.Input, _output);
        ReadOnlySpan<float> hidden = outputs[0].GetTensorDataAsSpan<float>();
        for (int i = 0; i < batch.Count; i++)
        {
            (_, int from, int to) = texts[batch[i]];
            vectors[batch[i]] = _head.Run(hidden.Slice(((i * buffers.Input.Length) + from) * _dims, (to - from) * _dims), buffers.Head);
        }

        _buffers.Add(buffers);
    }

    /// <inheritdoc/>
    public TermVector Run(ModelInput text, long[] positions)
    {
        var input = new InputBatch();
        input.Fill([text], new ArraySegment<int>([0]));
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(input, _output);
        ReadOnlySpan<float> pooled = outputs[0].GetTensorDataAsSpan<float>().Slice(text.From * _dims, (text.To - text.From) * _dims);
        TermVector vector = _head.Run(pooled, new PooledHead.Buffers(), positions);
        foreach (int term in vector.Terms)
        {
            positions[term] += text.From;
        }

        return vector;
    }

    public void Dispose() => _session.Dispose();

    private float[] Centre(int terms, int mostPlaces)
    {
        int places = Math.Min(terms, mostPlaces);
        var input = new InputBatch();
        input.Fill([new ModelInput([.. Enumerable.Range(0, places).Select(i => (int)((long)i * terms / places))])], new ArraySegment<int>([0]));
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(input, _output);
        ReadOnlySpan<float> hidden = outputs[0].GetTensorDataAsSpan<float>();
        var centre = new float[_dims];
        for (int i = 0; i < hidden.Length; i++)
        {
            centre[i % _dims] += hidden[i] / places;
        }

        return centre;
    }
}
