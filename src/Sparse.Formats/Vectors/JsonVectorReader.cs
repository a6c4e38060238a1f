using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sparse.Formats.Vectors;

/// <summary>
/// Vectors as JSON lines, whoever wrote them: <c>{"id","vector":{"term":weight}}</c> (ours, Anserini), bulk files of OpenSearch and
/// Elasticsearch (an action line before each document), and <c>{indices, values}</c> (Qdrant, Pinecone, Milvus).
/// </summary>
/// <remarks>
/// A vector is the one object of a line that holds numbers by term, or arrays <c>indices</c> and <c>values</c>; it may lie one object
/// deeper, under the vector's name. <c>payload</c> and <c>metadata</c> hold no vector; Qdrant's <c>payload._id</c> is the id.
/// </remarks>
internal sealed class JsonVectorReader : VectorReader
{
    private readonly string _path;
    private readonly Utf8Lines _lines;
    private readonly CountingStream _stream;
    private readonly bool _unescapesDots;
    private readonly IdSet _ids = new();
    private readonly List<int> _indices = [];
    private readonly List<float> _values = [];
    private long _bytes;
    private readonly long _length;
    private char[] _name = new char[256];
    private int[] _seenIn = new int[1024];
    private int _document;
    private long _zeros;
    private bool _isActionPending;

    internal JsonVectorReader(string path, TermTable terms, bool isInteger, bool unescapesDots)
    {
        _path = path;
        Terms = terms;
        IsInteger = isInteger;
        _unescapesDots = unescapesDots;
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        _length = file.CanSeek ? file.Length : 0;
        _stream = new CountingStream(file, bytes => _bytes += bytes);
        _lines = new Utf8Lines(_stream, path);
    }

    internal override TermTable Terms { get; }

    internal override bool IsInteger { get; }

    internal override double ShareRead => _length == 0 ? 1 : (double)_bytes / _length;

    internal override IEnumerable<string> Losses =>
        _zeros > 0 ? [string.Create(CultureInfo.InvariantCulture, $"{_zeros:N0} weights of 0 in the input are left out")] : [];

    internal override bool Read(VectorRow row)
    {
        while (_lines.ReadBytes(out ReadOnlySpan<byte> line))
        {
            if (line.Trim(" \t"u8).IsEmpty)
            {
                continue;
            }

            try
            {
                if (Parse(line, row))
                {
                    return true;
                }
            }
            catch (JsonException exception)
            {
                string reason = exception.Message.Split(" LineNumber:", 2)[0];
                throw Bad($"broken JSON at byte {exception.BytePositionInLine}: {reason} Expected one JSON object a line.", exception);
            }
            catch (InvalidOperationException exception)
            {
                throw Bad("a string is not valid UTF-8 or holds an escape that is no character.", exception);
            }
        }

        return _isActionPending ? throw Bad("the file ends after an action line; expected the document that it announces.") : false;
    }

    public override void Dispose() => _lines.Dispose();

    // False for an action line of a bulk file.
    private bool Parse(ReadOnlySpan<byte> line, VectorRow row)
    {
        row.Clear();
        string? id = _isActionPending ? row.Id : null;
        string? vectorName = null;
        var json = new Utf8JsonReader(line);
        json.Read();
        Expect(json.TokenType == JsonTokenType.StartObject, "the line is no JSON object; expected one object a line");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("id"u8) || json.ValueTextEquals("_id"u8) || json.ValueTextEquals("docid"u8))
            {
                json.Read();
                string given = ReadId(ref json);
                id = _isActionPending || (id is not null && json.TokenType == JsonTokenType.Number) ? id : given;
                continue;
            }

            bool isAction = !_isActionPending && (json.ValueTextEquals("index"u8) || json.ValueTextEquals("create"u8));
            bool isPayload = json.ValueTextEquals("payload"u8);
            bool isMetadata = json.ValueTextEquals("metadata"u8);
            string name = json.GetString()!;
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject || isMetadata)
            {
                if (json.TokenType == JsonTokenType.StartArray && name is "indices" or "values")
                {
                    ReadArray(ref json, name);
                    vectorName ??= "indices and values";
                    continue;
                }

                if (json.TokenType == JsonTokenType.String && name is "text" or "contents" or "title")
                {
                    string? text = json.GetString();
                    (row.Title, row.Text) = name == "title" ? (text, row.Text) : (row.Title, text);
                }

                json.Skip();
            }
            else if (isAction || isPayload)
            {
                string? inner = ReadInnerId(ref json);
                if (isAction)
                {
                    row.Id = inner ?? throw Bad("the action line has no '_id'; expected {\"index\":{\"_id\":…}}, since documents need ids.");
                    _isActionPending = true;
                    return false;
                }

                id = inner ?? id;
            }
            else if (ReadVector(ref json, row, name))
            {
                vectorName = vectorName is null ? name : throw Bad($"'{vectorName}' and '{name}' are both vectors; expected one a document.");
            }
        }

        _isActionPending = false;
        Expect(!string.IsNullOrEmpty(id), "no 'id', '_id' or 'docid' that is a string or a number; expected one, such as {\"id\":…,\"vector\":{\"term\":weight}}");
        Expect(vectorName is not null, "no vector; expected an object of weights by term, or one of 'indices' and 'values'");
        Pair(row);
        row.Id = _ids.Add(id) ? id! : throw Bad($"id '{id}' occurs twice; expected each document once.");
        return true;
    }

    /// <summary>Reads an object; true when it is a vector, empty ones included.</summary>
    private bool ReadVector(ref Utf8JsonReader json, VectorRow row, string name)
    {
        _document++;
        bool isVector = false, isEmpty = true;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            isEmpty = false;
            bool isIndices = json.ValueTextEquals("indices"u8), isValues = json.ValueTextEquals("values"u8);
            int length = CopyName(ref json);
            json.Read();
            switch (json.TokenType)
            {
                case JsonTokenType.Number:
                    isVector = true;
                    AddTerm(ref json, row, _name.AsSpan(0, length));
                    break;
                case JsonTokenType.StartArray when isIndices || isValues:
                    isVector = true;
                    ReadArray(ref json, isIndices ? "indices" : "values");
                    break;
                case JsonTokenType.StartObject:
                    isVector |= ReadVector(ref json, row, _name.AsSpan(0, length).ToString());
                    break;
                case JsonTokenType.String when isVector || name == "vector":
                    throw Bad($"weight \"{json.GetString()}\" of term '{_name.AsSpan(0, length)}' is a string; expected a finite number above 0.");
                default:
                    json.Skip();
                    break;
            }
        }

        return isVector || isEmpty;
    }

    private void AddTerm(ref Utf8JsonReader json, VectorRow row, Span<char> name)
    {
        float weight = ReadWeight(ref json, name);
        if (weight == 0)
        {
            _zeros++;
            return;
        }

        int term = _unescapesDots && name.Contains("__", StringComparison.Ordinal)
            ? Terms.Find(name.ToString().Replace("__", ".", StringComparison.Ordinal)) : Terms.Find(name);
        if (term < 0)
        {
            throw Bad($"term '{name}' is not in the vocabulary; expected one of its {Terms.Count:N0} terms.");
        }

        Note(term);
        row.Add(term, weight);
    }

    private void Pair(VectorRow row)
    {
        if (_indices.Count != _values.Count)
        {
            throw Bad($"{_indices.Count} indices and {_values.Count} values; expected as many.");
        }

        for (int i = 0; i < _indices.Count; i++)
        {
            if (!Terms.Take(_indices[i]))
            {
                throw Bad($"index {_indices[i]} is negative or past the vocabulary; expected 0 to {(Terms.Count > 0 ? Terms.Count - 1 : (1 << 24) - 1)}.");
            }

            if (_values[i] > 0)
            {
                Note(_indices[i]);
                row.Add(_indices[i], _values[i]);
            }
            else
            {
                _zeros++;
            }
        }

        _indices.Clear();
        _values.Clear();
    }

    // Each term once a document: the number of the document that saw it last.
    private void Note(int term)
    {
        if (term >= _seenIn.Length)
        {
            Array.Resize(ref _seenIn, Math.Max(term + 1, _seenIn.Length * 2));
        }

        if (_seenIn[term] == _document)
        {
            throw Bad($"term '{Terms.Name(term)}' occurs twice in the vector; expected once.");
        }

        _seenIn[term] = _document;
    }

    private void ReadArray(ref Utf8JsonReader json, string name)
    {
        _document++;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.Number)
            {
                throw Bad($"'{name}' holds something other than numbers.");
            }

            if (name == "values")
            {
                _values.Add(ReadWeight(ref json, "in values"));
            }
            else
            {
                _indices.Add(json.TryGetInt32(out int index) ? index : throw Bad($"index {Raw(ref json)} is no whole number from 0 to {int.MaxValue}."));
            }
        }
    }

    private float ReadWeight(ref Utf8JsonReader json, ReadOnlySpan<char> term) =>
        json.TryGetSingle(out float weight) && float.IsFinite(weight) && weight >= 0
            ? weight : throw Bad($"weight {Raw(ref json)} of term '{term}' is not a finite number from 0 on.");

    private static string Raw(ref Utf8JsonReader json) =>
        Encoding.UTF8.GetString(json.HasValueSequence ? json.ValueSequence.ToArray() : json.ValueSpan);

    private int CopyName(ref Utf8JsonReader json)
    {
        int longest = json.HasValueSequence ? checked((int)json.ValueSequence.Length) : json.ValueSpan.Length;
        if (_name.Length < longest)
        {
            _name = new char[longest * 2];
        }

        return json.CopyString(_name);
    }

    private string ReadId(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.String => json.GetString()!,
        JsonTokenType.Number => Raw(ref json),
        _ => throw Bad("the id is neither a string nor a number."),
    };

    private string? ReadInnerId(ref Utf8JsonReader json)
    {
        string? id = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = json.ValueTextEquals("_id"u8);
            json.Read();
            if (isId)
            {
                id = ReadId(ref json);
            }
            else
            {
                json.Skip();
            }
        }

        return id;
    }

    private void Expect(bool holds, string problem)
    {
        if (!holds)
        {
            throw Bad(problem + ".");
        }
    }

    private BadInputException Bad(string problem, Exception? cause = null) => new(_path, _lines.LineNumber, problem, cause);
}
