using Microsoft.ML.OnnxRuntime;
using Sparse.Encoders.Batches;
using Sparse.Encoders.Splade;
using Sparse.Tokens;

namespace Sparse.Encoders.Dense;

/// <summary>How a dense encoder runs.</summary>
public sealed record DenseEncoderOptions
{
    /// <summary>Tokens of a text that the model sees, markers included; the rest is cut. 2 to 512; null: what the model's folder says, at most 512.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How many batches run at once, each on one thread; ≥ 1, default the number of physical cores.</summary>
    public int Threads { get; init; } = PhysicalCores.Count;

    /// <summary>Tokens of one batch, padding included; ≥ 1, default 512. A longer text makes a batch of its own.</summary>
    public int TokensPerBatch { get; init; } = 512;

    /// <summary>The tokenizer, for a folder that holds none; null: the folder's own.</summary>
    public ITokenizer? Tokenizer { get; init; }

    /// <summary>The ONNX file to take, relative to the folder; null: model.onnx, onnx/model.onnx, or the only one there is.</summary>
    public string? OnnxFile { get; init; }

    /// <summary>As <see cref="SpladeEncoderOptions.ConfigureSession"/>.</summary>
    public Action<SessionOptions>? ConfigureSession { get; init; }

    internal void Check()
    {
        if (MaxTokens is < 2 or > SpladeEncoderOptions.TokenLimit)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxTokens), MaxTokens, $"MaxTokens must be from 2 to {SpladeEncoderOptions.TokenLimit}.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1, nameof(Threads));
        ArgumentOutOfRangeException.ThrowIfLessThan(TokensPerBatch, 1, nameof(TokensPerBatch));
    }
}
