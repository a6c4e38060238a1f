using System.CommandLine;
using Sparse.LuceneNet;
using Sparse.OpenSearch;

namespace Sparse.Cli.Options;

/// <summary>Where the index of a command lies: in a folder or on a cluster.</summary>
/// <param name="Folder">Its folder; null for a cluster.</param>
/// <param name="Target">URL[/NAME]; null for a folder.</param>
/// <param name="Remote">How to reach the cluster.</param>
internal sealed record IndexPlace(string? Folder, string? Target, OpenSearchOptions Remote)
{
    /// <summary>Opens the index for searching, without an encoder; searches name theirs.</summary>
    public ISparseIndex Open() => Folder is not null ? IndexFolder.OpenReadOnly(Folder) : OpenSearchIndex.Open(Target!, null, Remote);

    /// <summary>What the tool keeps beside the index.</summary>
    /// <param name="index">The index.</param>
    public ToolMemory Memory(ISparseIndex index) =>
        (Folder is not null ? ToolMemory.Read(Folder) : index is OpenSearchIndex remote ? ToolMemory.FromNotes(remote.Notes) : null) ?? new ToolMemory();

    /// <inheritdoc/>
    public override string ToString() => Folder ?? Target!;
}

/// <summary><c>--index DIR</c>, or <c>--target URL</c> in its place.</summary>
internal sealed class PlaceOptions
{
    private readonly Option<string?> _folder;

    /// <summary>Makes the options.</summary>
    /// <param name="required">False where a command can do without an index.</param>
    /// <param name="withFolder">False where there is only the cluster to name.</param>
    public PlaceOptions(bool required = true, bool withFolder = true)
    {
        _folder = SharedOptions.Index(required: false);
        IsRequired = required;
        WithFolder = withFolder;
    }

    private Option<string?> Target { get; } = new("--target")
    {
        Description = "OpenSearch or Elasticsearch: address of a node, or several with commas, and /NAME where there are several indexes",
        HelpName = "URL[/NAME]",
    };

    private Option<string?> ApiKey { get; } = new("--api-key") { Description = "API key of the cluster; better in SPARSE_API_KEY, or a user in SPARSE_USER and SPARSE_PASSWORD", HelpName = "KEY" };

    private bool IsRequired { get; }

    private bool WithFolder { get; }

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        if (WithFolder)
        {
            command.Add(_folder);
        }

        command.Add(Target);
        command.Add(ApiKey);
    }

    /// <summary>What the user gave.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>Null where no index was given and none is needed.</returns>
    /// <exception cref="WrongInputException">None was given, or both.</exception>
    public IndexPlace? Read(ParseResult parsed)
    {
        string? folder = WithFolder ? parsed.GetValue(_folder) : null, target = parsed.GetValue(Target);
        if (folder is not null && target is not null)
        {
            throw new WrongInputException("--index and --target are two places; give one of them");
        }

        return folder is not null || target is not null ? new IndexPlace(folder, target, new OpenSearchOptions { ApiKey = parsed.GetValue(ApiKey) })
            : IsRequired ? throw new WrongInputException($"{(WithFolder ? "--index" : "--target")} is missing (see sparse {parsed.CommandResult.Command.Name} --help)") : null;
    }
}
