namespace Examine;

/// <summary>Searches an index.</summary>
public interface ISearcher
{
    string Name { get; }

    ISearchResults Search(string searchText, QueryOptions? options = null);

    IQuery CreateQuery(string? category = null);
}

/// <summary>A query in the making.</summary>
public interface IQuery
{
    /// <summary>What somebody typed.</summary>
    IBooleanOperation ManagedQuery(string query);

    IBooleanOperation Field(string fieldName, string fieldValue);

    IBooleanOperation GroupedOr(IEnumerable<string> fields, params string[] query);

    IBooleanOperation RangeQuery<T>(string[] fields, T? min, T? max)
        where T : struct;
}

/// <summary>What follows a part of a query: another part, an order, or its execution.</summary>
public interface IBooleanOperation
{
    IQuery And();

    IQuery Not();

    IBooleanOperation OrderBy(string field);

    IBooleanOperation OrderByDescending(string field);

    ISearchResults Execute(QueryOptions? options = null);
}

/// <summary>Which page of results.</summary>
public sealed record QueryOptions(int Skip, int Take)
{
    public const int DefaultMaxResults = 500;

    public static QueryOptions Default { get; } = new(0, DefaultMaxResults);

    public static QueryOptions SkipTake(int skip, int? take = null) => new(skip, take ?? DefaultMaxResults);
}

/// <summary>A page of results, the best first.</summary>
public interface ISearchResults : IEnumerable<ISearchResult>
{
    long TotalItemCount { get; }
}

/// <summary>One result.</summary>
public interface ISearchResult
{
    string Id { get; }

    float Score { get; }

    IReadOnlyDictionary<string, string> Values { get; }

    string? this[string key] { get; }
}
