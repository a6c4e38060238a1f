using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sparse.OpenSearch.Cluster;
using Sparse.OpenSearch.Documents;

namespace Sparse.OpenSearch.Searching;

/// <summary>What a collection knows of words and terms: how many documents hold each. Counted by the server when first asked for, kept for a minute.</summary>
/// <remarks>Over all shards, and without deleted documents; a local index counts those until they are merged away. Safe for concurrent use.</remarks>
/// <param name="client">The cluster.</param>
/// <param name="view">The index.</param>
internal sealed class CollectionCounts(ClusterClient client, View view)
{
    // Filters of one aggregation that servers take: indices.query.bool.max_clause_count.
    private const int FiltersOfARequest = 1_000;

    // Parts words that a document must hold all of, in the name that their count is kept by; words are sent parted by blanks, so no word has one.
    private const char AllOf = ' ';
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _terms = new(StringComparer.Ordinal);
    private readonly Stopwatch _age = new();
    private Totals _totals;

    /// <summary>Counts of the whole collection.</summary>
    /// <param name="Vectors">Documents, or passages where vectors are theirs.</param>
    /// <param name="Documents">Documents that have words.</param>
    /// <param name="Words">All their words.</param>
    internal readonly record struct Totals(long Vectors, long Documents, double Words);

    /// <summary>Counts what is not counted yet.</summary>
    /// <param name="words">Words.</param>
    /// <param name="terms">Terms of the vocabulary.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The totals, and the documents that hold each of the words and terms; 0 for none.</returns>
    public (Totals Totals, IReadOnlyDictionary<string, long> Words, IReadOnlyDictionary<string, long> Terms) Of(
        IReadOnlyCollection<string> words, IReadOnlyCollection<string> terms, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_age.IsRunning && _age.Elapsed > KeptFor)
            {
                _words.Clear();
                _terms.Clear();
                _age.Reset();
            }

            (string Name, bool IsTerm)[] unknown =
            [
                .. words.Where(word => !_words.ContainsKey(word)).Distinct(StringComparer.Ordinal).Select(word => (word, false)),
                .. terms.Where(term => !_terms.ContainsKey(term)).Distinct(StringComparer.Ordinal).Select(term => (term, true)),
            ];
            if (unknown.Length > 0 || !_age.IsRunning)
            {
                for (int from = 0; from < Math.Max(1, unknown.Length); from += FiltersOfARequest)
                {
                    Load(unknown[from..Math.Min(unknown.Length, from + FiltersOfARequest)], cancellationToken);
                }

                if (!_age.IsRunning)
                {
                    _age.Start();
                }
            }

            return (_totals, words.Distinct(StringComparer.Ordinal).ToDictionary(word => word, word => _words[word], StringComparer.Ordinal),
                terms.Distinct(StringComparer.Ordinal).ToDictionary(term => term, term => _terms[term], StringComparer.Ordinal));
        }
    }

    /// <summary>How many documents hold all of some words.</summary>
    /// <param name="words">Words, at least one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public long Holders(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        string all = string.Join(AllOf, words);
        return Of([all], [], cancellationToken).Words[all];
    }

    private void Load((string Name, bool IsTerm)[] asked, CancellationToken cancellationToken)
    {
        bool passages = view.Meta.Passages;
        JsonObject words = [], terms = [];
        for (int i = 0; i < asked.Length; i++)
        {
            // Named by number: names of aggregations and filters allow less than words do.
            string key = i.ToString(CultureInfo.InvariantCulture);
            if (asked[i].IsTerm)
            {
                terms[key] = view.Vectors.Query([asked[i].Name], [VectorField.WeightUnit], passages ? "passages." : "");
            }
            else
            {
                words[key] = new JsonObject { ["bool"] = new JsonObject { ["filter"] = new JsonArray([.. asked[i].Name.Split(AllOf).Select(word => (JsonNode)Term(word))]) } };
            }
        }

        var counts = new JsonObject { ["lengths"] = new JsonObject { ["stats"] = new JsonObject { ["field"] = "length" } } };
        if (words.Count > 0)
        {
            counts["words"] = Filters(words);
        }

        JsonObject ofVectors = terms.Count > 0 ? new JsonObject { ["terms"] = Filters(terms) } : [];
        if (passages)
        {
            counts["passages"] = new JsonObject { ["nested"] = new JsonObject { ["path"] = "passages" }, ["aggs"] = ofVectors };
        }
        else if (terms.Count > 0)
        {
            counts["terms"] = Filters(terms.DeepClone().AsObject());
        }

        JsonElement answer = RemoteSearch.Ask(client, view, new JsonObject { ["size"] = 0, ["track_total_hits"] = true, ["aggs"] = counts }, cancellationToken);
        JsonElement found = answer.GetProperty("aggregations");
        JsonElement lengths = found.GetProperty("lengths");
        JsonElement vectors = passages ? found.GetProperty("passages") : found;
        _totals = new Totals(
            passages ? vectors.GetProperty("doc_count").GetInt64() : answer.GetProperty("hits").GetProperty("total").GetProperty("value").GetInt64(),
            lengths.GetProperty("count").GetInt64(), lengths.GetProperty("sum").GetDouble());
        for (int i = 0; i < asked.Length; i++)
        {
            JsonElement buckets = (asked[i].IsTerm ? vectors.GetProperty("terms") : found.GetProperty("words")).GetProperty("buckets");
            (asked[i].IsTerm ? _terms : _words)[asked[i].Name] = buckets.GetProperty(i.ToString(CultureInfo.InvariantCulture)).GetProperty("doc_count").GetInt64();
        }
    }

    private static JsonObject Term(string word) => new() { ["term"] = new JsonObject { ["words"] = word } };

    private static JsonObject Filters(JsonObject filters) => new() { ["filters"] = new JsonObject { ["filters"] = filters } };
}
