using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.Vectors;

namespace Sparse.Cli;

/// <summary>How an encoder is to run.</summary>
/// <param name="MaxTokens">Tokens of each text that it reads.</param>
/// <param name="Threads">Threads; null: one a core.</param>
internal sealed record EncoderSettings(int MaxTokens, int? Threads)
{
    /// <summary>Keep only terms that the text itself has.</summary>
    public bool OwnTermsOnly { get; init; }
}

/// <summary>Finds the encoder that an option or an index asks for; nothing is loaded before that.</summary>
internal static class EncoderChoice
{
    /// <summary>The word for the built-in model, and its name in an index.</summary>
    public const string BuiltIn = "builtin";

    /// <summary>The word for an index of text alone.</summary>
    public const string None = "none";

    /// <summary>The encoder of a new index.</summary>
    /// <param name="choice">builtin, none or a model folder.</param>
    /// <param name="settings">How it is to run.</param>
    /// <returns>The encoder; null for none.</returns>
    public static ITermEncoder? ForCreating(string choice, EncoderSettings settings) => choice == None ? null : Open(choice, settings);

    /// <summary>The encoder to go on with an index.</summary>
    /// <param name="folder">The index's folder.</param>
    /// <param name="choice">What the user said; null: the index's own.</param>
    /// <param name="memory">What the tool keeps beside the index.</param>
    /// <param name="settings">How it is to run.</param>
    /// <returns>The encoder; null for an index of text alone.</returns>
    public static ITermEncoder? ForAppending(string folder, string? choice, ToolMemory? memory, EncoderSettings settings)
    {
        EncoderIdentity? identity;
        using (LuceneNet.SparseIndex index = IndexFolder.OpenReadOnly(folder))
        {
            identity = index.Encoder;
        }

        if (identity is null)
        {
            return choice is null or None ? null
                : throw new WrongInputException($"'{folder}' was built with --encoder none and takes no vectors; leave --encoder out, or give it vectors first: sparse upgrade");
        }

        if (choice == None)
        {
            throw new WrongInputException($"'{folder}' was built with the encoder '{identity.Name}'; leave --encoder out, or make another index");
        }

        return choice is null ? ForIndex(identity, memory, null, settings) : Checked(OpenSplade(choice, settings), identity, choice, folder);
    }

    /// <summary>The encoder that made an index.</summary>
    /// <param name="identity">What the index remembers of it.</param>
    /// <param name="memory">What the tool keeps beside the index.</param>
    /// <param name="modelFolder">A folder given by the user; null: the remembered one.</param>
    /// <param name="settings">How it is to run.</param>
    /// <returns>The encoder.</returns>
    /// <exception cref="WrongInputException">It is not known where it lies, or another lies there.</exception>
    public static SpladeEncoder ForIndex(EncoderIdentity identity, ToolMemory? memory, string? modelFolder, EncoderSettings settings)
    {
        string choice = modelFolder ?? memory?.ModelFolder ?? (identity.Name == BuiltIn ? BuiltIn : null) ?? throw Unknown(identity);
        if (modelFolder is null && choice != BuiltIn && !Directory.Exists(choice))
        {
            throw new WrongInputException($"the model folder '{choice}' that made this index is gone; say where it is with --encoder MODEL_DIR");
        }

        return Checked(OpenSplade(choice, settings), identity, choice, "the index");
    }

    /// <summary>An encoder of queries that runs no model.</summary>
    /// <param name="identity">What the index remembers of its own encoder.</param>
    /// <param name="memory">What the tool keeps beside the index.</param>
    /// <param name="modelFolder">A folder given by the user; null: the remembered one, then the built-in table.</param>
    /// <returns>The encoder.</returns>
    /// <exception cref="WrongInputException">No table of term weights fits the index's vocabulary.</exception>
    public static InferenceFreeEncoder ForInferenceFreeQueries(EncoderIdentity identity, ToolMemory? memory, string? modelFolder)
    {
        string? folder = modelFolder ?? memory?.ModelFolder;
        if (folder is not null)
        {
            try
            {
                return CheckedForQueries(InferenceFreeEncoder.FromFolder(RequireFolder(folder)), identity, folder);
            }
            catch (FileNotFoundException)
            {
                // Most model folders hold no table; the built-in one fits the vocabulary of many.
            }
        }

        return CheckedForQueries(InferenceFreeEncoder.BuiltIn(), identity, "the built-in table");
    }

    /// <summary>Opens an encoder by the word on the command line.</summary>
    /// <param name="choice">builtin, or a model folder.</param>
    /// <param name="settings">How it is to run.</param>
    public static ITermEncoder Open(string choice, EncoderSettings settings) => OpenSplade(choice, settings);

    /// <summary>Opens a SPLADE model by the word on the command line.</summary>
    /// <param name="choice">builtin, or a model folder.</param>
    /// <param name="settings">How it is to run.</param>
    public static SpladeEncoder OpenSplade(string choice, EncoderSettings settings)
    {
        var options = new SpladeEncoderOptions { MaxTokens = settings.MaxTokens, OwnTermsOnly = settings.OwnTermsOnly };
        if (settings.Threads is { } threads)
        {
            options = options with { Threads = threads };
        }

        return choice == BuiltIn ? SpladeEncoder.BuiltIn(options) : SpladeEncoder.FromFolder(RequireFolder(choice), options);
    }

    /// <summary>Opens a SPLADE model to describe it; 64 tokens are few enough for any model and enough for most templates.</summary>
    /// <param name="choice">builtin, or a model folder.</param>
    public static SpladeEncoder OpenForInfo(string choice) => OpenSplade(choice, new EncoderSettings(MaxTokens: 64, Threads: 1));

    /// <summary>Opens a table of term weights by the word on the command line.</summary>
    /// <param name="choice">builtin, or a model folder.</param>
    public static ITermEncoder OpenInferenceFree(string choice) =>
        choice == BuiltIn ? InferenceFreeEncoder.BuiltIn() : InferenceFreeEncoder.FromFolder(RequireFolder(choice));

    /// <summary>True where a model folder has a table of term weights for queries that it is meant to be searched by.</summary>
    /// <param name="folder">The folder; null: the built-in model, which has none.</param>
    public static bool HasQueryTable(string? folder) => folder is not null && Directory.Exists(folder) && InferenceFreeEncoder.IsQuerySideOf(folder);

    /// <summary>Full path of a model folder, by its path or by the name of an imported model; null for builtin and none.</summary>
    /// <param name="choice">What the user said.</param>
    public static string? FolderOf(string? choice) => choice is null or BuiltIn or None ? null
        : Path.GetFullPath(Directory.Exists(choice) ? choice : ModelCache.Find(choice) ?? choice);

    private static SpladeEncoder Checked(SpladeEncoder encoder, EncoderIdentity identity, string choice, string what)
    {
        if (encoder.Identity.CanQuery(identity))
        {
            return encoder;
        }

        string found = encoder.Identity.Fingerprint;
        encoder.Dispose();
        throw new WrongInputException(
            $"{what} was written by the encoder '{identity.Name}' ({identity.Fingerprint}), and '{choice}' is another one ({found})");
    }

    private static InferenceFreeEncoder CheckedForQueries(InferenceFreeEncoder encoder, EncoderIdentity identity, string choice)
    {
        if (encoder.Identity.CanQuery(identity))
        {
            return encoder;
        }

        encoder.Dispose();
        throw new WrongInputException(
            $"--query-encoder idf needs a table of term weights for the vocabulary of the encoder '{identity.Name}', and {choice} is for another vocabulary");
    }

    /// <summary>A model folder, by its path or by the name of an imported model.</summary>
    /// <param name="choice">What the user said.</param>
    /// <exception cref="WrongInputException">There is none.</exception>
    public static string RequireFolder(string choice) => Directory.Exists(choice) ? choice : ModelCache.Find(choice)
        ?? throw new WrongInputException(File.Exists(choice)
            ? $"'{choice}' is a file; --encoder takes a model folder"
            : $"there is no model folder '{choice}', nor a model of that name in {ModelCache.Folder}; --encoder takes builtin, a folder with a model and its tokenizer, or a name of 'sparse model list'");

    private static WrongInputException Unknown(EncoderIdentity identity) => identity.Name == OutsideEncoder.UnknownName
        ? new("the vectors of the index were made elsewhere, by an encoder that nobody named: search it with --query-vectors FILE, with --query-encoder idf where its terms are those of a known vocabulary, or with --mode bm25 where it holds texts")
        : new($"the index was written by the encoder '{identity.Name}' ({identity.Fingerprint}); say where its model folder is with --encoder MODEL_DIR");
}
