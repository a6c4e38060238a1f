using System.Collections;
using System.Globalization;
using Sparse.LuceneNet;
using SortKey = Sparse.LuceneNet.SortKey;

namespace Examine.Sparse;

/// <summary>Searches by words and by meaning: what was typed finds, all other parts of a query filter.</summary>
internal sealed class SparseExamineSearcher(SparseExamineIndex index) : ISearcher
{
    public string Name => index.Name + "Searcher";

    public ISearchResults Search(string searchText, QueryOptions? options = null) => CreateQuery().ManagedQuery(searchText).Execute(options);

    public IQuery CreateQuery(string? category = null)
    {
        var query = new Query(index.Index);
        return category is null ? query : query.Field(SparseExamineIndex.CategoryField, category).And();
    }

    private sealed class Query(SparseIndex index) : IQuery, IBooleanOperation
    {
        private readonly List<string> _filters = [];
        private readonly List<SortKey> _order = [];
        private string? _text;
        private bool _isNot;

        public IBooleanOperation ManagedQuery(string query)
        {
            if (_text is not null || _isNot)
            {
                throw new NotSupportedException("A query has one text to search for, and not its negation; the other parts are filters.");
            }

            _text = query;
            return this;
        }

        public IBooleanOperation Field(string fieldName, string fieldValue) => Filter($"{fieldName} = {Quoted(fieldValue)}");

        public IBooleanOperation GroupedOr(IEnumerable<string> fields, params string[] query) =>
            Filter(string.Join(" or ", fields.Select(field => $"{field} in ({string.Join(", ", query.Select(Quoted))})")));

        public IBooleanOperation RangeQuery<T>(string[] fields, T? min, T? max)
            where T : struct => Filter(string.Join(" or ", fields.Select(field =>
                string.Join(" and ", new[] { min is null ? null : $"{field} >= {Quoted(Written(min))}", max is null ? null : $"{field} <= {Quoted(Written(max))}" }.OfType<string>().DefaultIfEmpty($"{field} = *")))));

        public IQuery And() => this;

        public IQuery Not()
        {
            _isNot = true;
            return this;
        }

        public IBooleanOperation OrderBy(string field) => Order(field, descending: false);

        public IBooleanOperation OrderByDescending(string field) => Order(field, descending: true);

        public ISearchResults Execute(QueryOptions? options = null)
        {
            options ??= QueryOptions.Default;
            if (string.IsNullOrWhiteSpace(_text))
            {
                throw new NotSupportedException("There is nothing to search for: give ManagedQuery a text. A list without a query is the content cache's work.");
            }

            // Facets make the index count what matches; by words, for some term of the meaning is in nearly every item.
            var search = new SearchOptions { Mode = SearchMode.Hybrid, Filter = _filters.Count == 0 ? null : string.Join(" and ", _filters), Skip = options.Skip, Sort = _order };
            SearchResult found = index.Search(_text, Math.Max(1, options.Take), search);
            long byWords = index.Search(_text, 1, search with { Mode = SearchMode.Bm25, Skip = 0, Sort = [], Facets = [SparseExamineIndex.CategoryField], WithStoredFields = false }).Matches ?? 0;
            return new Results(found.Hits, Math.Max(byWords, options.Skip + found.Hits.Count));
        }

        private Query Order(string field, bool descending)
        {
            _order.Add(new SortKey(field, descending));
            return this;
        }

        private Query Filter(string test)
        {
            _filters.Add(_isNot ? $"not ({test})" : $"({test})");
            _isNot = false;
            return this;
        }

        private static string Written<T>(T value) => value is DateTime time ? time.ToString("O", CultureInfo.InvariantCulture) : Convert.ToString(value, CultureInfo.InvariantCulture)!;

        private static string Quoted(string value) => '"' + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';
    }

    private sealed class Results(IReadOnlyList<SearchHit> hits, long total) : ISearchResults
    {
        public long TotalItemCount => total;

        public IEnumerator<ISearchResult> GetEnumerator() => hits.Select(hit => new Result(hit)).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Result(SearchHit hit) : ISearchResult
    {
        public string Id => hit.Id;

        public float Score => (float)hit.Score;

        public IReadOnlyDictionary<string, string> Values { get; } = new Dictionary<string, string>(hit.Fields) { [SparseExamineIndex.NameField] = hit.Title ?? "" };

        public string? this[string key] => Values.GetValueOrDefault(key);
    }
}
