namespace Sparse.Formats;

/// <summary>A file of a corpus.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Id">The document's id where the file is one document.</param>
/// <param name="Format">Its layout; not <see cref="CorpusFormat.Auto"/>.</param>
/// <param name="Length">Bytes to read.</param>
/// <param name="ZipEntry">The entry to read, when the file is a zip.</param>
internal sealed record CorpusFile(string Path, string Id, CorpusFormat Format, long Length, string? ZipEntry = null)
{
    /// <summary>The name for messages.</summary>
    internal string Name => ZipEntry is null ? Path : $"{Path}!{ZipEntry}";
}
