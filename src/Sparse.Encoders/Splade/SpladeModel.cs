using System.Text.Json;
using Sparse.Encoders.Onnx;
using Sparse.Tokens;

namespace Sparse.Encoders.Splade;

/// <summary>The parts of a SPLADE model before it is loaded: its tokenizer, how it pools, where its weights are.</summary>
internal sealed class SpladeModel
{
    /// <summary>The weight that impact 255 stands for where a model does not say.</summary>
    /// <remarks>
    /// splade-tiny's largest weight over its golden texts is 2.70 and its large ones lie near 2.3; log(1 + x) = 3 is a logit of 19.
    /// log(1 + log(1 + x)) is 1.39 for it.
    /// </remarks>
    private const float DefaultMaxWeight = 3f;

    private const float DefaultMaxWeightLog1p = 1.5f;

    /// <summary>A name for people.</summary>
    internal required string Name { get; init; }

    /// <summary>Path or name of the weights, for error messages.</summary>
    internal required string Source { get; init; }

    internal required ITokenizer Tokenizer { get; init; }

    internal required TermActivation Activation { get; init; }

    /// <summary>"none" or "int8".</summary>
    internal required string Quantization { get; init; }

    /// <summary>True when the graph is known to pool by itself.</summary>
    internal required bool IsPooled { get; init; }

    /// <summary>The most tokens that the model takes.</summary>
    internal required int MaxTokens { get; init; }

    /// <summary>The weight that impact 255 stands for.</summary>
    internal required float MaxWeight { get; init; }

    /// <summary>Path of the pooling's config.json; null where there is none.</summary>
    internal string? PoolingConfig { get; init; }

    /// <summary>Reads the ONNX file.</summary>
    internal required Func<byte[]> ReadWeights { get; init; }

    /// <summary>Reads a model folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The parts.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It is no model folder, or asks for something unsupported.</exception>
    internal static SpladeModel FromFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no model folder {folder}.");
        }

        string file = FindOnnx(folder);
        ModelManifest? manifest = ModelManifest.Read(folder);
        TermActivation activation = ReadPooling(folder, out string? pooling);
        string name = new DirectoryInfo(folder).Name;
        return new SpladeModel
        {
            Name = string.IsNullOrEmpty(manifest?.Name) ? name : manifest.Name,
            Source = file,
            Tokenizer = TokenizerFolder.Read(folder),
            Activation = activation,
            Quantization = manifest?.Quantization ?? ModelManifest.Unquantized,
            IsPooled = manifest?.IsPooled ?? false,
            MaxTokens = ReadMaxTokens(folder),
            MaxWeight = manifest?.MaxWeight ?? DefaultFor(activation),
            PoolingConfig = pooling,
            ReadWeights = () => File.ReadAllBytes(file),
        };
    }

    /// <summary>The weight that impact 255 stands for by default.</summary>
    internal static float DefaultFor(TermActivation activation) =>
        activation == TermActivation.Log1pRelu ? DefaultMaxWeightLog1p : DefaultMaxWeight;

    /// <summary>Loads the graph, pooled.</summary>
    /// <param name="weights">What <see cref="ReadWeights"/> read.</param>
    /// <param name="withPositions">Be able to tell the places that gave the weights.</param>
    /// <returns>The graph; dispose it.</returns>
    /// <exception cref="InvalidDataException">The graph can't be pooled or loaded, or is of another vocabulary.</exception>
    internal ITermGraph Load(byte[] weights, bool withPositions) =>
        SpladeSession.Load(Pool(weights, withPositions), Source, Tokenizer.Vocabulary.Count);

    private byte[] Pool(byte[] weights, bool withPositions)
    {
        if (IsPooled && !withPositions)
        {
            return weights;
        }

        OnnxModel model = OnnxModel.Parse(weights, Source);
        bool changed = PooledGraph.AddPooling(model, Activation);
        if (withPositions)
        {
            PooledGraph.AddPositions(model);
            changed = true;
        }

        return changed ? model.ToBytes() : weights;
    }

    private static string FindOnnx(string folder)
    {
        foreach (string name in (string[])["model.onnx", Path.Combine("onnx", "model.onnx")])
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        bool isModel = File.Exists(Path.Combine(folder, "config.json")) || File.Exists(Path.Combine(folder, "modules.json"));
        throw new InvalidDataException(isModel
            ? $"Model folder {folder} holds no ONNX file: neither model.onnx nor onnx/model.onnx; export the model to ONNX first."
            : $"{folder} is not a model folder: it holds neither config.json nor model.onnx.");
    }

    private static TermActivation ReadPooling(string folder, out string? pooling)
    {
        pooling = null;
        string modules = Path.Combine(folder, "modules.json");
        if (!File.Exists(modules))
        {
            return TermActivation.Relu;
        }

        JsonElement list = ReadJson(modules);
        if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(module => module.ValueKind != JsonValueKind.Object))
        {
            throw new InvalidDataException($"{modules} is not a list of modules.");
        }

        foreach (JsonElement module in list.EnumerateArray())
        {
            string type = TextOf(module, "type", "");
            switch (type[(type.LastIndexOf('.') + 1)..])
            {
                case "MLMTransformer" or "Transformer":
                    break;
                case "SpladePooling":
                    pooling = Path.Combine(folder, TextOf(module, "path", ""), "config.json");
                    break;
                default:
                    throw new InvalidDataException($"{modules} names module type '{type}'; only MLMTransformer or Transformer with SpladePooling is supported.");
            }
        }

        if (pooling is null)
        {
            throw new InvalidDataException($"{modules} names no SpladePooling: this is not a sparse model.");
        }

        if (!File.Exists(pooling))
        {
            throw new InvalidDataException($"{modules} names {pooling}, which is not there.");
        }

        JsonElement config = ReadJson(pooling);
        string strategy = TextOf(config, "pooling_strategy", "max");
        if (strategy != "max")
        {
            throw new InvalidDataException($"{pooling} asks for pooling_strategy '{strategy}'; only 'max' is supported.");
        }

        string activation = TextOf(config, "activation_function", "relu");
        return activation switch
        {
            "relu" => TermActivation.Relu,
            "log1p_relu" => TermActivation.Log1pRelu,
            _ => throw new InvalidDataException($"{pooling} asks for activation_function '{activation}'; only 'relu' and 'log1p_relu' are supported."),
        };
    }

    // The smaller of what sentence-transformers was told and how many positions the model has.
    private static int ReadMaxTokens(string folder)
    {
        int max = SpladeEncoderOptions.TokenLimit;
        foreach ((string file, string property) in ((string, string)[])[("config.json", "max_position_embeddings"), ("sentence_bert_config.json", "max_seq_length")])
        {
            string path = Path.Combine(folder, file);
            if (!File.Exists(path))
            {
                continue;
            }

            JsonElement config = ReadJson(path);
            if (config.ValueKind == JsonValueKind.Object && config.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int tokens))
            {
                max = Math.Min(max, tokens);
            }
        }

        return max;
    }

    private static string TextOf(JsonElement config, string property, string otherwise) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : otherwise;

    private static JsonElement ReadJson(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path} is not valid JSON at line {error.LineNumber + 1}.", error);
        }
    }
}
