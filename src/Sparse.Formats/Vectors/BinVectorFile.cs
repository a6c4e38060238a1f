using System.Buffers.Binary;
using System.Globalization;

namespace Sparse.Formats.Vectors;

/// <summary>The impact vectors of engine benchmarks, little-endian: u64 rows n, u64 postings z, u64[n+1] row starts, u16[z] terms, u8[z] impacts.</summary>
/// <remarks>Documents have no ids but their row numbers.</remarks>
internal sealed class BinVectorReader : VectorReader
{
    private readonly string _path;
    private readonly FileStream _starts;
    private readonly FileStream _terms;
    private readonly FileStream _impacts;
    private readonly byte[] _buffer = new byte[8];
    private readonly long _rows;
    private readonly long _postings;
    private byte[] _row = new byte[1024];
    private long _next;
    private long _start;

    internal BinVectorReader(string path, TermTable terms)
    {
        _path = path;
        Terms = terms;
        _starts = Open();
        _terms = Open();
        _impacts = Open();
        long length = _starts.Length;
        if (length < 24)
        {
            throw Bad(0, $"the file has {length} bytes; expected a header of 16 and at least one row start");
        }

        (_rows, _postings) = (ReadU64(), ReadU64());
        if (_rows is < 0 or > int.MaxValue || _postings is < 0 or > 1L << 40 || length != 16 + ((_rows + 1) * 8) + (_postings * 3))
        {
            throw Bad(0, $"the header says {_rows} rows and {_postings} postings, which does not go with {length} bytes; expected 16 + 8 (rows + 1) + 3 postings bytes");
        }

        _start = ReadU64();
        if (_start != 0)
        {
            throw Bad(16, $"the first row starts at posting {_start}; expected 0");
        }

        _terms.Position = 16 + ((_rows + 1) * 8);
        _impacts.Position = _terms.Position + (_postings * 2);
    }

    internal override TermTable Terms { get; }

    internal override bool IsInteger => true;

    internal override double ShareRead => _rows == 0 ? 1 : (double)_next / _rows;

    internal override bool Read(VectorRow row)
    {
        if (_next == _rows)
        {
            return _start == _postings ? false : throw Bad(_starts.Position - 8, $"the last row ends at posting {_start}; expected {_postings}");
        }

        long end = ReadU64();
        if (end < _start || end > _postings || end - _start > 1 << 16)
        {
            throw Bad(_starts.Position - 8, $"row {_next} ends at posting {end}; expected {_start} to {Math.Min(_postings, _start + (1 << 16))}");
        }

        int count = (int)(end - _start);
        if (_row.Length < count * 3)
        {
            _row = new byte[count * 3];
        }

        _terms.ReadExactly(_row, 0, count * 2);
        _impacts.ReadExactly(_row, count * 2, count);
        row.Clear();
        row.Resize(count);
        row.Id = _next.ToString(CultureInfo.InvariantCulture);
        int last = -1;
        for (int i = 0; i < count; i++)
        {
            int term = BinaryPrimitives.ReadUInt16LittleEndian(_row.AsSpan(i * 2));
            if (term <= last || !Terms.Take(term))
            {
                throw Bad(_terms.Position - ((count - i) * 2), $"term {term} of row {_next} follows {last}; expected ascending terms of the vocabulary");
            }

            if (_row[(count * 2) + i] == 0)
            {
                throw Bad(_impacts.Position - count + i, $"impact 0 of term {term} in row {_next}; expected 1 to 255");
            }

            row.Terms[i] = term;
            row.Values[i] = _row[(count * 2) + i];
            last = term;
        }

        _start = end;
        _next++;
        return true;
    }

    public override void Dispose()
    {
        _starts.Dispose();
        _terms.Dispose();
        _impacts.Dispose();
    }

    private long ReadU64()
    {
        _starts.ReadExactly(_buffer);
        return BinaryPrimitives.ReadInt64LittleEndian(_buffer);
    }

    private FileStream Open() => new(_path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18);

    private BadInputException Bad(long offset, string problem) => new(_path, 0, $"at byte {offset}, {problem}.");
}

/// <summary>Writes <see cref="BinVectorReader"/>'s layout; terms and impacts wait in files beside the target until the number of rows is known.</summary>
internal sealed class BinVectorWriter : VectorWriter
{
    private readonly Stream _target;
    private readonly FileStream _starts;
    private readonly FileStream _terms;
    private readonly FileStream _impacts;
    private readonly IntegerValues _values;
    private readonly Func<int, int> _toIndex;
    private readonly byte[] _buffer = new byte[16];
    private byte[] _rowTerms = [];
    private byte[] _rowImpacts = [];
    private long _rows;
    private long _postings;
    private bool _losesIds;

    internal BinVectorWriter(Stream target, string path, TermTable table, double factor, double scale)
    {
        _target = target;
        _toIndex = table.ToIndex;
        _values = new IntegerValues(factor, byte.MaxValue, scale);
        _starts = SpillFile.Create(path, "starts");
        _terms = SpillFile.Create(path, "terms");
        _impacts = SpillFile.Create(path, "impacts");
        WriteU64(_starts, 0);
    }

    internal override IEnumerable<string> Losses =>
        _losesIds ? [.. _values.Losses, "the layout has no ids: documents are their row numbers"] : _values.Losses;

    internal override void Write(VectorRow row)
    {
        _losesIds |= !IsNumber(row.Id, _rows);
        row.SortBy(_toIndex);
        if (_rowTerms.Length < row.Count * 2)
        {
            _rowTerms = new byte[row.Terms.Length * 2];
            _rowImpacts = new byte[row.Terms.Length];
        }

        int kept = 0;
        for (int i = 0; i < row.Count; i++)
        {
            int value = _values.Of(row.Values[i]);
            if (value == 0)
            {
                continue;
            }

            if (row.Terms[i] > ushort.MaxValue)
            {
                throw new InvalidDataException($"term {row.Terms[i]} of document '{row.Id}' is past 65,535, the last one of this layout.");
            }

            BinaryPrimitives.WriteUInt16LittleEndian(_rowTerms.AsSpan(kept * 2), (ushort)row.Terms[i]);
            _rowImpacts[kept++] = (byte)value;
        }

        _terms.Write(_rowTerms, 0, kept * 2);
        _impacts.Write(_rowImpacts, 0, kept);
        _postings += kept;
        _rows++;
        WriteU64(_starts, _postings);
    }

    /// <summary>True for the id that a row gets when the layout is read.</summary>
    internal static bool IsNumber(string id, long row)
    {
        Span<char> number = stackalloc char[20];
        row.TryFormat(number, out int length, provider: CultureInfo.InvariantCulture);
        return number[..length].SequenceEqual(id);
    }

    internal override void Finish()
    {
        WriteU64(_target, _rows);
        WriteU64(_target, _postings);
        foreach (FileStream part in new[] { _starts, _terms, _impacts })
        {
            part.Position = 0;
            part.CopyTo(_target);
        }
    }

    public override void Dispose()
    {
        _starts.Dispose();
        _terms.Dispose();
        _impacts.Dispose();
    }

    private void WriteU64(Stream stream, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer, value);
        stream.Write(_buffer, 0, 8);
    }
}
