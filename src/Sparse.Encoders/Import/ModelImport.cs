using System.Text.Json;
using Sparse.Encoders.Folders;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Safetensors;
using Sparse.Encoders.Splade;

namespace Sparse.Encoders.Import;

/// <summary>How an import stores matrices; arithmetic stays float.</summary>
public enum StoredWeights
{
    /// <summary>As they are.</summary>
    Unchanged,

    /// <summary>One byte a weight, with one scale a row or column.</summary>
    Quantized,

    /// <summary>Half precision, two bytes a weight.</summary>
    Half,
}

/// <summary>How a model is imported.</summary>
public sealed record ModelImportOptions
{
    /// <summary>How matrices are stored; as they are by default.</summary>
    public StoredWeights Weights { get; init; }

    /// <summary>A name for people; null for the source folder's name.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// What a text is put into, with {text} in one to four places, of which the last is pooled; null: twice for a decoder, as it is for
    /// others.
    /// </summary>
    public string? Template { get; init; }

    /// <summary>The file to take, relative to the folder; null: model.onnx, onnx/model.onnx, the only ONNX file, or else model.safetensors.</summary>
    public string? OnnxFile { get; init; }

    /// <summary>The weight that impact 255 stands for, finite and &gt; 0; null for 3, or 1.5 for models with log1p_relu.</summary>
    public float? MaxWeight { get; init; }
}

/// <summary>What an import did.</summary>
/// <param name="Folder">The folder it wrote.</param>
/// <param name="Name">The model's name.</param>
/// <param name="SourceBytes">Size of the weights that it read.</param>
/// <param name="ModelBytes">Size of the ONNX file it wrote.</param>
/// <param name="QuantizedMatrices">Matrices that became int8 or half precision; 0 without quantisation.</param>
/// <param name="IsTied">True when the output head is the input embedding, stored once.</param>
/// <param name="Terms">Size of the vocabulary.</param>
/// <param name="HasQuerySide">True when a query side of its own came along: a Router's table of token weights.</param>
public sealed record ModelImportReport(
    string Folder, string Name, long SourceBytes, long ModelBytes, int QuantizedMatrices, bool IsTied, int Terms, bool HasQuerySide);

/// <summary>Turns a model folder of others into one of ours: pooling in the graph, the tied embedding once, optionally int8, nothing else needed.</summary>
public static class ModelImport
{
    // Copied where present. The weights of other formats, and what only training needs, stay behind.
    private static readonly string[] Copied =
    [
        "config.json", "modules.json", "sentence_bert_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "vocab.txt", "vocab.json", "merges.txt", "tokenizer.model", "sentencepiece.bpe.model", "idf.json", "query_token_weights.txt", "LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE", "NOTICE.txt", "MODEL_CARD.md", "README.md",
    ];

    /// <summary>Imports a model.</summary>
    /// <param name="source">A folder that <see cref="SpladeEncoder.FromFolder"/> reads.</param>
    /// <param name="destination">A folder that is empty or does not exist yet.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no source folder.</exception>
    /// <exception cref="InvalidDataException">The source is no model folder, its parts do not fit each other, or it asks for something unsupported.</exception>
    /// <exception cref="IOException">The destination holds files, or can't be written.</exception>
    public static ModelImportReport Import(string source, string destination, ModelImportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        options ??= new ModelImportOptions();
        if (options.MaxWeight is { } max && (!(max > 0) || float.IsPositiveInfinity(max)))
        {
            throw new ArgumentException($"MaxWeight {max} must be finite and positive.", nameof(options));
        }

        if (Directory.Exists(destination) && Directory.EnumerateFileSystemEntries(destination).Any())
        {
            throw new IOException($"Folder {destination} is not empty; name an empty or a new one.");
        }

        SpladeModel model = SpladeModel.FromFolder(source, options.OnnxFile, options.Template);
        if (model.Template is { } template)
        {
            // A template that can't be used is refused before anything is written.
            _ = new PromptTemplate(template, model.Tokenizer);
        }

        byte[] weights = model.ReadWeights();
        byte[] converted = Convert(model, weights, options.Weights, out bool isPooled, out bool isTied, out int quantized);

        // Loading proves that it runs and that the vocabulary fits, before anything is written.
        ITermGraph graph = isPooled ? SpladeSession.Load(converted, model.Source, model.Tokenizer.Vocabulary.Count) : model.Load(converted, withPositions: false);
        graph.Dispose();

        Directory.CreateDirectory(destination);
        File.WriteAllBytes(Path.Combine(destination, "model.onnx"), converted);
        foreach (string file in FilesOf(model.Layout!))
        {
            Copy(source, destination, Path.GetRelativePath(source, file));
        }

        var manifest = new ModelManifest
        {
            Name = options.Name ?? model.Name,
            MaxWeight = options.MaxWeight ?? model.MaxWeight ?? graph.UsualMaxWeight ?? SpladeModel.DefaultFor(model.Pooling),
            Quantization = quantized == 0 ? model.Quantization : options.Weights == StoredWeights.Quantized ? ModelManifest.Int8Weights : ModelManifest.HalfWeights,
            IsPooled = isPooled,
            Template = model.Template,
            Source = new DirectoryInfo(source).Name,
            License = ModelCard.LicenseFile(source),
        };
        File.WriteAllText(Path.Combine(destination, ModelManifest.FileName), JsonSerializer.Serialize(manifest, ModelManifestJson.Default.ModelManifest) + "\n");
        long read = TensorSet.IsTensors(model.Source) ? TensorSet.Open(model.Source).Bytes : weights.Length;
        return new ModelImportReport(
            destination, manifest.Name, read, converted.Length, quantized, isTied, model.Tokenizer.Vocabulary.Count, model.Layout!.QueryFolder is not null);
    }

    /// <summary>The graph that the import writes: the same bytes for the same model, whenever and wherever it runs.</summary>
    internal static byte[] Convert(SpladeModel model, byte[] weights, StoredWeights storage, out bool isPooled, out bool isTied, out int quantized)
    {
        OnnxModel graph = OnnxModel.Parse(weights, model.Source);
        isTied = TiedEmbedding.Merge(graph);
        isPooled = GraphOutput.Find(graph, out _) == OutputKind.Terms;
        if (isPooled)
        {
            PooledGraph.AddPooling(graph, model.Pooling);
        }

        quantized = storage switch
        {
            StoredWeights.Quantized => WeightQuantizer.Quantize(graph),
            StoredWeights.Half => HalfWeights.Round(graph),
            _ => 0,
        };
        return graph.ToBytes();
    }

    // Of the root, the encoder's folder and the query side's, with its older tokenizer folder.
    private static IEnumerable<string> FilesOf(ModelLayout layout)
    {
        List<string> folders = [Path.GetFullPath(layout.Folder), layout.EncoderFolder];
        List<string> files = [];
        if (layout.QueryFolder is { } query)
        {
            folders.AddRange([query, Path.Combine(query, "tokenizer")]);
            files.AddRange([Path.Combine(query, "model.safetensors"), layout.RouterConfig!]);
        }

        if (layout.PoolingConfig is { } pooling)
        {
            files.Add(pooling);
        }

        return folders.Select(Path.GetFullPath).Distinct().SelectMany(folder => Copied.Select(name => Path.Combine(folder, name))).Concat(files);
    }

    private static void Copy(string source, string destination, string name)
    {
        string from = Path.Combine(source, name), to = Path.Combine(destination, name);
        if (File.Exists(from))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.WriteAllBytes(to, File.ReadAllBytes(from));
        }
    }
}
