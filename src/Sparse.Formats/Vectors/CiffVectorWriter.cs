using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Sparse.Vectors;

namespace Sparse.Formats.Vectors;

/// <summary>Writes CIFF as protobuf's own writers do: fields in order, zeros left out, terms by their UTF-8 bytes.</summary>
/// <remarks>Documents come one by one and wait in two files beside the target; these are then read once for each range of terms whose postings fit into memory.</remarks>
internal sealed class CiffVectorWriter : VectorWriter
{
    private readonly Stream _stream;
    private readonly VarintWriter _target;
    private readonly FileStream _rowFile;
    private readonly FileStream _recordFile;
    private readonly VarintWriter _rows;
    private readonly VarintWriter _records;
    private readonly TermTable _table;
    private readonly IntegerValues _values;
    private readonly double _scale;
    private readonly EncoderIdentity? _encoder;
    private readonly int _rangePostings;
    private long[] _postings = []; // One array for all ranges: new ones waited as garbage, 1.2 GB at 8.86 million documents.
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
    internal CiffVectorWriter(Stream target, string path, TermTable table, double factor, double scale, EncoderIdentity? encoder = null, int rangePostings = 24_000_000)
    {
        (_stream, _table, _scale, _encoder, _rangePostings) = (target, table, scale, encoder, rangePostings);
        _values = new IntegerValues(factor, int.MaxValue);
        _rowFile = SpillFile.Create(path, "rows");
        _recordFile = SpillFile.Create(path, "records");
        (_target, _rows, _records) = (new VarintWriter(target), new VarintWriter(_rowFile), new VarintWriter(_recordFile));
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
                _rows.WriteVarint((uint)row.Terms[i] + 1);
                _rows.WriteVarint((uint)value);
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
        int size = FieldSize(_documents) + 1 + VarintWriter.SizeOf((ulong)id.Length) + id.Length + FieldSize(length);
        _records.WriteVarint((ulong)size);
        WriteField(_records, 0x08, _documents);
        WriteText(_records, 0x12, id);
        WriteField(_records, 0x18, length);
        _documents++;
    }

    internal override void Finish()
    {
        int[] terms = [.. Enumerable.Range(0, Math.Min(_table.Count, _frequencies.Length)).Where(term => _frequencies[term] > 0)];
        Array.Sort(terms, (left, right) => _table.Utf8(left).AsSpan().SequenceCompareTo(_table.Utf8(right)));
        _rows.Flush();
        _records.Flush();
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

        _target.Flush();
        _recordFile.Position = 0;
        _recordFile.CopyTo(_stream);
    }

    public override void Dispose()
    {
        _rowFile.Dispose();
        _recordFile.Dispose();
    }

    private void WriteHeader(int lists)
    {
        string scale = _scale == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" {CiffVectorReader.ScaleMark}{_scale:R}");
        string encoder = _encoder is null ? "" : $" {CiffVectorReader.EncoderMark}{Uri.EscapeDataString(_encoder.Name)}:{_encoder.Fingerprint}:{_encoder.VocabularyFingerprint}";
        byte[] description = Encoding.UTF8.GetBytes("Sparse" + scale + encoder);
        double average = _documents == 0 ? 0 : (double)_total / _documents;
        using var bytes = new MemoryStream();
        var header = new VarintWriter(bytes);
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
        header.Flush();
        _target.WriteVarint((ulong)bytes.Length);
        _target.Write(bytes.ToArray());
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // A conversion is over before its loops would be compiled well: .5 s of 4.
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

        // Document in the upper half, value in the lower: one place to write to a posting.
        if (_postings.Length < total)
        {
            // As long as any range may be: one that grows range by range leaves the shorter ones as garbage.
            _postings = new long[Math.Max(total, Math.Min(_rangePostings, _frequencies.Sum(count => (long)count)))];
        }

        _rowFile.Position = 0;
        var rows = new VarintReader(_rowFile);
        for (int document = 0; document < _documents; document++)
        {
            while (rows.Read() is > 0 and var term)
            {
                int value = (int)rows.Read();
                ref int to = ref next[term - 1];
                if (to >= 0)
                {
                    _postings[to++] = ((long)document << 32) | (uint)value;
                }
            }
        }

        place = 0;
        foreach (int term in terms)
        {
            WriteList(term, _postings.AsSpan(place, _frequencies[term]));
            place += _frequencies[term];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WriteList(int term, ReadOnlySpan<long> postings)
    {
        byte[] name = _table.Utf8(term);
        long size = 1 + VarintWriter.SizeOf((ulong)name.Length) + name.Length + FieldSize(postings.Length) + FieldSize(_mass[term]);
        int last = 0;
        foreach (long posting in postings)
        {
            // A posting of two fields is at most 12 bytes long, so its own length takes one.
            int document = (int)(posting >> 32);
            size += 2 + FieldSize(document - last) + FieldSize(posting & int.MaxValue);
            last = document;
        }

        _target.WriteVarint((ulong)size);
        WriteText(_target, 0x0A, name);
        WriteField(_target, 0x10, postings.Length);
        WriteField(_target, 0x18, _mass[term]);
        last = 0;
        foreach (long posting in postings)
        {
            int document = (int)(posting >> 32), value = (int)(posting & int.MaxValue);
            _target.WriteByte(0x22);
            _target.WriteByte((byte)(FieldSize(document - last) + FieldSize(value)));
            WriteField(_target, 0x08, document - last);
            WriteField(_target, 0x10, value);
            last = document;
        }
    }

    private static int FieldSize(long value) => value == 0 ? 0 : 1 + VarintWriter.SizeOf((ulong)value);

    private static void WriteField(VarintWriter to, byte tag, long value)
    {
        if (value != 0)
        {
            to.WriteByte(tag);
            to.WriteVarint((ulong)value);
        }
    }

    private static void WriteText(VarintWriter to, byte tag, byte[] text)
    {
        to.WriteByte(tag);
        to.WriteVarint((ulong)text.Length);
        to.Write(text);
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
