using System.CommandLine;
using Sparse.Chunks;
using Sparse.Encoders.Splade;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Cli.Options;

/// <summary>How <c>index</c> cuts long documents; kept beside the index, so that <c>--append</c> cuts the same way.</summary>
/// <param name="By">Where texts are cut.</param>
/// <param name="Tokens">Tokens of a passage.</param>
/// <param name="Overlap">Tokens that a passage repeats of the one before.</param>
/// <param name="Use">What becomes of the passages.</param>
internal sealed record ChunkChoice(ChunkBy By, int Tokens, int Overlap, PassageUse Use)
{
    /// <summary>The options of an index whose added documents are cut so.</summary>
    /// <param name="encoder">Its encoder.</param>
    /// <param name="options">The other options.</param>
    /// <exception cref="WrongInputException">The index has no encoder.</exception>
    public SparseIndexOptions Apply(ITermEncoder? encoder, SparseIndexOptions options) => encoder is SpladeEncoder splade
        ? options with { Chunker = new Chunker(splade.Tokenizer, new ChunkOptions { By = By, MaxTokens = Tokens, OverlapTokens = Overlap }), Passages = Use }
        : throw new WrongInputException("an index of words alone (--encoder none) reads all of a text; leave --chunk out");
}

/// <summary><c>--chunk none|tokens|sentences|headings</c>, and the options that go with it.</summary>
internal sealed class ChunkOptionSet
{
    // An eighth of a passage, where a cut may part what belongs together. Between sentences it made vespa-docs-qa's pages no better:
    // nDCG@10 .7246 without, .7207 with (bench/results/long-documents.md); after tokens .7096 and .7142.
    private const int TokensPerOverlap = 8;

    private readonly Option<string?> _by = ChoiceOption.Create<string?>(
        "--chunk", null, "Cut long documents into passages, after tokens, between sentences or at Markdown headings; none (default): the encoder reads the beginning",
        ("none", "none"), ("tokens", "tokens"), ("sentences", "sentences"), ("headings", "headings"));

    private readonly Option<int?> _tokens = NumberOption.Create(
        "--chunk-tokens", null, ChunkOptions.LeastTokens, SharedOptions.MostTokens, "Tokens of a passage; default: --max-tokens");

    private readonly Option<int?> _overlap = NumberOption.Create(
        "--chunk-overlap", null, 0, SharedOptions.MostTokens / 2, "Tokens that a passage repeats of the one before; default: an eighth of a passage with --chunk tokens, else none");

    private readonly Option<PassageUse?> _use = ChoiceOption.Create<PassageUse?>(
        "--passages", null, "Keep passages, so that the best one counts and hits name it (default), or merge them into one vector a document",
        ("keep", PassageUse.Keep), ("merge", PassageUse.Merge));

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_by);
        command.Add(_tokens);
        command.Add(_overlap);
        command.Add(_use);
    }

    /// <summary>What the user gave.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>The choice, for the tokens that the encoder reads and what is kept beside the index.</returns>
    public Func<int, ChunkChoice?, ChunkChoice?> Read(ParseResult parsed)
    {
        string? by = parsed.GetValue(_by);
        int? tokens = parsed.GetValue(_tokens), overlap = parsed.GetValue(_overlap);
        PassageUse? use = parsed.GetValue(_use);
        return (maxTokens, remembered) =>
        {
            if (by == "none" || (by is null && remembered is null))
            {
                return tokens is null && overlap is null && use is null ? null
                    : throw new WrongInputException("--chunk-tokens, --chunk-overlap and --passages go with --chunk tokens, sentences or headings");
            }

            ChunkBy where = by is null ? remembered!.By : Enum.Parse<ChunkBy>(by, ignoreCase: true);
            int size = tokens ?? (by is null ? remembered!.Tokens : Math.Max(maxTokens, ChunkOptions.LeastTokens));
            int repeated = overlap ?? (by is null && tokens is null ? remembered!.Overlap : where == ChunkBy.Tokens ? size / TokensPerOverlap : 0);
            if (size > maxTokens)
            {
                throw new WrongInputException($"passages of {size} tokens are longer than the {maxTokens} that the encoder reads; give --max-tokens {size} too, or fewer --chunk-tokens");
            }

            return repeated > size / 2
                ? throw new WrongInputException($"passages of {size} tokens may overlap by {size / 2} at most, not {repeated}")
                : new ChunkChoice(where, size, repeated, use ?? remembered?.Use ?? PassageUse.Keep);
        };
    }
}
