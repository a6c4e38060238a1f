using System.Globalization;
using System.Text;
using Sparse.Vectors;

namespace Sparse.Formats.Vectors;

/// <summary>Writes CIFF as protobuf's own writers do: fields in order, zeros left out, terms by their UTF-8 bytes.</summary>
/// <remarks>Documents come one by one and wait in two files beside the target; these are then read once for each range of terms whose postings fit into memory.</remarks>
internal sealed class CiffVectorWriter : VectorWriter
{
    private readonly Stream _target;
    private readonly FileStream _rows;
    private readonly FileStream _records;
    private readonly TermTable _table;
    private readonly IntegerValues _values;
    private readonly double _scale;
    private readonly EncoderIdentity? _encoder;
    private readonly int _rangePostings;
    private readonly byte[] _scratch = new byte[16];
    private int[] _frequencies = new int[1024];
    private long[] _mass = new long[1024];
    private int _documents;
    private long _total;

    /// <summary>Makes a writer.</summary>
    /// <param name="target">Where to; stays open.</param>
    /// <param name="path">The target's path: files beside it are used.</param>
    /// <param name="table">The reader's terms.</param>
    /// <param name="factor">Frequency of a value of 1.</param>
    /// <param name="scale">Weight of a frequency of 1, for the description.</param>
    /// <param name="encoder">Whose vectors they are, for the description.</param>
    /// <param name="rangePostings">Postings held in memory at once, 8 bytes each.</param>
    internal CiffVectorWriter(Stream target, string path, TermTable table, double factor, double scale, EncoderIdentity? encoder = null, int rangePostings = 16_000_000)
    {
        (_target, _table, _scale, _encoder, _rangePostings) = (target, table, scale, encoder, rangePostings);
        _values = new IntegerValues(factor, int.MaxValue);
        _rows = SpillFile.Create(path, "rows");
        _records = SpillFile.Create(path, "records");
    }

    internal override IEnumerable<string> Losses => _values.Losses;

    internal override void Write(VectorRow row)
    {
        if (row.Count > 0 && row.Terms.AsSpan(0, row.Count).IndexOfAnyInRange(_frequencies.Length, int.MaxValue) >= 0)
        {
            Array.Resize(ref _frequencies, Math.Max(_table.Count, _frequencies.Length * 2));
            Array.Resize(ref _mass, _frequencies.Length);
        }

        long length = 0;
        for (int i = 0; i < row.Count; i++)
        {
            int value = _values.Of(row.Values[i]);
            if (value > 0)
            {
                WriteVarint(_rows, (uint)row.Terms[i] + 1);
                WriteVarint(_rows, (uint)value);
                _frequencies[row.Terms[i]]++;
                _mass[row.Terms[i]] += value;
                length += value;
            }
        }

        _rows.WriteByte(0);
        _total += length;
        if (length > int.MaxValue)
        {
            throw new InvalidDataException($"the values of document '{row.Id}' sum to {length}, more than CIFF's length of a document holds; write smaller ones with --scale.");
        }

        byte[] id = Encoding.UTF8.GetBytes(row.Id);
        int size = FieldSize(_documents) + 1 + VarintSize((ulong)id.Length) + id.Length + FieldSize(length);
        WriteVarint(_records, (ulong)size);
        WriteField(_records, 0x08, _documents);
        WriteText(_records, 0x12, id);
        WriteField(_records, 0x18, length);
        _documents++;
    }

    internal override void Finish()
    {
        int[] terms = [.. Enumerable.Range(0, Math.Min(_table.Count, _frequencies.Length)).Where(term => _frequencies[term] > 0)];
        Array.Sort(terms, (left, right) => _table.Utf8(left).AsSpan().SequenceCompareTo(_table.Utf8(right)));
        WriteHeader(terms.Length);
        for (int start = 0; start < terms.Length;)
        {
            int end = start;
            long total = 0;
            while (end < terms.Length && (end == start || total + _frequencies[terms[end]] <= _rangePostings))
            {
                total += _frequencies[terms[end++]];
            }

            WriteLists(terms.AsSpan(start, end - start), (int)total);
            start = end;
        }

        _records.Position = 0;
        _records.CopyTo(_target);
    }

    public override void Dispose()
    {
        _rows.Dispose();
        _records.Dispose();
    }

    private void WriteHeader(int lists)
    {
        string scale = _scale == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" {CiffVectorReader.ScaleMark}{_scale:R}");
        string encoder = _encoder is null ? "" : $" {CiffVectorReader.EncoderMark}{Uri.EscapeDataString(_encoder.Name)}:{_encoder.Fingerprint}:{_encoder.VocabularyFingerprint}";
        byte[] description = Encoding.UTF8.GetBytes("Sparse" + scale + encoder);
        double average = _documents == 0 ? 0 : (double)_total / _documents;
        using var header = new MemoryStream();
        WriteField(header, 0x08, 1);
        WriteField(header, 0x10, lists);
        WriteField(header, 0x18, _documents);
        WriteField(header, 0x20, lists);
        WriteField(header, 0x28, _documents);
        WriteField(header, 0x30, _total);
        if (average != 0)
        {
            header.WriteByte(0x39);
            header.Write(BitConverter.GetBytes(average));
        }

        WriteText(header, 0x42, description);
        WriteVarint(_target, (ulong)header.Length);
        header.WriteTo(_target);
    }

    private void WriteLists(ReadOnlySpan<int> terms, int total)
    {
        // Place of each term's next posting; −1 for terms of other ranges.
        var next = new int[_frequencies.Length];
        Array.Fill(next, -1);
        int place = 0;
        foreach (int term in terms)
        {
            next[term] = place;
            place += _frequencies[term];
        }

        var documents = new int[total];
        var values = new int[total];
        _rows.Position = 0;
        var rows = new VarintReader(_rows);
        for (int document = 0; document < _documents; document++)
        {
            while (rows.Read() is > 0 and var term)
            {
                int value = (int)rows.Read();
                ref int to = ref next[term - 1];
                if (to >= 0)
                {
                    documents[to] = document;
                    values[to++] = value;
                }
            }
        }

        place = 0;
        foreach (int term in terms)
        {
            WriteList(term, documents.AsSpan(place, _frequencies[term]), values.AsSpan(place, _frequencies[term]));
            place += _frequencies[term];
        }
    }

    private void WriteList(int term, ReadOnlySpan<int> documents, ReadOnlySpan<int> values)
    {
        byte[] name = _table.Utf8(term);
        long size = 1 + VarintSize((ulong)name.Length) + name.Length + FieldSize(documents.Length) + FieldSize(_mass[term]);
        int last = 0;
        for (int i = 0; i < documents.Length; i++)
        {
            // A posting of two fields is at most 12 bytes long, so its own length takes one.
            size += 2 + FieldSize(documents[i] - last) + FieldSize(values[i]);
            last = documents[i];
        }

        WriteVarint(_target, (ulong)size);
        WriteText(_target, 0x0A, name);
        WriteField(_target, 0x10, documents.Length);
        WriteField(_target, 0x18, _mass[term]);
        last = 0;
        for (int i = 0; i < documents.Length; i++)
        {
            _target.WriteByte(0x22);
            _target.WriteByte((byte)(FieldSize(documents[i] - last) + FieldSize(values[i])));
            WriteField(_target, 0x08, documents[i] - last);
            WriteField(_target, 0x10, values[i]);
            last = documents[i];
        }
    }

    private static int VarintSize(ulong value)
    {
        int size = 1;
        for (; value >= 0x80; value >>= 7)
        {
            size++;
        }

        return size;
    }

    private static int FieldSize(long value) => value == 0 ? 0 : 1 + VarintSize((ulong)value);

    private void WriteField(Stream stream, byte tag, long value)
    {
        if (value != 0)
        {
            stream.WriteByte(tag);
            WriteVarint(stream, (ulong)value);
        }
    }

    private void WriteText(Stream stream, byte tag, byte[] text)
    {
        stream.WriteByte(tag);
        WriteVarint(stream, (ulong)text.Length);
        stream.Write(text);
    }

    private void WriteVarint(Stream stream, ulong value)
    {
        int size = 0;
        for (; value >= 0x80; value >>= 7)
        {
            _scratch[size++] = (byte)((value & 0x7F) | 0x80);
        }

        _scratch[size++] = (byte)value;
        stream.Write(_scratch, 0, size);
    }

    /// <summary>Varints of our own file, a quarter of a megabyte at a time.</summary>
    private sealed class VarintReader(Stream stream)
    {
        private readonly byte[] _buffer = new byte[1 << 18];
        private int _at;
        private int _end;

        public uint Read()
        {
            uint value = 0;
            for (int shift = 0; ; shift += 7)
            {
                if (_at == _end)
                {
                    _at = 0;
                    _end = stream.Read(_buffer);
                    _ = _end > 0 ? 0 : throw new EndOfStreamException("the temporary file of rows was cut short.");
                }

                byte next = _buffer[_at++];
                value |= (uint)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }
        }
    }
}
