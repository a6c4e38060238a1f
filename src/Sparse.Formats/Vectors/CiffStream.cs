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
