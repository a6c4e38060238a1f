using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using Sparse.Encoders.Batches;
using Sparse.Encoders.Onnx;
using Sparse.Vectors;

namespace Sparse.Encoders.Splade;

/// <summary>A pooled model: one row of weights a text comes out of the graph.</summary>
internal sealed class SpladeSession : ITermGraph
{
    private readonly OnnxSession _session;
    private readonly string[] _outputs;
    private readonly int _terms;
    private readonly ConcurrentBag<Buffers> _buffers = [];

    private SpladeSession(OnnxSession session, string source, int terms)
    {
        _session = session;
        _outputs = session.Outputs.ContainsKey(PooledGraph.Positions)
            ? [PooledGraph.Weights, PooledGraph.Positions]
            : [session.Outputs.ContainsKey(PooledGraph.Weights) ? PooledGraph.Weights : session.Outputs.Keys.Single()];
        _terms = terms;
        int found = session.Outputs[_outputs[0]].Dimensions[^1];
        found = found > 0 ? found : ProbeTerms();
        if (found != terms)
        {
            throw new InvalidDataException($"{source} gives weights for {found} terms, but its tokenizer has {terms} word pieces; they are not of one model.");
        }
    }

    /// <inheritdoc/>
    public int MaxTexts => _session.TakesMask ? LengthBatches.MaxTexts : 1;

    /// <summary>Loads a pooled model.</summary>
    /// <param name="model">A serialised ONNX model whose first output is [batch, vocabulary].</param>
    /// <param name="source">Path or name, for error messages.</param>
    /// <param name="terms">Size of the vocabulary.</param>
    /// <param name="configure">Changes ONNX Runtime's options; null for ours.</param>
    /// <returns>The session.</returns>
    /// <exception cref="InvalidDataException">ONNX Runtime refuses the model, or its vocabulary has another size.</exception>
    internal static SpladeSession Load(byte[] model, string source, int terms, Action<SessionOptions>? configure = null)
    {
        OnnxSession session = OnnxSession.Load(model, source, configure);
        try
        {
            return new SpladeSession(session, source, terms);
        }
        catch (InvalidDataException)
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Run(IReadOnlyList<ModelInput> texts, ArraySegment<int> batch, TermVector[] vectors)
    {
        if (!_buffers.TryTake(out Buffers? buffers))
        {
            buffers = new Buffers();
        }

        buffers.Input.Fill(texts, batch);
        Run(buffers, positions: null);
        for (int i = 0; i < batch.Count; i++)
        {
            vectors[batch[i]] = ToVector(buffers.Weights.AsSpan(i * _terms, _terms));
        }

        _buffers.Add(buffers);
    }

    /// <inheritdoc/>
    /// <remarks>Only for a model with that output; positions are overwritten for all terms.</remarks>
    public TermVector Run(ModelInput text, long[] positions)
    {
        var buffers = new Buffers();
        buffers.Input.Fill([text], new ArraySegment<int>([0]));
        Run(buffers, positions);
        for (int term = 0; text.From > 0 && term < positions.Length; term++)
        {
            // What is not pooled has the hidden state of the first place that is, and may come before it among equals.
            positions[term] = Math.Max(positions[term], text.From);
        }

        return ToVector(buffers.Weights.AsSpan(0, _terms));
    }

    public void Dispose() => _session.Dispose();

    private void Run(Buffers buffers, long[]? positions)
    {
        int texts = buffers.Input.Texts;
        if (buffers.Weights.Length < texts * _terms)
        {
            buffers.Weights = new float[texts * _terms];
        }

        List<OrtValue> outputs = [OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, buffers.Weights.AsMemory(0, texts * _terms), [texts, _terms])];
        if (positions is not null)
        {
            outputs.Add(OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, positions.AsMemory(), [texts, _terms]));
        }

        try
        {
            _session.Run(buffers.Input, _outputs, outputs);
        }
        finally
        {
            outputs.ForEach(value => value.Dispose());
        }
    }

    // The model does not tell its vocabulary's size; one run of one token does.
    private int ProbeTerms()
    {
        var input = new InputBatch();
        input.Fill([new ModelInput([0])], new ArraySegment<int>([0]));
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(input, _outputs);
        return (int)outputs[0].GetTensorTypeAndShape().Shape[^1];
    }

    private static TermVector ToVector(ReadOnlySpan<float> weights)
    {
        int count = 0;
        foreach (float weight in weights)
        {
            count += weight > 0 ? 1 : 0;
        }

        if (count == 0)
        {
            return TermVector.Empty;
        }

        var terms = new int[count];
        var kept = new float[count];
        int at = 0;
        for (int term = 0; term < weights.Length; term++)
        {
            if (weights[term] > 0)
            {
                terms[at] = term;
                kept[at++] = weights[term];
            }
        }

        return new TermVector(terms, kept);
    }

    /// <summary>The arrays of one batch, used again by the next.</summary>
    private sealed class Buffers
    {
        internal InputBatch Input { get; } = new();

        internal float[] Weights { get; set; } = [];
    }
}
