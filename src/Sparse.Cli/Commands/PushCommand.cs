using System.CommandLine;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.LuceneNet;
using Sparse.OpenSearch;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse push INDEX_DIR --target URL[/NAME] [--shards N] [--replicas N]</c>.</summary>
internal static class PushCommand
{
    private const int MostShards = 1_024;
    private const int MostReplicas = 20;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var folder = new Argument<string>("INDEX_DIR") { Description = "Folder of the index" };
        var place = new PlaceOptions(withFolder: false);
        Option<int?> shards = NumberOption.Create("--shards", null, 1, MostShards, "Primary shards; default: 1, or as before");
        Option<int?> replicas = NumberOption.Create("--replicas", null, 0, MostReplicas, "Copies of each shard; default: 1, or as before");
        var command = new Command("push", "Make an index on OpenSearch or Elasticsearch hold what a local one holds; sends only what is missing there") { folder };
        place.AddTo(command);
        command.Add(shards);
        command.Add(replicas);
        command.SetAction(parsed => Run(parsed.GetRequiredValue(folder), place.Read(parsed)!, parsed.GetValue(shards), parsed.GetValue(replicas)));
        return command;
    }

    private static int Run(string folder, IndexPlace place, int? shards, int? replicas)
    {
        using SparseIndex index = IndexFolder.OpenReadOnly(folder);
        using var stop = new StopSignal();
        int documents = Math.Max(1, index.Count);
        (PushReport report, double rate, TimeSpan elapsed) = DocumentProgress.Run("Pushing", "documents", progress =>
        {
            var report = OpenSearchIndex.Push(
                index, place.Target!, place.Remote with { Shards = shards, Replicas = replicas }, ToolMemory.Read(folder)?.ToNotes(), progress.Steps(documents), stop.Token);
            return (report, progress.Rate, progress.Elapsed);
        });
        if (index.Rules.Count > 0)
        {
            Screen.Warn($"the index's {Figure.Count(index.Rules.Count, "rule")} stay behind: searches on a cluster apply none");
        }

        Console.Out.WriteLine($"{report.Name}: {Figure.Count(report.Sent, "document")} sent, {Figure.Count(report.Unchanged)} there already, {Figure.Count(report.Deleted)} deleted; "
            + $"{Figure.Count(report.Shards, "shard")}, {Figure.Duration(elapsed)}, {Figure.Rate(rate)} documents/s");
        return ExitCode.Success;
    }
}
