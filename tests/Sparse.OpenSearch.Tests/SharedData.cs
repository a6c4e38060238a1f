namespace Sparse.OpenSearch.Tests;

/// <summary>The repository, and the folder ../shared beside it, which a clone alone does not have.</summary>
internal static class SharedData
{
    /// <summary>The repository's root.</summary>
    internal static string Repository { get; } = Root();

    /// <summary>Path of a folder in ../shared; the test is ignored where it is not there.</summary>
    internal static string Folder(string name)
    {
        string path = Path.GetFullPath(Path.Combine(Repository, "..", "shared", name));
        if (!Directory.Exists(path))
        {
            Assert.Ignore($"skipped: ../shared/{name} is not here");
        }

        return path;
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sparse.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? "/";
    }
}
