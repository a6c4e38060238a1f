using System.CommandLine;
using Sparse.Cli.Display;
using Sparse.Cli.Indexing;
using Sparse.Cli.Options;
using Sparse.Encoders.Splade;
using Sparse.Formats;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Cli.Commands;

/// <summary><c>sparse encode INPUT --out FILE</c>: term vectors as JSON lines.</summary>
internal static class EncodeCommand
{
    private const int Window = 256;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var input = new InputOptions();
        var output = new Option<string>("--out") { Description = "JSON lines {\"id\":…,\"vector\":{\"term\":weight}}; - is standard output", HelpName = "FILE", Required = true };
        Option<string?> encoder = SharedOptions.Encoder(withNone: false);
        Option<QueryEncoding> queryEncoder = SharedOptions.QueryEncoder();
        Option<int?> maxTokens = SharedOptions.MaxTokens();
        Option<int?> threads = SharedOptions.Threads();
        var command = new Command("encode", "Write the term vectors of texts to a file") { output, encoder, queryEncoder, maxTokens, threads };
        input.AddTo(command);
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(output);
            if (path != "-")
            {
                OutputFile.RequireFolder(path);
            }

            CorpusInput corpus = input.Open(parsed);
            QueryEncoding encoding = parsed.GetValue(queryEncoder);
            var settings = new EncoderSettings(parsed.GetValue(maxTokens) ?? SharedOptions.DefaultMaxTokens, parsed.GetValue(threads)) { OwnTermsOnly = encoding == QueryEncoding.Lexical };
            string choice = parsed.GetValue(encoder) ?? EncoderChoice.BuiltIn;
            using ITermEncoder model = encoding == QueryEncoding.Idf
                ? EncoderChoice.OpenInferenceFree(choice) : EncoderChoice.Open(choice, settings);
            return Run(corpus, path, model);
        });
        return command;
    }

    private static int Run(CorpusInput corpus, string path, ITermEncoder encoder)
    {
        using var stop = new StopSignal();
        (long done, long weights, TimeSpan elapsed) = DocumentProgress.Run("Encoding", "documents", progress =>
        {
            long count = 0;
            void Write(Stream stream) => count = Encode(corpus, encoder, stream, progress, stop.Token);
            if (path == "-")
            {
                using Stream standard = Console.OpenStandardOutput();
                using var buffered = new BufferedStream(standard, 1 << 16);
                Write(buffered);
            }
            else
            {
                OutputFile.WriteBytes(path, Write);
            }

            return (progress.Done, count, progress.Elapsed);
        });
        corpus.ReportSkipped();
        if (encoder is SpladeEncoder { TruncatedTexts: > 0 and var cut })
        {
            Screen.Warn($"{Figure.Count(cut, "document")} {(cut == 1 ? "has" : "have")} more than --max-tokens, and the encoder read no further");
        }

        if (path != "-")
        {
            Console.Out.WriteLine($"{Figure.Count(done, "document")}, {Figure.Count(weights, "weight")} in {Figure.Duration(elapsed)}: {path}");
        }

        return ExitCode.Success;
    }

    private static long Encode(CorpusInput corpus, ITermEncoder encoder, Stream stream, DocumentProgress progress, CancellationToken stop)
    {
        long weights = 0;
        foreach (SparseDocument[] window in corpus.Read().Chunk(Window))
        {
            IReadOnlyList<TermVector> vectors = encoder.Encode([.. window.Select(document => document.FullText)], stop);
            for (int i = 0; i < window.Length; i++)
            {
                TermVectorFile.WriteLine(stream, window[i].Id, vectors[i], encoder.Vocabulary);
                weights += vectors[i].Count;
            }

            progress.Advance(window.Length, corpus.ShareRead);
        }

        return weights;
    }
}
