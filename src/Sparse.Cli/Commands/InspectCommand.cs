using System.CommandLine;
using Sparse.Cli.Inspection;
using Sparse.Cli.Options;
using Sparse.Encoders.Splade;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse inspect TEXT</c>: what an encoder makes of a text.</summary>
internal static class InspectCommand
{
    private const int TermsShown = 30;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var text = new Argument<string[]>("TEXT") { Description = "Any text", Arity = ArgumentArity.OneOrMore };
        Option<string?> encoder = SharedOptions.Encoder(withNone: false, withDefault: false);
        Option<string?> index = SharedOptions.Index(required: false);
        index.Description = "Use the encoder and the scale of this index";
        Option<QueryEncoding> queryEncoder = SharedOptions.QueryEncoder();
        Option<int?> maxTokens = SharedOptions.MaxTokens();
        Option<int?> top = NumberOption.Create("--top", TermsShown, 1, 1_000_000, "Terms to draw, heaviest first");
        Option<bool> json = SharedOptions.Json();
        var command = new Command("inspect", "Draw what an encoder makes of a text: tokens, terms, weights, impacts") { text, encoder, index, queryEncoder, maxTokens, top, json };
        command.SetAction(parsed =>
        {
            string joined = string.Join(' ', parsed.GetRequiredValue(text));
            if (string.IsNullOrWhiteSpace(joined))
            {
                throw new WrongInputException("the text is empty");
            }

            QueryEncoding encoding = parsed.GetValue(queryEncoder);
            var settings = new EncoderSettings(parsed.GetValue(maxTokens) ?? SharedOptions.DefaultMaxTokens, Threads: 1) { OwnTermsOnly = encoding == QueryEncoding.Lexical };
            Inspected inspected = Inspect(joined, parsed.GetValue(index), parsed.GetValue(encoder), encoding, settings);
            if (parsed.GetValue(json))
            {
                InspectionPicture.WriteJson(Console.Out, inspected);
            }
            else
            {
                InspectionPicture.Draw(inspected, parsed.GetValue(top) ?? TermsShown);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static Inspected Inspect(string text, string? folder, string? choice, QueryEncoding encoding, EncoderSettings settings)
    {
        EncoderIdentity? identity = null;
        ToolMemory? memory = null;
        float? scale = null;
        if (folder is not null)
        {
            using SparseIndex index = IndexFolder.OpenReadOnly(folder);
            identity = index.Encoder ?? throw new WrongInputException($"'{folder}' was built with --encoder none and holds no vectors");
            scale = index.Scale;
            memory = ToolMemory.Read(folder);
        }

        if (encoding == QueryEncoding.Idf)
        {
            using ITermEncoder table = identity is null ? EncoderChoice.OpenInferenceFree(choice ?? EncoderChoice.BuiltIn)
                : EncoderChoice.ForInferenceFreeQueries(identity, memory, choice);
            return Inspected.ByTable(text, table, scale);
        }

        using SpladeEncoder model = identity is null ? EncoderChoice.OpenSplade(choice ?? EncoderChoice.BuiltIn, settings)
            : EncoderChoice.ForIndex(identity, memory, choice, settings);
        return Inspected.ByModel(model.EncodeWithSources(text), model, scale);
    }
}
