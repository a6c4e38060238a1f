using System.Globalization;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.LuceneNet.Storage;

namespace Sparse.LuceneNet.Fields;

/// <summary>Reads a filter expression: tests of fields, joined by and, or, not and parentheses.</summary>
/// <remarks>
/// <code>
/// filter := any ("or" any)*        any := one ("and" one)*       one := "not" one | "(" filter ")" | test
/// test   := FIELD ("=" | "!=" | "&lt;" | "&lt;=" | "&gt;" | "&gt;=") VALUE | FIELD "in" "(" VALUE ("," VALUE)* ")"
/// </code>
/// A value is a word or stands in quotes. Of a keyword, <c>x*</c> without quotes is any that begins with x; <c>field = *</c> is any
/// value at all. A date that names a year, month or day stands for all of it.
/// </remarks>
internal sealed class FilterParser
{
    private const int MostDepth = 64;
    private const string Marks = "()\"',=<>!";

    private readonly string _text;
    private readonly IndexSchema _schema;
    private Token _token;
    private int _next;
    private int _depth;

    private FilterParser(string text, IndexSchema schema)
    {
        _text = text;
        _schema = schema;
        Advance();
    }

    private enum TokenKind
    {
        End,
        Word,
        Quoted,
        Mark,
    }

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="schema">The index's fields.</param>
    /// <returns>A query whose scores mean nothing.</returns>
    /// <exception cref="ArgumentException">It is no filter, or names a field or value that can't be.</exception>
    public static Query Parse(string text, IndexSchema schema)
    {
        var parser = new FilterParser(text, schema);
        Query query = parser.Any();
        return parser._token.Kind == TokenKind.End ? query : throw parser.Error("expected 'and', 'or' or the end");
    }

    private Query Any()
    {
        if (++_depth > MostDepth)
        {
            throw Error($"parentheses and 'not' go {MostDepth} deep at most");
        }

        List<Query> queries = [All()];
        while (TakeWord("or"))
        {
            queries.Add(All());
        }

        _depth--;
        return queries.Count == 1 ? queries[0] : Clauses.Join(queries, Occur.SHOULD);
    }

    private Query All()
    {
        List<Query> queries = [One()];
        while (TakeWord("and"))
        {
            queries.Add(One());
        }

        return queries.Count == 1 ? queries[0] : Clauses.Join(queries, Occur.MUST);
    }

    private Query One()
    {
        bool isNot = false;
        while (TakeWord("not"))
        {
            isNot = !isNot;
        }

        Query query;
        if (TakeMark("("))
        {
            query = Any();
            Require(")");
        }
        else
        {
            query = Test();
        }

        return isNot ? Not(query) : query;
    }

    private Query Test()
    {
        Token field = _token;
        if (field.Kind is TokenKind.End or TokenKind.Mark)
        {
            throw Error("expected a field");
        }

        FieldKind kind;
        if (field.Text == SparseFields.Id)
        {
            kind = FieldKind.Keyword;
        }
        else if (!_schema.Fields.TryGetValue(field.Text, out kind) || kind == FieldKind.Text)
        {
            throw Error($"field '{Shorten(field.Text)}' can't be filtered by; there are {string.Join(", ", _schema.FilterFields)}");
        }

        Advance();
        if (TakeWord("in"))
        {
            Require("(");
            List<Query> values = [Compare(field.Text, kind, "=")];
            while (TakeMark(","))
            {
                values.Add(Compare(field.Text, kind, "="));
            }

            Require(")");
            return Clauses.Join(values, Occur.SHOULD);
        }

        if (_token.Kind != TokenKind.Mark || _token.Text is not ("=" or "!=" or "<" or "<=" or ">" or ">="))
        {
            throw Error("expected =, !=, <, <=, >, >= or 'in'");
        }

        string comparison = _token.Text;
        if (kind == FieldKind.Keyword && comparison is not ("=" or "!="))
        {
            throw Error($"field '{field.Text}' is a keyword field, which takes =, != and 'in'");
        }

        Advance();
        return comparison == "!=" ? Not(Compare(field.Text, kind, "=")) : Compare(field.Text, kind, comparison);
    }

    private Query Compare(string field, FieldKind kind, string comparison)
    {
        Token value = _token;
        if (value.Kind is TokenKind.End or TokenKind.Mark)
        {
            throw Error("expected a value");
        }

        Query query;
        if (comparison == "=" && value is { Kind: TokenKind.Word, Text: "*" })
        {
            query = kind switch
            {
                FieldKind.Number => Range(null, null, false, false),
                FieldKind.Date => NumericRangeQuery.NewInt64Range(field, null, null, false, false),
                _ => new PrefixQuery(new Term(field, "")),
            };
        }
        else if (kind == FieldKind.Keyword)
        {
            query = value.Kind == TokenKind.Word && value.Text.EndsWith('*')
                ? new PrefixQuery(new Term(field, value.Text[..^1]))
                : new TermQuery(new Term(field, value.Text));
        }
        else if (kind == FieldKind.Number)
        {
            if (!FieldValues.TryNumber(value.Text, out double number))
            {
                throw Error($"'{Shorten(value.Text)}' is no number, and '{field}' is a number field");
            }

            query = comparison switch
            {
                "=" => Range(number, number, true, true),
                "<" => Range(null, number, false, false),
                "<=" => Range(null, number, false, true),
                ">" => Range(number, null, false, false),
                _ => Range(number, null, true, false),
            };
        }
        else
        {
            if (!FieldValues.TryDate(value.Text, out long start, out long end))
            {
                throw Error($"'{Shorten(value.Text)}' is no date such as 2026-11-24, and '{field}' is a date field");
            }

            query = comparison switch
            {
                "=" => NumericRangeQuery.NewInt64Range(field, start, end, true, false),
                "<" => NumericRangeQuery.NewInt64Range(field, null, start, false, false),
                "<=" => NumericRangeQuery.NewInt64Range(field, null, end, false, false),
                ">" => NumericRangeQuery.NewInt64Range(field, end, null, true, false),
                _ => NumericRangeQuery.NewInt64Range(field, start, null, true, false),
            };
        }

        Advance();
        return query;

        Query Range(double? least, double? most, bool withLeast, bool withMost) => NumericRangeQuery.NewDoubleRange(field, least, most, withLeast, withMost);
    }

    private static BooleanQuery Not(Query query) => new() { { new MatchAllDocsQuery(), Occur.MUST }, { query, Occur.MUST_NOT } };

    private bool TakeWord(string word)
    {
        bool isIt = _token.Kind == TokenKind.Word && _token.Text.Equals(word, StringComparison.OrdinalIgnoreCase);
        if (isIt)
        {
            Advance();
        }

        return isIt;
    }

    private bool TakeMark(string mark)
    {
        bool isIt = _token.Kind == TokenKind.Mark && _token.Text == mark;
        if (isIt)
        {
            Advance();
        }

        return isIt;
    }

    private void Require(string mark)
    {
        if (!TakeMark(mark))
        {
            throw Error($"expected '{mark}'");
        }
    }

    private void Advance()
    {
        while (_next < _text.Length && char.IsWhiteSpace(_text[_next]))
        {
            _next++;
        }

        int start = _next;
        if (start == _text.Length)
        {
            _token = new Token(TokenKind.End, "", start);
        }
        else if (_text[start] is '"' or '\'')
        {
            _token = Quoted(start);
        }
        else if (Marks.Contains(_text[start], StringComparison.Ordinal))
        {
            bool isPair = _text[start] is '<' or '>' or '!' && start + 1 < _text.Length && _text[start + 1] == '=';
            _next += isPair ? 2 : 1;
            _token = new Token(TokenKind.Mark, _text[start.._next], start);
        }
        else
        {
            while (_next < _text.Length && !char.IsWhiteSpace(_text[_next]) && !Marks.Contains(_text[_next], StringComparison.Ordinal))
            {
                _next++;
            }

            _token = new Token(TokenKind.Word, _text[start.._next], start);
        }
    }

    // A quote or backslash in quotes has a backslash before it.
    private Token Quoted(int start)
    {
        var value = new System.Text.StringBuilder();
        for (_next = start + 1; _next < _text.Length; _next++)
        {
            char c = _text[_next];
            if (c == _text[start])
            {
                _next++;
                return new Token(TokenKind.Quoted, value.ToString(), start);
            }

            if (c == '\\' && _next + 1 < _text.Length)
            {
                c = _text[++_next];
            }

            value.Append(c);
        }

        _token = new Token(TokenKind.Mark, "", start);
        throw Error("the quotation is not closed");
    }

    private ArgumentException Error(string problem)
    {
        string found = _token.Kind == TokenKind.End ? "its end" : $"'{Shorten(_token.Kind == TokenKind.Mark && _token.Text.Length == 0 ? _text[_token.Start..] : _token.Text)}'";
        return new ArgumentException(string.Create(
            CultureInfo.InvariantCulture, $"Filter \"{Shorten(_text)}\", character {_token.Start + 1}, at {found}: {problem}."));
    }

    private static string Shorten(string text) => DocumentFields.Shorten(text);

    private readonly record struct Token(TokenKind Kind, string Text, int Start);
}
