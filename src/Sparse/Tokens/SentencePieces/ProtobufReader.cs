using System.Buffers.Binary;
using System.Text;

namespace Sparse.Tokens.SentencePieces;

/// <summary>Reads the fields of one protobuf message from memory; never past its end.</summary>
/// <remarks>Encoding: protobuf.dev/programming-guides/encoding. Enough for a sentencepiece model: no groups, no packed fields.</remarks>
internal ref struct ProtobufReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private ReadOnlySpan<byte> _rest;
    private int _wireType;

    public ProtobufReader(ReadOnlySpan<byte> message)
    {
        _rest = message;
    }

    /// <summary>Number of the field to be read or skipped now.</summary>
    public int Field { get; private set; }

    /// <summary>Goes to the next field; the one before must have been read or skipped.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        ulong tag = Varint();
        Field = (int)Math.Min(tag >> 3, int.MaxValue);
        _wireType = (int)(tag & 7);
        return true;
    }

    public bool Bool() => Integer() != 0;

    /// <summary>An int32 or enum.</summary>
    public int Integer()
    {
        Expect(0);
        return unchecked((int)Varint());
    }

    public float Float()
    {
        Expect(5);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(4));
    }

    public ReadOnlySpan<byte> Bytes()
    {
        Expect(2);
        return Take(Varint());
    }

    public string Text()
    {
        try
        {
            return Strict.GetString(Bytes());
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"field {Field} is not UTF-8 text.", e);
        }
    }

    public void Skip()
    {
        switch (_wireType)
        {
            case 0:
                Varint();
                break;
            case 1:
                Take(8);
                break;
            case 2:
                Take(Varint());
                break;
            case 5:
                Take(4);
                break;
            default:
                throw new InvalidDataException($"field {Field} has the unknown wire type {_wireType}.");
        }
    }

    private readonly void Expect(int wireType)
    {
        if (_wireType != wireType)
        {
            throw new InvalidDataException($"field {Field} has wire type {_wireType}, not {wireType}.");
        }
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int i = 0; i < _rest.Length && i < 10; i++)
        {
            value |= unchecked((ulong)(_rest[i] & 0x7F) << (7 * i));
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw new InvalidDataException("a number is cut short.");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            throw new InvalidDataException($"field {Field} says that {count} bytes follow, and {_rest.Length} do.");
        }

        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
