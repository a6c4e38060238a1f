using System.CommandLine;
using Sparse.Cli.Indexing;
using Sparse.Formats;

namespace Sparse.Cli.Options;

/// <summary>The inputs of <c>index</c> and <c>encode</c>, and the options that say how to read them.</summary>
internal sealed class InputOptions
{
    private readonly Argument<string[]> _inputs;
    private readonly Option<CorpusFormat> _format;
    private readonly Option<string?> _idField = new("--id-field") { Description = "Field or column that holds the id", HelpName = "F" };
    private readonly Option<string[]> _textFields = new("--text-field")
    {
        Description = "Fields or columns that make the text, joined by a blank; may be repeated",
        HelpName = "F",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _skipBad = new("--skip-bad") { Description = "Leave out what can't be read, count and list it" };

    /// <summary>Makes the options.</summary>
    public InputOptions()
    {
        _inputs = new Argument<string[]>("INPUT")
        {
            Description = "Files or folders",
            Arity = ArgumentArity.OneOrMore,
        };
        _format = ChoiceOption.Create(
            "--format", CorpusFormat.Auto, "How the inputs are laid out; default: by name and content",
            [.. Enum.GetValues<CorpusFormat>().Select(format => (format.ToString().ToLowerInvariant(), format))]);
    }

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Arguments.Insert(0, _inputs);
        command.Add(_format);
        command.Add(_idField);
        command.Add(_textFields);
        command.Add(_skipBad);
    }

    /// <summary>The files and folders.</summary>
    /// <param name="parsed">The command line.</param>
    public IReadOnlyList<string> Paths(ParseResult parsed) => parsed.GetRequiredValue(_inputs);

    /// <summary>What the user gave.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="keepsHeadings">True to leave the marks of Markdown headings in the text.</param>
    public CorpusInput Open(ParseResult parsed, bool keepsHeadings = false) => new(parsed.GetRequiredValue(_inputs), parsed.GetValue(_format), parsed.GetValue(_skipBad), new CorpusOptions
    {
        IdField = parsed.GetValue(_idField),
        TextFields = parsed.GetValue(_textFields) ?? [],
        KeepHeadings = keepsHeadings,
    });
}
