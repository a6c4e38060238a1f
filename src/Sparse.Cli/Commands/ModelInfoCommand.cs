using System.CommandLine;
using System.Globalization;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.Encoders.Dense;
using Sparse.Encoders.Import;
using Sparse.Encoders.Splade;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse model info</c>.</summary>
internal static class ModelInfoCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var model = new Argument<string>("MODEL")
        {
            Description = "builtin, a model folder, or the name of an imported model",
            HelpName = "builtin|MODEL_DIR|NAME",
            DefaultValueFactory = _ => EncoderChoice.BuiltIn,
        };
        Option<bool> json = SharedOptions.Json();
        var command = new Command("info", "Load a model, describe it, and measure its documents/s here") { model, json };
        command.SetAction(parsed =>
        {
            string choice = parsed.GetRequiredValue(model);
            string? folder = choice == EncoderChoice.BuiltIn ? null : EncoderChoice.RequireFolder(choice);
            ModelCard card = folder is null ? ModelCard.BuiltIn() : ModelCard.Read(folder);
            List<Line> lines = folder is not null && DenseEncoder.IsIn(folder) ? Describe(folder, card) : Describe(choice, folder, card);
            if (parsed.GetValue(json))
            {
                JsonLine.Write(Console.Out, writer => lines.ForEach(line => line.Write(writer)));
            }
            else
            {
                lines.ForEach(line => Console.Out.WriteLine($"{line.Label,-12} {line.Text}"));
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static List<Line> Describe(string choice, string? folder, ModelCard card)
    {
        using SpladeEncoder encoder = EncoderChoice.OpenForInfo(choice);
        int tokens = Math.Min(EncodingSpeed.Tokens, encoder.ModelTokens);
        double speed;
        using (SpladeEncoder whole = EncoderChoice.OpenSplade(choice, new EncoderSettings(tokens, Threads: null)))
        {
            speed = EncodingSpeed.Measure(whole);
        }

        bool hasTable = EncoderChoice.HasQueryTable(folder);
        List<Line> lines =
        [
            new("name", encoder.Identity.Name),
            new("family", encoder.Family),
            new("parameters", Millions(card.Parameters)) { Number = card.Parameters },
            new("licence", Stated(card.License)) { Json = card.License },
            new("languages", Stated(card.Languages)) { Json = card.Languages },
            new("queries", hasTable ? "by its own table of term weights" : "by the model") { Json = hasTable ? "table" : "model" },
            new("fingerprint", encoder.Identity.Fingerprint),
            new("terms", Figure.Count(encoder.Vocabulary.Count)) { Number = encoder.Vocabulary.Count },
            new("vocabulary", encoder.Identity.VocabularyFingerprint),
            new("max weight", string.Create(CultureInfo.InvariantCulture, $"{encoder.MaxWeight:0.###} (impact 255)")) { Name = "maxWeight", Number = encoder.MaxWeight },
            new("max tokens", $"{encoder.ModelTokens}") { Name = "maxTokens", Number = encoder.ModelTokens },
            Bytes(folder),
            new("speed", $"{Figure.Rate(speed)} documents/s here, of {tokens} tokens") { Name = "documentsPerSecond", Number = speed },
        ];
        return lines;
    }

    private static List<Line> Describe(string folder, ModelCard card)
    {
        using DenseEncoder encoder = DenseEncoder.FromFolder(folder);
        return
        [
            new("name", encoder.Name),
            new("family", $"dense, {encoder.Pooling}: no terms, so not for --encoder") { Json = $"dense, {encoder.Pooling}" },
            new("parameters", Millions(card.Parameters)) { Number = card.Parameters },
            new("licence", Stated(card.License)) { Json = card.License },
            new("languages", Stated(card.Languages)) { Json = card.Languages },
            new("fingerprint", encoder.Fingerprint),
            new("dimensions", $"{encoder.Dimensions}") { Number = encoder.Dimensions },
            Bytes(folder),
        ];
    }

    // Of all files with weights; some folders hold the same model twice.
    private static Line Bytes(string? folder)
    {
        long? bytes = folder is null ? null : new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.Extension is ".onnx" or ".safetensors" or ".onnx_data" or ".data").Sum(file => file.Length);
        return new Line("weights", bytes is { } known ? Figure.Bytes(known) : "in the package") { Name = "bytes", Number = bytes, IsLeftOut = bytes is null };
    }

    private static string Millions(long count) => string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:0.0} M");

    private static string Stated(string value) => value.Length > 0 ? value : "not stated in the folder";

    /// <summary>One line of the description, and one member of its JSON.</summary>
    private sealed record Line(string Label, string Text)
    {
        public string? Name { get; init; }

        public string? Json { get; init; }

        public double? Number { get; init; }

        public bool IsLeftOut { get; init; }

        public void Write(System.Text.Json.Utf8JsonWriter json)
        {
            if (Number is { } number)
            {
                json.WriteNumber(Name ?? Label, number);
            }
            else if (!IsLeftOut)
            {
                json.WriteString(Name ?? Label, Json ?? Text);
            }
        }
    }
}
