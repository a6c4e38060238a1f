using System.IO.Compression;

namespace Sparse.Formats;

/// <summary>Inputs to files, with each file's layout.</summary>
internal sealed class CorpusFinder(CorpusFormat format)
{
    private const string BeirCorpus = "corpus.jsonl";

    internal List<CorpusFile> Files { get; } = [];

    internal List<string> Skipped { get; } = [];

    internal void Add(string path, bool isOnly)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string id = path.Replace('\\', '/').TrimEnd('/');
        id = id.StartsWith("./", StringComparison.Ordinal) ? id[2..] : id;
        if (File.Exists(path))
        {
            AddFile(path, id, isInput: true);
        }
        else if (Directory.Exists(path))
        {
            int before = Files.Count;
            AddFolder(path, isOnly || id is "." or "" ? "" : id + "/");
            if (Files.Count == before)
            {
                throw new BadInputException(path, 0, format switch
                {
                    CorpusFormat.Auto => "the folder holds no file of a known kind (corpus.jsonl, .jsonl, .txt, .md, .html, .csv, .tsv); name a format or other inputs.",
                    CorpusFormat.Beir => "the folder holds no corpus.jsonl.",
                    _ => $"the folder holds no file for format {format.ToString().ToLowerInvariant()}.",
                });
            }
        }
        else
        {
            throw new BadInputException(path, 0, "no such file or folder.");
        }
    }

    private void AddFolder(string folder, string prefix)
    {
        if (format is CorpusFormat.Auto or CorpusFormat.Beir or CorpusFormat.Jsonl && File.Exists(Path.Combine(folder, BeirCorpus)))
        {
            AddFile(Path.Combine(folder, BeirCorpus), prefix + BeirCorpus, isInput: true);
            return;
        }

        var entries = new DirectoryInfo(folder).EnumerateFileSystemInfos()
            .Where(entry => !entry.Name.StartsWith('.'))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal);
        foreach (FileSystemInfo entry in entries)
        {
            string path = Path.Combine(folder, entry.Name);
            if (entry is FileInfo)
            {
                AddFile(path, prefix + entry.Name, isInput: false);
            }
            else if (!entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
            {
                // A link to a folder may lead back above it.
                AddFolder(path, $"{prefix}{entry.Name}/");
            }
        }
    }

    private void AddFile(string path, string id, bool isInput)
    {
        string extension = Path.GetExtension(path).ToUpperInvariant();
        if (extension == ".ZIP" && isInput && format is CorpusFormat.Auto or CorpusFormat.Beir)
        {
            AddZip(path, id);
            return;
        }

        CorpusFormat? byName = extension switch
        {
            ".JSONL" or ".NDJSON" => Path.GetFileName(path) == BeirCorpus ? CorpusFormat.Beir : CorpusFormat.Jsonl,
            ".TXT" or ".TEXT" => CorpusFormat.Text,
            ".MD" or ".MARKDOWN" => CorpusFormat.Markdown,
            ".HTML" or ".HTM" or ".XHTML" => CorpusFormat.Html,
            ".CSV" or ".TSV" => CorpusFormat.Csv,
            _ => null,
        };
        CorpusFormat? chosen = format switch
        {
            CorpusFormat.Auto => byName ?? (isInput ? ByContent(path) : null),
            CorpusFormat.Text => CorpusFormat.Text,
            CorpusFormat.Beir => isInput ? CorpusFormat.Beir : null,
            // Field names may be given for a BEIR file too; without them both layouts look for the same ones.
            CorpusFormat.Jsonl => isInput || byName is CorpusFormat.Beir or CorpusFormat.Jsonl ? CorpusFormat.Jsonl : null,
            _ => isInput || byName == format ? format : null,
        };
        if (chosen is { } found)
        {
            Files.Add(new CorpusFile(path, id, found, new FileInfo(path).Length));
        }
        else if (format == CorpusFormat.Auto)
        {
            Skipped.Add(path);
        }
    }

    private void AddZip(string path, string id)
    {
        try
        {
            using ZipArchive archive = ZipFile.OpenRead(path);
            ZipArchiveEntry[] entries = [.. archive.Entries.Where(entry => entry.Name == BeirCorpus)];
            if (entries.Length != 1)
            {
                throw new BadInputException(path, 0, $"the zip holds {entries.Length} files named {BeirCorpus}; expected one.");
            }

            Files.Add(new CorpusFile(path, id, CorpusFormat.Beir, entries[0].Length, entries[0].FullName));
        }
        catch (InvalidDataException exception)
        {
            throw new BadInputException(path, 0, "this is not a zip file, or it is damaged.", exception);
        }
    }

    private static CorpusFormat ByContent(string path)
    {
        var start = new byte[4096];
        using FileStream stream = File.OpenRead(path);
        if (!stream.CanSeek)
        {
            // Looking would take the first bytes away from the reader.
            throw new BadInputException(path, 0, "this is a pipe or a device; name its format.");
        }

        ReadOnlySpan<byte> bytes = start.AsSpan(0, stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false));
        bytes = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        bytes = bytes.TrimStart(" \t\r\n"u8);
        string text = System.Text.Encoding.UTF8.GetString(bytes);
        return text.StartsWith('{') ? CorpusFormat.Jsonl
            : text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
                ? CorpusFormat.Html
            : CorpusFormat.Text;
    }
}
