using System.Text.Json;
using Sparse.Encoders.Folders;

namespace Sparse.Encoders.Transformers;

/// <summary>What config.json says of a masked language model's shape.</summary>
internal sealed record TransformerSettings
{
    internal required TransformerNames Names { get; init; }

    /// <summary>Numbers of a hidden state.</summary>
    internal required int Width { get; init; }

    internal required int Layers { get; init; }

    /// <summary>Heads of attention, each <see cref="Width"/> / Heads wide.</summary>
    internal required int Heads { get; init; }

    /// <summary>Width inside a layer.</summary>
    internal required int Inner { get; init; }

    internal required int Terms { get; init; }

    /// <summary>Rows of the table of positions.</summary>
    internal required int Positions { get; init; }

    /// <summary>Inside layers: gelu, gelu_new, gelu_pytorch_tanh or relu.</summary>
    internal required string Activation { get; init; }

    /// <summary>In the head.</summary>
    internal required string HeadActivation { get; init; }

    /// <summary>Added to variances.</summary>
    internal required float Epsilon { get; init; }

    /// <summary>RoBERTa counts positions from the one after this id, and only ids that differ from it; null: from 0, all of them.</summary>
    internal int? PaddingId { get; init; }

    internal required bool HasTokenTypes { get; init; }

    /// <summary>False where the decoder has a weight of its own.</summary>
    internal required bool IsTied { get; init; }

    /// <summary>Reads a configuration.</summary>
    /// <param name="config">config.json.</param>
    /// <param name="path">Where it is, for error messages.</param>
    /// <exception cref="InvalidDataException">It is of another architecture, or lacks a number.</exception>
    internal static TransformerSettings Read(JsonElement config, string path)
    {
        string type = ModelJson.Text(config, "model_type");
        if (type is not ("bert" or "roberta" or "xlm-roberta" or "camembert" or "distilbert"))
        {
            throw new InvalidDataException($"{path} has model_type '{ModelJson.Short(type)}'; a graph is built from {Safetensors.TensorSet.File} for bert, distilbert, roberta, xlm-roberta and camembert. Export the model to ONNX instead.");
        }

        if (ModelJson.Flag(config, "is_decoder", false) || ModelJson.Text(config, "position_embedding_type", "absolute") is not "absolute")
        {
            throw new InvalidDataException($"{path} asks for a decoder or for relative positions, which are not built from {Safetensors.TensorSet.File}. Export the model to ONNX instead.");
        }

        bool isDistil = type == "distilbert", isRoberta = !isDistil && type != "bert";
        string activation = ReadActivation(config, isDistil ? "activation" : "hidden_act", path);
        var settings = new TransformerSettings
        {
            Names = isDistil ? TransformerNames.DistilBert : isRoberta ? TransformerNames.Roberta : TransformerNames.Bert,
            Width = Size(isDistil ? "dim" : "hidden_size"),
            Layers = Size(isDistil ? "n_layers" : "num_hidden_layers"),
            Heads = Size(isDistil ? "n_heads" : "num_attention_heads"),
            Inner = Size(isDistil ? "hidden_dim" : "intermediate_size"),
            Terms = Size("vocab_size"),
            Positions = Size("max_position_embeddings"),
            Activation = activation,

            // The authors of RoBERTa wrote gelu there whatever the layers have, and DistilBERT's 1e-12 is not in its configuration.
            HeadActivation = isRoberta ? "gelu" : activation,
            Epsilon = isDistil || ModelJson.Get(config, "layer_norm_eps") is not { ValueKind: JsonValueKind.Number } epsilon ? 1e-12f : epsilon.GetSingle(),
            PaddingId = isRoberta ? PaddingOf(config) : null,
            HasTokenTypes = !isDistil,
            IsTied = ModelJson.Flag(config, "tie_word_embeddings", true),
        };
        return settings.Width % settings.Heads == 0 ? settings
            : throw new InvalidDataException($"{path} divides hidden states of {settings.Width} numbers among {settings.Heads} heads, which leaves a rest.");

        int Size(string property) => ModelJson.Integer(config, property) is { } size and > 0 ? size
            : throw new InvalidDataException($"{path} has no {property} above 0, without which the model's graph can't be built.");
    }

    /// <summary>RoBERTa's id of padding.</summary>
    internal static int PaddingOf(JsonElement config) => ModelJson.Integer(config, "pad_token_id") ?? 1;

    private static string ReadActivation(JsonElement config, string property, string path)
    {
        string name = ModelJson.Text(config, property, "gelu");
        return name is "gelu" or "gelu_new" or "gelu_pytorch_tanh" or "relu" ? name
            : throw new InvalidDataException($"{path} has {property} '{ModelJson.Short(name)}'; gelu, gelu_new, gelu_pytorch_tanh and relu are built from {Safetensors.TensorSet.File}. Export the model to ONNX instead.");
    }
}
