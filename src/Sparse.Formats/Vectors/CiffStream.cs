using System.Runtime.CompilerServices;
using System.Text;

namespace Sparse.Formats.Vectors;

/// <summary>Reads protobuf from a stream through one buffer, knowing where it is, so that errors can say so.</summary>
internal sealed class CiffStream : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly byte[] _buffer = new byte[1 << 18];
    private int _at;
    private int _end;
    private long _before;

    internal CiffStream(string path)
    {
        _path = path;
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        Length = _file.Length;
    }

    internal long Length { get; }

    internal long Position => _before + _at;

    internal void Seek(long position)
    {
        _file.Position = _before = position;
        _at = _end = 0;
    }

    /// <summary>Goes forward, within the buffer where the place is there.</summary>
    internal void Skip(long position)
    {
        if (position - _before <= _end)
        {
            _at = (int)(position - _before);
        }
        else
        {
            Seek(position);
        }
    }

    /// <summary>Length of the message that follows.</summary>
    /// <returns>Where it ends.</returns>
    internal long ReadMessageEnd(string what)
    {
        long start = Position;
        ulong length = ReadVarint();
        return length <= (ulong)(Length - Position) ? Position + (long)length
            : throw Bad(start, $"{what} has {length} bytes, and {Length - Position} are left in the file; expected a whole message");
    }

    internal ulong ReadVarint()
    {
        if (_at < _end && _buffer[_at] < 0x80)
        {
            return _buffer[_at++];
        }

        long start = Position;
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Bad(start, "a varint of more than 10 bytes; expected a protobuf number");
    }

    /// <summary>A posting as every writer in use spells it: field 4, a document unless it is 0, a frequency.</summary>
    /// <param name="limit">Where its list ends.</param>
    /// <param name="gap">Documents from the last one on.</param>
    /// <param name="value">The frequency.</param>
    /// <returns>False, with nothing read, for another spelling, a wrong one, or the end of the buffer: the general way takes these.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool TryReadPosting(long limit, out int gap, out int value)
    {
        const int Longest = 14;
        gap = value = 0;
        if (_end - _at < Longest || _buffer[_at] != 0x22)
        {
            return false;
        }

        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_at, Longest);
        int at = 2;
        if (bytes[2] == 0x08)
        {
            at = 3;
            gap = TakeVarint(bytes, ref at);
        }

        if (gap < 0 || at >= Longest || bytes[at++] != 0x10)
        {
            return false;
        }

        value = TakeVarint(bytes, ref at);
        if (value < 0 || at != bytes[1] + 2 || Position + at > limit)
        {
            return false;
        }

        _at += at;
        return true;
    }

    /// <summary>A field number and wire type, checked against the ones expected: 0 varint, 1 eight bytes, 2 length-delimited.</summary>
    internal int ReadField(string what, ReadOnlySpan<byte> wireTypes)
    {
        long start = Position;
        ulong tag = ReadVarint();
        int field = (int)Math.Min(tag >> 3, 1 << 20);
        byte expected = field >= 1 && field <= wireTypes.Length ? wireTypes[field - 1] : (byte)255;
        return (tag & 7) == expected ? field
            : throw Bad(start, $"field {field} of wire type {tag & 7} in {what}; expected {(expected == 255 ? $"a field from 1 to {wireTypes.Length}" : $"wire type {expected}")}");
    }

    internal int ReadInt(string what, int least)
    {
        long start = Position;
        ulong value = ReadVarint();
        return value <= int.MaxValue && (int)value >= least ? (int)value
            : throw Bad(start, $"{what} is {unchecked((long)value)}; expected {least} to {int.MaxValue}");
    }

    internal string ReadText(string what, long end)
    {
        long start = Position;
        ulong length = ReadVarint();
        if (length > (ulong)Math.Max(0, end - Position) || length > 1 << 16)
        {
            throw Bad(start, $"{what} has {length} bytes; expected at most {Math.Min(1 << 16, Math.Max(0, end - Position))}");
        }

        Span<byte> bytes = length <= 512 ? stackalloc byte[(int)length] : new byte[(int)length];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = ReadByte();
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new BadInputException(_path, 0, $"at byte {start}, {what} is not valid UTF-8; expected UTF-8 text.", exception);
        }
    }

    internal double ReadDouble()
    {
        Span<byte> bytes = stackalloc byte[8];
        for (int i = 0; i < 8; i++)
        {
            bytes[i] = ReadByte();
        }

        return BitConverter.ToDouble(bytes);
    }

    internal BadInputException Bad(long offset, string problem) => new(_path, 0, $"at byte {offset}, {problem}.");

    public void Dispose() => _file.Dispose();

    // Of at most four bytes; −1 for a longer one, and for what would go past the span.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TakeVarint(ReadOnlySpan<byte> bytes, ref int at)
    {
        int value = 0;
        for (int shift = 0; shift < 28 && at < bytes.Length; shift += 7)
        {
            byte next = bytes[at++];
            value |= (next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        return -1;
    }

    private byte ReadByte()
    {
        if (_at == _end)
        {
            _before += _end;
            _at = 0;
            _end = _file.Read(_buffer);
            if (_end == 0)
            {
                throw Bad(_before, "the file ends within a message; expected more bytes");
            }
        }

        return _buffer[_at++];
    }
}
