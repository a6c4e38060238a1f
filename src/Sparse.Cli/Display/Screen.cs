using Spectre.Console;

namespace Sparse.Cli.Display;

/// <summary>The two streams of the process: results on standard output, everything else on standard error.</summary>
internal static class Screen
{
    private const int RedirectedWidth = 80;
    private static readonly Lazy<IAnsiConsole> LazyOutput = new(() => Create(Console.Out, Console.IsOutputRedirected));
    private static readonly Lazy<IAnsiConsole> LazyError = new(() => Create(Console.Error, Console.IsErrorRedirected));

    /// <summary>Standard output with colours where it is a terminal, plain text where it is not.</summary>
    public static IAnsiConsole Output => LazyOutput.Value;

    /// <summary>Standard error, likewise.</summary>
    public static IAnsiConsole Error => LazyError.Value;

    /// <summary>Columns to lay results out in: those of the terminal, 80 where there is none.</summary>
    public static int Width => Console.IsOutputRedirected ? RedirectedWidth : Math.Clamp(Output.Profile.Width, 40, 160);

    /// <summary>True when a moving progress bar can be drawn.</summary>
    public static bool HasLiveError => !Console.IsErrorRedirected && Error.Profile.Capabilities.Ansi && Error.Profile.Capabilities.Interactive;

    /// <summary>Writes a warning as one line on standard error.</summary>
    /// <param name="sentence">What happened; no final stop.</param>
    public static void Warn(string sentence) => Error.MarkupLineInterpolated($"sparse: [yellow]warning:[/] {sentence}");

    /// <summary>Writes a note on standard error as it is: a command in it must survive being copied, so nothing is wrapped.</summary>
    /// <param name="sentence">What happened.</param>
    public static void Note(string sentence) => Console.Error.WriteLine(sentence);

    private static IAnsiConsole Create(TextWriter writer, bool isRedirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (isRedirected)
        {
            // Lines are laid out by us; a pipe must not break them again.
            console.Profile.Width = int.MaxValue / 4;
        }

        return console;
    }
}
