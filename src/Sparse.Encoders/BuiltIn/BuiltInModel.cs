using Sparse.Encoders.Folders;
using Sparse.Encoders.Splade;

namespace Sparse.Encoders.BuiltIn;

/// <summary>The model inside the package: splade-tiny with int8 weights, its tied embedding stored once. See MODEL_CARD.md beside it.</summary>
/// <remarks>Its file is the model.onnx that <c>sparse model import splade-tiny --quantize int8</c> writes; a test compares the bytes.</remarks>
internal static class BuiltInModel
{
    internal const string Name = "builtin";

    private const string Resource = "Sparse.Encoders.BuiltIn.model.onnx";

    /// <summary>The weight that impact 255 stands for: the least quarter above its largest weight, so that nothing saturates.</summary>
    /// <remarks>
    /// 2026-11-23: largest weight 2.72 over SciFact, NFCorpus, Cranfield, chunking-eval and vespa-docs-qa. nDCG@10 of SciFact is .6431
    /// with float weights and .6425 with 2.75; over 14 values from 2.4 to 3.2 it varies from .6409 (2.8 and 3.0) to .6437 (2.9)
    /// without a trend: that is the noise of rounding, so the finest step that holds every weight is taken, not the best figure.
    /// </remarks>
    internal const float MaxWeight = 2.75f;

    /// <summary>Its parts, with the vocabulary that the built-in IDF table uses too.</summary>
    internal static SpladeModel Model => new()
    {
        Name = Name,
        Source = "the built-in model",
        Tokenizer = BuiltInVocabulary.Tokenizer,
        Pooling = new TermPooling(TermActivation.Relu),
        Quantization = ModelManifest.Int8Weights,
        IsPooled = true,
        MaxTokens = SpladeEncoderOptions.TokenLimit,
        MaxWeight = MaxWeight,
        Language = "en",
        ReadWeights = ReadWeights,
    };

    internal static byte[] ReadWeights()
    {
        using Stream stream = typeof(BuiltInModel).Assembly.GetManifestResourceStream(Resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
