using System.Text;

namespace Sparse;

/// <summary>Reads UTF-8 lines with their numbers. A bad line throws, and the next call goes on behind it.</summary>
/// <remarks>
/// Bytes are split at LF before they are decoded, because a StreamReader decodes ahead and could not say in which line an
/// invalid byte stands. A byte order mark and a CR before the LF are dropped.
/// </remarks>
internal sealed class Utf8Lines : IDisposable
{
    /// <summary>Longest line: 512 MiB, half of what a .NET string can hold.</summary>
    internal const int DefaultMaxLineBytes = 1 << 29;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Stream _stream;
    private readonly string _source;
    private readonly int _maxLineBytes;
    private byte[] _buffer;
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Reads from a stream that it then owns.</summary>
    internal Utf8Lines(Stream stream, string source, int maxLineBytes = DefaultMaxLineBytes, int bufferBytes = 1 << 16)
    {
        _stream = stream;
        _source = source;
        _maxLineBytes = maxLineBytes;
        _buffer = new byte[Math.Max(bufferBytes, 4)];
    }

    /// <summary>Number of the line read last, from 1.</summary>
    internal long LineNumber { get; private set; }

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="IOException">There is no such file.</exception>
    internal static Utf8Lines Open(string path) => Directory.Exists(path)
        ? throw new BadInputException(path, 0, "this is a folder; expected a file.")
        : new Utf8Lines(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1), path);

    /// <summary>The next line without its end, or null after the last.</summary>
    /// <exception cref="BadInputException">The line is not UTF-8 or longer than the limit.</exception>
    internal string? Read()
    {
        if (!ReadBytes(out ReadOnlySpan<byte> line))
        {
            return null;
        }

        try
        {
            return Strict.GetString(line);
        }
        catch (DecoderFallbackException exception)
        {
            string bad = exception.BytesUnknown is { Length: > 0 } bytes ? $"byte 0x{bytes[0]:X2}" : "a byte";
            throw new BadInputException(_source, LineNumber, $"{bad} is not valid UTF-8; expected UTF-8 text.", exception);
        }
    }

    /// <summary>The bytes of the next line without its end, not yet known to be UTF-8; valid until the next call.</summary>
    /// <param name="line">The bytes.</param>
    /// <returns>False after the last line.</returns>
    /// <exception cref="BadInputException">The line is longer than the limit.</exception>
    internal bool ReadBytes(out ReadOnlySpan<byte> line)
    {
        int scanned = 0;
        bool tooLong = false;
        while (true)
        {
            int lineFeed = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            if (lineFeed >= 0)
            {
                int length = scanned + lineFeed;
                int start = _start;
                _start += length + 1;
                line = Slice(start, length, tooLong);
                return true;
            }

            if (_ended)
            {
                int start = _start;
                _start = _end;
                if (start == _end && !tooLong)
                {
                    line = default;
                    return false;
                }

                line = Slice(start, _end - start, tooLong);
                return true;
            }

            scanned = _end - _start;
            if (scanned > _maxLineBytes)
            {
                // The rest of the line is read and dropped, so that a caller who skips bad lines can go on.
                tooLong = true;
                _start = _end;
                scanned = 0;
            }

            Fill();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _ended = read == 0;
        _end += read;
    }

    private ReadOnlySpan<byte> Slice(int start, int length, bool tooLong)
    {
        LineNumber++;
        if (tooLong || length > _maxLineBytes)
        {
            throw new BadInputException(_source, LineNumber, $"the line is longer than {_maxLineBytes} bytes; expected one record a line.");
        }

        ReadOnlySpan<byte> line = _buffer.AsSpan(start, length);
        if (LineNumber == 1 && line.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }
}
