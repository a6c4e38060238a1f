using Sparse.Analysis;

namespace Sparse.LuceneNet.Fields;

/// <summary>How an index reads words, and what its further fields are; kept in its commits.</summary>
/// <param name="Language">Language of its words.</param>
/// <param name="Fields">The fields, by name.</param>
internal sealed record IndexSchema(string Language, IReadOnlyDictionary<string, FieldKind> Fields)
{
    private const string LanguageKey = "sparse.language";
    private const string FieldsKey = "sparse.fields";

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        SparseFields.Id, SparseFields.Title, SparseFields.Text, SparseFields.Sparse, "and", "or", "not", "in",
    };

    /// <summary>The fields that BM25 may search.</summary>
    public IEnumerable<string> WordFields => [SparseFields.Text, SparseFields.Title, .. Fields.Where(pair => pair.Value == FieldKind.Text).Select(pair => pair.Key)];

    /// <summary>The fields that a filter may name.</summary>
    public IEnumerable<string> FilterFields => [SparseFields.Id, .. Fields.Where(pair => pair.Value != FieldKind.Text).Select(pair => pair.Key)];

    /// <summary>The schema of a commit; of indexes from before there were any: English, no fields.</summary>
    /// <param name="commitData">The commit's data.</param>
    public static IndexSchema Read(IDictionary<string, string> commitData)
    {
        var fields = new Dictionary<string, FieldKind>(StringComparer.Ordinal);
        if (commitData.TryGetValue(FieldsKey, out string? text))
        {
            foreach (string field in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                int colon = field.LastIndexOf(':');
                fields.Add(field[..colon], Enum.Parse<FieldKind>(field[(colon + 1)..]));
            }
        }

        return new IndexSchema(commitData.TryGetValue(LanguageKey, out string? language) ? language : LexicalAnalyzers.English, fields);
    }

    /// <summary>Refuses an index whose words or fields are not as these, to be searched with this one.</summary>
    /// <param name="other">The other index's schema.</param>
    /// <param name="path">This one's folder, for error messages.</param>
    /// <param name="otherPath">The other's.</param>
    /// <exception cref="InvalidDataException">They differ.</exception>
    public void RequireSame(IndexSchema other, string path, string otherPath)
    {
        if (Describe() != other.Describe())
        {
            throw new InvalidDataException($"The index in '{path}' has {Describe()}, and that in '{otherPath}' has {other.Describe()}, so they can't be searched as one.");
        }
    }

    private string Describe() => $"language {Language} and {(Fields.Count == 0 ? "no fields" : "fields " + Join())}";

    private string Join() => string.Join(' ', Fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}:{field.Value}"));

    /// <summary>What the commit remembers.</summary>
    /// <param name="commitData">Overwritten under this schema's keys.</param>
    /// <returns>True when that changed something.</returns>
    public bool WriteTo(IDictionary<string, string> commitData)
    {
        string fields = Join();
        bool isNew = !commitData.TryGetValue(LanguageKey, out string? language) || language != Language
            || !commitData.TryGetValue(FieldsKey, out string? known) || known != fields;
        commitData[LanguageKey] = Language;
        commitData[FieldsKey] = fields;
        return isNew;
    }

    /// <summary>This schema and what the options ask for; documents that are there already lack the new fields' values.</summary>
    /// <param name="options">Options of opening.</param>
    /// <param name="isNew">True for an index that is made now.</param>
    /// <param name="path">The folder, for error messages.</param>
    /// <returns>The schema; this one where the options ask for nothing new.</returns>
    /// <exception cref="ArgumentException">A name or language is not allowed.</exception>
    /// <exception cref="InvalidDataException">The index has another language, or a field of another kind.</exception>
    public IndexSchema With(SparseIndexOptions options, bool isNew, string path)
    {
        string language = options.Language ?? Language;
        if (language != Language)
        {
            if (!LexicalAnalyzers.Languages.Contains(language))
            {
                throw new ArgumentException($"There is no analyzer for language '{language}'; choose one of {string.Join(", ", LexicalAnalyzers.Languages)}.", nameof(options));
            }

            if (!isNew)
            {
                throw new InvalidDataException($"The words of the index in '{path}' are of language '{Language}', not '{language}'. Leave the language out, or index the texts anew.");
            }
        }

        var fields = new Dictionary<string, FieldKind>(Fields, StringComparer.Ordinal);
        foreach (IndexField field in options.Fields)
        {
            if (fields.TryGetValue(field.Name, out FieldKind kind))
            {
                if (kind != field.Kind)
                {
                    throw new InvalidDataException($"Field '{field.Name}' of the index in '{path}' is a {Word(kind)} field, not a {Word(field.Kind)} field. Choose another name, or index the texts anew.");
                }

                continue;
            }

            RequireName(field.Name);
            fields.Add(field.Name, field.Kind);
        }

        return fields.Count == Fields.Count && language == Language ? this : new IndexSchema(language, fields);
    }

    /// <summary>A kind in an error message.</summary>
    /// <param name="kind">The kind.</param>
    public static string Word(FieldKind kind) => kind.ToString().ToLowerInvariant();

    private static void RequireName(string name)
    {
        bool isWord = name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_') && name.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.');
        if (!isWord || Reserved.Contains(name))
        {
            throw new ArgumentException(isWord
                ? $"The name '{name}' is taken; give the field another."
                : $"A field can't be named '{name}': use letters, digits, '_', '-' and '.', from a letter or '_' on.", nameof(name));
        }
    }
}
