using Lucene.Net.Index;
using Lucene.Net.Store;
using Sparse.LuceneNet.Postings;
using Directory = System.IO.Directory;

namespace Sparse.Benchmarks;

/// <summary>The open Lucene directory of a vector file.</summary>
internal sealed class VectorIndex : IDisposable
{
    private readonly string? _temporary;
    private readonly FSDirectory _directory;

    /// <summary>Opens the index of the options, after building it where it is not there.</summary>
    public VectorIndex(EngineOptions options)
    {
        SparseCodec.Register();
        _temporary = options.Index is null ? Path.Combine(Path.GetTempPath(), $"sparse-vectors-{Environment.ProcessId}") : null;
        _directory = FSDirectory.Open(options.Index ?? _temporary);
        if (!DirectoryReader.IndexExists(_directory))
        {
            EngineBenchmark.Build(_directory, VectorFile.Read(options.Docs), options.Reorder > 0, options.Segments);
        }

        Reader = DirectoryReader.Open(_directory);
    }

    /// <summary>The index.</summary>
    public DirectoryReader Reader { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Reader.Dispose();
        _directory.Dispose();
        if (_temporary is not null)
        {
            Directory.Delete(_temporary, recursive: true);
        }
    }
}
