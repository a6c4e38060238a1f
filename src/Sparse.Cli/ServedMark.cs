using Lucene.Net.Store;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Cli;

/// <summary>Where an index is served, kept beside it, so that a command that finds it locked can say where to send changes.</summary>
/// <remarks>It is asked only where the lock is held: what a killed server left behind misleads nobody.</remarks>
internal sealed class ServedMark : IDisposable
{
    private const string FileName = "sparse-served";
    private readonly string _path;

    /// <summary>Leaves the mark.</summary>
    /// <param name="folder">The folder of the index.</param>
    /// <param name="url">Where it is served.</param>
    public ServedMark(string folder, string url)
    {
        _path = Path.Combine(folder, FileName);
        File.WriteAllText(_path, url);
    }

    /// <summary>Opens an index for changes.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="encoder">Its encoder, or null.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <exception cref="WrongInputException">A server holds it.</exception>
    public static SparseIndex OpenUnserved(string folder, ITermEncoder? encoder, SparseIndexOptions? options)
    {
        try
        {
            return SparseIndex.Open(folder, encoder, options);
        }
        catch (IOException error) when (error.InnerException is LockObtainFailedException && File.Exists(Path.Combine(folder, FileName)))
        {
            string url = File.ReadAllText(Path.Combine(folder, FileName)), name = new DirectoryInfo(folder).Name;
            throw new WrongInputException($"'{folder}' is served at {url}, and the server alone writes to it; send documents to {url}/api/indexes/{name}/bulk, or stop the server");
        }
    }

    /// <summary>Takes the mark away.</summary>
    public void Dispose() => File.Delete(_path);
}
