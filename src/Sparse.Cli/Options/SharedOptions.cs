using System.CommandLine;
using Sparse.Encoders.Splade;
using Sparse.LuceneNet;

namespace Sparse.Cli.Options;

/// <summary>How queries become term vectors.</summary>
internal enum QueryEncoding
{
    /// <summary>As the index's model is meant: by its own table of term weights where it has one, else by the model.</summary>
    Auto,

    /// <summary>By the index's own model.</summary>
    Full,

    /// <summary>By a table of term weights, without running a model.</summary>
    Idf,

    /// <summary>By the index's own model, of which only the weights of the query's own terms are kept.</summary>
    Lexical,
}

/// <summary>The options that commands share, each made anew for every command.</summary>
internal static class SharedOptions
{
    /// <summary>The most hits that may be asked for.</summary>
    public const int MostHits = 10_000;

    /// <summary>Tokens of a text that go into the encoder unless said otherwise.</summary>
    public const int DefaultMaxTokens = 256;

    /// <summary>The most tokens of a text that an encoder takes.</summary>
    public const int MostTokens = 512;

    /// <summary><c>--index DIR</c>.</summary>
    /// <param name="required">False where a command can do without.</param>
    public static Option<string?> Index(bool required = true) =>
        new("--index", "-i") { Description = "Folder of the index", HelpName = "DIR", Required = required };

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON for scripts" };

    /// <summary><c>-k N</c>.</summary>
    /// <param name="description">One phrase for the help.</param>
    /// <param name="fallback">The value when it is not given.</param>
    public static Option<int?> K(string description, int? fallback) => NumberOption.Create("-k", fallback, 1, MostHits, description);

    /// <summary><c>--mode hybrid|sparse|bm25</c>.</summary>
    public static Option<SearchMode?> Mode() => ChoiceOption.Create<SearchMode?>(
        "--mode", null, "Search by meaning and words, by meaning, or by words; default: hybrid where the index has vectors",
        ("hybrid", SearchMode.Hybrid), ("sparse", SearchMode.Sparse), ("bm25", SearchMode.Bm25));

    /// <summary><c>--query-encoder auto|full|idf|lexical</c>.</summary>
    public static Option<QueryEncoding> QueryEncoder() => ChoiceOption.Create(
        "--query-encoder", QueryEncoding.Auto,
        "Encode queries as the model is meant (auto, default), by the model, by term weights alone (idf: faster), or by the model without new terms (lexical)",
        ("auto", QueryEncoding.Auto), ("full", QueryEncoding.Full), ("idf", QueryEncoding.Idf), ("lexical", QueryEncoding.Lexical));

    /// <summary><c>--encoder MODEL_DIR</c> of commands that read an index.</summary>
    public static Option<string?> ModelFolder() =>
        new("--encoder") { Description = "Model folder, where the one that made the index has moved", HelpName = "MODEL_DIR" };

    /// <summary><c>--encoder builtin|none|MODEL_DIR</c> of commands that make vectors.</summary>
    /// <param name="withNone">True where <c>none</c> (text alone) is a choice.</param>
    /// <param name="withDefault">False where absence means the index's own encoder.</param>
    public static Option<string?> Encoder(bool withNone, bool withDefault = true)
    {
        var option = new Option<string?>("--encoder")
        {
            Description = withNone ? "What makes the vectors: the built-in model, none (words alone), or a model folder" : "The built-in model or a model folder",
            HelpName = withNone ? "builtin|none|MODEL_DIR" : "builtin|MODEL_DIR",
        };
        if (withDefault)
        {
            option.DefaultValueFactory = _ => EncoderChoice.BuiltIn;
        }

        return option;
    }

    /// <summary><c>--max-tokens N</c>.</summary>
    /// <param name="fallback">The value when it is not given.</param>
    public static Option<int?> MaxTokens(int? fallback = DefaultMaxTokens) =>
        NumberOption.Create("--max-tokens", fallback, 8, MostTokens, "Tokens of each text that the encoder reads" + (fallback is null ? "; default: 256, or what the index was made with" : ""));

    /// <summary><c>--threads N</c>.</summary>
    public static Option<int?> Threads() => NumberOption.Create(
        "--threads", null, 1, 1024, $"Threads of the encoder; default: {new SpladeEncoderOptions().Threads}, one for each physical core");

    /// <summary><c>--drop-query-id</c>.</summary>
    public static Option<bool> DropQueryId() =>
        new("--drop-query-id") { Description = "Leave out the document that has the query's own id, as BEIR does" };

    /// <summary><c>--qrels FILE</c>.</summary>
    public static Option<string> Qrels() =>
        new("--qrels") { Description = "Judgements: BEIR (query TAB document TAB grade) or TREC", HelpName = "FILE", Required = true };

    /// <summary><c>--metrics LIST</c>.</summary>
    public static Option<string> Metrics() =>
        new("--metrics") { Description = "Measures as ir_measures names them", HelpName = "LIST", DefaultValueFactory = _ => "nDCG@10,RR@10,R@100" };

    /// <summary><c>--query-vectors FILE</c>.</summary>
    public static Option<string?> QueryVectors() =>
        new("--query-vectors") { Description = "Queries as vectors, in any format of convert, instead of --queries", HelpName = "FILE" };

    /// <summary><c>--plot FILE</c>.</summary>
    public static Option<string?> Plot()
    {
        var option = new Option<string?>("--plot") { Description = "Write a picture, PNG or SVG by the name", HelpName = "FILE.png|FILE.svg" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } path && Path.GetExtension(path).ToUpperInvariant() is not (".PNG" or ".SVG"))
            {
                result.AddError($"--plot takes a file named .png or .svg, not '{path}'");
            }
        });
        return option;
    }

    /// <summary><c>--queries FILE</c>.</summary>
    public static Option<string?> Queries() =>
        new("--queries") { Description = "Queries, one a line: BEIR JSON or id<TAB>text", HelpName = "FILE" };
}
