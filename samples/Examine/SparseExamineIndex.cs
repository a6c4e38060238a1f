using System.Globalization;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Examine.Sparse;

/// <summary>An Examine index that is searched by words and by meaning: what the site calls stays as it is.</summary>
public sealed class SparseExamineIndex : IIndex, IDisposable
{
    /// <summary>The field of an item's category.</summary>
    public const string CategoryField = "__IndexType";

    /// <summary>The field of an item's type.</summary>
    public const string ItemTypeField = "__NodeTypeAlias";

    /// <summary>The field that is shown and searched as a title.</summary>
    public const string NameField = "nodeName";

    private readonly string _folder;
    private readonly ITermEncoder _encoder;
    private readonly Lock _writing = new();
    private SparseIndex _index;

    /// <summary>Opens or makes the index.</summary>
    /// <param name="name">The name that the site knows it by.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="encoder">Makes vectors; stays the caller's.</param>
    /// <param name="fieldDefinitions">The fields, as Examine describes them; what has none is full text.</param>
    public SparseExamineIndex(string name, string folder, ITermEncoder encoder, IReadOnlyList<FieldDefinition> fieldDefinitions)
    {
        (Name, _folder, _encoder, FieldDefinitions) = (name, folder, encoder, fieldDefinitions);
        Searcher = new SparseExamineSearcher(this);
        _index = SparseIndex.OpenOrCreate(folder, encoder, Options());
    }

    /// <inheritdoc/>
    public event EventHandler<IndexOperationEventArgs>? IndexOperationComplete;

    /// <inheritdoc/>
    public event EventHandler<IndexingErrorEventArgs>? IndexingError;

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ISearcher Searcher { get; }

    /// <inheritdoc/>
    public IReadOnlyList<FieldDefinition> FieldDefinitions { get; }

    internal SparseIndex Index => _index;

    /// <inheritdoc/>
    public bool IndexExists() => SparseIndex.Exists(_folder);

    /// <summary>Makes the index anew, without items.</summary>
    public void CreateIndex()
    {
        lock (_writing)
        {
            _index.Dispose();
            Directory.Delete(_folder, recursive: true);
            _index = SparseIndex.OpenOrCreate(_folder, _encoder, Options());
        }
    }

    /// <inheritdoc/>
    public void IndexItems(IEnumerable<ValueSet> values)
    {
        int done = 0;
        lock (_writing)
        {
            foreach (ValueSet[] some in values.Chunk(64))
            {
                try
                {
                    _index.Add([.. some.Select(ToDocument)]);
                    done += some.Length;
                }
                catch (ArgumentException)
                {
                    done += some.Count(AddAlone);
                }
            }

            _index.Commit();
        }

        IndexOperationComplete?.Invoke(this, new IndexOperationEventArgs(this, done));
    }

    /// <inheritdoc/>
    public void DeleteFromIndex(IEnumerable<string> itemIds)
    {
        int done;
        lock (_writing)
        {
            done = _index.Delete([.. itemIds]);
            _index.Commit();
        }

        IndexOperationComplete?.Invoke(this, new IndexOperationEventArgs(this, done));
    }

    /// <inheritdoc/>
    public void Dispose() => _index.Dispose();

    // One item that can't be kept keeps none of the others out.
    private bool AddAlone(ValueSet item)
    {
        try
        {
            _index.Add(ToDocument(item));
            return true;
        }
        catch (ArgumentException error)
        {
            IndexingError?.Invoke(this, new IndexingErrorEventArgs(this, error.Message, item.Id, error));
            return false;
        }
    }

    private SparseIndexOptions Options() => new()
    {
        Fields = [new(CategoryField, FieldKind.Keyword), new(ItemTypeField, FieldKind.Keyword), .. FieldDefinitions.Where(field => field.Name != NameField).Select(field => new IndexField(field.Name, KindOf(field)))],
    };

    private SparseDocument ToDocument(ValueSet item)
    {
        // The text is what is read: all full text but the name, which is the title.
        string text = string.Join("\n", item.Values.Where(pair => pair.Key != NameField && IsText(pair.Key)).SelectMany(pair => pair.Value).Select(Written));
        var document = new SparseDocument(item.Id, text) { Title = item.Values.TryGetValue(NameField, out IReadOnlyList<object>? name) ? Written(name[0]) : null };
        foreach ((string field, IReadOnlyList<object> values) in item.Values.Where(pair => pair.Key != NameField))
        {
            document.Fields[field] = string.Join(IsText(field) ? "\n" : ",", values.Select(Written));
        }

        document.Fields[CategoryField] = item.Category ?? "";
        document.Fields[ItemTypeField] = item.ItemType ?? "";
        return document;
    }

    private bool IsText(string field) => FieldDefinitions.FirstOrDefault(definition => definition.Name == field) is not { Name: not null } definition || KindOf(definition) == FieldKind.Text;

    private static FieldKind KindOf(FieldDefinition field) => field.Type.ToLowerInvariant() switch
    {
        "int" or "long" or "float" or "double" => FieldKind.Number,
        "datetime" => FieldKind.Date,
        "raw" or "invariantignorecase" => FieldKind.Keyword,
        _ => FieldKind.Text,
    };

    private static string Written(object value) => value switch
    {
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
