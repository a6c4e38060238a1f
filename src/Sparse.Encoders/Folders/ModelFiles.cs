namespace Sparse.Encoders.Folders;

/// <summary>Finds the ONNX file of a model folder.</summary>
internal static class ModelFiles
{
    /// <summary>Finds it: model.onnx, onnx/model.onnx, else the only one of another name, in the first folder that has it.</summary>
    /// <param name="root">The model's folder, which errors name.</param>
    /// <param name="folders">Where to look, in this order.</param>
    /// <param name="wanted">A name to look for instead, relative to a folder; null for the usual ones.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="InvalidDataException">There is none, or there are several and none has the usual name.</exception>
    internal static string FindOnnx(string root, IEnumerable<string> folders, string? wanted)
    {
        string[] places = [.. folders.Select(Path.GetFullPath).Where(Directory.Exists).Distinct()];
        string[] names = wanted is null ? ["model.onnx", Path.Combine("onnx", "model.onnx")] : [wanted];
        foreach (string path in places.SelectMany(folder => names.Select(name => Path.Combine(folder, name))))
        {
            if (File.Exists(path))
            {
                return path;
            }
        }

        string[] others = [.. places.SelectMany(folder => (string[])[folder, Path.Combine(folder, "onnx")]).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.onnx")).Order(StringComparer.Ordinal)];
        if (wanted is null && others.Length == 1)
        {
            return others[0];
        }

        bool isModel = others.Length > 0 || File.Exists(Path.Combine(root, "config.json")) || File.Exists(Path.Combine(root, "modules.json"));
        string found = others.Length > 1
            ? "several others: " + string.Join(", ", others.Select(path => Path.GetRelativePath(root, path)))
            : Names(root);
        throw new InvalidDataException(isModel
            ? $"Model folder {root} holds no ONNX file {string.Join(" or ", names)}; found {found}. Export the model to ONNX first, or name the file."
            : $"{root} is not a model folder: looked for config.json, modules.json, model.onnx and onnx/model.onnx; found {found}.");
    }

    /// <summary>Names of what lies in a folder, for error messages.</summary>
    internal static string Names(string folder)
    {
        string[] names = [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).Take(25)];
        return names.Length == 0 ? "nothing" : string.Join(", ", names);
    }
}
