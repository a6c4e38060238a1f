using Examine;

namespace ExampleSite;

/// <summary>What a site has anyway: it knows Examine and nothing of what is behind it.</summary>
public sealed class Site(IExamineManager examine)
{
    /// <summary>Publishes an article.</summary>
    public void Publish(int id, string name, string body, string tag, DateTime date) => Index.IndexItems([
        new ValueSet(id.ToString(System.Globalization.CultureInfo.InvariantCulture), "content", "article", new Dictionary<string, object> { ["nodeName"] = name, ["bodyText"] = body, ["tag"] = tag, ["updateDate"] = date }),
    ]);

    /// <summary>Takes an article away.</summary>
    public void Unpublish(int id) => Index.DeleteFromIndex([id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);

    /// <summary>What the search box does.</summary>
    public ISearchResults Search(string text, string? tag = null, DateTime? since = null)
    {
        IBooleanOperation query = Index.Searcher.CreateQuery("content").ManagedQuery(text);
        query = tag is null ? query : query.And().Field("tag", tag);
        query = since is null ? query : query.And().RangeQuery<DateTime>(["updateDate"], since, null);
        return query.Execute(QueryOptions.SkipTake(0, 10));
    }

    private IIndex Index => examine.TryGetIndex("ExternalIndex", out IIndex? index) ? index! : throw new InvalidOperationException("There is no index 'ExternalIndex'.");
}
