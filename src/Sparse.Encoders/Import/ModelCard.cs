using Sparse.Encoders.BuiltIn;
using Sparse.Encoders.Dense;
using Sparse.Encoders.Folders;
using Sparse.Encoders.Onnx;
using Sparse.Encoders.Splade;

namespace Sparse.Encoders.Import;

/// <summary>What a model folder says of itself, and how large the model is.</summary>
/// <param name="Parameters">Weights of its graph, a tied embedding counted once.</param>
/// <param name="License">Its licence as README.md, the import or a LICENSE file states it; empty where none does.</param>
/// <param name="Languages">Its languages as README.md states them, such as "en" or "de, fr"; empty where it does not.</param>
public sealed record ModelCard(long Parameters, string License, string Languages)
{
    private const string Readme = "README.md";

    // What a README has before its text; no more is read.
    private const int MaxLines = 2000;

    /// <summary>The card of the built-in model.</summary>
    public static ModelCard BuiltIn() => new(Count(BuiltInModel.ReadWeights(), BuiltInModel.Name), "apache-2.0", "en");

    /// <summary>Reads a model folder; loads its graph, but runs nothing.</summary>
    /// <param name="folder">A folder of a sparse or dense model.</param>
    /// <returns>The card.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It is no model folder.</exception>
    public static ModelCard Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        bool isDense = Directory.Exists(folder) && DenseEncoder.IsIn(folder);
        string path = isDense ? ModelFiles.FindOnnx(folder, [folder], null) : folder;
        byte[] weights = isDense ? File.ReadAllBytes(path) : SpladeModel.FromFolder(folder).ReadWeights();
        string license = FrontMatter(folder, "license");
        return new ModelCard(Count(weights, path), license.Length > 0 ? license : ModelManifest.Read(folder)?.License is { Length: > 0 } stated ? stated : LicenseFile(folder),
            FrontMatter(folder, "language"));
    }

    /// <summary>The first two lines of a LICENSE file that say something; people read the file itself. Empty where there is none.</summary>
    internal static string LicenseFile(string folder)
    {
        string? file = ((string[])["LICENSE", "LICENSE.txt", "LICENSE.md"]).Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        return file is null ? "" : string.Join(", ", File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0).Take(2));
    }

    /// <summary>A value of the YAML before a README's text, as Hugging Face has it: "key: value", "key: [a, b]", or "- a" on lines of their own.</summary>
    internal static string FrontMatter(string folder, string key)
    {
        string path = Path.Combine(folder, Readme);
        string[] lines = File.Exists(path) ? [.. File.ReadLines(path).Take(MaxLines)] : [];
        int end = lines.Length > 0 && lines[0].Trim() == "---" ? Array.FindIndex(lines, 1, line => line.Trim() == "---") : -1;
        int at = end < 0 ? -1 : Array.FindIndex(lines, 1, end - 1, line => line.StartsWith(key + ":", StringComparison.Ordinal));
        if (at < 0)
        {
            return "";
        }

        string value = lines[at][(key.Length + 1)..].Trim();
        IEnumerable<string> values = value.Length > 0 ? value.Trim('[', ']').Split(',')
            : lines[(at + 1)..end].TakeWhile(line => line.TrimStart().StartsWith("- ", StringComparison.Ordinal)).Select(line => line.TrimStart()[2..]);
        return string.Join(", ", values.Select(part => part.Trim().Trim('"', '\'')).Where(part => part.Length > 0));
    }

    private static long Count(byte[] weights, string source)
    {
        OnnxModel graph = OnnxModel.Parse(weights, source);
        TiedEmbedding.Merge(graph);

        // A scale of int8 weights, ours or others', is no weight; its name is all that tells.
        return graph.Graph.Initializer
            .Where(tensor => tensor.DataType is OnnxModel.Float or OnnxModel.Float16 or OnnxModel.Int8 or OnnxModel.UInt8 && tensor.Dims.Count > 0
                && !tensor.Name.EndsWith("_scale", StringComparison.Ordinal) && !tensor.Name.EndsWith("_zero_point", StringComparison.Ordinal))
            .Sum(tensor => tensor.Dims.Aggregate(1L, (product, size) => product * size));
    }
}
