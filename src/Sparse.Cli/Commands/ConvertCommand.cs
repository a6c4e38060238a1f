using System.CommandLine;
using System.Globalization;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.Cli.Vectors;
using Sparse.Formats.Vectors;
using Sparse.Tokens;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse convert IN OUT [--from FORMAT] [--to FORMAT] [--scale N] [--vocabulary builtin|FILE|DIR] [--encoder builtin|DIR]</c>.</summary>
internal static class ConvertCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var input = new Argument<string>("IN") { Description = "File of vectors, or folder of an index" };
        var output = new Argument<string>("OUT") { Description = "File to write, or folder of an index to make" };
        Option<VectorFormat?> from = Format("--from", "Layout of IN; default: by its name");
        Option<string?> to = ChoiceOption.Create<string?>(
            "--to", null, "Layout of OUT; default: by its name. The last six are for judgements, queries and runs, whose own layout is seen", [.. VectorWords.Concat(TableConversion.Words).Select(word => (word, word))]);
        var scale = new Option<double?>("--scale") { Description = "Steps of whole numbers a weight of 1; default: the input's own, else 100 (an index, and a bin of fractions: so that the largest weight is 255)", HelpName = "N" };
        var vocabulary = new Option<string?>("--vocabulary") { Description = "Which number a term has, for formats of numbers", HelpName = "builtin|FILE|MODEL_DIR" };
        var encoder = new Option<string?>("--encoder") { Description = "The model that made the vectors, so that the index made of them can be searched by texts", HelpName = "builtin|MODEL_DIR" };
        var command = new Command("convert", "Convert vectors from one format to another, and from and to indexes") { input, output, from, to, scale, vocabulary, encoder };
        command.SetAction(parsed =>
        {
            string source = parsed.GetRequiredValue(input), target = parsed.GetRequiredValue(output);
            double? steps = parsed.GetValue(scale);
            if (steps is { } given && !(given > 0 && double.IsFinite(given)))
            {
                throw new WrongInputException(string.Create(CultureInfo.InvariantCulture, $"--scale takes a number above 0, not '{given}'"));
            }

            if (parsed.GetValue(to) is { } table && TableConversion.Words.Contains(table))
            {
                Console.Out.WriteLine($"{TableConversion.Run(source, target, table)} from '{source}' to '{target}' ({table})");
                return ExitCode.Success;
            }

            VectorFormat sourceFormat = parsed.GetValue(from) ?? VectorPlace.FormatOf(source) ?? throw Unknown(source, "--from");
            VectorFormat targetFormat = (parsed.GetValue(to) is { } word ? Enum.Parse<VectorFormat>(word, ignoreCase: true) : (VectorFormat?)null) ?? VectorPlace.FormatOfTarget(target) ?? throw Unknown(target, "--to");
            if (Path.GetFullPath(source) == Path.GetFullPath(target))
            {
                throw new WrongInputException($"'{source}' can't be converted onto itself; name another file");
            }

            Vocabulary? terms = VectorPlace.Vocabulary(parsed.GetValue(vocabulary));
            using var stop = new StopSignal();
            return DocumentProgress.Run("Converting", "documents", progress =>
            {
                IReadOnlyList<string> losses = targetFormat == VectorFormat.Index
                    ? new VectorIndexing([source], sourceFormat, target) { Vocabulary = terms, Encoder = parsed.GetValue(encoder), Steps = steps }.Run(progress, stop.Token)
                    : ToFile(source, sourceFormat, target, targetFormat, terms, steps, progress, stop.Token);
                foreach (string loss in losses)
                {
                    Screen.Note($"sparse: {loss}");
                }

                Console.Out.WriteLine($"{Figure.Count(progress.Done, "document")} from '{source}' ({Word(sourceFormat)}) to '{target}' ({Word(targetFormat)}) in {Figure.Duration(progress.Elapsed)}");
                return ExitCode.Success;
            });
        });
        return command;
    }

    private static string[] ToFile(
        string source, VectorFormat from, string target, VectorFormat to, Vocabulary? vocabulary, double? steps, DocumentProgress progress, CancellationToken stop)
    {
        OutputFile.RequireFolder(target);
        using VectorReader reader = VectorPlace.Open(source, from, VectorFile.TermsOf(from, vocabulary));
        string[] losses = [];
        OutputFile.WriteBytes(target, stream =>
        {
            using VectorWriter writer = VectorFile.Write(stream, target, to, reader, steps);
            VectorCopy.Run(reader, writer, progress, stop);
            losses = [.. reader.Losses, .. writer.Losses];
        });
        return losses;
    }

    private static IEnumerable<string> VectorWords => Enum.GetValues<VectorFormat>().Select(Word);

    private static string Word(VectorFormat format) => format.ToString().ToLowerInvariant();

    private static Option<VectorFormat?> Format(string name, string description) => ChoiceOption.Create<VectorFormat?>(
        name, null, description, [.. Enum.GetValues<VectorFormat>().Select(format => (Word(format), (VectorFormat?)format))]);

    private static WrongInputException Unknown(string path, string option) =>
        new($"the name '{path}' says no format of vectors; give it with {option}: {string.Join(", ", VectorWords)}");
}
