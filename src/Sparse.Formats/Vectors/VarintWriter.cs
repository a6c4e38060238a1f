using System.Numerics;

namespace Sparse.Formats.Vectors;

/// <summary>Writes protobuf's numbers to a stream through one buffer: a call of the stream for each byte took most of the time of a conversion.</summary>
/// <param name="stream">Where to; stays open.</param>
internal sealed class VarintWriter(Stream stream)
{
    private const int LongestVarint = 10;
    private readonly byte[] _buffer = new byte[1 << 18];
    private int _at;

    internal static int SizeOf(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    internal void WriteByte(byte value)
    {
        if (_at == _buffer.Length)
        {
            Flush();
        }

        _buffer[_at++] = value;
    }

    internal void WriteVarint(ulong value)
    {
        if (_at > _buffer.Length - LongestVarint)
        {
            Flush();
        }

        for (; value >= 0x80; value >>= 7)
        {
            _buffer[_at++] = (byte)((value & 0x7F) | 0x80);
        }

        _buffer[_at++] = (byte)value;
    }

    internal void Write(ReadOnlySpan<byte> bytes)
    {
        if (_at + bytes.Length > _buffer.Length)
        {
            Flush();
        }

        if (bytes.Length > _buffer.Length)
        {
            stream.Write(bytes);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_at));
        _at += bytes.Length;
    }

    /// <summary>Hands what waits to the stream; before anything else is done with it.</summary>
    internal void Flush()
    {
        stream.Write(_buffer, 0, _at);
        _at = 0;
    }
}
