using System.CommandLine;
using System.Globalization;
using Sparse.Chunks;
using Sparse.Cli.Display;
using Sparse.Cli.Indexing;
using Sparse.Cli.Options;
using Sparse.Cli.Vectors;
using Sparse.Encoders.Splade;
using Sparse.Formats.Vectors;
using Sparse.Lab.Tuning;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse index INPUT... --index DIR</c>.</summary>
internal static class IndexCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var corpus = new InputOptions();
        Option<string?> index = SharedOptions.Index();
        Option<string?> encoder = SharedOptions.Encoder(withNone: true, withDefault: false);
        var append = new Option<bool>("--append") { Description = "Go on with the index that the folder holds; without one, start it" };
        Option<int?> maxTokens = SharedOptions.MaxTokens(fallback: null);
        Option<int?> threads = SharedOptions.Threads();
        Option<int?> commitEvery = NumberOption.Create("--commit-every", null, 1, int.MaxValue, "Commit after so many documents; default: every 30 seconds");
        var failFast = new Option<bool>("--fail-fast") { Description = "Stop at the first document that the encoder or the index refuses, instead of leaving it out" };
        var chunks = new ChunkOptionSet();
        var prune = new PruneOptionSet();
        Option<string?> vectors = ChoiceOption.Create<string?>(
            "--vectors", null, "INPUT holds vectors (of files named .ciff, .bin and .parquet it is known): their layout, auto by name; --encoder says which model made them",
            [("auto", "auto"), .. Enum.GetValues<VectorFormat>().Select(format => format.ToString().ToLowerInvariant()).Select(word => (word, word))]);
        var vocabulary = new Option<string?>("--vocabulary") { Description = "Which number a term has, for vectors of numbers", HelpName = "builtin|FILE|MODEL_DIR" };
        var command = new Command("index", "Build a search index from files of texts, or of vectors") { index, encoder, append, maxTokens, threads, commitEvery, failFast, vectors, vocabulary };
        var fields = new FieldOptions();
        fields.AddTo(command);
        corpus.AddTo(command);
        chunks.AddTo(command);
        prune.AddTo(command);
        command.SetAction(parsed => parsed.GetValue(vectors) is not null || corpus.Paths(parsed).All(VectorPlace.IsKnown)
            ? RunVectors(corpus.Paths(parsed), parsed.GetValue(vectors), parsed.GetRequiredValue(index)!, parsed.GetValue(encoder), parsed.GetValue(vocabulary), parsed.GetValue(append), fields.Read(parsed))
            : Run(new Request(
            parsed.GetRequiredValue(index)!, parsed.GetValue(encoder), parsed.GetValue(append), parsed.GetValue(maxTokens), parsed.GetValue(threads),
            parsed.GetValue(commitEvery), parsed.GetValue(failFast), chunks.Read(parsed), keepsHeadings => corpus.Open(parsed, keepsHeadings), fields.Read(parsed), prune.Read(parsed))));
        return command;
    }

    private static int RunVectors(IReadOnlyList<string> inputs, string? layout, string folder, string? encoder, string? vocabulary, bool append, SparseIndexOptions options)
    {
        VectorFormat? wanted = layout is null or "auto" ? null : Enum.Parse<VectorFormat>(layout, ignoreCase: true);
        (IReadOnlyList<string> files, VectorFormat format) = VectorPlace.Find(inputs, wanted);
        using var stop = new StopSignal();
        return DocumentProgress.Run("Indexing", "documents", progress =>
        {
            var indexing = new VectorIndexing(files, format, folder) { Vocabulary = VectorPlace.Vocabulary(vocabulary), Encoder = encoder, Append = append, Options = options };
            foreach (string loss in indexing.Run(progress, stop.Token))
            {
                Screen.Note($"sparse: {loss}");
            }

            using SparseIndex index = IndexFolder.OpenReadOnly(folder);
            IndexStatistics statistics = index.Statistics();
            Console.Out.WriteLine($"{Figure.Count(progress.Done, "vector")} indexed in {Figure.Duration(progress.Elapsed)} ({Figure.Rate(progress.Rate)}/s)");
            Console.Out.WriteLine($"{folder} holds {Figure.Count(statistics.Documents, "document")}, {Figure.Bytes(statistics.Bytes)}, {Figure.Count(statistics.Postings, "posting")}; an impact of 1 weighs {statistics.Scale?.ToString("R", CultureInfo.InvariantCulture)}");
            return ExitCode.Success;
        });
    }

    private static int Run(Request request)
    {
        bool isThere = SparseIndex.Exists(request.Folder);
        if (isThere && !request.Append)
        {
            throw new WrongInputException($"'{request.Folder}' already holds an index; add --append to go on with it, or name another folder");
        }

        ToolMemory? memory = isThere ? ToolMemory.Read(request.Folder) : null;
        int maxTokens = request.MaxTokens ?? memory?.MaxTokens ?? SharedOptions.DefaultMaxTokens;
        ChunkChoice? chunk = request.Chunk(maxTokens, memory?.Chunk);
        CorpusInput corpus = request.Corpus(chunk?.By == ChunkBy.Headings);
        var settings = new EncoderSettings(maxTokens, request.Threads);
        using var stop = new StopSignal();
        using ITermEncoder? encoder = isThere
            ? EncoderChoice.ForAppending(request.Folder, request.Encoder, memory, settings)
            : EncoderChoice.ForCreating(request.Encoder ?? EncoderChoice.BuiltIn, settings);
        PruneSetting? prune = request.Prune ?? memory?.Prune;
        if (isThere && request.Prune is not null && request.Prune.Bits != (memory?.Prune?.Bits ?? 8))
        {
            throw new WrongInputException($"'{request.Folder}' keeps impacts in {memory?.Prune?.Bits ?? 8} bits, and one index has one scale; leave --bits out, or make another index");
        }

        var made = new ToolMemory { ModelFolder = EncoderChoice.FolderOf(request.Encoder), MaxTokens = maxTokens, Chunk = chunk, Prune = prune };
        SparseIndexOptions options = made.ToOptions(encoder, request.Options);
        using SparseIndex index = isThere ? ServedMark.OpenUnserved(request.Folder, encoder, options) : SparseIndex.Create(request.Folder, encoder, options);
        if (encoder is not null && memory is null)
        {
            made.Write(request.Folder);
        }

        // A document with the same words gets the same vectors only from the same reach of the encoder and the same cuts.
        bool canSkip = isThere && index.Count > 0 && (encoder is null || (memory?.MaxTokens == maxTokens && memory.Chunk == chunk && memory.Prune == prune));
        var run = new IndexingRun(index, request.CommitEvery, canSkip, request.FailFast);
        int code = DocumentProgress.Run("Indexing", "documents", progress => Run(request, corpus, index, run, progress, stop));
        if (encoder is SpladeEncoder { TruncatedTexts: > 0 and var cut })
        {
            Screen.Warn(chunk is null
                ? $"{Figure.Count(cut, "document")} {(cut == 1 ? "has" : "have")} more than {maxTokens} tokens, and the encoder read no further (search by words reads all); "
                    + "index anew with --chunk sentences for the whole text"
                : $"{Figure.Count(cut, "passage")} {(cut == 1 ? "has" : "have")} more tokens than the encoder reads (a template takes some, and more where it has the text twice); "
                    + "index anew with fewer --chunk-tokens");
        }

        return code;
    }

    private static int Run(Request request, CorpusInput corpus, SparseIndex index, IndexingRun run, DocumentProgress progress, StopSignal stop)
    {
        try
        {
            run.Run(corpus, progress, stop.Token);
            run.Commit();
        }
        catch (OperationCanceledException) when (stop.IsRequested)
        {
            run.Commit();
            Screen.Note($"sparse: stopped; {Figure.Count(index.Count, "document")} are in '{request.Folder}'. Go on with:\n  {ResumeCommand()}");
            return ExitCode.Stopped;
        }
        catch (BadInputException broken)
        {
            run.Commit();
            throw new WrongInputException(
                $"{broken.Message.TrimEnd('.')}; {Figure.Count(run.Added, "document")} before it {(run.Added == 1 ? "is" : "are")} in the index: "
                + $"mend the line, or add --skip-bad, and go on with {ResumeCommand()}", broken);
        }
        catch (ArgumentException refused)
        {
            // With --fail-fast, a document that the index can't take, an id of 40,000 letters for instance.
            run.Commit();
            throw new WrongInputException(
                $"{Failure.OneLine(refused)}; {Figure.Count(run.Added, "document")} before it {(run.Added == 1 ? "is" : "are")} in the index: "
                + $"mend the document, or leave --fail-fast out, and go on with {ResumeCommand()}", refused);
        }
        catch (Exception full) when (Failure.IsDiskFull(full))
        {
            throw new WrongInputException(
                $"the disk of '{request.Folder}' is full; the index stays at its last commit ({Figure.Count(index.Count, "document")}): "
                + $"free some space and go on with {ResumeCommand()}", full);
        }

        if (index.Encoder is not null && run.Added > 0)
        {
            index.Calibrate();
        }

        Summarize(request, corpus, index, run, progress);
        return ExitCode.Success;
    }

    private static void Summarize(Request request, CorpusInput corpus, SparseIndex index, IndexingRun run, DocumentProgress progress)
    {
        corpus.ReportSkipped();
        run.Refused.Report();
        if (run.Replaced > 0)
        {
            Screen.Warn($"{Figure.Count(run.Replaced, "document")} replaced an earlier one with the same id");
        }

        if (index.TextsInOtherLanguages > 0)
        {
            Screen.Warn($"{Figure.Count(index.TextsInOtherLanguages, "text")} of {Figure.Count(run.Added)} seem to be in another language than the encoder reads; search those by words (--mode bm25)");
        }

        IndexStatistics statistics = index.Statistics();
        string threads = statistics.Encoder is null ? "" : $", {Figure.Count(request.Threads ?? new SpladeEncoderOptions().Threads, "thread")}";
        string unchanged = run.Unchanged > 0 ? $", {Figure.Count(run.Unchanged)} there already" : "";
        Console.Out.WriteLine($"{Figure.Count(run.Added, "document")} indexed in {Figure.Duration(progress.Elapsed)} ({Figure.Rate(progress.Rate)}/s{threads}){unchanged}");
        Console.Out.WriteLine($"{request.Folder} holds {Figure.Count(statistics.Documents, "document")}"
            + (statistics.Passages == statistics.Documents ? "" : $" in {Figure.Count(statistics.Passages, "passage")}") + $", {Figure.Bytes(statistics.Bytes)}"
            + (statistics.Encoder is null ? ", words alone" : $", {Figure.Count(statistics.Postings, "posting")}"));
        if (run.Added + run.Unchanged + run.Refused.Count == 0)
        {
            Screen.Warn("the input holds no documents");
        }
    }

    private static string ResumeCommand()
    {
        IEnumerable<string> arguments = Environment.GetCommandLineArgs().Skip(1).Select(IndexFolder.ForShell);
        string command = "sparse " + string.Join(' ', arguments);
        return command.Contains(" --append", StringComparison.Ordinal) ? command : command + " --append";
    }

    private sealed record Request(
        string Folder, string? Encoder, bool Append, int? MaxTokens, int? Threads, int? CommitEvery, bool FailFast,
        Func<int, ChunkChoice?, ChunkChoice?> Chunk, Func<bool, CorpusInput> Corpus, SparseIndexOptions Options, PruneSetting? Prune);
}
