using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sparse.Formats.Vectors;

/// <summary>Writes vectors as JSON lines in one of the dialects that <see cref="JsonVectorReader"/> reads.</summary>
internal sealed class JsonVectorWriter : VectorWriter
{
    private static readonly JavaScriptEncoder Relaxed = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
    private readonly Stream _stream;
    private readonly Utf8JsonWriter _json;
    private readonly VectorFormat _format;
    private readonly TermTable _terms;
    private readonly Func<int, int> _toIndex;
    private readonly double _scale;
    private readonly IntegerValues? _integers;
    private readonly List<JsonEncodedText?> _names = [];
    private long _documents;
    private long _escaped;

    /// <summary>Makes a writer.</summary>
    /// <param name="stream">Where to; stays open.</param>
    /// <param name="format">One of the dialects.</param>
    /// <param name="terms">The reader's terms.</param>
    /// <param name="factor">Written value of a value of 1.</param>
    /// <param name="scale">Weight of a written value of 1.</param>
    internal JsonVectorWriter(Stream stream, VectorFormat format, TermTable terms, double factor, double scale)
    {
        (_stream, _format, _terms, _scale) = (stream, format, terms, factor);
        _json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = Relaxed, SkipValidation = true });
        _toIndex = terms.ToIndex;
        _integers = format == VectorFormat.Anserini ? new IntegerValues(factor, int.MaxValue, scale) : null;
    }

    internal override bool KeepsTexts => _format is VectorFormat.Jsonl or VectorFormat.Anserini or VectorFormat.OpenSearch or VectorFormat.Elasticsearch;

    internal override IEnumerable<string> Losses =>
    [
        .. _integers?.Losses ?? [],
        .. _escaped > 0 ? [string.Create(CultureInfo.InvariantCulture, $"{_escaped:N0} terms with a dot are spelt with '__', which rank_features wants")] : Array.Empty<string>(),
    ];

    internal override void Write(VectorRow row)
    {
        if (_format is VectorFormat.OpenSearch or VectorFormat.Elasticsearch)
        {
            Start();
            _json.WriteStartObject("index"u8);
            _json.WriteString("_id"u8, row.Id);
            _json.WriteEndObject();
            End();
            Start();
            WriteTexts(row);
            WriteTerms("sparse", row);
        }
        else if (_format is VectorFormat.Jsonl or VectorFormat.Anserini)
        {
            Start();
            _json.WriteString("id"u8, row.Id);
            if (_integers is not null)
            {
                _json.WriteString("contents"u8, string.IsNullOrEmpty(row.Title) ? row.Text ?? "" : $"{row.Title} {row.Text}");
            }
            else
            {
                WriteTexts(row);
            }

            WriteTerms("vector", row);
        }
        else
        {
            Start();
            WritePairs(row);
        }

        End();
        _documents++;
    }

    internal override void Finish() => _json.Flush();

    public override void Dispose() => _json.Dispose();

    private void Start() => _json.WriteStartObject();

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _stream.WriteByte((byte)'\n');
    }

    private void WriteTexts(VectorRow row)
    {
        if (row.Title is not null)
        {
            _json.WriteString("title"u8, row.Title);
        }

        if (row.Text is not null)
        {
            _json.WriteString("text"u8, row.Text);
        }
    }

    private void WriteTerms(string member, VectorRow row)
    {
        _json.WriteStartObject(member);
        for (int i = 0; i < row.Count; i++)
        {
            if (_integers is null)
            {
                _json.WriteNumber(Name(row.Terms[i]), (float)(row.Values[i] * _scale));
            }
            else if (_integers.Of(row.Values[i]) is > 0 and var value)
            {
                _json.WriteNumber(Name(row.Terms[i]), value);
            }
        }

        _json.WriteEndObject();
    }

    private void WritePairs(VectorRow row)
    {
        row.SortBy(_toIndex);
        if (_format == VectorFormat.Qdrant)
        {
            // Qdrant's ids are unsigned numbers or UUIDs: ours goes into the payload.
            _json.WriteNumber("id"u8, _documents);
            _json.WriteStartObject("payload"u8);
            _json.WriteString("_id"u8, row.Id);
            _json.WriteEndObject();
            _json.WriteStartObject("vector"u8);
            _json.WriteStartObject("sparse"u8);
        }
        else
        {
            _json.WriteString("id"u8, row.Id);
            _json.WriteStartObject(_format == VectorFormat.Pinecone ? "sparse_values" : "vector");
        }

        _json.WriteStartArray("indices"u8);
        for (int i = 0; i < row.Count; i++)
        {
            _json.WriteNumberValue(row.Terms[i]);
        }

        _json.WriteEndArray();
        _json.WriteStartArray("values"u8);
        for (int i = 0; i < row.Count; i++)
        {
            _json.WriteNumberValue((float)(row.Values[i] * _scale));
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        if (_format == VectorFormat.Qdrant)
        {
            _json.WriteEndObject();
        }
    }

    private JsonEncodedText Name(int term)
    {
        while (_names.Count <= term)
        {
            _names.Add(null);
        }

        if (_names[term] is { } known)
        {
            return known;
        }

        string name = _terms.Name(term);
        if (_format == VectorFormat.OpenSearch && name.Contains('.', StringComparison.Ordinal))
        {
            name = name.Replace(".", "__", StringComparison.Ordinal);
            _escaped++;
        }

        JsonEncodedText encoded = JsonEncodedText.Encode(Encoding.UTF8.GetBytes(name), Relaxed);
        _names[term] = encoded;
        return encoded;
    }
}
