namespace Sparse.Encoders.Tests;

/// <summary>Where the tests find what is committed beside them.</summary>
internal static class TestFolders
{
    /// <summary>tests/data/tokenizers.</summary>
    internal static string Tokenizers { get; } = Find();

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sparse.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new DirectoryNotFoundException("No folder above the test assembly holds Sparse.sln."), "tests/data/tokenizers");
    }
}
