namespace Sparse.Formats;

/// <summary>A value of a record.</summary>
/// <param name="Text">As text; nested JSON as JSON text.</param>
/// <param name="Kind">What it is, for messages: "a string", "an object", ...</param>
/// <param name="CanBeId">Strings and numbers.</param>
/// <param name="CanBeText">Strings, numbers and arrays of strings.</param>
internal readonly record struct FieldValue(string Text, string Kind, bool CanBeId, bool CanBeText);

/// <summary>Which fields of a record are id, title and text.</summary>
internal sealed class FieldChoice
{
    private static readonly string[] DefaultIds = ["_id", "id", "docid", "doc_id"];
    private static readonly string[] DefaultTexts = ["text", "contents", "content", "body"];
    private readonly string[] _ids;
    private readonly string[] _texts;
    private readonly IReadOnlyList<string> _named;
    private readonly bool _firstIsTitle;

    internal FieldChoice(bool isBeir, CorpusOptions options)
    {
        _ids = options.IdField is { } id ? [id] : isBeir ? DefaultIds[..1] : DefaultIds;
        _texts = isBeir ? DefaultTexts[..1] : DefaultTexts;
        _named = options.TextFields;
        _firstIsTitle = _named.Count > 1 && _named[0] == "title";
    }

    /// <summary>Throws when a table's columns lack the id or the text.</summary>
    internal void CheckColumns(IReadOnlyCollection<string> columns, string source, long line)
    {
        var record = columns.ToDictionary(column => column, _ => default(FieldValue));
        Pick(record, _ids, "id", source, line);
        if (_named.Count == 0)
        {
            Pick(record, _texts, "text", source, line);
        }

        foreach (string name in _named)
        {
            Pick(record, [name], "text", source, line);
        }
    }

    /// <summary>Makes the document of a record.</summary>
    /// <param name="record">Values by name; taken over and changed.</param>
    /// <param name="source">The file, for messages.</param>
    /// <param name="line">The line, for messages.</param>
    internal CorpusDocument ToDocument(Dictionary<string, FieldValue> record, string source, long line)
    {
        string idName = Pick(record, _ids, "id", source, line);
        FieldValue id = record[idName];
        if (!id.CanBeId)
        {
            throw new BadInputException(source, line, $"id field '{idName}' is {id.Kind}; expected a string or a number.");
        }

        if (string.IsNullOrWhiteSpace(id.Text))
        {
            throw new BadInputException(source, line, $"id field '{idName}' is empty; expected an id.");
        }

        string title = "";
        var texts = new List<string>();
        var used = new HashSet<string>(StringComparer.Ordinal) { idName };
        if (_named.Count == 0)
        {
            string textName = Pick(record, _texts, "text", source, line);
            texts.Add(Text(record, textName, source, line));
            used.Add(textName);
            if (record.ContainsKey("title"))
            {
                title = Text(record, "title", source, line);
                used.Add("title");
            }
        }

        for (int i = 0; i < _named.Count; i++)
        {
            string name = Pick(record, [_named[i]], "text", source, line);
            string text = Text(record, name, source, line);
            used.Add(name);
            if (i == 0 && _firstIsTitle)
            {
                title = text;
            }
            else if (text.Length > 0)
            {
                texts.Add(text);
            }
        }

        return new CorpusDocument(
            id.Text,
            title,
            string.Join(' ', texts),
            record.Where(pair => !used.Contains(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value.Text, StringComparer.Ordinal));
    }

    private static string Text(Dictionary<string, FieldValue> record, string name, string source, long line)
    {
        FieldValue value = record[name];
        return value.CanBeText
            ? value.Text
            : throw new BadInputException(source, line, $"text field '{name}' is {value.Kind}; expected a string.");
    }

    private static string Pick(Dictionary<string, FieldValue> record, string[] names, string what, string source, long line)
    {
        foreach (string name in names)
        {
            if (record.ContainsKey(name))
            {
                return name;
            }
        }

        string expected = string.Join(" or ", names.Select(name => $"'{name}'"));
        string found = record.Count == 0 ? "there are none" : "there are " + string.Join(", ", record.Keys.Take(20).Select(name => $"'{name}'"));
        throw new BadInputException(source, line, $"no {what} field {expected}; {found}.");
    }
}
