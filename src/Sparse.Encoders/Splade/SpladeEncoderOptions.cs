using Microsoft.ML.OnnxRuntime;
using Sparse.Encoders.Batches;

namespace Sparse.Encoders.Splade;

/// <summary>How a SPLADE encoder runs.</summary>
public sealed record SpladeEncoderOptions
{
    /// <summary>The largest <see cref="MaxTokens"/>.</summary>
    public const int TokenLimit = 512;

    /// <summary>Tokens of a text that the model sees, [CLS] and [SEP] included; the rest of the text is cut. 2 to 512, default 256.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>How many batches run at once, each on one thread; ≥ 1, default the number of physical cores.</summary>
    public int Threads { get; init; } = PhysicalCores.Count;

    /// <summary>Tokens of one batch, padding included; ≥ 1, default 512. A longer text makes a batch of its own. Memory grows with it.</summary>
    public int TokensPerBatch { get; init; } = 512;

    /// <summary>
    /// Keep only terms that the text itself has, so that the model weighs words and adds none: the query side of SPLADE-v3-lexical
    /// (arXiv:2403.06789). Such an encoder is for queries alone. Default false.
    /// </summary>
    public bool OwnTermsOnly { get; init; }

    /// <summary>
    /// What a text is put into, with {text} in one to four places, of which the last is pooled: "{text}{text}" echoes it (the default of
    /// decoders), "{text}" gives it once, "Query: {text}" sets words before it. Null: the model's own. Like <see cref="MaxTokens"/> it is
    /// not in the encoder's fingerprint, so that queries may have another prompt than documents.
    /// </summary>
    public string? Template { get; init; }

    /// <summary>
    /// The file to take, relative to the folder, such as onnx/model_int8.onnx or model.safetensors; null: model.onnx, onnx/model.onnx, the
    /// only ONNX file, or else model.safetensors.
    /// </summary>
    public string? OnnxFile { get; init; }

    /// <summary>
    /// Called with ONNX Runtime's session options, ours set already, before the model is loaded: the place to add an execution provider,
    /// <c>session => session.AppendExecutionProvider_CUDA()</c> in an application that references ONNX Runtime's package for it. The model
    /// is then run by that provider as far as it can; weights may differ from the CPU's by float rounding, which the fingerprint does not
    /// know of. With a device, <see cref="Threads"/> = 1 and more <see cref="TokensPerBatch"/> are usual. Null (default): the CPU.
    /// </summary>
    public Action<SessionOptions>? ConfigureSession { get; init; }

    internal void Check()
    {
        if (MaxTokens is < 2 or > TokenLimit)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxTokens), MaxTokens, $"MaxTokens must be from 2 to {TokenLimit}.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1, nameof(Threads));
        ArgumentOutOfRangeException.ThrowIfLessThan(TokensPerBatch, 1, nameof(TokensPerBatch));
    }
}
