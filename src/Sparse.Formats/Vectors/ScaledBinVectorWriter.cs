using System.Runtime.InteropServices;

namespace Sparse.Formats.Vectors;

/// <summary>Writes weights of no known scale in <see cref="BinVectorReader"/>'s layout: they wait beside the target until the largest is known.</summary>
/// <remarks>Whole numbers up to 255 stay what they are; else the largest weight becomes 255, as in an index.</remarks>
internal sealed class ScaledBinVectorWriter : VectorWriter
{
    private readonly Stream _target;
    private readonly string _path;
    private readonly TermTable _table;
    private readonly FileStream _rows;
    private readonly VectorRow _row = new();
    private BinVectorWriter? _writer;
    private float _largest;
    private bool _isWhole = true;
    private long _count;
    private bool _losesIds;

    internal ScaledBinVectorWriter(Stream target, string path, TermTable table)
    {
        (_target, _path, _table) = (target, path, table);
        _rows = SpillFile.Create(path, "rows");
    }

    internal override IEnumerable<string> Losses => _writer?.Losses ?? [];

    internal override void Write(VectorRow row)
    {
        _losesIds |= !BinVectorWriter.IsNumber(row.Id, _count);
        ReadOnlySpan<float> values = row.Values.AsSpan(0, row.Count);
        foreach (float value in values)
        {
            _largest = Math.Max(_largest, value);
            _isWhole &= value == MathF.Truncate(value);
        }

        Span<int> count = [row.Count];
        _rows.Write(MemoryMarshal.AsBytes(count));
        _rows.Write(MemoryMarshal.AsBytes(row.Terms.AsSpan(0, row.Count)));
        _rows.Write(MemoryMarshal.AsBytes(values));
        _count++;
    }

    internal override void Finish()
    {
        double factor = (_isWhole && _largest <= byte.MaxValue) || _largest == 0 ? 1 : byte.MaxValue / (double)_largest;
        _writer = new BinVectorWriter(_target, _path, _table, factor, 1 / factor);
        _rows.Position = 0;
        Span<int> count = [0];
        for (long i = 0; i < _count; i++)
        {
            _rows.ReadExactly(MemoryMarshal.AsBytes(count));
            _row.Clear();
            _row.Resize(count[0]);
            _rows.ReadExactly(MemoryMarshal.AsBytes(_row.Terms.AsSpan(0, count[0])));
            _rows.ReadExactly(MemoryMarshal.AsBytes(_row.Values.AsSpan(0, count[0])));
            _row.Id = _losesIds ? "" : i.ToString(System.Globalization.CultureInfo.InvariantCulture);
            _writer.Write(_row);
        }

        _writer.Finish();
    }

    public override void Dispose()
    {
        _rows.Dispose();
        _writer?.Dispose();
    }
}
