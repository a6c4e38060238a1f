using Examine;

namespace ExampleSite;

/// <summary>The indexes of the site by name; in a CMS its own.</summary>
public sealed class Manager(params IIndex[] indexes) : IExamineManager
{
    /// <inheritdoc/>
    public IEnumerable<IIndex> Indexes => indexes;

    /// <inheritdoc/>
    public bool TryGetIndex(string indexName, out IIndex? index)
    {
        index = indexes.FirstOrDefault(one => one.Name == indexName);
        return index is not null;
    }
}
