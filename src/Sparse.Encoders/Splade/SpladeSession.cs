using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using Sparse.Encoders.Onnx;
using Sparse.Vectors;

namespace Sparse.Encoders.Splade;

/// <summary>A pooled model in ONNX Runtime: batches of ids in, one row of weights a text out. Safe for concurrent use.</summary>
internal sealed class SpladeSession : IDisposable
{
    private static readonly string[] AllInputs = ["input_ids", "attention_mask", "token_type_ids"];

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly int _terms;
    private readonly ConcurrentBag<Buffers> _buffers = [];

    private SpladeSession(InferenceSession session, string source, int terms)
    {
        _session = session;
        _inputs = [.. AllInputs.Where(session.InputMetadata.ContainsKey)];
        _outputs = session.OutputMetadata.ContainsKey(PooledGraph.Positions)
            ? [PooledGraph.Weights, PooledGraph.Positions]
            : [session.OutputMetadata.ContainsKey(PooledGraph.Weights) ? PooledGraph.Weights : session.OutputMetadata.Keys.Single()];
        _terms = terms;
        int found = session.OutputMetadata[_outputs[0]].Dimensions[^1];
        found = found > 0 ? found : ProbeTerms();
        if (found != terms)
        {
            throw new InvalidDataException($"{source} gives weights for {found} terms, but its tokenizer has {terms} word pieces; they are not of one model.");
        }
    }

    /// <summary>Loads a pooled model.</summary>
    /// <param name="model">A serialised ONNX model whose first output is [batch, vocabulary].</param>
    /// <param name="source">Path or name, for error messages.</param>
    /// <param name="terms">Size of the vocabulary.</param>
    /// <returns>The session.</returns>
    /// <exception cref="InvalidDataException">ONNX Runtime refuses the model, or its vocabulary has another size.</exception>
    internal static SpladeSession Load(byte[] model, string source, int terms)
    {
        // One thread a run: batches are what runs side by side. Shapes differ from batch to batch, so patterns of memory use are not kept.
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };

        // int8 weights become floats once, at load; without this they would on every run.
        options.AddSessionConfigEntry("session.disable_quant_qdq", "1");
        InferenceSession? session = null;
        try
        {
            session = new InferenceSession(model, options);
            return new SpladeSession(session, source, terms);
        }
        catch (OnnxRuntimeException error)
        {
            session?.Dispose();
            throw new InvalidDataException($"ONNX Runtime cannot load {source}: {error.Message}", error);
        }
        catch (InvalidDataException)
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>Encodes one batch.</summary>
    /// <param name="ids">Ids of each text, at least one.</param>
    /// <param name="batch">Which texts, the longest first.</param>
    /// <param name="vectors">Their places are filled.</param>
    internal void Run(IReadOnlyList<int[]> ids, ArraySegment<int> batch, TermVector[] vectors)
    {
        int length = ids[batch[0]].Length;
        if (!_buffers.TryTake(out Buffers? buffers))
        {
            buffers = new Buffers();
        }

        buffers.Fill(ids, batch, length, _terms);
        Run(buffers, batch.Count, length, positions: null);
        for (int i = 0; i < batch.Count; i++)
        {
            vectors[batch[i]] = ToVector(buffers.Weights.AsSpan(i * _terms, _terms));
        }

        _buffers.Add(buffers);
    }

    /// <summary>Encodes one text, with the position that won each term; only for a model with that output.</summary>
    /// <param name="ids">Its ids, at least one.</param>
    /// <param name="positions">[vocabulary], overwritten: a place in <paramref name="ids"/>.</param>
    /// <returns>The vector.</returns>
    internal TermVector Run(int[] ids, long[] positions)
    {
        var buffers = new Buffers();
        buffers.Fill([ids], new ArraySegment<int>([0]), ids.Length, _terms);
        Run(buffers, 1, ids.Length, positions);
        return ToVector(buffers.Weights.AsSpan(0, _terms));
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    private void Run(Buffers buffers, int texts, int length, long[]? positions)
    {
        long[] shape = [texts, length];
        OrtValue[] inputs = [.. _inputs.Select(name => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffers.Of(name, texts * length), shape))];
        List<OrtValue> outputs = [OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, buffers.Weights.AsMemory(0, texts * _terms), [texts, _terms])];
        if (positions is not null)
        {
            outputs.Add(OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, positions.AsMemory(), [texts, _terms]));
        }

        try
        {
            _session.Run(_run, _inputs, inputs, _outputs, outputs);
        }
        finally
        {
            foreach (OrtValue value in inputs.Concat(outputs))
            {
                value.Dispose();
            }
        }
    }

    // The model does not tell its vocabulary's size; one run of one token does.
    private int ProbeTerms()
    {
        var buffers = new Buffers();
        buffers.Fill([[0]], new ArraySegment<int>([0]), 1, 0);
        OrtValue[] inputs = [.. _inputs.Select(name => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffers.Of(name, 1), [1, 1]))];
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, _inputs, inputs, _outputs);
        foreach (OrtValue input in inputs)
        {
            input.Dispose();
        }

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
        private long[] _ids = [];
        private long[] _mask = [];
        private long[] _types = [];

        internal float[] Weights { get; private set; } = [];

        internal void Fill(IReadOnlyList<int[]> ids, ArraySegment<int> batch, int length, int terms)
        {
            int size = batch.Count * length;
            if (_ids.Length < size)
            {
                (_ids, _mask, _types) = (new long[size], new long[size], new long[size]);
            }

            if (Weights.Length < batch.Count * terms)
            {
                Weights = new float[batch.Count * terms];
            }

            _ids.AsSpan(0, size).Clear();
            _mask.AsSpan(0, size).Clear();
            for (int i = 0; i < batch.Count; i++)
            {
                int[] text = ids[batch[i]];
                for (int j = 0; j < text.Length; j++)
                {
                    _ids[(i * length) + j] = text[j];
                    _mask[(i * length) + j] = 1;
                }
            }
        }

        internal Memory<long> Of(string input, int size) =>
            (input == "input_ids" ? _ids : input == "attention_mask" ? _mask : _types).AsMemory(0, size);
    }
}
