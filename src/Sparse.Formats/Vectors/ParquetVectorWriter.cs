using Parquet;
using Parquet.Schema;
using Sparse.Vectors;

namespace Sparse.Formats.Vectors;

/// <summary>Writes Parquet: <c>id</c>, a list <c>indices</c> where terms have numbers and else <c>terms</c>, and a list <c>values</c>, a group of rows at a time.</summary>
internal sealed class ParquetVectorWriter : VectorWriter
{
    internal const string EncoderKey = "sparse.encoder";
    private const int PostingsOfAGroup = 1 << 20;
    private const int RowsOfAGroup = 1 << 16;

    private readonly ParquetWriter _parquet;
    private readonly DataField _id = new DataField<string>("id", false);
    private readonly DataField _values;
    private readonly DataField _terms;
    private readonly TermTable _table;
    private readonly Func<int, int> _toIndex;
    private readonly double _factor;
    private readonly bool _isNumbers;
    private readonly List<string> _ids = [];
    private readonly List<int> _groupTerms = [];
    private readonly List<float> _groupValues = [];
    private readonly List<int> _repetitions = [];
    private readonly List<int> _definitions = [];

    /// <summary>Makes a writer.</summary>
    /// <param name="stream">Where to; stays open.</param>
    /// <param name="table">The reader's terms.</param>
    /// <param name="factor">Written value of a value of 1.</param>
    /// <param name="encoder">Whose vectors they are, for the file's metadata.</param>
    internal ParquetVectorWriter(Stream stream, TermTable table, double factor, EncoderIdentity? encoder)
    {
        (_table, _factor, _isNumbers) = (table, factor, table.HasNumbers);
        _toIndex = table.ToIndex;
        _terms = _isNumbers ? new DataField<int>("element", false) : new DataField<string>("element", false);
        _values = new DataField<float>("element", false);
        var schema = new ParquetSchema(_id, new ListField(_isNumbers ? "indices" : "terms", _terms), new ListField("values", _values));
        _parquet = ParquetWriter.CreateAsync(schema, stream).GetAwaiter().GetResult();
        if (encoder is not null)
        {
            _parquet.CustomMetadata = new Dictionary<string, string>
            {
                [EncoderKey] = $"{Uri.EscapeDataString(encoder.Name)}:{encoder.Fingerprint}:{encoder.VocabularyFingerprint}",
            };
        }
    }

    internal override void Write(VectorRow row)
    {
        if (_isNumbers)
        {
            row.SortBy(_toIndex);
        }

        _ids.Add(row.Id);
        for (int i = 0; i < row.Count; i++)
        {
            _groupTerms.Add(row.Terms[i]);
            _groupValues.Add((float)(row.Values[i] * _factor));
            _repetitions.Add(i == 0 ? 0 : 1);
            _definitions.Add(2);
        }

        if (row.Count == 0)
        {
            // A list that is there and empty.
            _repetitions.Add(0);
            _definitions.Add(1);
        }

        if (_groupTerms.Count >= PostingsOfAGroup || _ids.Count >= RowsOfAGroup)
        {
            WriteGroup().GetAwaiter().GetResult();
        }
    }

    internal override void Finish()
    {
        if (_ids.Count > 0)
        {
            WriteGroup().GetAwaiter().GetResult();
        }

        _parquet.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    public override void Dispose()
    {
        // Finish ends the file; one that is not finished is not kept.
    }

    private async Task WriteGroup()
    {
        using ParquetRowGroupWriter group = _parquet.CreateRowGroup();
        int[] definitions = [.. _definitions], repetitions = [.. _repetitions];
        await group.WriteAsync(_id, _ids).ConfigureAwait(false);
        if (_isNumbers)
        {
            await group.WriteAllPartsAsync<int>(_terms, _groupTerms.ToArray(), definitions, repetitions, CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            await group.WriteAllPartsAsync<ReadOnlyMemory<char>>(_terms, _groupTerms.Select(term => _table.Name(term).AsMemory()).ToArray(), definitions, repetitions, CancellationToken.None).ConfigureAwait(false);
        }

        await group.WriteAllPartsAsync<float>(_values, _groupValues.ToArray(), definitions, repetitions, CancellationToken.None).ConfigureAwait(false);
        group.CompleteValidate();
        _ids.Clear();
        _groupTerms.Clear();
        _groupValues.Clear();
        _definitions.Clear();
        _repetitions.Clear();
    }
}
