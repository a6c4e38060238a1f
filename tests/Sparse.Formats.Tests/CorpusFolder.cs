using System.Text;

namespace Sparse.Formats.Tests;

/// <summary>A temporary folder to put inputs in.</summary>
internal sealed class CorpusFolder : IDisposable
{
    internal string Root { get; } = Directory.CreateTempSubdirectory("sparse-formats").FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    internal string Write(string name, string content) => WriteBytes(name, Encoding.UTF8.GetBytes(content));

    internal string WriteBytes(string name, byte[] content)
    {
        string path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Reads one file that holds this content.</summary>
    internal CorpusDocument[] Read(string name, string content, CorpusFormat format = CorpusFormat.Auto, CorpusOptions? options = null) =>
        [.. Corpus.Open([Write(name, content)], format, options)];

    /// <summary>Reads one file that holds this content and gives the message of the error.</summary>
    internal string Error(string name, string content, CorpusFormat format = CorpusFormat.Auto, CorpusOptions? options = null) =>
        Assert.Throws<BadInputException>(() => Read(name, content, format, options))!.Message;
}
