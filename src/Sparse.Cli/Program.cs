using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace Sparse.Cli;

/// <summary>The tool <c>sparse</c>.</summary>
internal static partial class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            // No response files: a query may well start with '@'.
            ParseResult parsed = CommandTree.Create().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
            {
                return ReportParseErrors(parsed);
            }

            if (UnknownOption(parsed) is { } option)
            {
                throw new WrongInputException($"there is no option '{option}' (see {CommandName(parsed)} --help); text that begins with a dash goes after --");
            }

            // Signals are StopSignal's, and exceptions are reported below: one sentence each.
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception exception)
        {
            return Failure.Report(exception, Console.Error);
        }
    }

    private static int ReportParseErrors(ParseResult parsed)
    {
        // A value that its option refuses says more than what follows from it.
        ParseError error = parsed.Errors.FirstOrDefault(candidate => candidate.SymbolResult is OptionResult or ArgumentResult) ?? parsed.Errors[0];
        Match missing = MissingOption().Match(error.Message);
        string sentence = missing.Success ? $"{missing.Groups[1].Value} is missing" : error.Message.TrimEnd('.');
        Console.Error.WriteLine($"sparse: {sentence} (see {CommandName(parsed)} --help)");
        return ExitCode.WrongInput;
    }

    // Arguments take any number of words, and so would swallow an option that is misspelt.
    internal static string? UnknownOption(ParseResult parsed) => parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
        .Where(token => token.Type == TokenType.Argument && OptionName().IsMatch(token.Value)).Select(token => token.Value).FirstOrDefault();

    private static string CommandName(ParseResult parsed) => string.Join(' ', CommandPath(parsed.CommandResult));

    private static IEnumerable<string> CommandPath(SymbolResult? result) =>
        result is CommandResult command ? [.. CommandPath(command.Parent), command.Command is RootCommand ? "sparse" : command.Command.Name] : [];

    [GeneratedRegex("^Option '(.+)' is required")]
    private static partial Regex MissingOption();

    [GeneratedRegex("^(--[a-z][a-z-]*|-[a-zA-Z])(=.*)?$")]
    private static partial Regex OptionName();
}
