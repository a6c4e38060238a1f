using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sparse.Lab.Reproduction;

/// <summary>A collection of the matrix.</summary>
internal sealed record MatrixCollection
{
    /// <summary>Its name.</summary>
    public required string Name { get; set; }

    /// <summary>A folder or zip, from the matrix file on; <c>{data}</c> stands for <see cref="Matrix.Data"/>.</summary>
    public required string Path { get; set; }

    /// <summary>Which judgements.</summary>
    public string Split { get; set; } = "test";

    /// <summary>Language of its words; null for English.</summary>
    public string? Language { get; set; }
}

/// <summary>One way of searching: encoder x query side x fusion x pruning.</summary>
internal sealed record MatrixWay
{
    /// <summary>Its name.</summary>
    public required string Name { get; set; }

    /// <summary>bm25, sparse or hybrid.</summary>
    public required string Mode { get; set; }

    /// <summary>builtin, or a model folder from the matrix file on.</summary>
    public string Encoder { get; set; } = "builtin";

    /// <summary>full (by the model) or idf (by a table of term weights).</summary>
    public string Queries { get; set; } = "full";

    /// <summary>A method of fusion; null for the default.</summary>
    public string? Fusion { get; set; }

    /// <summary>What is kept of documents' vectors.</summary>
    public MatrixPruning? Pruning { get; set; }
}

/// <summary>What is kept of documents' vectors.</summary>
internal sealed record MatrixPruning
{
    /// <summary>So many terms.</summary>
    public int? KeepTerms { get; set; }

    /// <summary>Terms from this share of the largest weight on.</summary>
    public double? KeepFromShareOfMaximum { get; set; }

    /// <summary>The heaviest terms up to this share of the sum.</summary>
    public double? KeepShareOfMass { get; set; }

    /// <summary>The same as options.</summary>
    internal Vectors.PruningOptions ToOptions() => new()
    {
        KeepTerms = KeepTerms ?? int.MaxValue,
        KeepFromShareOfMaximum = KeepFromShareOfMaximum ?? 0,
        KeepShareOfMass = KeepShareOfMass ?? 1,
    };
}

/// <summary>What is reproduced: collections, ways, and the score that each pair is expected to have.</summary>
internal sealed record Matrix
{
    /// <summary>Folder of the collections that are not ours to ship, from the matrix file on.</summary>
    public string Data { get; set; } = "";

    /// <summary>The measure, as ir_measures names it.</summary>
    public string Measure { get; set; } = "nDCG@10";

    /// <summary>How far a score may lie from what is expected.</summary>
    public double Band { get; set; } = .002;

    /// <summary>The collections.</summary>
    public required IReadOnlyList<MatrixCollection> Collections { get; set; }

    /// <summary>The ways.</summary>
    public required IReadOnlyList<MatrixWay> Ways { get; set; }

    /// <summary>Collection → way → score.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Expected { get; set; } = new Dictionary<string, IReadOnlyDictionary<string, double>>();

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BadInputException">It is no matrix.</exception>
    internal static Matrix Read(string path)
    {
        try
        {
            Matrix matrix = JsonSerializer.Deserialize(File.ReadAllBytes(path), MatrixJson.Default.Matrix) ?? throw new JsonException("it is null.");
            foreach (MatrixWay way in matrix.Ways)
            {
                if (way.Mode is not ("bm25" or "sparse" or "hybrid") || way.Queries is not ("full" or "idf"))
                {
                    throw new BadInputException(path, 0, $"way '{way.Name}' has mode '{way.Mode}' and queries '{way.Queries}'; expected bm25, sparse or hybrid, and full or idf.");
                }
            }

            return matrix;
        }
        catch (JsonException exception)
        {
            throw new BadInputException(path, (exception.LineNumber ?? -1) + 1, $"no matrix: {exception.Message.Split(" Path:")[0]} Expected collections, ways and expected scores.", exception);
        }
    }

    /// <summary>Writes a file.</summary>
    /// <param name="path">The file.</param>
    internal void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, MatrixJson.Default.Matrix) + "\n");

    /// <summary>The score expected; null where none is.</summary>
    internal double? ExpectedOf(string collection, string way) =>
        Expected.TryGetValue(collection, out IReadOnlyDictionary<string, double>? ways) && ways.TryGetValue(way, out double score) ? score : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(Matrix))]
internal sealed partial class MatrixJson : JsonSerializerContext;
