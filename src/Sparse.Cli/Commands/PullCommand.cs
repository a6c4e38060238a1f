using System.CommandLine;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.OpenSearch;
using Sparse.Vectors;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse pull --target URL[/NAME] --index DIR</c>.</summary>
internal static class PullCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var place = new PlaceOptions(withFolder: false);
        var folder = new Option<string>("--index", "-i") { Description = "Folder for the index: empty, or not there yet", HelpName = "DIR", Required = true };
        Option<string?> modelFolder = SharedOptions.ModelFolder();
        var command = new Command("pull", "Make a local index of one on OpenSearch or Elasticsearch") { folder, modelFolder };
        place.AddTo(command);
        command.SetAction(parsed => Run(place.Read(parsed)!, parsed.GetRequiredValue(folder), parsed.GetValue(modelFolder)));
        return command;
    }

    private static int Run(IndexPlace place, string folder, string? modelFolder)
    {
        EncoderIdentity? identity;
        ToolMemory memory;
        using (var remote = (OpenSearchIndex)place.Open())
        {
            identity = remote.Encoder;
            memory = place.Memory(remote);
        }

        using ITermEncoder? encoder = identity is null ? null : EncoderChoice.ForIndex(identity, memory, modelFolder, new EncoderSettings(memory.MaxTokens, null));
        using OpenSearchIndex index = OpenSearchIndex.Open(place.Target!, encoder, place.Remote);
        using var stop = new StopSignal();
        int documents = Math.Max(1, index.Count);
        int count = DocumentProgress.Run("Pulling", "documents", progress => index.Pull(folder, progress.Steps(documents), stop.Token));
        (modelFolder is null ? memory : memory with { ModelFolder = EncoderChoice.FolderOf(modelFolder) }).Write(folder);
        Console.Out.WriteLine($"pulled {Figure.Count(count, "document")} of {index.Name}: {folder}");
        return ExitCode.Success;
    }
}
