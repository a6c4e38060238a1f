namespace Sparse.Samples.Tests;

/// <summary>Where this repository lies.</summary>
internal static class Repository
{
    /// <summary>Its folder.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sparse.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
