using Sparse.Encoders.Splade;

namespace Sparse.Extensions.Tests;

/// <summary>The real built-in model, and a folder of its own for each test.</summary>
internal abstract class Scratch
{
    protected SpladeEncoder Encoder { get; private set; } = null!;

    protected string Folder { get; private set; } = "";

    [OneTimeSetUp]
    public void LoadModel() => Encoder = SpladeEncoder.BuiltIn();

    [OneTimeTearDown]
    public void CloseModel() => Encoder.Dispose();

    [SetUp]
    public void MakeFolder() => Folder = Directory.CreateTempSubdirectory("sparse-extensions-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Folder, recursive: true);

    protected static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        List<T> list = [];
        await foreach (T item in items)
        {
            list.Add(item);
        }

        return list;
    }
}
