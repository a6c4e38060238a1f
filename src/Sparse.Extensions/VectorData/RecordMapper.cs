using System.Globalization;
using Microsoft.Extensions.VectorData.ProviderServices;
using Sparse.Extensions.Embeddings;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Extensions.VectorData;

/// <summary>Records to documents and back.</summary>
/// <remarks>
/// Key → id. The one full-text string property → text; without one the string of the vector property is the text. A string property
/// stored as "title", in any case → title. Everything else → further fields, by storage name; indexed ones are filtered and sorted by.
/// </remarks>
internal sealed class RecordMapper
{
    private readonly DataPropertyModel? _text;
    private readonly DataPropertyModel? _title;
    private readonly DataPropertyModel[] _others;

    /// <summary>Prepares for a model.</summary>
    /// <param name="model">Of the collection.</param>
    /// <exception cref="NotSupportedException">It has no text, several, or two properties stored under one name.</exception>
    public RecordMapper(CollectionModel model)
    {
        Model = model;
        DataPropertyModel[] texts = [.. model.DataProperties.Where(property => property.IsFullTextIndexed)];
        if (texts.Length > 1 || texts.Any(property => property.Type != typeof(string)))
        {
            throw new NotSupportedException($"One string property is full-text indexed, not {string.Join(", ", texts.Select(property => $"'{property.ModelName}'"))}: a sparse index holds one text.");
        }

        _text = texts.FirstOrDefault();
        if (_text is null && model.VectorProperty.Type != typeof(string))
        {
            throw new NotSupportedException("The record has no text: mark a string property [VectorStoreData(IsFullTextIndexed = true)], or make the vector property a string.");
        }

        _title = model.DataProperties.FirstOrDefault(property => property.StorageName.Equals(SparseFields.Title, StringComparison.OrdinalIgnoreCase) && property.Type == typeof(string) && property != _text);
        _others = [.. model.DataProperties.Where(property => property != _text && property != _title)];
        Fields = [.. _others.Where(property => property.IsIndexed).Select(property => new IndexField(property.StorageName, RecordValues.KindOf(property.Type)))];
    }

    /// <summary>What the record type says.</summary>
    public CollectionModel Model { get; }

    /// <summary>The index's further fields.</summary>
    public IReadOnlyList<IndexField> Fields { get; }

    /// <summary>True where the search's keywords have a property to be looked for in.</summary>
    public bool HasText => _text is not null;

    /// <summary>A record as a document. Its vector is left to the index where the vector property is a string equal to the text.</summary>
    /// <param name="record">The record.</param>
    /// <param name="encode">Encodes a text that is not the document's own.</param>
    /// <exception cref="ArgumentException">The key or vector is missing.</exception>
    public SparseDocument ToDocument(object record, Func<string, TermVector> encode)
    {
        object? key = Model.KeyProperty.GetValueAsObject(record);
        object vector = Model.VectorProperty.GetValueAsObject(record)
            ?? throw new ArgumentException($"Vector property '{Model.VectorProperty.ModelName}' of record '{key}' is null; give a text or a SparseEmbedding.", nameof(record));
        string text = _text is null ? (string)vector : (string?)_text.GetValueAsObject(record) ?? "";
        string? title = (string?)_title?.GetValueAsObject(record);
        var document = new SparseDocument(ToId(key), text)
        {
            Title = title,
            Vector = vector is SparseEmbedding ready ? ready.Vector : (string)vector == text ? null : encode((string)vector),
        };
        foreach (DataPropertyModel property in _others)
        {
            if (property.GetValueAsObject(record) is { } value)
            {
                document.Fields.Add(property.StorageName, RecordValues.ToText(value));
            }
        }

        return document;
    }

    /// <summary>A document as a record; its vector stays null, or the text where it is a string that the document keeps.</summary>
    /// <typeparam name="TRecord">The record.</typeparam>
    /// <param name="id">The document's id.</param>
    /// <param name="title">Its title.</param>
    /// <param name="text">Its text.</param>
    /// <param name="fields">Its further fields.</param>
    public TRecord ToRecord<TRecord>(string id, string? title, string text, IEnumerable<KeyValuePair<string, string>> fields)
        where TRecord : class
    {
        Dictionary<string, string> values = new(fields, StringComparer.Ordinal);
        TRecord record = Model.CreateRecord<TRecord>() ?? throw new InvalidOperationException($"{typeof(TRecord).Name} can't be made: it needs a constructor without parameters.");
        Model.KeyProperty.SetValueAsObject(record, FromId(id));
        _text?.SetValueAsObject(record, text);
        _title?.SetValueAsObject(record, title);
        if (_text is null && Model.VectorProperty.PropertyInfo is null or { CanWrite: true })
        {
            Model.VectorProperty.SetValueAsObject(record, text);
        }

        foreach (DataPropertyModel property in _others)
        {
            if (values.TryGetValue(property.StorageName, out string? value))
            {
                property.SetValueAsObject(record, RecordValues.FromText(value, property.Type));
            }
        }

        return record;
    }

    /// <summary>A key as an id.</summary>
    /// <param name="key">The key.</param>
    public static string ToId(object? key) => key switch
    {
        string text => text,
        Guid guid => guid.ToString("D"),
        int or long => ((IFormattable)key).ToString(null, CultureInfo.InvariantCulture),
        null => throw new ArgumentException("The key is null; give each record a key of its own."),
        _ => throw new ArgumentException($"The key is a {key.GetType().Name}; a key is a string, Guid, int or long."),
    };

    private object FromId(string id) => Model.KeyProperty.Type == typeof(string) ? id
        : Model.KeyProperty.Type == typeof(Guid) ? Guid.Parse(id)
        : Model.KeyProperty.Type == typeof(int) ? int.Parse(id, CultureInfo.InvariantCulture)
        : long.Parse(id, CultureInfo.InvariantCulture);
}
