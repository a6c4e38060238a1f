using System.CommandLine;
using Sparse.Cli.Display;
using Sparse.Cli.Options;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse upgrade --index DIR [--encoder M]</c>.</summary>
internal static class UpgradeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option<string?> index = SharedOptions.Index();
        Option<string?> encoder = SharedOptions.Encoder(withNone: false, withDefault: false);
        Option<int?> maxTokens = SharedOptions.MaxTokens(fallback: null);
        Option<int?> threads = SharedOptions.Threads();
        Option<int?> commitEvery = NumberOption.Create("--commit-every", null, 1, int.MaxValue, "Commit after so many documents; default: every 30 seconds");
        var chunks = new ChunkOptionSet();
        var command = new Command("upgrade", "Give vectors to an index of words alone, in place, from its stored texts; it can be searched meanwhile, and goes on where it was stopped")
        {
            index, encoder, maxTokens, threads, commitEvery,
        };
        chunks.AddTo(command);
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(index)!, parsed.GetValue(encoder), parsed.GetValue(maxTokens), parsed.GetValue(threads), parsed.GetValue(commitEvery), chunks.Read(parsed)));
        return command;
    }

    private static int Run(string folder, string? choice, int? askedTokens, int? threads, int? commitEvery, Func<int, ChunkChoice?, ChunkChoice?> chunkOf)
    {
        EncoderIdentity? identity;
        using (SparseIndex reading = IndexFolder.OpenReadOnly(folder))
        {
            IndexStatistics found = reading.Statistics();
            identity = found.Encoder;
            if (identity is not null && found.DocumentsWithVectors == found.Documents && choice is null)
            {
                Console.Out.WriteLine($"{Figure.Count(found.Documents, "document")}, all with vectors");
                return ExitCode.Success;
            }
        }

        // What was begun is gone on with in the same way, or a document's vector would depend on when it was made.
        ToolMemory? memory = ToolMemory.Read(folder);
        int maxTokens = askedTokens ?? memory?.MaxTokens ?? SharedOptions.DefaultMaxTokens;
        ChunkChoice? chunk = chunkOf(maxTokens, memory?.Chunk);
        if (memory is not null && (memory.MaxTokens != maxTokens || memory.Chunk != chunk))
        {
            throw new WrongInputException($"'{folder}' has vectors already that were made with other --max-tokens or --chunk options; leave them out to go on in the same way");
        }

        var settings = new EncoderSettings(maxTokens, threads);
        using ITermEncoder encoder = identity is null
            ? EncoderChoice.Open(choice ?? EncoderChoice.BuiltIn, settings)
            : EncoderChoice.ForIndex(identity, memory, choice, settings);
        ToolMemory made = memory ?? new ToolMemory { ModelFolder = EncoderChoice.FolderOf(choice), MaxTokens = maxTokens, Chunk = chunk };
        using SparseIndex index = SparseIndex.OpenToUpgrade(folder, encoder, made.ToOptions(encoder, new SparseIndexOptions()));
        if (memory is null)
        {
            made.Write(folder);
        }

        using var stop = new StopSignal();
        return DocumentProgress.Run("Upgrading", "documents", progress => Run(index, commitEvery, progress, stop));
    }

    private static int Run(SparseIndex index, int? commitEvery, DocumentProgress progress, StopSignal stop)
    {
        UpgradeProgress? last = null;
        int done;
        try
        {
            done = index.Upgrade(
                now =>
                {
                    progress.Advance(now.Covered - (last ?? now).Covered, (double)now.Covered / Math.Max(1, now.Documents));
                    last = now;
                },
                commitEvery,
                stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsRequested)
        {
            Screen.Note($"sparse: stopped; {Figure.Count(last!.Covered)} of {Figure.Count(last.Documents, "document")} have vectors. Go on with:\n  sparse upgrade --index {IndexFolder.ForShell(index.DirectoryPath)}");
            return ExitCode.Stopped;
        }

        if (done > 0)
        {
            index.Calibrate();
        }

        IndexStatistics statistics = index.Statistics();
        Console.Out.WriteLine($"{Figure.Count(done, "document")} given vectors in {Figure.Duration(progress.Elapsed)} ({Figure.Rate(progress.Rate)}/s)");
        Console.Out.WriteLine($"{index.DirectoryPath} holds {Figure.Count(statistics.Documents, "document")}, all with vectors, {Figure.Bytes(statistics.Bytes)}");
        return ExitCode.Success;
    }
}
