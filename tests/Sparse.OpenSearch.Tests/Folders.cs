using System.Collections.Concurrent;

namespace Sparse.OpenSearch.Tests;

/// <summary>Folders for one run, deleted at its end.</summary>
[SetUpFixture]
internal sealed class Folders
{
    private static readonly ConcurrentBag<string> Made = [];

    /// <summary>Path of a folder that is not there yet, in a new one.</summary>
    public static string New(string name)
    {
        string parent = Directory.CreateTempSubdirectory("sparse-opensearch-").FullName;
        Made.Add(parent);
        return Path.Combine(parent, name);
    }

    [OneTimeTearDown]
    public void End()
    {
        Server.EndShared();
        foreach (string folder in Made)
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
