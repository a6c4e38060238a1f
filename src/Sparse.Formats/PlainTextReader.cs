using System.Collections.ObjectModel;

namespace Sparse.Formats;

/// <summary>Reads a plain text file as one document.</summary>
internal static class PlainTextReader
{
    internal static CorpusDocument Read(Stream stream, CorpusFile file) =>
        new(file.Id, "", string.Join('\n', ReadLines(stream, file)), ReadOnlyDictionary<string, string>.Empty);

    /// <summary>All lines of a text file.</summary>
    /// <exception cref="BadInputException">The file is not UTF-8 text.</exception>
    internal static List<string> ReadLines(Stream stream, CorpusFile file)
    {
        using var lines = new Utf8Lines(stream, file.Name);
        var all = new List<string>();
        while (lines.Read() is { } line)
        {
            if (line.Contains('\0', StringComparison.Ordinal))
            {
                throw new BadInputException(file.Name, lines.LineNumber, "a zero byte: this looks like a binary file; expected UTF-8 text.");
            }

            all.Add(line);
        }

        return all;
    }
}
