using System.Collections;
using System.IO.Compression;

namespace Sparse.Formats;

/// <summary>Documents of files and folders, read as they are enumerated; nothing is held in memory but the current one.</summary>
/// <remarks>
/// One pass at a time: enumerate on one thread. <see cref="BytesRead"/> may be read on another, for a progress bar.
/// Folders are walked in ordinal order of their paths; names that begin with a dot and links to folders are left out.
/// </remarks>
public sealed class Corpus : IEnumerable<CorpusDocument>
{
    private readonly List<CorpusFile> _files;
    private readonly CorpusOptions _options;
    private long _bytesRead;

    private Corpus(List<CorpusFile> files, List<string> skipped, CorpusOptions options)
    {
        _files = files;
        _options = options;
        SkippedFiles = skipped;
        BytesTotal = files.Sum(file => file.Length);
    }

    /// <summary>Size of all files to read, in bytes; for a zip, of the unpacked corpus.jsonl.</summary>
    public long BytesTotal { get; }

    /// <summary>Bytes read so far in the current pass; ends at <see cref="BytesTotal"/>.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Number of files to read.</summary>
    public int FileCount => _files.Count;

    /// <summary>Files in folders that are not read because their names tell no format; only for <see cref="CorpusFormat.Auto"/>.</summary>
    public IReadOnlyList<string> SkippedFiles { get; }

    /// <summary>Finds the files of a corpus; reads their names and sizes only.</summary>
    /// <param name="inputs">
    /// Files and folders, at least one. Where a file is one document its id is its path with forward slashes: within the folder
    /// when one folder is the only input, else beginning with the input as given.
    /// </param>
    /// <param name="format">Their layout.</param>
    /// <param name="options">Field names and what to do with bad lines; null for the defaults.</param>
    /// <returns>The corpus, at least one file.</returns>
    /// <exception cref="BadInputException">An input does not exist, or holds no file of that layout.</exception>
    public static Corpus Open(IEnumerable<string> inputs, CorpusFormat format = CorpusFormat.Auto, CorpusOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        string[] paths = [.. inputs];
        if (paths.Length == 0)
        {
            throw new ArgumentException("There is no input; expected at least one file or folder.", nameof(inputs));
        }

        var finder = new CorpusFinder(format);
        foreach (string path in paths)
        {
            finder.Add(path, isOnly: paths.Length == 1);
        }

        return new Corpus(finder.Files, finder.Skipped, options ?? new CorpusOptions());
    }

    /// <summary>Reads the documents, file after file.</summary>
    /// <returns>Documents in the order of the inputs, files and lines.</returns>
    /// <exception cref="BadInputException">A line or file is bad and <see cref="CorpusOptions.OnBadInput"/> is null.</exception>
    public IEnumerator<CorpusDocument> GetEnumerator()
    {
        Interlocked.Exchange(ref _bytesRead, 0);
        foreach (CorpusFile file in _files)
        {
            using IEnumerator<CorpusDocument> documents = Read(file).GetEnumerator();
            while (true)
            {
                try
                {
                    if (!documents.MoveNext())
                    {
                        break;
                    }
                }
                catch (BadInputException exception) when (Report(exception))
                {
                    // The reader could not go on in this file.
                    break;
                }

                yield return documents.Current;
            }
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerable<CorpusDocument> Read(CorpusFile file) => file.Format switch
    {
        CorpusFormat.Beir or CorpusFormat.Jsonl => JsonLinesReader.Read(
            () => OpenStream(file), file.Name, new FieldChoice(file.Format == CorpusFormat.Beir, _options), Report),
        CorpusFormat.Csv => CsvReader.Read(() => OpenStream(file), file.Name, new FieldChoice(isBeir: false, _options), Report),
        CorpusFormat.Markdown => One(file, (stream, markdown) => MarkdownReader.Read(stream, markdown, _options.KeepHeadings)),
        CorpusFormat.Html => One(file, HtmlReader.Read),
        _ => One(file, PlainTextReader.Read),
    };

    private IEnumerable<CorpusDocument> One(CorpusFile file, Func<Stream, CorpusFile, CorpusDocument> read)
    {
        using Stream stream = OpenStream(file);
        yield return read(stream, file);
    }

    private bool Report(BadInputException exception)
    {
        _options.OnBadInput?.Invoke(exception);
        return _options.OnBadInput is not null;
    }

    private CountingStream OpenStream(CorpusFile file)
    {
        try
        {
            var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            if (file.ZipEntry is null)
            {
                return new CountingStream(stream, Count);
            }

            // The archive owns the stream, and the counting stream owns both.
            var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            return new CountingStream(archive.GetEntry(file.ZipEntry)!.Open(), Count, archive);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new BadInputException(file.Path, 0, "the file may not be read; give this user permission.", exception);
        }
    }

    private void Count(int bytes) => Interlocked.Add(ref _bytesRead, bytes);
}
