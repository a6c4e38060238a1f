using Sparse.Encoders.Safetensors;

namespace Sparse.Encoders.Folders;

/// <summary>Finds the weights of a model folder.</summary>
internal static class ModelFiles
{
    private const string Pickle = "pytorch_model.bin";

    private static readonly string[] UsualNames = ["model.onnx", Path.Combine("onnx", "model.onnx")];

    /// <summary>Finds an ONNX file as <see cref="FindOnnx"/> does; where it finds none, model.safetensors or the index of several such files.</summary>
    /// <param name="root">The model's folder, which errors name.</param>
    /// <param name="folders">Where to look, in this order.</param>
    /// <param name="wanted">A name to look for instead, relative to a folder; null for the usual ones.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="InvalidDataException">There is none, or there are several ONNX files alone and none has the usual name.</exception>
    internal static string FindWeights(string root, IReadOnlyList<string> folders, string? wanted)
    {
        bool hasOnnx = wanted is not null || In(folders, UsualNames) is not null || OnnxFiles(folders).Length == 1;
        return (hasOnnx ? null : In(folders, TensorSet.File, TensorSet.Index)) ?? FindOnnx(root, folders, wanted);
    }

    /// <summary>Finds it: model.onnx, onnx/model.onnx, else the only one of another name, in the first folder that has it.</summary>
    /// <param name="root">The model's folder, which errors name.</param>
    /// <param name="folders">Where to look, in this order.</param>
    /// <param name="wanted">A name to look for instead, relative to a folder; null for the usual ones.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="InvalidDataException">There is none, or there are several and none has the usual name.</exception>
    internal static string FindOnnx(string root, IEnumerable<string> folders, string? wanted)
    {
        string[] places = [.. folders.Select(Path.GetFullPath).Where(Directory.Exists).Distinct()];
        string[] names = wanted is null ? UsualNames : [wanted];
        if (In(places, names) is { } path)
        {
            return path;
        }

        string[] others = OnnxFiles(places);
        if (wanted is null && others.Length == 1)
        {
            return others[0];
        }

        bool isModel = others.Length > 0 || File.Exists(Path.Combine(root, "config.json")) || File.Exists(Path.Combine(root, "modules.json"));
        string found = others.Length > 1
            ? "several others: " + string.Join(", ", others.Select(other => Path.GetRelativePath(root, other)))
            : Names(root);
        string advice = places.Any(folder => File.Exists(Path.Combine(folder, Pickle)))
            ? $"{Pickle} is not read, because a pickle is a program: have transformers save the model as {TensorSet.File}"
            : "Export the model to ONNX first, or name the file";
        throw new InvalidDataException(isModel
            ? $"Model folder {root} holds no ONNX file {string.Join(" or ", names)}; found {found}. {advice}."
            : $"{root} is not a model folder: looked for config.json, modules.json, model.onnx, onnx/model.onnx and {TensorSet.File}; found {found}.");
    }

    // The first that is there.
    private static string? In(IEnumerable<string> folders, params string[] names) =>
        folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    private static string[] OnnxFiles(IEnumerable<string> folders) =>
    [
        .. folders.SelectMany(folder => (string[])[folder, Path.Combine(folder, "onnx")]).Select(Path.GetFullPath).Where(Directory.Exists).Distinct()
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.onnx")).Order(StringComparer.Ordinal),
    ];

    /// <summary>Names of what lies in a folder, for error messages.</summary>
    internal static string Names(string folder)
    {
        string[] names = [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).Take(25)];
        return names.Length == 0 ? "nothing" : string.Join(", ", names);
    }
}
