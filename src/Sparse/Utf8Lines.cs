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
                return Decode(start, length, tooLong);
            }

            if (_ended)
            {
                int start = _start;
                _start = _end;
                return start == _end && !tooLong ? null : Decode(start, _end - start, tooLong);
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

    private string Decode(int start, int length, bool tooLong)
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

        if (line.EndsWith("\r"u8))
        {
            line = line[..^1];
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
}
