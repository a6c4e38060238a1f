using System.Text;
using Sparse.LuceneNet;

namespace Sparse.Server.OpenSearch;

/// <summary>Writes answers in OpenSearch's shapes.</summary>
internal static class OpenSearchAnswer
{
    /// <summary>The answer to <c>_search</c>.</summary>
    /// <param name="answer">What was found.</param>
    /// <param name="request">What was asked.</param>
    public static object Of(SearchAnswer answer, OpenSearchRequest request) => new
    {
        took = (long)answer.Milliseconds,
        timed_out = false,
        hits = new
        {
            total = new { value = answer.Matches ?? request.Search.From + answer.Hits.Count, relation = answer.Matches is null || answer.Mode == SearchMode.Hybrid ? "gte" : "eq" },
            max_score = answer.Hits.Count > 0 ? answer.Hits.Max(hit => hit.Score) : (double?)null,
            hits = answer.Hits.Select(hit => new
            {
                _index = answer.Index,
                _id = hit.Id,
                _score = hit.Score,
                _source = request.Source is { Length: 0 } ? null : Source(hit, request.Source),
                highlight = Marked(hit),
                _explanation = Explained(hit),
            }),
        },
        aggregations = request.Aggregations.Count == 0 ? null : request.Aggregations.ToDictionary(one => one.Name, one => new
        {
            buckets = answer.Facets.GetValueOrDefault(one.Field, []).Take(one.Size).Select(count => new { key = count.Value, doc_count = count.Count }),
        }),
    };

    /// <summary>One line of the answer to <c>_bulk</c>.</summary>
    /// <param name="index">The index.</param>
    /// <param name="action">index or delete.</param>
    /// <param name="id">The document.</param>
    /// <param name="there">Whether it was there.</param>
    public static Dictionary<string, object> Item(string index, string action, string id, bool there) => new()
    {
        [action] = new
        {
            _index = index,
            _id = id,
            status = action == "delete" ? (there ? 200 : 404) : there ? 200 : 201,
            result = action == "delete" ? (there ? "deleted" : "not_found") : there ? "updated" : "created",
        },
    };

    private static Dictionary<string, string> Source(SearchHit hit, string[]? fields)
    {
        var source = new Dictionary<string, string>(hit.Fields) { [SparseFields.Text] = hit.Text };
        if (hit.Title is not null)
        {
            source[SparseFields.Title] = hit.Title;
        }

        return fields is null ? source : source.Where(field => fields.Contains(field.Key)).ToDictionary();
    }

    private static Dictionary<string, string[]>? Marked(SearchHit hit)
    {
        if (hit.Highlight is not { } highlight)
        {
            return null;
        }

        var marked = new Dictionary<string, string[]>();
        Add(SparseFields.Title, hit.Title ?? "", highlight.TitleSpans);
        Add(SparseFields.Text, highlight.Passage, highlight.Spans);
        return marked.Count > 0 ? marked : null;

        void Add(string field, string text, IReadOnlyList<TextSpan> spans)
        {
            if (spans.Count == 0)
            {
                return;
            }

            var with = new StringBuilder();
            int at = 0;
            foreach (TextSpan span in spans)
            {
                with.Append(text, at, span.Start - at).Append("<em>").Append(text, span.Start, span.End - span.Start).Append("</em>");
                at = span.End;
            }

            marked[field] = [with.Append(text, at, text.Length - at).ToString()];
        }
    }

    private static object? Explained(SearchHit hit) => hit.Explanation is not { } why ? null : new
    {
        value = hit.Score,
        description = hit.Legs.Count > 0 ? "sum of the legs' weighted scores, the terms of the leg sparse below" : "sum of",
        details = hit.Legs.Select(leg => new { value = leg.Weight * leg.Normalized, description = $"leg {leg.Leg}" })
            .Concat(why.Terms.Select(term => new { value = term.Score, description = term.QueryWeight > 0 ? $"{term.Term}: query weight {term.QueryWeight} x impact {term.Impact}" : term.Term })),
    };
}
