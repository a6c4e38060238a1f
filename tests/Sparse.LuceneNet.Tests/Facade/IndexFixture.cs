using System.Text.Json;

namespace Sparse.LuceneNet.Tests.Facade;

/// <summary>Gives each test a folder of its own, and removes it.</summary>
internal abstract class IndexFixture
{
    private string _root = "";

    protected string IndexPath => Path.Combine(_root, "index");

    [SetUp]
    public void MakeFolder()
    {
        _root = Path.Combine(TestContext.CurrentContext.WorkDirectory, "facade", TestContext.CurrentContext.Test.ID);
        RemoveFolder();
        Directory.CreateDirectory(_root);
    }

    [TearDown]
    public void RemoveFolder()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    protected string PathOf(string name) => Path.Combine(_root, name);

    protected static SparseDocument Doc(string id, string text) => new(id, text);

    protected static string[] Ids(SearchResult result) => [.. result.Hits.Select(hit => hit.Id)];

    /// <summary>The folder of a collection; skips the test where the data is not there.</summary>
    protected static string Collection(string name)
    {
        DirectoryInfo? folder = new(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sparse.sln")))
        {
            folder = folder.Parent;
        }

        string collection = Path.Combine(folder?.Parent?.FullName ?? "", "shared", "data", name);
        if (!Directory.Exists(collection))
        {
            Assert.Ignore($"skipped: ../shared/data/{name} is not here");
        }

        return collection;
    }

    /// <summary>The first documents of SciFact; skips the test where the data is not there.</summary>
    protected static List<SparseDocument> SciFact(int count)
    {
        string corpus = Path.Combine(Collection("scifact"), "corpus.jsonl");
        var documents = new List<SparseDocument>();
        foreach (string line in File.ReadLines(corpus).Take(count))
        {
            using var json = JsonDocument.Parse(line);
            documents.Add(new SparseDocument(json.RootElement.GetProperty("_id").GetString()!, json.RootElement.GetProperty("text").GetString()!)
            {
                Title = json.RootElement.GetProperty("title").GetString(),
                Fields = { ["source"] = "scifact" },
            });
        }

        return documents;
    }
}
