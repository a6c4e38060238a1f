using System.Globalization;
using System.Text.RegularExpressions;
using Lucene.Net.Analysis;
using Lucene.Net.Index;
using Lucene.Net.QueryParsers.Classic;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.LuceneNet.Fields;
using Sparse.LuceneNet.Storage;

namespace Sparse.LuceneNet.Lexical;

/// <summary>Lucene's query syntax over the index's fields: words in those that were analysed, exact values and ranges in the others.</summary>
internal sealed partial class OperatorQuery : QueryParser
{
    // A field that no index has: stands for those that a search asked for.
    private const string Default = "";

    // Lucene's parser calls itself for each parenthesis, and a full stack ends the process: some 3,000 would do.
    private const int MostDepth = 64;

    // Lucene makes a pattern deterministic, which takes up to 2ⁿ states for n signs after a star; it knows no limit.
    private const int MostSigns = 10;
    private const int MostRepetitions = 1_000;

    private readonly IndexSchema _schema;
    private readonly IReadOnlyDictionary<string, float> _fields;

    private OperatorQuery(Analyzer analyzer, IReadOnlyDictionary<string, float> fields, IndexSchema schema)
        : base(LuceneVersion.LUCENE_48, Default, analyzer)
    {
        _schema = schema;
        _fields = fields;
    }

    /// <summary>Reads a query.</summary>
    /// <param name="analyzer">The analyzer of the word fields.</param>
    /// <param name="fields">Where words without a field are looked for, each with its factor.</param>
    /// <param name="text">The query.</param>
    /// <param name="schema">The index's fields.</param>
    /// <returns>The query; null when it holds no word to search by.</returns>
    /// <exception cref="ArgumentException">It is not Lucene's syntax, or names a field that can't be searched.</exception>
    public static Query? Parse(Analyzer analyzer, IReadOnlyDictionary<string, float> fields, string text, IndexSchema schema)
    {
        RequireDepth(text);
        Query query;
        try
        {
            query = new OperatorQuery(analyzer, fields, schema).Parse(text);
        }
        catch (Lucene.Net.QueryParsers.Classic.ParseException e)
        {
            // Raised by an override, which has said all there is to say.
            if (e.InnerException is ArgumentException known || (e.InnerException?.InnerException is ArgumentException inner && (known = inner) is not null))
            {
                throw new ArgumentException(known.Message, nameof(text), e);
            }

            string cause = (e.Message.Contains("Encountered", StringComparison.Ordinal) ? e.Message[e.Message.IndexOf("Encountered", StringComparison.Ordinal)..] : e.Message)
                .ReplaceLineEndings("\n").Split('\n')[0].TrimEnd('.', ' ');
            cause = cause.Replace($"Cannot parse '{text}': ", "", StringComparison.Ordinal);
            throw new ArgumentException($"The query \"{DocumentFields.Shorten(text)}\" is not Lucene's query syntax ({DocumentFields.Shorten(cause)}); put a backslash before a character that means itself, or use plain syntax.", nameof(text), e);
        }

        if (query is BooleanQuery all)
        {
            if (all.Clauses.Count == 0)
            {
                return null;
            }

            if (all.Clauses.All(clause => clause.Occur == Occur.MUST_NOT))
            {
                throw new ArgumentException($"The query \"{DocumentFields.Shorten(text)}\" only says what not to find; add a word to find.", nameof(text));
            }
        }

        return query;
    }

    /// <inheritdoc/>
    protected override Query? GetFieldQuery(string field, string queryText, bool quoted)
    {
        switch (KindOf(field))
        {
            case FieldKind.Keyword:
                return new TermQuery(new Term(field, queryText));
            case FieldKind.Number or FieldKind.Date:
                return FilterParser.Parse($"{field} = \"{queryText.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"", _schema);
            default:
                return Each(field, name => base.GetFieldQuery(name, queryText, quoted));
        }
    }

    /// <inheritdoc/>
    protected override Query? GetFieldQuery(string field, string queryText, int slop) => Each(field, name => base.GetFieldQuery(name, queryText, slop));

    /// <inheritdoc/>
    protected override Query? GetPrefixQuery(string field, string termStr)
    {
        if (KindOf(field) == FieldKind.Keyword)
        {
            return new PrefixQuery(new Term(field, termStr));
        }

        return Each(field, name => base.GetPrefixQuery(name, termStr));
    }

    /// <inheritdoc/>
    protected override Query? GetWildcardQuery(string field, string termStr) =>
        field == "*" && termStr == "*" ? base.GetWildcardQuery(field, termStr) : Each(field, name => base.GetWildcardQuery(name, Modest(termStr)));

    /// <inheritdoc/>
    protected override Query? GetFuzzyQuery(string field, string termStr, float minSimilarity) => Each(field, name => base.GetFuzzyQuery(name, termStr, minSimilarity));

    /// <inheritdoc/>
    protected override Query? GetRegexpQuery(string field, string termStr) => Each(field, name =>
    {
        _ = Modest(termStr);
        try
        {
            return base.GetRegexpQuery(name, termStr);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"'/{DocumentFields.Shorten(termStr)}/' is not a regular expression ({e.Message}); put a backslash before a slash that means itself.", e);
        }
    });

    /// <inheritdoc/>
    protected override Query? GetRangeQuery(string field, string part1, string part2, bool startInclusive, bool endInclusive)
    {
        if (KindOf(field) is not (FieldKind.Number or FieldKind.Date))
        {
            return Each(field, name => base.GetRangeQuery(name, part1, part2, startInclusive, endInclusive));
        }

        string[] tests =
        [
            .. part1 is null or "*" ? Array.Empty<string>() : [$"{field} {(startInclusive ? ">=" : ">")} \"{part1}\""],
            .. part2 is null or "*" ? Array.Empty<string>() : [$"{field} {(endInclusive ? "<=" : "<")} \"{part2}\""],
        ];
        return FilterParser.Parse(tests.Length == 0 ? $"{field} = *" : string.Join(" and ", tests), _schema);
    }

    private static void RequireDepth(string text)
    {
        int depth = 0;
        foreach (char mark in text)
        {
            depth += mark == '(' ? 1 : mark == ')' && depth > 0 ? -1 : 0;
            if (depth > MostDepth)
            {
                throw new ArgumentException($"The parentheses of the query \"{DocumentFields.Shorten(text)}\" go more than {MostDepth} deep.", nameof(text));
            }
        }
    }

    /// <summary>A pattern that is cheap to find by, whatever it says.</summary>
    private static string Modest(string pattern)
    {
        long repetitions = 1;
        foreach (Match count in Counts().Matches(pattern))
        {
            repetitions *= Math.Min(int.TryParse(count.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int times) ? Math.Max(times, 1) : int.MaxValue, MostRepetitions + 1);
            if (repetitions > MostRepetitions)
            {
                break;
            }
        }

        int signs = pattern.Count(c => "?*+.|[({~&@<#".Contains(c, StringComparison.Ordinal));
        return signs <= MostSigns && repetitions <= MostRepetitions ? pattern : throw new ArgumentException(
            $"The pattern '{DocumentFields.Shorten(pattern)}' has {signs} signs that stand for others, or repeats too often; it may have {MostSigns}, and repeat {MostRepetitions} times in all.");
    }

    // The largest count of each {n}, {n,} and {n,m}.
    [GeneratedRegex(@"\d+(?=,?\})")]
    private static partial Regex Counts();

    // Words (Text) for the fields that are analysed.
    private FieldKind KindOf(string field)
    {
        if (field is Default or SparseFields.Text or SparseFields.Title)
        {
            return FieldKind.Text;
        }

        if (field == SparseFields.Id)
        {
            return FieldKind.Keyword;
        }

        return _schema.Fields.TryGetValue(field, out FieldKind kind)
            ? kind
            : throw new ArgumentException($"Field '{DocumentFields.Shorten(field)}' can't be searched; there are {string.Join(", ", _schema.WordFields.Concat(_schema.FilterFields))}. A colon that means itself takes a backslash before it.");
    }

    private Query? Each(string field, Func<string, Query?> make)
    {
        _ = KindOf(field);
        if (field != Default)
        {
            return make(field);
        }

        List<Query> queries = [];
        foreach ((string name, float boost) in _fields)
        {
            if (make(name) is { } query)
            {
                query.Boost *= boost;
                queries.Add(query);
            }
        }

        return queries.Count switch { 0 => null, 1 => queries[0], _ => Clauses.Join(queries, Occur.SHOULD) };
    }
}
