using System.CommandLine;
using System.Globalization;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.Encoders.Doctor;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse model check MODEL_DIR [--json]</c>.</summary>
internal static class ModelCheckCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var folder = new Argument<string>("MODEL_DIR") { Description = "A model folder, or the name of an imported model", HelpName = "MODEL_DIR|NAME" };
        Option<bool> json = SharedOptions.Json();
        var command = new Command("check", "Look for faults of a model folder: pooling, logarithms, markers, vocabulary, capitals, query table, golden vectors; exit code 1 where there are any")
        {
            folder, json,
        };
        command.SetAction(parsed =>
        {
            string choice = parsed.GetRequiredValue(folder);
            ModelExamination seen = ModelDoctor.Examine(EncoderChoice.RequireFolder(choice));
            if (parsed.GetValue(json))
            {
                WriteJson(seen);
            }
            else
            {
                WriteText(seen);
            }

            return seen.Findings.Count == 0 ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static void WriteText(ModelExamination seen)
    {
        string encoded = seen.Texts == 0 ? "nothing encoded"
            : string.Create(CultureInfo.InvariantCulture, $"{seen.Texts} fixed texts encoded, {seen.TermsPerText:0} terms each, largest weight {seen.LargestWeight:0.00}");
        Console.Out.WriteLine($"{seen.Name}: {encoded}{(seen.GoldenTexts > 0 ? $"; {Figure.Count(seen.GoldenTexts, "golden text")} compared" : "")}");
        foreach (ModelFinding finding in seen.Findings)
        {
            Console.Out.WriteLine();
            Console.Out.WriteLine($"{finding.Fault}: {finding.What}.");
            Console.Out.WriteLine($"  What it would cost: {finding.Cost}.");
        }

        foreach (string left in seen.Unchecked)
        {
            Console.Out.WriteLine($"not checked: {left}");
        }

        Console.Out.WriteLine(seen.Findings.Count == 0 ? "no fault found" : $"{Figure.Count(seen.Findings.Count, "fault")} found");
    }

    private static void WriteJson(ModelExamination seen) => JsonLine.Write(Console.Out, json =>
    {
        json.WriteString("name", seen.Name);
        json.WriteNumber("texts", seen.Texts);
        json.WriteNumber("termsPerText", seen.TermsPerText);
        json.WriteNumber("largestWeight", seen.LargestWeight);
        json.WriteNumber("goldenTexts", seen.GoldenTexts);
        json.WriteStartArray("findings");
        foreach (ModelFinding finding in seen.Findings)
        {
            json.WriteStartObject();
            json.WriteString("fault", finding.Fault);
            json.WriteString("what", finding.What);
            json.WriteString("cost", finding.Cost);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("notChecked");
        foreach (string left in seen.Unchecked)
        {
            json.WriteStringValue(left);
        }

        json.WriteEndArray();
    });
}
