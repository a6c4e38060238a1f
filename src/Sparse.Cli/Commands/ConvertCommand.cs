using System.CommandLine;
using System.Globalization;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.Encoders.Splade;
using Sparse.Formats.Vectors;
using Sparse.Tokens;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse convert IN OUT [--from FORMAT] [--to FORMAT] [--scale N] [--vocabulary builtin|FILE|DIR]</c>.</summary>
internal static class ConvertCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var input = new Argument<string>("IN") { Description = "File of vectors" };
        var output = new Argument<string>("OUT") { Description = "File to write" };
        Option<VectorFormat?> from = Format("--from", "Layout of IN; default: by its name");
        Option<VectorFormat?> to = Format("--to", "Layout of OUT; default: by its name");
        var scale = new Option<double?>("--scale") { Description = "Steps of whole numbers a weight of 1; default: the input's own, else 100", HelpName = "N" };
        var vocabulary = new Option<string?>("--vocabulary") { Description = "Which number a term has, for formats of numbers", HelpName = "builtin|FILE|MODEL_DIR" };
        var command = new Command("convert", "Convert vectors from one format to another") { input, output, from, to, scale, vocabulary };
        command.SetAction(parsed =>
        {
            string source = parsed.GetRequiredValue(input), target = parsed.GetRequiredValue(output);
            double? steps = parsed.GetValue(scale);
            if (steps is { } given && !(given > 0 && double.IsFinite(given)))
            {
                throw new WrongInputException(string.Create(CultureInfo.InvariantCulture, $"--scale takes a number above 0, not '{given}'"));
            }

            VectorFormat sourceFormat = parsed.GetValue(from) ?? VectorFile.FormatOf(source) ?? throw Unknown(source, "--from");
            VectorFormat targetFormat = parsed.GetValue(to) ?? VectorFile.FormatOf(target) ?? throw Unknown(target, "--to");
            if (Path.GetFullPath(source) == Path.GetFullPath(target))
            {
                throw new WrongInputException($"'{source}' can't be converted onto itself; name another file");
            }

            OutputFile.RequireFolder(target);
            using VectorReader reader = VectorFile.Read(source, sourceFormat, Vocabulary(parsed.GetValue(vocabulary)));
            using var stop = new StopSignal();
            return DocumentProgress.Run("Converting", "documents", progress =>
            {
                OutputFile.WriteBytes(target, stream => Copy(reader, stream, target, targetFormat, steps, progress, stop.Token));
                Console.Out.WriteLine($"{Figure.Count(progress.Done, "document")} from '{source}' ({Word(sourceFormat)}) to '{target}' ({Word(targetFormat)}) in {Figure.Duration(progress.Elapsed)}");
                return ExitCode.Success;
            });
        });
        return command;
    }

    private static void Copy(
        VectorReader reader, Stream stream, string target, VectorFormat format, double? steps, DocumentProgress progress, CancellationToken stop)
    {
        using VectorWriter writer = VectorFile.Write(stream, target, format, reader, steps);
        var row = new VectorRow();
        long done = 0;
        while (reader.Read(row))
        {
            Guard(() => writer.Write(row));
            if (++done % 1024 == 0)
            {
                stop.ThrowIfCancellationRequested();
                progress.Advance(1024, reader.ShareRead);
            }
        }

        Guard(writer.Finish);
        progress.Advance(done % 1024, 1);
        foreach (string loss in reader.Losses.Concat(writer.Losses))
        {
            Screen.Note($"sparse: {loss}");
        }

        void Guard(Action write)
        {
            try
            {
                write();
            }
            catch (InvalidDataException exception)
            {
                throw new WrongInputException($"document '{row.Id}': {Failure.OneLine(exception)}", exception);
            }
        }
    }

    private static Vocabulary? Vocabulary(string? choice) => choice switch
    {
        null => null,
        EncoderChoice.BuiltIn => BuiltInVocabulary(),
        _ when File.Exists(choice) => new Vocabulary(File.ReadAllLines(choice)),
        _ when Directory.Exists(choice) => TokenizerFolder.Read(choice).Vocabulary,
        _ => throw new WrongInputException($"there is no vocabulary '{choice}'; --vocabulary takes builtin, a file with one term a line, or a model folder"),
    };

    private static Vocabulary BuiltInVocabulary()
    {
        using SpladeEncoder encoder = SpladeEncoder.BuiltIn();
        return encoder.Vocabulary;
    }

    private static string Word(VectorFormat format) => format.ToString().ToLowerInvariant();

    private static Option<VectorFormat?> Format(string name, string description) => ChoiceOption.Create<VectorFormat?>(
        name, null, description, [.. Enum.GetValues<VectorFormat>().Select(format => (Word(format), (VectorFormat?)format))]);

    private static WrongInputException Unknown(string path, string option) =>
        new($"the name '{path}' says no format of vectors; give it with {option}: {string.Join(", ", Enum.GetValues<VectorFormat>().Select(Word))}");
}
