using System.Linq.Expressions;
using Microsoft.SemanticKernel.Data;
using Sparse.LuceneNet;

namespace Sparse.Extensions.SemanticKernel;

/// <summary>A <see cref="SparseIndex"/> as Semantic Kernel's text search, for prompts and plug-ins.</summary>
/// <remarks>
/// Searches hybrid where the index holds vectors and has its encoder, else by words. Filters compare <c>hit.Id</c> and
/// <c>hit.Fields["name"]</c> of the index's keyword, number and date fields with strings by ==, !=, &amp;&amp;, ||, ! and Contains of a list.
/// Matches are not counted, so IncludeTotalCount gives no count.
/// </remarks>
/// <param name="index">The index; stays the caller's.</param>
/// <param name="options">Options of each search; a filter here is joined to that of the search. Null for the defaults.</param>
/// <param name="link">A hit's address; null for the stored field "url", or none.</param>
public sealed class SparseTextSearch(SparseIndex index, SearchOptions? options = null, Func<SearchHit, string?>? link = null) : ITextSearch<SearchHit>
{
    private readonly SparseIndex _index = index ?? throw new ArgumentNullException(nameof(index));
    private readonly SearchOptions _options = options ?? new SearchOptions();

    /// <summary>The texts of the hits.</summary>
    /// <param name="query">Any text.</param>
    /// <param name="searchOptions">How many, how many to skip, filter.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="NotSupportedException">The filter can't be written for the index.</exception>
    public Task<KernelSearchResults<string>> SearchAsync(string query, TextSearchOptions<SearchHit>? searchOptions = null, CancellationToken cancellationToken = default) =>
        Search(query, searchOptions, hit => hit.Text, cancellationToken);

    /// <summary>Title, text and address of the hits.</summary>
    /// <param name="query">Any text.</param>
    /// <param name="searchOptions">How many, how many to skip, filter.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="NotSupportedException">The filter can't be written for the index.</exception>
    public Task<KernelSearchResults<TextSearchResult>> GetTextSearchResultsAsync(string query, TextSearchOptions<SearchHit>? searchOptions = null, CancellationToken cancellationToken = default) =>
        Search(query, searchOptions, hit => new TextSearchResult(hit.Text) { Name = hit.Title ?? hit.Id, Link = link is null ? hit.Fields.GetValueOrDefault("url") : link(hit) }, cancellationToken);

    /// <summary>The hits.</summary>
    /// <param name="query">Any text.</param>
    /// <param name="searchOptions">How many, how many to skip, filter.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="NotSupportedException">The filter can't be written for the index.</exception>
    public Task<KernelSearchResults<SearchHit>> GetSearchResultsAsync(string query, TextSearchOptions<SearchHit>? searchOptions = null, CancellationToken cancellationToken = default) =>
        Search(query, searchOptions, hit => hit, cancellationToken);

    private async Task<KernelSearchResults<T>> Search<T>(string query, TextSearchOptions<SearchHit>? asked, Func<SearchHit, T> map, CancellationToken cancellationToken)
    {
        asked ??= new TextSearchOptions<SearchHit>();
        string? filter = asked.Filter is null ? null : new LinqFilter(FieldOf).Translate(asked.Filter);
        SearchOptions search = _options with
        {
            Mode = _options.Mode ?? (_index.DefaultMode == SearchMode.Sparse ? SearchMode.Hybrid : SearchMode.Bm25),
            Skip = asked.Skip,
            Filter = (filter, _options.Filter) is ({ } one, { } other) ? $"({one}) and ({other})" : filter ?? _options.Filter,
        };
        SearchResult found = await Task.Run(() => _index.Search(query, asked.Top, search, cancellationToken), cancellationToken).ConfigureAwait(false);
        return new KernelSearchResults<T>(Results(found.Hits, map));
    }

    private static async IAsyncEnumerable<T> Results<T>(IReadOnlyList<SearchHit> hits, Func<SearchHit, T> map)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (SearchHit hit in hits)
        {
            yield return map(hit);
        }
    }

    private static string? FieldOf(Expression node) => node switch
    {
        MemberExpression { Expression: ParameterExpression, Member.Name: nameof(SearchHit.Id) } => SparseFields.Id,
        MethodCallExpression { Method.Name: "get_Item", Object: MemberExpression { Expression: ParameterExpression, Member.Name: nameof(SearchHit.Fields) }, Arguments: [ConstantExpression { Value: string name }] } => name,
        _ => null,
    };
}
