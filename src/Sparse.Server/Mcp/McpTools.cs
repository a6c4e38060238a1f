using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Sparse.LuceneNet;

namespace Sparse.Server.Mcp;

/// <summary>What a language model may do with the indexes: list them, search them, read a document, ask why it was found. Nothing changes them.</summary>
internal sealed class McpTools
{
    private const int MostHits = 50;
    private const int LongestPassage = 400;
    private const int TermsShown = 20;

    private static readonly JsonSerializerOptions Json = new(McpJsonUtilities.DefaultOptions)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    private readonly IReadOnlyList<ServedIndex> _indexes;
    private readonly ServerOptions _limits;

    private McpTools(IReadOnlyList<ServedIndex> indexes, ServerOptions limits) => (_indexes, _limits) = (indexes, limits);

    /// <summary>Makes a server of the tools.</summary>
    /// <param name="indexes">What it serves.</param>
    /// <param name="limits">What a call may ask for.</param>
    public static McpServerOptions Options(IReadOnlyList<ServedIndex> indexes, ServerOptions limits) => new()
    {
        ServerInfo = new Implementation { Name = "sparse", Version = typeof(McpTools).Assembly.GetName().Version!.ToString(3) },
        ServerInstructions = "Searches document collections by words and by meaning. list_indexes says what there is; search finds, get_document reads a hit whole, explain says why a document was found.",
        ToolCollection = [.. Create(indexes, limits)],
    };

    /// <summary>Makes the tools.</summary>
    /// <param name="indexes">What they work on.</param>
    /// <param name="limits">What a call may ask for.</param>
    public static IEnumerable<McpServerTool> Create(IReadOnlyList<ServedIndex> indexes, ServerOptions limits)
    {
        var tools = new McpTools(indexes, limits);
        McpServerTool Tool(string name, string title, Delegate method) => McpServerTool.Create(method, new McpServerToolCreateOptions
        {
            Name = name,
            Title = title,
            ReadOnly = true,
            Idempotent = true,
            OpenWorld = false,
            Destructive = false,
            UseStructuredContent = true,
            SerializerOptions = Json,
        });
        return
        [
            Tool("list_indexes", "List the indexes", tools.ListIndexes),
            Tool("search", "Search an index", tools.Search),
            Tool("get_document", "Read a document", tools.GetDocument),
            Tool("explain", "Say why a document is found", tools.Explain),
        ];
    }

    [Description("Lists the indexes: name, number of documents, ways to search, fields to filter by.")]
    private IndexList ListIndexes() => new([.. _indexes.Select(index => new IndexSummary(
        index.Name, index.Index.Count, [.. index.Modes.Select(Word)], index.Index.Language, index.Index.Fields.ToDictionary(field => field.Name, field => field.Kind.ToString().ToLowerInvariant())))]);

    [Description("Finds the best documents for a query, with the passage of each that fits it best.")]
    private HitSummary Search(
        [Description("What to look for, in plain words.")] string query,
        [Description("Name of the index; may be left out where there is only one.")] string? index = null,
        [Description("hybrid (words and meaning, default), sparse (meaning) or bm25 (words).")] string? mode = null,
        [Description("Only documents that pass, by the fields that list_indexes shows, such as: year >= 2020 and lang in (en, de).")] string? filter = null,
        [Description("Number of hits, 1 to 50.")] int k = 10,
        [Description("Hits to leave out at the front, for further pages.")] int from = 0,
        CancellationToken stop = default) => Asked(() =>
        {
            ServedIndex one = Named(index);
            SearchAnswer answer = one.Search(new SearchRequest { Query = query, Mode = mode, Filter = filter, K = Within(k), From = from, Highlight = true, PassageLength = LongestPassage }, _limits, stop);
            return new HitSummary(one.Name, Word(answer.Mode), [.. answer.Hits.Select(Shown)], answer.Warnings);
        });

    [Description("Reads a document whole: title, text and further fields.")]
    private DocumentText GetDocument(
        [Description("The document's id, as search gives it.")] string id,
        [Description("Name of the index; may be left out where there is only one.")] string? index = null) => Asked(() =>
        {
            SparseDocument document = Named(index).Document(id) ?? throw new RequestException(404, "There is no document with this id.");
            return new DocumentText(document.Id, document.Title, document.Text, document.Fields.AsReadOnly());
        });

    [Description("Says why a document is found for a query: the terms that match, what each adds to its score, and the words that brought them.")]
    private Reasons Explain(
        [Description("The query.")] string query,
        [Description("The document's id.")] string id,
        [Description("Name of the index; may be left out where there is only one.")] string? index = null,
        [Description("sparse (meaning, default) or bm25 (words).")] string? mode = null,
        CancellationToken stop = default) => Asked(() =>
        {
            ServedIndex one = Named(index);
            string only = "id = \"" + id.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';
            SearchAnswer answer = one.Search(new SearchRequest { Query = query, Mode = mode ?? Word(one.Modes.Contains(SearchMode.Sparse) ? SearchMode.Sparse : SearchMode.Bm25), Filter = only, K = 1, Explain = true }, _limits, stop);
            if (answer.Hits.Count == 0)
            {
                _ = one.Document(id) ?? throw new RequestException(404, "There is no document with this id.");
            }

            return new Reasons(one.Name, Word(answer.Mode), id, answer.Hits.Count > 0 ? answer.Hits[0].Score : 0, [.. answer.Hits.Take(1)
                .SelectMany(hit => hit.Explanation?.Terms ?? []).Take(TermsShown).Select(term => new Reason(term.Term, term.Score, term.Share, term.InQuery?.Word, term.InDocument?.Word))]);
        });

    private ServedIndex Named(string? name) => name is null && _indexes.Count == 1 ? _indexes[0]
        : _indexes.FirstOrDefault(index => index.Name == name) ?? throw new RequestException(404, $"{(name is null ? "The index is missing" : "There is no index of this name")}; there are {string.Join(", ", _indexes.Select(index => index.Name))}.");

    private static int Within(int k) => k is >= 1 and <= MostHits ? k : throw new RequestException(400, $"k = {k} is out of range; it lies between 1 and {MostHits}.");

    private static HitText Shown(SearchHit hit) => new(hit.Rank, hit.Id, hit.Title, hit.Score, hit.Highlight?.Passage is { Length: > 0 } passage ? passage : hit.Text[..Math.Min(hit.Text.Length, LongestPassage)], hit.Fields);

    private static string Word(SearchMode mode) => mode.ToString().ToLowerInvariant();

    // Of an exception of this kind the caller is told the sentence, of others only that there was one.
    private static T Asked<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (RequestException refused)
        {
            throw new McpException(refused.Message);
        }
    }

    private sealed record IndexList(IReadOnlyList<IndexSummary> Indexes);

    private sealed record IndexSummary(string Name, int Documents, IReadOnlyList<string> Modes, string? Language, IReadOnlyDictionary<string, string> Fields);

    private sealed record HitSummary(string Index, string Mode, IReadOnlyList<HitText> Hits, IReadOnlyList<string> Warnings);

    private sealed record HitText(int Rank, string Id, string? Title, double Score, string Passage, IReadOnlyDictionary<string, string> Fields);

    private sealed record DocumentText(string Id, string? Title, string Text, IReadOnlyDictionary<string, string> Fields);

    private sealed record Reasons(string Index, string Mode, string Id, double Score, IReadOnlyList<Reason> Terms);

    private sealed record Reason(string Term, double Score, double Share, string? InQuery, string? InDocument);
}
