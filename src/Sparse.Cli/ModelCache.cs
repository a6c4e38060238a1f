namespace Sparse.Cli;

/// <summary>Where imported models are kept that were given a name and no folder: sparse/models in the platform's folder for caches.</summary>
internal static class ModelCache
{
    /// <summary>XDG_CACHE_HOME or ~/.cache; ~/Library/Caches on macOS; %LOCALAPPDATA% on Windows.</summary>
    public static string Folder { get; } = Path.Combine(Root(), "sparse", "models");

    /// <summary>Names of the models that are there, in order.</summary>
    public static IReadOnlyList<string> Names => !Directory.Exists(Folder) ? []
        : [.. Directory.EnumerateDirectories(Folder).Where(IsModel).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    /// <summary>The folder of a model by its name; null for what is no name, or not there.</summary>
    /// <param name="choice">What the user said.</param>
    public static string? Find(string choice) => IsName(choice) && Path.Combine(Folder, choice) is { } folder && IsModel(folder) ? folder : null;

    /// <summary>Where a model of this name is to be put.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="WrongInputException">It can't be the name of a folder, or is taken.</exception>
    public static string ForNew(string name)
    {
        if (!IsName(name))
        {
            throw new WrongInputException($"'{name}' can't be the name of a model in {Folder}: letters, digits, dots, dashes and underscores can, but not '{EncoderChoice.BuiltIn}' or '{EncoderChoice.None}'; choose one with --name, or a folder with --to");
        }

        string folder = Path.Combine(Folder, name);
        return !Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any() ? folder
            : throw new WrongInputException($"there is a model '{name}' in {Folder}; choose another --name, or remove that folder first");
    }

    private static bool IsName(string name) => name.Length > 0 && name[0] != '.' && name is not (EncoderChoice.BuiltIn or EncoderChoice.None)
        && name.All(letter => char.IsLetterOrDigit(letter) || letter is '.' or '-' or '_');

    // sparse.json is written last, so that an import that was stopped is none.
    private static bool IsModel(string folder) => File.Exists(Path.Combine(folder, "sparse.json"));

    private static string Root()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches")
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache) ? cache
            : Path.Combine(home, ".cache");
    }
}
