namespace Sparse.Tests;

/// <summary>The folder ../shared beside the repository: models and reference outputs, not in every clone.</summary>
internal static class SharedData
{
    /// <summary>The path of a file or folder in ../shared; ignores the running test where it is not there.</summary>
    public static string Path(string relative)
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(System.IO.Path.Combine(root.FullName, "Sparse.sln")))
        {
            root = root.Parent;
        }

        string path = System.IO.Path.GetFullPath(System.IO.Path.Combine(root?.FullName ?? "/", "..", "shared", relative));
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            Assert.Ignore($"skipped: ../shared/{relative} is not here");
        }

        return path;
    }
}
