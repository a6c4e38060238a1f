using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Sparse.Vectors;

namespace Sparse.Formats.Vectors;

/// <summary>Reads CIFF: a header, a list of postings a term, a record a document, each message with its length before it.</summary>
/// <remarks>
/// The file goes by term and we go by document, so it is read once to check it and to count, then once for each range of documents
/// whose postings fit into memory. Within a range postings are dealt out to some 256 blocks of documents first, and a block's to its
/// documents when it is read: straight to 385,000 documents, every posting missed the caches, which took half of the time. A header's description that holds <c>scale=S</c> (ours) says what a term frequency of 1 weighs, one that
/// holds <c>encoder=NAME:FINGERPRINT:VOCABULARY</c> whose vectors they are.
/// </remarks>
internal sealed class CiffVectorReader : VectorReader
{
    internal const string ScaleMark = "scale=";
    internal const string EncoderMark = "encoder=";

    private readonly CiffStream _lists;
    private readonly CiffStream _records;
    private readonly int _rangePostings;
    private readonly IdSet _ids;
    private readonly int[] _counts;
    private readonly int[] _terms;
    private readonly long _firstList;
    private long[] _range = []; // Term in the upper half, value in the lower, by block.
    private ushort[] _owners = []; // The document within its block.
    private int[] _blockEnds = [];
    private int _blockShift;
    private long[] _block = [];
    private int[] _offsets = []; // Where each document of the block ends.
    private int _blockStart;
    private int _rangeStart;
    private int _rangeEnd;
    private int _next;

    /// <summary>Opens and checks a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="terms">An empty table of names.</param>
    /// <param name="rangePostings">Postings held in memory at once, 8 bytes each.</param>
    internal CiffVectorReader(string path, TermTable terms, int rangePostings = 24_000_000)
    {
        Terms = terms;
        _rangePostings = rangePostings;
        _lists = new CiffStream(path);
        _records = new CiffStream(path);
        (int lists, int documents, string description) = ReadHeader();
        _firstList = _lists.Position;
        _counts = documents <= _lists.Length ? new int[documents]
            : throw _lists.Bad(0, $"the header says {documents} documents, more than the file has bytes; expected a CIFF header");
        _terms = lists <= _lists.Length ? new int[lists] : throw _lists.Bad(0, $"the header says {lists} postings lists, more than the file has bytes; expected a CIFF header");
        _ids = new IdSet(documents);
        foreach (string word in description.Split(' '))
        {
            if (word.StartsWith(ScaleMark, StringComparison.Ordinal)
                && double.TryParse(word[ScaleMark.Length..], NumberStyles.Float, CultureInfo.InvariantCulture, out double scale) && scale > 0 && double.IsFinite(scale))
            {
                Scale = scale;
            }
            else if (word.StartsWith(EncoderMark, StringComparison.Ordinal) && word[EncoderMark.Length..].Split(':') is [{ Length: > 0 } name, var fingerprint, var vocabulary])
            {
                Encoder = new EncoderIdentity(Uri.UnescapeDataString(name), fingerprint, vocabulary, IsQueryOnly: false);
            }
        }

        for (int i = 0; i < lists; i++)
        {
            Check(i);
        }

        _records.Seek(_lists.Position);
    }

    internal override TermTable Terms { get; }

    internal override bool IsInteger => true;

    internal override double Scale { get; } = 1;

    internal override EncoderIdentity? Encoder { get; }

    internal override double ShareRead => _counts.Length == 0 ? 1 : (double)_next / _counts.Length;

    internal override bool Read(VectorRow row)
    {
        if (_next == _counts.Length)
        {
            return _records.Position == _records.Length ? false
                : throw _records.Bad(_records.Position, $"{_records.Length - _records.Position} bytes follow the last document record; expected the end of the file");
        }

        if (_next == _rangeEnd)
        {
            FillRange();
        }

        if (((_next - _rangeStart) & ((1 << _blockShift) - 1)) == 0)
        {
            FillBlock();
        }

        ReadRecord(row);
        row.Clear();
        for (int i = _next == _blockStart ? 0 : _offsets[_next - _blockStart - 1]; i < _offsets[_next - _blockStart]; i++)
        {
            row.Add((int)(_block[i] >> 32), (int)(_block[i] & int.MaxValue));
        }

        _next++;
        return true;
    }

    public override void Dispose()
    {
        _lists.Dispose();
        _records.Dispose();
    }

    private (int Lists, int Documents, string Description) ReadHeader()
    {
        long end = _lists.ReadMessageEnd("the header");
        int lists = 0, documents = 0, version = 0;
        string description = "";
        while (_lists.Position < end)
        {
            switch (_lists.ReadField("the header", [0, 0, 0, 0, 0, 0, 1, 2]))
            {
                case 1: version = _lists.ReadInt("version", 0); break;
                case 2: lists = _lists.ReadInt("num_postings_lists", 0); break;
                case 3: documents = _lists.ReadInt("num_docs", 0); break;
                case 7: _lists.ReadDouble(); break;
                case 8: description = _lists.ReadText("description", end); break;
                default: _lists.ReadVarint(); break;
            }
        }

        return version == 1 ? (lists, documents, description) : throw _lists.Bad(0, $"CIFF version {version}; expected 1");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // A conversion is over before its loops would be compiled well: .5 s of 4.
    private void Check(int list)
    {
        long start = _lists.Position;
        long end = _lists.ReadMessageEnd($"postings list {list}");
        string term = "";
        long df = 0, count = 0;
        long document = -1;
        while (_lists.Position < end)
        {
            long at = _lists.Position;
            if (!_lists.TryReadPosting(end, out int gap, out int value) && !ReadSpelled(end, ref term, ref df, ref gap, ref value))
            {
                continue;
            }

            if ((count > 0 && gap == 0) || document + gap + (count > 0 ? 0 : 1) >= _counts.Length || value == 0)
            {
                throw _lists.Bad(at, $"posting {count} of term '{term}' goes {gap} documents on from {Math.Max(0, document)} with frequency {value}; expected ascending documents below {_counts.Length} and frequencies from 1");
            }

            document = count > 0 ? document + gap : gap;
            _counts[document]++;
            count++;
        }

        if (_lists.Position != end || term.Length == 0 || df != count)
        {
            throw _lists.Bad(start, $"postings list {list}, term '{term}', has {count} postings and df {df}; expected a term and as many");
        }

        int known = Terms.Count;
        _terms[list] = Terms.Find(term);
        if (_terms[list] < 0)
        {
            throw _lists.Bad(start, $"term '{term}' is not in the vocabulary; expected one of its {known} terms");
        }
    }

    /// <summary>Reads what comes next in a list, if <see cref="CiffStream.TryReadPosting"/> has not: a posting, or its term, df or cf.</summary>
    /// <returns>True for a posting.</returns>
    private bool ReadSpelled(long end, ref string term, ref long df, ref int gap, ref int value)
    {
        switch (_lists.ReadField("a postings list", [2, 0, 0, 2]))
        {
            case 1: term = _lists.ReadText("term", end); return false;
            case 2: df = _lists.ReadInt("df", 0); return false;
            case 3: _lists.ReadVarint(); return false;
            default: (gap, value) = ReadSpelledPosting(end); return true;
        }
    }

    private (int Gap, int Value) ReadSpelledPosting(long end)
    {
        long at = _lists.Position;
        long stop = _lists.ReadMessageEnd("a posting");
        int gap = 0, value = 0;
        while (_lists.Position < stop)
        {
            if (_lists.ReadField("a posting", [0, 0]) == 1)
            {
                gap = _lists.ReadInt("docid", 0);
            }
            else
            {
                value = _lists.ReadInt("tf", 1);
            }
        }

        return _lists.Position == stop && stop <= end ? (gap, value) : throw _lists.Bad(at, "a posting goes past its message; expected docid and tf");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FillRange()
    {
        _rangeStart = _rangeEnd;
        long total = 0;
        while (_rangeEnd < _counts.Length && (_rangeEnd == _rangeStart || total + _counts[_rangeEnd] <= _rangePostings))
        {
            total += _counts[_rangeEnd++];
        }

        if (_range.Length < total)
        {
            // As long as any range may be: arrays that grow range by range leave the shorter ones as garbage.
            long longest = Math.Max(total, Math.Min(_rangePostings, _counts.Sum(count => (long)count)));
            _range = new long[longest];
            _owners = new ushort[longest];
        }

        // Where each block's next posting goes; when all are in, where it ends.
        int documents = _rangeEnd - _rangeStart;
        _blockShift = Math.Clamp(BitOperations.Log2((uint)documents) - 7, 0, 16);
        _blockEnds = new int[((documents - 1) >> _blockShift) + 1];
        for (int i = 0; i < (_blockEnds.Length - 1) << _blockShift; i++)
        {
            _blockEnds[(i >> _blockShift) + 1] += _counts[_rangeStart + i];
        }

        for (int i = 1; i < _blockEnds.Length; i++)
        {
            _blockEnds[i] += _blockEnds[i - 1];
        }

        int mask = (1 << _blockShift) - 1;
        string name = "";
        long df = 0;
        _lists.Seek(_firstList);
        foreach (int term in _terms)
        {
            long end = _lists.ReadMessageEnd("a postings list");
            int document = 0;
            while (_lists.Position < end)
            {
                if (!_lists.TryReadPosting(end, out int gap, out int value) && !ReadSpelled(end, ref name, ref df, ref gap, ref value))
                {
                    continue;
                }

                document += gap;
                if (document >= _rangeEnd)
                {
                    _lists.Skip(end);
                }
                else if (document >= _rangeStart)
                {
                    int place = _blockEnds[(document - _rangeStart) >> _blockShift]++;
                    _range[place] = ((long)term << 32) | (uint)value;
                    _owners[place] = (ushort)((document - _rangeStart) & mask);
                }
            }
        }
    }

    private void FillBlock()
    {
        int block = (_next - _rangeStart) >> _blockShift;
        int start = block == 0 ? 0 : _blockEnds[block - 1], end = _blockEnds[block];
        _blockStart = _next;
        _offsets = new int[Math.Min(1 << _blockShift, _rangeEnd - _next)];
        for (int i = 1; i < _offsets.Length; i++)
        {
            _offsets[i] = _offsets[i - 1] + _counts[_next + i - 1];
        }

        if (_block.Length < end - start)
        {
            _block = new long[end - start];
        }

        for (int i = start; i < end; i++)
        {
            _block[_offsets[_owners[i]]++] = _range[i];
        }
    }

    private void ReadRecord(VectorRow row)
    {
        long start = _records.Position;
        long end = _records.ReadMessageEnd($"document record {_next}");
        int number = 0;
        string id = "";
        while (_records.Position < end)
        {
            switch (_records.ReadField("a document record", [0, 2, 0]))
            {
                case 1: number = _records.ReadInt("docid", 0); break;
                case 2: id = _records.ReadText("collection_docid", end); break;
                default: _records.ReadVarint(); break;
            }
        }

        if (number != _next || id.Length == 0)
        {
            throw _records.Bad(start, $"document record {number} with id '{id}'; expected record {_next} with an id");
        }

        row.Id = _ids.Add(id) ? id : throw _records.Bad(start, $"id '{id}' occurs twice; expected each document once");
    }
}
