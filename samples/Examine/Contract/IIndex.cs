namespace Examine;

/// <summary>An index that a site writes its content to.</summary>
public interface IIndex
{
    string Name { get; }

    ISearcher Searcher { get; }

    IReadOnlyList<FieldDefinition> FieldDefinitions { get; }

    event EventHandler<IndexOperationEventArgs>? IndexOperationComplete;

    event EventHandler<IndexingErrorEventArgs>? IndexingError;

    void IndexItems(IEnumerable<ValueSet> values);

    void DeleteFromIndex(IEnumerable<string> itemIds);

    void CreateIndex();

    bool IndexExists();
}

/// <summary>All indexes of a site.</summary>
public interface IExamineManager
{
    IEnumerable<IIndex> Indexes { get; }

    bool TryGetIndex(string indexName, out IIndex? index);
}

/// <summary>A field and what its values are: fulltext, raw, int, long, float, double, datetime.</summary>
public readonly record struct FieldDefinition(string Name, string Type);

/// <summary>What was done, once it is done.</summary>
public sealed class IndexOperationEventArgs(IIndex index, int itemsIndexed) : EventArgs
{
    public IIndex Index { get; } = index;

    public int ItemsIndexed { get; } = itemsIndexed;
}

/// <summary>An item that could not be indexed.</summary>
public sealed class IndexingErrorEventArgs(IIndex index, string message, string? itemId, Exception? exception) : EventArgs
{
    public IIndex Index { get; } = index;

    public string Message { get; } = message;

    public string? ItemId { get; } = itemId;

    public Exception? Exception { get; } = exception;
}
