using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Sparse.Encoders.Batches;

namespace Sparse.Encoders.Onnx;

/// <summary>A graph in ONNX Runtime: batches of ids in, tensors out. Safe for concurrent use.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _inputs;
    private readonly string _source;

    private OnnxSession(InferenceSession session, string source)
    {
        _session = session;
        _source = source;
        _inputs = [.. session.InputMetadata.Keys];
        foreach (string input in _inputs)
        {
            if (!InputBatch.IsKnown(input))
            {
                throw new InvalidDataException($"{source} asks for input '{input}'; known are {string.Join(", ", InputBatch.Known)}.");
            }

            if (session.InputMetadata[input].ElementDataType != TensorElementType.Int64)
            {
                throw new InvalidDataException($"{source} takes input '{input}' as {session.InputMetadata[input].ElementDataType}; Int64 is supported.");
            }
        }
    }

    /// <summary>The outputs by name.</summary>
    internal IReadOnlyDictionary<string, NodeMetadata> Outputs => _session.OutputMetadata;

    /// <summary>True when the graph can tell padding from text, so that texts of different length may share a batch.</summary>
    internal bool TakesMask => _session.InputMetadata.ContainsKey(InputBatch.Mask);

    /// <summary>Loads a graph.</summary>
    /// <param name="model">A serialised ONNX model.</param>
    /// <param name="source">Path or name, for error messages.</param>
    /// <param name="configure">Changes the options; null for ours.</param>
    /// <returns>The session; dispose it.</returns>
    /// <exception cref="InvalidDataException">ONNX Runtime refuses the model, or it has an input that is not known.</exception>
    /// <exception cref="ArgumentException">ONNX Runtime refuses the caller's options.</exception>
    internal static OnnxSession Load(byte[] model, string source, Action<SessionOptions>? configure)
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
        try
        {
            configure?.Invoke(options);
        }
        catch (Exception error) when (error is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
        {
            throw new ArgumentException(
                $"ONNX Runtime refuses the session options of ConfigureSession ({error.Message.Trim()}); providers here: {string.Join(", ", OrtEnv.Instance().GetAvailableProviders())}.", nameof(configure), error);
        }

        InferenceSession? session = null;
        try
        {
            session = new InferenceSession(model, options);
            return new OnnxSession(session, source);
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

    /// <summary>Runs a batch into tensors of the caller's.</summary>
    /// <exception cref="InvalidDataException">ONNX Runtime can't run the graph.</exception>
    internal void Run(InputBatch batch, IReadOnlyCollection<string> outputs, IReadOnlyCollection<OrtValue> values)
    {
        OrtValue[] inputs = Inputs(batch);
        try
        {
            _session.Run(_run, _inputs, inputs, outputs, values);
        }
        catch (OnnxRuntimeException error)
        {
            throw Refused(error);
        }
        finally
        {
            Dispose(inputs);
        }
    }

    /// <summary>Runs a batch into tensors of ONNX Runtime's; dispose them.</summary>
    /// <exception cref="InvalidDataException">ONNX Runtime can't run the graph.</exception>
    internal IDisposableReadOnlyCollection<OrtValue> Run(InputBatch batch, IReadOnlyCollection<string> outputs)
    {
        OrtValue[] inputs = Inputs(batch);
        try
        {
            return _session.Run(_run, _inputs, inputs, outputs);
        }
        catch (OnnxRuntimeException error)
        {
            throw Refused(error);
        }
        finally
        {
            Dispose(inputs);
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    // Shapes that do not fit each other often show only when the graph runs.
    private InvalidDataException Refused(OnnxRuntimeException error) => new($"ONNX Runtime cannot run {_source}: {error.Message}", error);

    private OrtValue[] Inputs(InputBatch batch)
    {
        long[] shape = [batch.Texts, batch.Length];
        return Array.ConvertAll(_inputs, name => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, batch.Of(name), shape));
    }

    private static void Dispose(OrtValue[] values)
    {
        foreach (OrtValue value in values)
        {
            value.Dispose();
        }
    }
}
