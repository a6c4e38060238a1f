using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.Encoders.Import;
using Sparse.Vectors;
using Spectre.Console;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse model list|info|import</c>.</summary>
internal static class ModelCommand
{
    // Figures of their model cards: BEIR mean nDCG@10 over 13 sets.
    private static readonly (string Name, string Size, string Quality, string License)[] Known =
    [
        ("opensearch-project/opensearch-neural-sparse-encoding-doc-v2-mini", "23 M", "49.7", "Apache-2.0"),
        ("opensearch-project/opensearch-neural-sparse-encoding-doc-v3-distill", "67 M", "51.7", "Apache-2.0"),
        ("opensearch-project/opensearch-neural-sparse-encoding-doc-v3-gte", "137 M", "54.6", "Apache-2.0"),
        ("ibm-granite/granite-embedding-30m-sparse", "30 M", "50.8", "Apache-2.0"),
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("model", "List, describe and import models") { CreateList(), CreateInfo(), CreateImport() };
        command.SetAction(parsed => new HelpAction().Invoke(parsed));
        return command;
    }

    private static Command CreateList()
    {
        var command = new Command("list", "List the built-in model and others that are known to fit");
        command.SetAction(_ =>
        {
            Screen.Output.MarkupLine("[bold]builtin[/]  splade-tiny, 4.4 M parameters, int8, Apache-2.0; in the package, offline");
            Console.Out.WriteLine();
            Screen.Output.MarkupLine("[grey]Larger ones: parameters, BEIR nDCG@10 of the model card, licence, Hugging Face name[/]");
            foreach ((string name, string size, string quality, string license) in Known)
            {
                Screen.Output.MarkupLineInterpolated($"  {size,5}  {quality}  {license}  [bold]{name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]}[/]\n                           [grey]{name[..name.IndexOf('/', StringComparison.Ordinal)]}[/]");
            }

            Console.Out.WriteLine();
            Console.Out.WriteLine("Fetch a folder with its ONNX file, then: sparse model import FOLDER --to DIR");
            Console.Out.WriteLine("and give DIR to --encoder. Each model's own licence and training data apply.");
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateInfo()
    {
        var model = new Argument<string>("MODEL")
        {
            Description = "builtin, or a model folder",
            HelpName = "builtin|MODEL_DIR",
            DefaultValueFactory = _ => EncoderChoice.BuiltIn,
        };
        Option<bool> json = SharedOptions.Json();
        var command = new Command("info", "Load a model and describe it") { model, json };
        command.SetAction(parsed =>
        {
            string choice = parsed.GetRequiredValue(model);
            using ITermEncoder encoder = EncoderChoice.Open(choice, new EncoderSettings(SharedOptions.DefaultMaxTokens, 1));
            long? bytes = choice == EncoderChoice.BuiltIn ? null
                : new DirectoryInfo(choice).EnumerateFiles("*.onnx", SearchOption.AllDirectories).Sum(file => file.Length);
            if (parsed.GetValue(json))
            {
                WriteJson(encoder, bytes);
            }
            else
            {
                WriteText(encoder, bytes);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static void WriteJson(ITermEncoder encoder, long? bytes) => JsonLine.Write(Console.Out, json =>
    {
        json.WriteString("name", encoder.Identity.Name);
        json.WriteString("fingerprint", encoder.Identity.Fingerprint);
        json.WriteNumber("terms", encoder.Vocabulary.Count);
        json.WriteString("vocabulary", encoder.Identity.VocabularyFingerprint);
        json.WriteNumber("maxWeight", encoder.MaxWeight);
        if (bytes is { } onDisk)
        {
            json.WriteNumber("bytes", onDisk);
        }
    });

    private static void WriteText(ITermEncoder encoder, long? bytes)
    {
        Console.Out.WriteLine($"name         {encoder.Identity.Name}");
        Console.Out.WriteLine($"fingerprint  {encoder.Identity.Fingerprint}");
        Console.Out.WriteLine($"terms        {Figure.Count(encoder.Vocabulary.Count)} (vocabulary {encoder.Identity.VocabularyFingerprint})");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"max weight   {encoder.MaxWeight:0.###} (impact 255)"));
        Console.Out.WriteLine($"ONNX         {(bytes is { } onDisk ? Figure.Bytes(onDisk) : "in the package")}");
    }

    private static Command CreateImport()
    {
        var source = new Argument<string>("MODEL_DIR") { Description = "A Hugging Face or sentence-transformers sparse model with an ONNX file" };
        var to = new Option<string>("--to") { Description = "Folder to write: empty, or not there yet", HelpName = "DIR", Required = true };
        Option<string> quantize = ChoiceOption.Create(
            "--quantize", "none", "Store matrices as they are (none, default) or in one byte a weight (int8)", ("none", "none"), ("int8", "int8"));
        var name = new Option<string?>("--name") { Description = "Name of the model; default: its folder's", HelpName = "NAME" };
        var command = new Command("import", "Make a model folder for --encoder: pooling inside the graph, tied embedding once") { source, to, quantize, name };
        command.SetAction(parsed =>
        {
            ModelImportReport report = ModelImport.Import(parsed.GetRequiredValue(source), parsed.GetRequiredValue(to),
                new ModelImportOptions { Int8Weights = parsed.GetValue(quantize) == "int8", Name = parsed.GetValue(name) });
            Console.Out.WriteLine($"{report.Name}: {Figure.Bytes(report.SourceBytes)} became {Figure.Bytes(report.ModelBytes)}"
                + $" ({(report.IsTied ? "embedding stored once" : "no tied embedding")}"
                + $"{(report.QuantizedMatrices > 0 ? $", {Figure.Count(report.QuantizedMatrices, "matrix", "matrices")} in int8" : "")}), {Figure.Count(report.Terms)} terms");
            Console.Out.WriteLine($"use it with --encoder {IndexFolder.ForShell(report.Folder)}");
            return ExitCode.Success;
        });
        return command;
    }
}
