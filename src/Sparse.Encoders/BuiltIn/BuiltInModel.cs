using Sparse.Encoders.Splade;

namespace Sparse.Encoders.BuiltIn;

/// <summary>The model inside the package: splade-tiny with int8 weights, its tied embedding stored once. See MODEL_CARD.md beside it.</summary>
/// <remarks>Its file is the model.onnx that <c>sparse model import splade-tiny --quantize int8</c> writes; a test compares the bytes.</remarks>
internal static class BuiltInModel
{
    internal const string Name = "builtin";

    private const string Resource = "Sparse.Encoders.BuiltIn.model.onnx";

    /// <summary>Its parts, with the vocabulary that the built-in IDF table uses too.</summary>
    internal static SpladeModel Model => new()
    {
        Name = Name,
        Source = "the built-in model",
        Tokenizer = BuiltInVocabulary.Tokenizer,
        Activation = TermActivation.Relu,
        Quantization = ModelManifest.Int8Weights,
        IsPooled = true,
        MaxTokens = SpladeEncoderOptions.TokenLimit,
        MaxWeight = SpladeModel.DefaultFor(TermActivation.Relu),
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
