using System.Collections.ObjectModel;
using System.Globalization;

namespace Sparse.Evaluation;

/// <summary>Relevance judgements: query → document → grade.</summary>
/// <remarks>
/// Two layouts are told apart by their columns: TREC (<c>query-id 0 document-id grade</c>, separated by blanks) and BEIR
/// (<c>query-id TAB document-id TAB grade</c>, with or without a header line). Grades of 1 and above are relevant unless a
/// measure says otherwise; 0 and below are judged and not relevant.
/// </remarks>
public sealed class Qrels
{
    private static readonly ReadOnlyDictionary<string, int> None = ReadOnlyDictionary<string, int>.Empty;
    private readonly Dictionary<string, Dictionary<string, int>> _queries = new(StringComparer.Ordinal);
    private readonly List<string> _queryIds = [];

    /// <summary>Ids of the judged queries, in order of first judgement.</summary>
    public IReadOnlyList<string> QueryIds => _queryIds;

    /// <summary>Number of judgements.</summary>
    public int Count { get; private set; }

    /// <summary>Adds one judgement.</summary>
    /// <param name="queryId">The query's id.</param>
    /// <param name="documentId">The document's id.</param>
    /// <param name="grade">The grade; ≥ 1 is relevant.</param>
    /// <exception cref="ArgumentException">The pair was judged before with another grade.</exception>
    public void Add(string queryId, string documentId, int grade)
    {
        ArgumentException.ThrowIfNullOrEmpty(queryId);
        ArgumentException.ThrowIfNullOrEmpty(documentId);
        if (!_queries.TryGetValue(queryId, out Dictionary<string, int>? documents))
        {
            documents = new Dictionary<string, int>(StringComparer.Ordinal);
            _queries.Add(queryId, documents);
            _queryIds.Add(queryId);
        }

        if (documents.TryAdd(documentId, grade))
        {
            Count++;
        }
        else if (documents[documentId] != grade)
        {
            throw new ArgumentException(
                $"document '{documentId}' is judged {documents[documentId]} and {grade} for query '{queryId}'; expected one grade a pair.");
        }
    }

    /// <summary>The judgements of one query.</summary>
    /// <param name="queryId">The query's id.</param>
    /// <returns>Document id → grade; empty for a query without judgements.</returns>
    public IReadOnlyDictionary<string, int> Judgements(string queryId) =>
        _queries.TryGetValue(queryId, out Dictionary<string, int>? documents) ? documents : None;

    /// <summary>Reads a file in either layout.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The judgements, at least one.</returns>
    /// <exception cref="BadInputException">A line is not a judgement, contradicts an earlier one, or there is none.</exception>
    public static Qrels Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using Utf8Lines lines = Utf8Lines.Open(path);
        var qrels = new Qrels();
        int columns = 0;
        while (lines.Read() is { } line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            string[] tabbed = line.Split('\t');
            bool beir = tabbed.Length == 3;
            string[] parts = beir ? tabbed : line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length is not (3 or 4) || (columns > 0 && columns != parts.Length))
            {
                throw new BadInputException(path, lines.LineNumber, columns == 0
                    ? $"{parts.Length} columns; expected 'query-id 0 document-id grade' or 'query-id TAB document-id TAB grade'."
                    : $"{parts.Length} columns; expected {columns} as in the lines before.");
            }

            bool first = columns == 0;
            columns = parts.Length;
            if (!int.TryParse(parts[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int grade))
            {
                // BEIR's header line, which some exports leave out.
                if (first && parts.Length == 3 && parts[^1].Length > 0 && !char.IsAsciiDigit(parts[^1][0]))
                {
                    continue;
                }

                throw new BadInputException(path, lines.LineNumber, $"grade '{parts[^1]}' is not a whole number.");
            }

            if (parts[0].Length == 0 || parts[^2].Length == 0)
            {
                throw new BadInputException(path, lines.LineNumber, "an id is empty; expected a query id and a document id.");
            }

            try
            {
                qrels.Add(parts[0], parts[^2], grade);
            }
            catch (ArgumentException exception)
            {
                throw new BadInputException(path, lines.LineNumber, exception.Message, exception);
            }
        }

        return qrels.Count > 0
            ? qrels
            : throw new BadInputException(path, 0, "no judgements; expected lines 'query-id 0 document-id grade' or BEIR's tab-separated ones.");
    }
}
