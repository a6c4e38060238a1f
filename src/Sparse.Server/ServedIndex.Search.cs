using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Sparse.LuceneNet;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Server;

/// <content>Searches.</content>
internal sealed partial class ServedIndex
{
    /// <summary>How it can be searched, the best first.</summary>
    public IReadOnlyList<SearchMode> Modes => _model is null ? [SearchMode.Bm25] : [SearchMode.Hybrid, SearchMode.Sparse, SearchMode.Bm25];

    /// <summary>True where queries can be encoded without the model.</summary>
    public bool HasTable => _table is not null;

    /// <summary>Searches.</summary>
    /// <param name="request">What for.</param>
    /// <param name="limits">What may be asked for.</param>
    /// <param name="stop">Stops it.</param>
    /// <exception cref="RequestException">The request asks for too much or for what is not here.</exception>
    public SearchAnswer Search(SearchRequest request, ServerOptions limits, CancellationToken stop)
    {
        Refresh();
        long started = Stopwatch.GetTimestamp();
        using Activity? span = Telemetry.Spans.StartActivity("search")?.SetTag("index", Name);
        SearchMode mode = ModeOf(request);
        SearchOptions options = request.ToOptions(mode, limits);
        span?.SetTag("mode", mode.ToString());
        ITermEncoder? encoder = mode == SearchMode.Bm25 ? null : EncoderOf(request.Encoder);
        if (encoder is not null)
        {
            options = options with { QueryEncoder = encoder, QueryVector = request.Tokens is { } tokens ? FromTokens(tokens, encoder.Vocabulary) : null };
        }

        SearchResult result = Run(request.Query ?? "", request.K, options, stop);
        IReadOnlyList<QueryTerm> terms = result.QueryVector is { } vector ? Terms(vector, encoder!.Vocabulary, request, stop) : [];
        TimeSpan taken = Stopwatch.GetElapsedTime(started);
        Telemetry.SearchSeconds.Record(taken.TotalSeconds, Telemetry.Of(this), new("mode", mode.ToString()));
        return new SearchAnswer(Name, result.Mode, taken.TotalMilliseconds, result.Hits, terms, result.Warnings)
        {
            Fallback = result.Fallback,
            Routed = result.Routed,
            Matches = result.Matches,
            Facets = result.Facets,
            Suggestions = result.Suggestions,
        };
    }

    /// <summary>What an encoder makes of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="encoder">"full" or "idf".</param>
    /// <param name="limits">How long it may be.</param>
    /// <param name="stop">Stops it.</param>
    /// <returns>Its terms, the heaviest first.</returns>
    /// <exception cref="RequestException">The text is too long, or there is no such encoder.</exception>
    public IReadOnlyList<QueryTerm> Inspect(string text, string? encoder, ServerOptions limits, CancellationToken stop)
    {
        if (text.Length > limits.MaxQueryCharacters)
        {
            throw new RequestException(400, $"The text has {text.Length} characters; give {limits.MaxQueryCharacters} at most.");
        }

        if (_model is null)
        {
            throw new RequestException(400, $"Index '{Name}' holds text alone, and has no encoder.");
        }

        ITermEncoder chosen = EncoderOf(encoder);
        return Terms(chosen.Encode([text], stop)[0], chosen.Vocabulary, new SearchRequest { Query = text }, stop);
    }

    private ITermEncoder EncoderOf(string? word) => SearchRequest.Choose("encoder", word, ("full", _model), ("idf", _table))
        ?? throw new RequestException(400, $"Index '{Name}' has no table of term weights; leave the encoder out.");

    // What hybrid search cannot do chooses the mode that can.
    private SearchMode ModeOf(SearchRequest request)
    {
        SearchMode mode = request.Mode is not null ? SearchRequest.Choose("mode", request.Mode, ("hybrid", SearchMode.Hybrid), ("sparse", SearchMode.Sparse), ("bm25", SearchMode.Bm25))
            : request.Syntax == "lucene" ? SearchMode.Bm25 : request.Sort?.Contains("score") == true || request.LooksPastTheBest || string.IsNullOrWhiteSpace(request.Query) ? SearchMode.Sparse : Modes[0];
        return _model is not null || mode == SearchMode.Bm25 ? mode
            : request.Mode is null ? SearchMode.Bm25 : throw new RequestException(400, $"Index '{Name}' holds text alone; search it by bm25.");
    }

    // A query of stop words alone is no mistake of who types it: nothing is found, and the answer says why.
    private SearchResult Run(string query, int k, SearchOptions options, CancellationToken stop)
    {
        try
        {
            return !string.IsNullOrWhiteSpace(query) ? Index.Search(query, k, options, stop) : Index.SearchVector(options.QueryVector!, k, options, stop);
        }
        catch (ArgumentException error) when (options.Syntax == QuerySyntax.Plain && error.ParamName is "query" or "text" or "vector")
        {
            return new SearchResult(query, options.Mode!.Value, [], [SentenceOf(error)]);
        }
        catch (ArgumentException error) when (error.Source?.StartsWith("Sparse", StringComparison.Ordinal) == true)
        {
            throw new RequestException(400, SentenceOf(error));
        }
    }

    private static TermVector FromTokens(IReadOnlyDictionary<string, float> tokens, Vocabulary vocabulary)
    {
        if (tokens.Values.Any(weight => !(weight > 0) || !float.IsFinite(weight)))
        {
            throw new RequestException(400, "A token's weight must be finite and above 0.");
        }

        // Those that the vocabulary does not hold match nothing.
        return TermVector.FromPairs([.. tokens.Where(token => vocabulary.TryGetId(token.Key, out _))
            .Select(token => KeyValuePair.Create(vocabulary.TryGetId(token.Key, out int id) ? id : -1, token.Value))]);
    }

    // The table encodes a text to its own pieces; without one, whole words have to do.
    private QueryTerm[] Terms(TermVector vector, Vocabulary vocabulary, SearchRequest request, CancellationToken stop)
    {
        HashSet<string> words = [.. Word().Matches(request.Query ?? "").Select(word => word.Value.ToLower(CultureInfo.InvariantCulture))];
        TermVector? pieces = _table?.Encode([request.Query ?? ""], stop)[0];
        var terms = new QueryTerm[vector.Count];
        for (int i = 0; i < terms.Length; i++)
        {
            string piece = vocabulary[vector.Terms[i]];
            terms[i] = new QueryTerm(piece, vector.Weights[i], request.Edits?.GetValueOrDefault(piece, 1) ?? 1, pieces is null ? !words.Contains(piece) : pieces.Terms.BinarySearch(vector.Terms[i]) < 0);
        }

        return [.. terms.OrderByDescending(term => term.Weight).ThenBy(term => term.Term, StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+")]
    private static partial Regex Word();
}
