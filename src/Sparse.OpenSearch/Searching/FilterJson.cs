using System.Text.Json.Nodes;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.LuceneNet;
using Sparse.LuceneNet.Fields;
using Sparse.OpenSearch.Documents;

namespace Sparse.OpenSearch.Searching;

/// <summary>A filter expression as the server reads it: parsed as for a local index, and its Lucene query spelt out.</summary>
internal static class FilterJson
{
    /// <summary>Translates an expression.</summary>
    /// <param name="expression">The expression; null for none.</param>
    /// <param name="schema">The index's fields.</param>
    /// <returns>Null for none.</returns>
    /// <exception cref="ArgumentException">It is no filter, or names a field or value that can't be.</exception>
    public static JsonObject? Of(string? expression, IndexSchema schema) =>
        expression is null ? null
        : string.IsNullOrWhiteSpace(expression) ? throw new ArgumentException("The filter is empty; leave it out to find all documents.", nameof(expression))
        : Of(FilterParser.Parse(expression, schema));

    /// <summary>The server's name of a field.</summary>
    /// <param name="field">Its name.</param>
    public static string Path(string field) => field == SparseFields.Id ? field : "by." + VectorField.Escape(field);

    private static JsonObject Of(Query query) => query switch
    {
        TermQuery word => Test("term", word.Term.Field, word.Term.Text),
        PrefixQuery { Prefix: { Text.Length: 0 } any } => Exists(any.Field),
        PrefixQuery { Prefix: Term prefix } => Test("prefix", prefix.Field, prefix.Text),
        NumericRangeQuery<double> range => Range(range),
        NumericRangeQuery<long> range => Range(range),
        BooleanQuery clauses => All(clauses),
        MatchAllDocsQuery => new JsonObject { ["match_all"] = new JsonObject() },
        _ => throw new NotSupportedException($"A filter by {query.GetType().Name} can't be put to a server."),
    };

    private static JsonObject All(BooleanQuery clauses)
    {
        JsonArray must = [], should = [], mustNot = [];
        foreach (BooleanClause clause in clauses.Clauses)
        {
            (clause.Occur == Occur.MUST ? must : clause.Occur == Occur.SHOULD ? should : mustNot).Add(Of(clause.Query));
        }

        var all = new JsonObject { ["filter"] = must, ["must_not"] = mustNot };
        if (should.Count > 0)
        {
            all["should"] = should;
            all["minimum_should_match"] = 1;
        }

        return new JsonObject { ["bool"] = all };
    }

    private static JsonObject Range<T>(NumericRangeQuery<T> range)
        where T : struct, IComparable<T>
    {
        var limits = new JsonObject();
        if (range.Min is { } least)
        {
            limits[range.IncludesMin ? "gte" : "gt"] = JsonValue.Create(least);
        }

        if (range.Max is { } most)
        {
            limits[range.IncludesMax ? "lte" : "lt"] = JsonValue.Create(most);
        }

        return limits.Count == 0 ? Exists(range.Field) : new JsonObject { ["range"] = new JsonObject { [Path(range.Field)] = limits } };
    }

    private static JsonObject Test(string test, string field, string value) => new() { [test] = new JsonObject { [Path(field)] = value } };

    private static JsonObject Exists(string field) => new() { ["exists"] = new JsonObject { ["field"] = Path(field) } };
}
