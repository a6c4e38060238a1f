using System.Text.Json;
using Sparse.Encoders.Folders;
using Sparse.Encoders.Splade;
using Sparse.Tokens;

namespace Sparse.Encoders.Dense;

/// <summary>The parts of a dense model before it is loaded.</summary>
/// <param name="Name">A name for people.</param>
/// <param name="OnnxFile">Path of its graph.</param>
/// <param name="Tokenizer">Its tokenizer.</param>
/// <param name="Pooling">How it pools.</param>
/// <param name="MaxTokens">The most tokens that it takes.</param>
internal sealed record DenseModel(string Name, string OnnxFile, ITokenizer Tokenizer, DensePooling Pooling, int MaxTokens)
{
    /// <summary>Reads a folder.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It is no dense model, or asks for something unsupported.</exception>
    internal static DenseModel FromFolder(string folder, string? onnxFile, ITokenizer? tokenizer)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no model folder {folder}.");
        }

        string file = ModelFiles.FindOnnx(folder, [folder], onnxFile);
        JsonElement config = ModelJson.ReadIfThere(Path.Combine(folder, "config.json"));
        JsonElement sentence = ModelJson.ReadIfThere(Path.Combine(folder, "sentence_bert_config.json"));
        int max = Math.Min(SpladeEncoderOptions.TokenLimit, SpladeModel.Positions(config) ?? SpladeEncoderOptions.TokenLimit);
        max = Math.Min(max, ModelJson.Integer(sentence, "max_seq_length") ?? ModelJson.Integer(config, "max_seq_length") ?? max);
        return new DenseModel(new DirectoryInfo(folder).Name, file, tokenizer ?? TokenizerFolder.Read(folder), ReadPooling(folder, config), max);
    }

    /// <summary>Says whether a folder is a dense model's.</summary>
    internal static bool IsIn(string folder)
    {
        JsonElement list = ModelJson.ReadIfThere(Path.Combine(folder, "modules.json"));
        JsonElement config = ModelJson.ReadIfThere(Path.Combine(folder, "config.json"));
        return list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Any(module => ModelLayout.LastSegment(ModelJson.Text(module, "type")) == "Pooling")
            : ModelJson.Text(config, "pooling").Length > 0 && ModelJson.Integer(config, "shift_vocab_num") is null;
    }

    // modules.json with Transformer, Pooling and perhaps Normalize; else "pooling" in config.json; else the mean.
    private static DensePooling ReadPooling(string folder, JsonElement config)
    {
        string modules = Path.Combine(folder, "modules.json");
        JsonElement list = ModelJson.ReadIfThere(modules);
        if (list.ValueKind != JsonValueKind.Array)
        {
            return ModelJson.Text(config, "pooling", "mean") switch
            {
                "mean" => DensePooling.Mean,
                "cls" => DensePooling.First,
                string other => throw new InvalidDataException($"{Path.Combine(folder, "config.json")} asks for pooling '{ModelJson.Short(other)}'; 'mean' and 'cls' are supported."),
            };
        }

        DensePooling? pooling = null;
        foreach (JsonElement module in list.EnumerateArray())
        {
            string type = ModelJson.Text(module, "type");
            switch (ModelLayout.LastSegment(type))
            {
                case "Transformer" or "Normalize":
                    break;
                case "Pooling":
                    string poolingFolder = ModelLayout.Inside(folder, folder, ModelJson.Text(module, "path"), modules);
                    pooling = ReadPooling(ModelLayout.Present(folder, Path.Combine(poolingFolder, "config.json"), modules));
                    break;
                default:
                    throw new InvalidDataException($"{modules} names module type '{ModelJson.Short(type)}'; a dense model of Transformer, Pooling and Normalize is supported.");
            }
        }

        return pooling ?? throw new InvalidDataException($"{modules} names no Pooling: this is not a dense model.");
    }

    private static DensePooling ReadPooling(string path)
    {
        JsonElement config = ModelJson.Read(path);
        string[] modes = config.ValueKind != JsonValueKind.Object ? []
            : [.. config.EnumerateObject().Where(mode => mode.Name.StartsWith("pooling_mode_", StringComparison.Ordinal) && mode.Value.ValueKind == JsonValueKind.True).Select(mode => mode.Name)];
        return modes switch
        {
            ["pooling_mode_mean_tokens"] => DensePooling.Mean,
            ["pooling_mode_cls_token"] => DensePooling.First,
            _ => throw new InvalidDataException($"{path} asks for {(modes.Length == 0 ? "no pooling mode" : ModelJson.Short(string.Join(" and ", modes)))}; pooling_mode_mean_tokens or pooling_mode_cls_token alone is supported."),
        };
    }
}
