using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.Encoders.Dense;
using Sparse.Encoders.Import;
using Sparse.Encoders.Splade;
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
                Any folder of these families works too, with an ONNX file or (BERT, DistilBERT,
                RoBERTa, XLM-RoBERTa) with model.safetensors alone; the README says what each was
                tested with: SPLADE (max, sum, log1p_relu), OpenSearch doc models with their query
                table, uniCOIL and its like, VDR, decoders with echo. For example
                prithivida/Splade_PP_en_v1 (109 M parameters, Apache-2.0; not tried here). Fetch
                the folder, then:

                  sparse model import FOLDER --to DIR        add --quantize int8 for a quarter
                  sparse index DOCS --index INDEX --encoder DIR

                Each model's own licence and training data apply.
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
            if (choice != EncoderChoice.BuiltIn && Directory.Exists(choice) && DenseEncoder.IsIn(choice))
            {
                WriteDense(choice, parsed.GetValue(json));
                return ExitCode.Success;
            }

            using SpladeEncoder encoder = EncoderChoice.OpenForInfo(choice);
            long? bytes = choice == EncoderChoice.BuiltIn ? null
                : new DirectoryInfo(choice).EnumerateFiles("*.onnx", SearchOption.AllDirectories).Sum(file => file.Length);
            if (parsed.GetValue(json))
            {
                WriteJson(encoder, bytes, EncoderChoice.HasQueryTable(EncoderChoice.FolderOf(choice)));
            }
            else
            {
                WriteText(encoder, bytes, EncoderChoice.HasQueryTable(EncoderChoice.FolderOf(choice)));
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static void WriteJson(SpladeEncoder encoder, long? bytes, bool hasQueryTable) => JsonLine.Write(Console.Out, json =>
    {
        json.WriteString("name", encoder.Identity.Name);
        json.WriteString("family", encoder.Family);
        json.WriteString("fingerprint", encoder.Identity.Fingerprint);
        json.WriteNumber("terms", encoder.Vocabulary.Count);
        json.WriteString("vocabulary", encoder.Identity.VocabularyFingerprint);
        json.WriteNumber("maxWeight", encoder.MaxWeight);
        json.WriteNumber("maxTokens", encoder.ModelTokens);
        json.WriteString("queries", hasQueryTable ? "table" : "model");
        if (bytes is { } onDisk)
        {
            json.WriteNumber("bytes", onDisk);
        }
    });

    private static void WriteText(SpladeEncoder encoder, long? bytes, bool hasQueryTable)
    {
        Console.Out.WriteLine($"name         {encoder.Identity.Name}");
        Console.Out.WriteLine($"family       {encoder.Family}");
        Console.Out.WriteLine($"queries      {(hasQueryTable ? "by its own table of term weights" : "by the model")}");
        Console.Out.WriteLine($"fingerprint  {encoder.Identity.Fingerprint}");
        Console.Out.WriteLine($"terms        {Figure.Count(encoder.Vocabulary.Count)} (vocabulary {encoder.Identity.VocabularyFingerprint})");
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"max weight   {encoder.MaxWeight:0.###} (impact 255)"));
        Console.Out.WriteLine($"max tokens   {encoder.ModelTokens}");
        Console.Out.WriteLine($"ONNX         {(bytes is { } onDisk ? Figure.Bytes(onDisk) : "in the package")}");
    }

    private static void WriteDense(string folder, bool isJson)
    {
        using DenseEncoder encoder = DenseEncoder.FromFolder(folder);
        if (isJson)
        {
            JsonLine.Write(Console.Out, json =>
            {
                json.WriteString("name", encoder.Name);
                json.WriteString("family", $"dense, {encoder.Pooling}");
                json.WriteString("fingerprint", encoder.Fingerprint);
                json.WriteNumber("dimensions", encoder.Dimensions);
            });
            return;
        }

        Console.Out.WriteLine($"name         {encoder.Name}");
        Console.Out.WriteLine($"family       dense, {encoder.Pooling}: no terms, so not for --encoder");
        Console.Out.WriteLine($"fingerprint  {encoder.Fingerprint}");
        Console.Out.WriteLine($"dimensions   {encoder.Dimensions}");
    }

    private static Command CreateImport()
    {
        var source = new Argument<string>("MODEL_DIR") { Description = "A Hugging Face or sentence-transformers sparse model, as ONNX or as model.safetensors" };
        var to = new Option<string>("--to") { Description = "Folder to write: empty, or not there yet", HelpName = "DIR", Required = true };
        Option<string> quantize = ChoiceOption.Create(
            "--quantize", "none", "Store matrices as they are (none, default) or in one byte a weight (int8)", ("none", "none"), ("int8", "int8"));
        var name = new Option<string?>("--name") { Description = "Name of the model; default: its folder's", HelpName = "NAME" };
        var file = new Option<string?>("--file") { Description = "File in MODEL_DIR; default: model.onnx, onnx/model.onnx, the only ONNX file, or else model.safetensors", HelpName = "FILE" };
        var template = new Option<string?>("--template") { Description = "What a text is put into: words with {text}, of which the last is pooled; default: {text}{text} for decoders", HelpName = "TEXT" };
        var command = new Command("import", "Make a model folder for --encoder: pooling inside the graph, tied embedding once") { source, to, quantize, name, file, template };
        command.SetAction(parsed =>
        {
            ModelImportReport report = ModelImport.Import(parsed.GetRequiredValue(source), parsed.GetRequiredValue(to),
                new ModelImportOptions
                {
                    Int8Weights = parsed.GetValue(quantize) == "int8",
                    Name = parsed.GetValue(name),
                    OnnxFile = parsed.GetValue(file),
                    Template = parsed.GetValue(template),
                });
            Console.Out.WriteLine($"{report.Name}: {Figure.Bytes(report.SourceBytes)} became {Figure.Bytes(report.ModelBytes)}"
                + $" ({(report.IsTied ? "embedding stored once" : "no tied embedding")}"
                + $"{(report.QuantizedMatrices > 0 ? $", {Figure.Count(report.QuantizedMatrices, "matrix", "matrices")} in int8" : "")}), {Figure.Count(report.Terms)} terms{(report.HasQuerySide ? ", with its query table" : "")}");
            Console.Out.WriteLine($"use it with --encoder {IndexFolder.ForShell(report.Folder)}");
            return ExitCode.Success;
        });
        return command;
    }
}
