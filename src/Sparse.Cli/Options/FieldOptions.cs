using System.CommandLine;
using Sparse.LuceneNet;

namespace Sparse.Cli.Options;

/// <summary><c>--field NAME:KIND</c> and <c>--language CODE</c> of <c>index</c>.</summary>
internal sealed class FieldOptions
{
    private readonly Option<string[]> _fields = new("--field")
    {
        Description = "A field or column to filter, count, sort or search by: NAME:keyword, number, date or text; may be repeated",
        HelpName = "NAME:KIND",
    };

    private readonly Option<string?> _language = new("--language") { Description = "Language of the words, ISO 639-1; default: en, or the index's own", HelpName = "CODE" };

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_fields);
        command.Add(_language);
    }

    /// <summary>What the user gave.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="WrongInputException">A field is not written NAME:KIND.</exception>
    public SparseIndexOptions Read(ParseResult parsed) => new() { Fields = [.. (parsed.GetValue(_fields) ?? []).Select(Field)], Language = parsed.GetValue(_language) };

    private static IndexField Field(string given)
    {
        int colon = given.LastIndexOf(':');
        return colon > 0 && Enum.TryParse(given[(colon + 1)..], ignoreCase: true, out FieldKind kind) && Enum.IsDefined(kind) && !char.IsAsciiDigit(given[colon + 1])
            ? new IndexField(given[..colon], kind)
            : throw new WrongInputException($"--field takes NAME:keyword, NAME:number, NAME:date or NAME:text, not '{given}'");
    }
}
