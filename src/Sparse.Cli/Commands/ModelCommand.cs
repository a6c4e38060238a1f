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
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("model", "List, describe and import models") { CreateList(), CreateInfo(), CreateImport() };
        command.SetAction(parsed => new HelpAction().Invoke(parsed));
        return command;
    }

    private static Command CreateList()
    {
        var command = new Command("list", "List the built-in model and say which others fit");
        command.SetAction(_ =>
        {
            Screen.Output.MarkupLine("[bold]builtin[/]  splade-tiny, 4.4 M parameters, int8, Apache-2.0; in the package, offline");
            Console.Out.WriteLine();
            Console.Out.WriteLine("""
                Any BERT or DistilBERT SPLADE folder with max pooling, a word-piece tokenizer and
                an ONNX file works too, for example prithivida/Splade_PP_en_v1 (109 M parameters,
                Apache-2.0; not tried here). Fetch the folder, then:

                  sparse model import FOLDER --to DIR        add --quantize int8 for a quarter
                  sparse index DOCS --index INDEX --encoder DIR

                Each model's own licence and training data apply. Models with a query side of
                their own (OpenSearch doc-v2, doc-v3) and other tokenizers (granite) are not read yet.
                """);
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
