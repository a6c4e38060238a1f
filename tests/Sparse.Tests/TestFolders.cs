namespace Sparse.Tests;

/// <summary>Where the tests find the repository and, beside it, the shared collections.</summary>
internal static class TestFolders
{
    /// <summary>The folder that holds Sparse.sln.</summary>
    internal static string Repository { get; } = FindRepository();

    private static string FindRepository()
    {
        string? folder = TestContext.CurrentContext.TestDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Sparse.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("No folder above the test assembly holds Sparse.sln.");
    }
}
