using System.Globalization;
using System.Numerics;
using Parquet;
using Parquet.Data;
using Parquet.Schema;
using Sparse.Vectors;

namespace Sparse.Formats.Vectors;

/// <summary>Reads Parquet: a column <c>id</c> (text or whole numbers), a list <c>indices</c> of whole numbers or <c>terms</c> of text, and a list <c>values</c>.</summary>
internal sealed class ParquetVectorReader : VectorReader
{
    private readonly string _path;
    private readonly ParquetReader _parquet;
    private readonly DataField _id;
    private readonly DataField _terms;
    private readonly DataField _values;
    private readonly IdSet _ids;
    private readonly HashSet<int> _seen = [];
    private string[] _groupIds = [];
    private int[] _groupTerms = [];
    private float[] _groupValues = [];
    private int[] _ends = [];
    private int _group;
    private int _next;
    private long _rows;
    private long _zeros;

    internal ParquetVectorReader(string path, TermTable terms)
    {
        _path = path;
        Terms = terms;
        _parquet = Guard(() => ParquetReader.CreateAsync(path).GetAwaiter().GetResult());
        try
        {
            _id = Column("id", isList: false, typeof(ReadOnlyMemory<char>), typeof(string), typeof(int), typeof(long)) ?? throw Bad("the file has no column 'id'; expected one of text or whole numbers");
            _terms = Column("indices", isList: true, typeof(int), typeof(long)) ?? Column("terms", isList: true, typeof(ReadOnlyMemory<char>), typeof(string))
                ?? throw Bad("the file has no column 'indices' (a list of whole numbers) and no column 'terms'; expected a list of whole numbers or one of text");
            _values = Column("values", isList: true, typeof(float), typeof(double)) ?? throw Bad("the file has no column 'values'; expected a list of floats");
        }
        catch
        {
            Dispose();
            throw;
        }

        // As many as the file says, but no more than it has bytes: a damaged count would ask for gigabytes. The set grows where that is too few.
        _ids = new IdSet((int)Math.Clamp(_parquet.Metadata?.NumRows ?? 0, 0, Math.Min(new FileInfo(path).Length, int.MaxValue)));
        Encoder = _parquet.CustomMetadata.TryGetValue(ParquetVectorWriter.EncoderKey, out string? encoder) && encoder.Split(':') is [{ Length: > 0 } name, var fingerprint, var vocabulary]
            ? new EncoderIdentity(Uri.UnescapeDataString(name), fingerprint, vocabulary, IsQueryOnly: false) : null;
    }

    internal override TermTable Terms { get; }

    internal override bool IsInteger => false;

    internal override EncoderIdentity? Encoder { get; }

    internal override double ShareRead => _parquet.RowGroupCount == 0 ? 1 : (double)_group / _parquet.RowGroupCount;

    internal override IEnumerable<string> Losses =>
        _zeros > 0 ? [string.Create(CultureInfo.InvariantCulture, $"{_zeros:N0} weights of 0 in the input are left out")] : [];

    internal override bool Read(VectorRow row)
    {
        while (_next == _groupIds.Length)
        {
            if (_group == _parquet.RowGroupCount)
            {
                return false;
            }

            Guard(ReadGroup);
            _group++;
            _next = 0;
        }

        row.Clear();
        _seen.Clear();
        string id = _groupIds[_next];
        row.Id = id.Length > 0 && _ids.Add(id) ? id : throw Bad(id.Length == 0 ? $"row {_rows} has no id; expected one" : $"id '{id}' of row {_rows} occurs twice; expected each document once");
        int start = _next == 0 ? 0 : _ends[_next - 1];
        bool ascends = true; // Most files' rows do, and then no term can come twice.
        for (int i = start + 1; i < _ends[_next]; i++)
        {
            ascends &= _groupTerms[i] > _groupTerms[i - 1];
        }

        for (int i = start; i < _ends[_next]; i++)
        {
            float value = _groupValues[i];
            if (!(value >= 0) || float.IsPositiveInfinity(value))
            {
                throw Bad($"value {value.ToString("R", CultureInfo.InvariantCulture)} of row {_rows}, document '{id}', is not a finite number from 0 on");
            }

            int term = _groupTerms[i];
            if (!ascends && !_seen.Add(term))
            {
                throw Bad($"term '{Terms.Name(term)}' occurs twice in row {_rows}, document '{id}'; expected once");
            }

            if (value > 0)
            {
                row.Add(term, value);
            }
            else
            {
                _zeros++;
            }
        }

        _next++;
        _rows++;
        return true;
    }

    public override void Dispose() => _parquet.DisposeAsync().AsTask().GetAwaiter().GetResult();

    private DataField? Column(string name, bool isList, params Type[] types) =>
        _parquet.Schema.DataFields.FirstOrDefault(field => field.Path.FirstPart == name && types.Contains(field.ClrType) && field.MaxRepetitionLevel == (isList ? 1 : 0));

    private bool ReadGroup()
    {
        using ParquetRowGroupReader group = _parquet.OpenRowGroupReader(_group);
        (_groupIds, _) = ReadList(group, _id, (long number) => number.ToString(CultureInfo.InvariantCulture), text => text.ToString());
        (_groupTerms, _ends) = ReadList<long, int>(group, _terms, TermOfNumber, TermOfName);
        (_groupValues, int[] ends) = ReadList(group, _values, (double number) => (float)number, null);
        int wrong = Enumerable.Range(0, Math.Min(_ends.Length, ends.Length)).FirstOrDefault(i => _ends[i] != ends[i], -1);
        return _ends.Length != _groupIds.Length || ends.Length != _groupIds.Length ? throw Bad($"group {_group} has {_groupIds.Length} ids and {_ends.Length} and {ends.Length} lists; expected as many")
            : wrong >= 0 ? throw Bad($"row {_rows + wrong}, document '{_groupIds[wrong]}', has lists of different lengths; expected a value a term") : true;
    }

    private int TermOfName(ReadOnlyMemory<char> text)
    {
        string name = text.ToString();
        return Terms.Find(name) is >= 0 and var found ? found : throw Bad($"term '{name}' of group {_group} is not in the vocabulary; expected one of its terms");
    }

    private int TermOfNumber(long number) => number is >= 0 and <= int.MaxValue && Terms.Take((int)number) ? (int)number
        : throw Bad($"index {number} of group {_group} is negative or past the vocabulary; expected 0 to {(Terms.Count > 0 ? Terms.Count - 1 : (1 << 24) - 1)}");

    /// <summary>All values of a column, and where each row's end.</summary>
    private (T[] Values, int[] Ends) ReadList<TNumber, T>(ParquetRowGroupReader group, DataField field, Func<TNumber, T> ofNumber, Func<ReadOnlyMemory<char>, T>? ofText)
        where TNumber : INumberBase<TNumber>
    {
        using RawColumnData column = group.ReadRawColumnDataBaseAsync(field).AsTask().GetAwaiter().GetResult();
        int[] ends = Ends(column, field, (int)group.RowCount);
        int taken = ends.Length == 0 ? 0 : ends[^1];
        return (column switch
        {
            RawColumnData<int> ints => Converted(ints.Values[..taken], value => ofNumber(TNumber.CreateChecked(value))),
            RawColumnData<long> longs => Converted(longs.Values[..taken], value => ofNumber(TNumber.CreateChecked(value))),
            RawColumnData<float> floats => Converted(floats.Values[..taken], value => ofNumber(TNumber.CreateChecked(value))),
            RawColumnData<double> doubles => Converted(doubles.Values[..taken], value => ofNumber(TNumber.CreateChecked(value))),
            RawColumnData<ReadOnlyMemory<char>> texts when ofText is not null => Converted(texts.Values[..taken], ofText),
            _ => throw Bad($"column '{field.Path}' has an unknown type; expected numbers or text"),
        }, ends);
    }

    /// <summary>Where each row's values end: a row is one place, or begins at repetition 0; a place without a value is an empty list.</summary>
    private int[] Ends(RawColumnData column, DataField field, int rows)
    {
        var ends = new List<int>(rows);
        if (field.MaxRepetitionLevel == 0)
        {
            return field.MaxDefinitionLevel == 0 || !column.DefinitionLevels.ContainsAnyExcept(field.MaxDefinitionLevel) ? [.. Enumerable.Range(1, rows)]
                : throw Bad($"column '{field.Path}' of group {_group} has rows without a value; expected one a row");
        }

        ReadOnlySpan<int> repetitions = column.RepetitionLevels, definitions = column.DefinitionLevels;
        int taken = 0;
        for (int i = 0; i < repetitions.Length; i++)
        {
            if (repetitions[i] == 0 && i > 0)
            {
                ends.Add(taken);
            }

            bool isThere = definitions[i] == field.MaxDefinitionLevel;
            taken += isThere ? 1 : 0;
            if (!isThere && (repetitions[i] > 0 || (i + 1 < repetitions.Length && repetitions[i + 1] > 0)))
            {
                throw Bad($"a list in column '{field.Path}' of group {_group} holds a null; expected values alone");
            }
        }

        if (repetitions.Length > 0)
        {
            ends.Add(taken);
        }

        return [.. ends];
    }

    private static T[] Converted<TValue, T>(ReadOnlySpan<TValue> values, Func<TValue, T> convert)
    {
        var converted = new T[values.Length];
        for (int i = 0; i < converted.Length; i++)
        {
            converted[i] = convert(values[i]);
        }

        return converted;
    }

    // What the library throws on damaged bytes has no type in common.
    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is not (BadInputException or OutOfMemoryException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException))
        {
            throw new BadInputException(_path, 0, $"no Parquet file, or a damaged one ({exception.Message.TrimEnd('.')}); expected columns id, indices or terms, and values.", exception);
        }
    }

    private BadInputException Bad(string problem) => new(_path, 0, problem + ".");
}
