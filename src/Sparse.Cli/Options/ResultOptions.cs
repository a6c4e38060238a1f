using System.CommandLine;
using System.Globalization;
using Sparse.LuceneNet;
using SortKey = Sparse.LuceneNet.SortKey;

namespace Sparse.Cli.Options;

/// <summary>The options of <c>search</c> that say which hits are shown, in what order and with what beside them.</summary>
internal sealed class ResultOptions
{
    private readonly Option<string?> _filter = new("--filter") { Description = "Only documents that pass, such as 'year >= 2020 and lang = en'", HelpName = "EXPR" };
    private readonly Option<string[]> _sort = new("--sort") { Description = "Sort by a field, -FIELD for the largest first; may be repeated", HelpName = "FIELD" };
    private readonly Option<string[]> _facets = new("--facet") { Description = "Count the values of a field over all matches; may be repeated", HelpName = "FIELD" };
    private readonly Option<string?> _minScore = new("--min-score") { Description = "Only hits with at least this score", HelpName = "X" };
    private readonly Option<bool> _explain = new("--explain") { Description = "Say which terms found each hit, and the words they came from" };
    private readonly Option<bool> _highlight = new("--highlight") { Description = "Show the passage of each hit that explains it best" };
    private readonly Option<int?> _encoderBudget = NumberOption.Create("--encoder-budget", null, 1, int.MaxValue, "Milliseconds to wait for the query's encoder, then search by words; default: as long as it takes");
    private readonly Option<bool> _withoutRules = new("--without-rules") { Description = "Leave the index's rules out" };
    private readonly Option<QuerySyntax> _syntax = ChoiceOption.Create(
        "--syntax", QuerySyntax.Plain, "How --mode bm25 reads the query: any text (plain, default), or Lucene's syntax: \"a phrase\" -not pre* title:word",
        ("plain", QuerySyntax.Plain), ("lucene", QuerySyntax.Lucene));

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _filter, _sort, _facets, _minScore, _explain, _highlight, _syntax, _withoutRules, _encoderBudget })
        {
            command.Add(option);
        }
    }

    /// <summary>What the user gave.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">What the query side says.</param>
    /// <exception cref="WrongInputException">The least score is no number.</exception>
    public SearchOptions Apply(ParseResult parsed, SearchOptions options)
    {
        double? least = null;
        if (parsed.GetValue(_minScore) is { } given)
        {
            least = double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
                ? value
                : throw new WrongInputException($"--min-score takes a number, not '{given}'");
        }

        return options with
        {
            Filter = parsed.GetValue(_filter),
            Sort = [.. (parsed.GetValue(_sort) ?? []).Select(field => field.StartsWith('-') ? new SortKey(field[1..], Descending: true) : field == "score" ? SortKey.Score : new SortKey(field))],
            Facets = parsed.GetValue(_facets) ?? [],
            MinScore = least,
            Explain = parsed.GetValue(_explain),
            Highlight = parsed.GetValue(_highlight),
            Syntax = parsed.GetValue(_syntax),
            WithoutRules = parsed.GetValue(_withoutRules),
            EncoderBudget = parsed.GetValue(_encoderBudget) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
            SuggestSpelling = true,
        };
    }
}
