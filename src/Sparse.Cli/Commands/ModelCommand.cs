using System.CommandLine;
using System.CommandLine.Help;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.Encoders.Import;
using Spectre.Console;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse model list|info|import|check</c>.</summary>
internal static class ModelCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("model", "List, describe, import and check models") { CreateList(), ModelInfoCommand.Create(), CreateImport(), ModelCheckCommand.Create() };
        command.SetAction(parsed => new HelpAction().Invoke(parsed));
        return command;
    }

    private static Command CreateList()
    {
        var command = new Command("list", "List the built-in model and say which others fit");
        command.SetAction(_ =>
        {
            Screen.Output.MarkupLine("[bold]builtin[/]  splade-tiny, 4.4 M parameters, int8, Apache-2.0; in the package, offline");
            foreach (string name in ModelCache.Names)
            {
                Console.Out.WriteLine($"{name}  imported, in {Path.Combine(ModelCache.Folder, name)}");
            }

            Console.Out.WriteLine();
            Console.Out.WriteLine("""
                Any folder of these families works too, with an ONNX file or (BERT, DistilBERT,
                RoBERTa, XLM-RoBERTa) with model.safetensors alone; the README says what each was
                tested with: SPLADE (max, sum, log1p_relu), OpenSearch doc models with their query
                table, uniCOIL and its like, VDR, decoders with echo. For example
                prithivida/Splade_PP_en_v1 (109 M parameters, Apache-2.0; not tried here). Fetch
                the folder, then:

                  sparse model check FOLDER
                  sparse model import FOLDER --name NAME     add --quantize int8 for a quarter
                  sparse index DOCS --index INDEX --encoder NAME

                Each model's own licence and training data apply.
                """);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateImport()
    {
        var source = new Argument<string>("MODEL_DIR") { Description = "A Hugging Face or sentence-transformers sparse model, as ONNX or as model.safetensors" };
        var to = new Option<string?>("--to") { Description = $"Folder to write: empty, or not there yet; default: NAME in {ModelCache.Folder}", HelpName = "DIR" };
        Option<StoredWeights> quantize = ChoiceOption.Create(
            "--quantize", StoredWeights.Unchanged, "Store matrices as they are (none, default), in one byte a weight (int8) or in two (fp16)",
            ("none", StoredWeights.Unchanged), ("int8", StoredWeights.Quantized), ("fp16", StoredWeights.Half));
        var name = new Option<string?>("--name") { Description = "Name of the model; default: its folder's", HelpName = "NAME" };
        var file = new Option<string?>("--file") { Description = "File in MODEL_DIR; default: model.onnx, onnx/model.onnx, the only ONNX file, or else model.safetensors", HelpName = "FILE" };
        var template = new Option<string?>("--template") { Description = "What a text is put into: words with {text}, of which the last is pooled; default: {text}{text} for decoders", HelpName = "TEXT" };
        var command = new Command("import", "Make a model folder for --encoder: pooling inside the graph, tied embedding once") { source, to, quantize, name, file, template };
        command.SetAction(parsed =>
        {
            string folder = parsed.GetRequiredValue(source);
            string? target = parsed.GetValue(to), named = parsed.GetValue(name);
            StoredWeights weights = parsed.GetValue(quantize);
            ModelImportReport report = ModelImport.Import(folder, target ?? ModelCache.ForNew(named ?? new DirectoryInfo(folder).Name),
                new ModelImportOptions { Weights = weights, Name = named, OnnxFile = parsed.GetValue(file), Template = parsed.GetValue(template) });
            string stored = report.QuantizedMatrices == 0 ? ""
                : $", {Figure.Count(report.QuantizedMatrices, "matrix", "matrices")} in {(weights == StoredWeights.Quantized ? "int8" : "fp16")}";
            Console.Out.WriteLine($"{report.Name}: {Figure.Bytes(report.SourceBytes)} became {Figure.Bytes(report.ModelBytes)}"
                + $" ({(report.IsTied ? "embedding stored once" : "no tied embedding")}{stored}), {Figure.Count(report.Terms)} terms{(report.HasQuerySide ? ", with its query table" : "")}");
            Console.Out.WriteLine($"use it with --encoder {IndexFolder.ForShell(target is null ? Path.GetFileName(report.Folder) : report.Folder)}");
            return ExitCode.Success;
        });
        return command;
    }
}
