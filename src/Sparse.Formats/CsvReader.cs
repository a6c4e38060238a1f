using System.Text;

namespace Sparse.Formats;

/// <summary>Reads comma-, semicolon- or tab-separated values with a header line; quotes after RFC 4180, fields may span lines.</summary>
internal static class CsvReader
{
    internal static IEnumerable<CorpusDocument> Read(
        Func<Stream> open, string source, FieldChoice choice, Func<BadInputException, bool> report)
    {
        using var lines = new Utf8Lines(open(), source);
        string first;
        do
        {
            first = lines.Read() ?? throw new BadInputException(source, 0, "the file is empty; expected a header line with the column names.");
        }
        while (string.IsNullOrWhiteSpace(first));

        char separator = Separator(first, source);
        long headerLine = lines.LineNumber;
        string[] header = Header(ReadRecord(first, lines, separator, source), source, headerLine);
        choice.CheckColumns(header, source, headerLine);
        while (true)
        {
            CorpusDocument document;
            try
            {
                if (lines.Read() is not { } line)
                {
                    break;
                }

                if (string.IsNullOrWhiteSpace(line))
                {
                    continue;
                }

                long start = lines.LineNumber;
                List<string> record = ReadRecord(line, lines, separator, source);
                if (record.Count != header.Length)
                {
                    throw new BadInputException(source, start, $"{record.Count} fields; expected {header.Length} as in the header line.");
                }

                var fields = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
                for (int i = 0; i < header.Length; i++)
                {
                    fields.Add(header[i], new FieldValue(record[i], "a string", CanBeId: true, CanBeText: true));
                }

                document = choice.ToDocument(fields, source, start);
            }
            catch (BadInputException exception) when (report(exception))
            {
                continue;
            }

            yield return document;
        }
    }

    /// <summary>Splits one record, taking further lines while a quoted field is open.</summary>
    internal static List<string> ReadRecord(string line, Utf8Lines lines, char separator, string source)
    {
        long start = lines.LineNumber;
        var record = new List<string>();
        var field = new StringBuilder();
        int at = 0;
        while (true)
        {
            field.Clear();
            if (at < line.Length && line[at] == '"')
            {
                at++;
                while (true)
                {
                    int quote = line.IndexOf('"', at);
                    if (quote < 0)
                    {
                        field.Append(line, at, line.Length - at).Append('\n');
                        line = lines.Read() ?? throw new BadInputException(
                            source, start, $"the quote of field {record.Count + 1} is not closed before the file ends.");
                        at = 0;
                        continue;
                    }

                    field.Append(line, at, quote - at);
                    at = quote + 1;
                    if (at < line.Length && line[at] == '"')
                    {
                        field.Append('"');
                        at++;
                        continue;
                    }

                    break;
                }

                if (at < line.Length && line[at] != separator)
                {
                    throw new BadInputException(
                        source, lines.LineNumber, $"text follows the closing quote of field {record.Count + 1}; write \"\" for a quote within quotes.");
                }
            }
            else
            {
                int end = line.IndexOf(separator, at);
                end = end < 0 ? line.Length : end;
                field.Append(line, at, end - at);
                at = end;
            }

            record.Add(field.ToString());
            if (at >= line.Length)
            {
                return record;
            }

            at++;
        }
    }

    private static char Separator(string header, string source) =>
        source.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) || header.Contains('\t', StringComparison.Ordinal) ? '\t'
        : header.Contains(';', StringComparison.Ordinal) && !header.Contains(',', StringComparison.Ordinal) ? ';'
        : ',';

    private static string[] Header(List<string> names, string source, long line)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string[] header = [.. names.Select((name, i) => name.Trim().Length > 0 ? name.Trim() : $"column {i + 1}")];
        foreach (string name in header)
        {
            if (!seen.Add(name))
            {
                throw new BadInputException(source, line, $"column '{name}' occurs twice in the header line.");
            }
        }

        return header;
    }
}
