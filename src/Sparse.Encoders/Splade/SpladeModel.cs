using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Sparse.Encoders.Folders;
using Sparse.Encoders.Head;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Safetensors;
using Sparse.Encoders.Transformers;
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

    // Not measured: no weights of SPLADE v1 or VDR are at hand. The import takes another (MaxWeight).
    private const float DefaultMaxSum = 20f;
    private const float DefaultMaxElu1p = 20f;

    /// <summary>A name for people.</summary>
    internal required string Name { get; init; }

    /// <summary>Path or name of the weights, for error messages.</summary>
    internal required string Source { get; init; }

    internal required ITokenizer Tokenizer { get; init; }

    /// <summary>How its logits become weights.</summary>
    internal required TermPooling Pooling { get; init; }

    /// <summary>What a text is put into; null for a text as it is.</summary>
    internal string? Template { get; init; }

    /// <summary>Which weights are kept.</summary>
    internal TermSelection Selection { get; init; } = TermSelection.All;

    /// <summary>"none", "int8" or "fp16".</summary>
    internal required string Quantization { get; init; }

    /// <summary>True when the graph is known to pool by itself.</summary>
    internal required bool IsPooled { get; init; }

    /// <summary>The most tokens that the model takes.</summary>
    internal required int MaxTokens { get; init; }

    /// <summary>The weight that impact 255 stands for; null where nothing says.</summary>
    internal required float? MaxWeight { get; init; }

    /// <summary>The one language that it is for; null where nothing says.</summary>
    internal string? Language { get; init; }

    /// <summary>Where its files lie; null for the built-in model.</summary>
    internal ModelLayout? Layout { get; init; }

    /// <summary>Reads the ONNX file, or builds it from tensors.</summary>
    internal required Func<byte[]> ReadWeights { get; init; }

    /// <summary>Reads a model folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="onnxFile">The ONNX file to take, relative to the folder; null: model.onnx, onnx/model.onnx, or the only one there is.</param>
    /// <param name="template">What a text is put into; null: what the import was told, else the text twice for a decoder, and as it is for others.</param>
    /// <returns>The parts.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It is no model folder, or asks for something unsupported.</exception>
    internal static SpladeModel FromFolder(string folder, string? onnxFile = null, string? template = null)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no model folder {folder}.");
        }

        ModelLayout layout = ModelLayout.Read(folder);
        string file = ModelFiles.FindWeights(folder, [layout.EncoderFolder, layout.Folder], onnxFile);
        string configPath = FirstOf(layout, "config.json");
        JsonElement config = ModelJson.ReadIfThere(configPath);
        ModelManifest? manifest = ModelManifest.Read(folder);
        if (template is not null && manifest is { IsPooled: true, Template: null })
        {
            throw new InvalidDataException($"{folder} was imported without a template, so that all of a text is pooled; import the model with one.");
        }

        template ??= manifest?.Template ?? (IsDecoder(config) ? PromptTemplate.Echo : null);
        TermPooling pooling = ReadPooling(layout, config, configPath) with { IsPartial = template is not null };
        string name = new DirectoryInfo(folder).Name;
        return new SpladeModel
        {
            Name = string.IsNullOrEmpty(manifest?.Name) ? name : manifest.Name,
            Source = file,
            Tokenizer = TokenizerFolder.Read(TokenizerFolder.Holds(layout.EncoderFolder) ? layout.EncoderFolder : folder),
            Pooling = pooling,
            Template = template,
            Selection = ReadSelection(config),
            Quantization = manifest?.Quantization ?? ModelManifest.Unquantized,
            IsPooled = manifest?.IsPooled ?? false,
            MaxTokens = ReadMaxTokens(layout, config),
            MaxWeight = manifest?.MaxWeight,
            Language = ModelCard.Language(folder),
            Layout = layout,
            ReadWeights = () => TensorSet.IsTensors(file) ? TransformerGraph.Build(file, configPath) : File.ReadAllBytes(file),
        };
    }

    /// <summary>The weight that impact 255 stands for by default.</summary>
    internal static float DefaultFor(TermPooling pooling) =>
        pooling.Strategy == PoolingStrategy.Sum ? DefaultMaxSum
        : pooling.Activation switch
        {
            TermActivation.Log1pRelu => DefaultMaxWeightLog1p,
            TermActivation.Elu1p => DefaultMaxElu1p,
            _ => DefaultMaxWeight,
        };

    /// <summary>Loads the graph, pooled.</summary>
    /// <param name="weights">What <see cref="ReadWeights"/> read.</param>
    /// <param name="withPositions">Be able to tell the places that gave the weights.</param>
    /// <param name="configure">Changes ONNX Runtime's options; null for ours.</param>
    /// <returns>The graph; dispose it.</returns>
    /// <exception cref="InvalidDataException">The graph can't be pooled or loaded, or is of another vocabulary.</exception>
    internal ITermGraph Load(byte[] weights, bool withPositions, Action<SessionOptions>? configure = null)
    {
        int terms = Tokenizer.Vocabulary.Count;
        OnnxModel model = OnnxModel.Parse(weights, Source);
        switch (GraphOutput.Find(model, out string output))
        {
            case OutputKind.TokenWeights:
                return TokenWeightSession.Load(model.ToBytes(), Source, output, terms, Tokenizer.SpecialIds, configure);
            case OutputKind.TermPairs:
                return TermPairSession.Load(model.ToBytes(), Source, terms, Tokenizer.SpecialIds, configure);
        }

        if (OutputHead.Cut(model, Pooling) is { } head)
        {
            return HeadSession.Load(model.ToBytes(), Source, head, Pooling.Activation, terms, MaxTokens, configure);
        }

        bool isChanged = model.HadExternalData | PooledGraph.AddPooling(model, Pooling);
        if (withPositions)
        {
            PooledGraph.AddPositions(model, Pooling);
            isChanged = true;
        }

        return SpladeSession.Load(isChanged ? model.ToBytes() : weights, Source, terms, configure);
    }

    private static TermPooling ReadPooling(ModelLayout layout, JsonElement config, string configPath)
    {
        if (ModelJson.Integer(config, "shift_vocab_num") is { } shift)
        {
            string pooling = ModelJson.Text(config, "pooling", "max");
            if (pooling != "max" || ModelJson.Flag(config, "norm", false) || shift < 0)
            {
                throw new InvalidDataException($"{configPath} describes a VDR model with pooling '{ModelJson.Short(pooling)}', norm {ModelJson.Flag(config, "norm", false)}, shift_vocab_num {shift}; max without norm from 0 on is supported.");
            }

            return new TermPooling(TermActivation.Elu1p) { FirstTerm = shift };
        }

        if (layout.PoolingConfig is not { } path)
        {
            return new TermPooling(TermActivation.Relu);
        }

        JsonElement settings = ModelJson.Read(path);
        string strategy = ModelJson.Text(settings, "pooling_strategy", "max");
        string activation = ModelJson.Text(settings, "activation_function", "relu");
        return new TermPooling(
            activation switch
            {
                "relu" => TermActivation.Relu,
                "log1p_relu" => TermActivation.Log1pRelu,
                _ => throw new InvalidDataException($"{path} asks for activation_function '{ModelJson.Short(activation)}'; 'relu' and 'log1p_relu' are supported."),
            },
            strategy switch
            {
                "max" => PoolingStrategy.Max,
                "sum" => PoolingStrategy.Sum,
                _ => throw new InvalidDataException($"{path} asks for pooling_strategy '{ModelJson.Short(strategy)}'; 'max' and 'sum' are supported."),
            });
    }

    private static bool IsDecoder(JsonElement config) =>
        ModelJson.Get(config, "architectures") is { ValueKind: JsonValueKind.Array } names
        && names.EnumerateArray().Any(name => name.ValueKind == JsonValueKind.String && name.GetString()!.EndsWith("ForCausalLM", StringComparison.Ordinal));

    private static TermSelection ReadSelection(JsonElement config) =>
        ModelJson.Integer(config, "shift_vocab_num") is null || ModelJson.Integer(config, "topk") is not ({ } top and > 0) ? TermSelection.All
        : new TermSelection(top, KeepsOwnTerms: true);

    /// <summary>The most tokens that a model's positions allow; null where its config.json does not say.</summary>
    internal static int? Positions(JsonElement config)
    {
        // RoBERTa counts positions from the one after its padding's.
        int unused = ModelJson.Text(config, "model_type") is "roberta" or "xlm-roberta" or "camembert" ? TransformerSettings.PaddingOf(config) + 1 : 0;
        return ModelJson.Integer(config, "max_position_embeddings") - unused;
    }

    // The smaller of what sentence-transformers was told and how many positions the model has.
    private static int ReadMaxTokens(ModelLayout layout, JsonElement config)
    {
        int max = Math.Min(SpladeEncoderOptions.TokenLimit, Positions(config) ?? SpladeEncoderOptions.TokenLimit);
        return Math.Min(max, ModelJson.Integer(ModelJson.ReadIfThere(FirstOf(layout, "sentence_bert_config.json")), "max_seq_length") ?? max);
    }

    // In the encoder's folder, else in the root.
    private static string FirstOf(ModelLayout layout, string name)
    {
        string own = Path.Combine(layout.EncoderFolder, name);
        return File.Exists(own) ? own : Path.Combine(layout.Folder, name);
    }
}
