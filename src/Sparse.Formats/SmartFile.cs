using System.Globalization;
using System.Text;
using Sparse.Evaluation;

namespace Sparse.Formats;

/// <summary>Reads the files of the SMART collections (CISI, CACM, MED and their kin): records of <c>.I N</c>, then sections such as <c>.T</c> (title) and <c>.W</c> (text).</summary>
internal static class SmartFile
{
    /// <summary>Reads documents: <c>.T</c> is the title, <c>.W</c> the text; authors, references and other sections are left out.</summary>
    /// <param name="path">The file, often named .ALL.</param>
    /// <exception cref="BadInputException">A line stands before the first record, or a record has no number.</exception>
    internal static IEnumerable<CorpusDocument> Documents(string path)
    {
        foreach ((string id, Dictionary<char, string> sections) in Records(path))
        {
            yield return new CorpusDocument(id, sections.GetValueOrDefault('T', ""), sections.GetValueOrDefault('W', ""), System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty);
        }
    }

    /// <summary>Reads queries: the title, then the text.</summary>
    /// <param name="path">The file, often named .QRY.</param>
    internal static IReadOnlyList<QueryText> Queries(string path) => [.. Records(path).Select(record =>
        new QueryText(record.Id, string.Join(' ', new[] { record.Sections.GetValueOrDefault('T', ""), record.Sections.GetValueOrDefault('W', "") }.Where(text => text.Length > 0))))
        .Where(query => query.Text.Length > 0)];

    /// <summary>Reads judgements: a query's and a document's number a line, what follows left out; each pair is relevant.</summary>
    /// <param name="path">The file, often named .REL.</param>
    /// <exception cref="BadInputException">A line has fewer than two numbers.</exception>
    internal static Qrels Judgements(string path)
    {
        var qrels = new Qrels();
        using Utf8Lines lines = Utf8Lines.Open(path);
        while (lines.Read() is { } line)
        {
            string[] parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0)
            {
                continue;
            }

            qrels.Add(Number(parts, 0), Number(parts, 1), 1);
        }

        return qrels.Count > 0 ? qrels : throw new BadInputException(path, 0, "no judgements; expected lines 'query document …'.");

        string Number(string[] parts, int column) => parts.Length > column && int.TryParse(parts[column], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number.ToString(CultureInfo.InvariantCulture)
            : throw new BadInputException(path, lines.LineNumber, $"column {column + 1} is '{(parts.Length > column ? parts[column] : "")}'; expected a query's number and a document's.");
    }

    private static IEnumerable<(string Id, Dictionary<char, string> Sections)> Records(string path)
    {
        using Utf8Lines lines = Utf8Lines.Open(path);
        string? id = null;
        char section = '\0';
        var sections = new Dictionary<char, StringBuilder>();
        while (lines.Read() is { } line)
        {
            if (line.StartsWith(".I", StringComparison.Ordinal) && (line.Length == 2 || char.IsWhiteSpace(line[2])))
            {
                if (id is not null)
                {
                    yield return (id, Finished(sections));
                }

                id = int.TryParse(line[2..], CultureInfo.InvariantCulture, out int number) ? number.ToString(CultureInfo.InvariantCulture)
                    : throw new BadInputException(path, lines.LineNumber, $"'{line}' is no record; expected '.I' and its number.");
                section = '\0';
                sections.Clear();
            }
            else if (line.Length >= 2 && line[0] == '.' && char.IsAsciiLetterUpper(line[1]) && line.AsSpan(2).Trim().IsEmpty)
            {
                section = line[1];
            }
            else if (id is null)
            {
                if (!string.IsNullOrWhiteSpace(line))
                {
                    throw new BadInputException(path, lines.LineNumber, "text before the first record; expected '.I' and its number.");
                }
            }
            else if (section != '\0')
            {
                (sections.TryGetValue(section, out StringBuilder? text) ? text : sections[section] = new StringBuilder()).Append(line.Trim()).Append(' ');
            }
        }

        if (id is not null)
        {
            yield return (id, Finished(sections));
        }
    }

    private static Dictionary<char, string> Finished(Dictionary<char, StringBuilder> sections) =>
        sections.ToDictionary(section => section.Key, section => section.Value.ToString().Trim());
}
