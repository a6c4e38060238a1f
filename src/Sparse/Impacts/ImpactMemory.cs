using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Sparse.Impacts;

/// <summary>Read-only bytes outside the managed heap: part of a mapped file, or a copy of a stream.</summary>
/// <remarks>Readable for <see cref="ImpactFormat.Slack"/> bytes past its length, or to the end of the mapped page.</remarks>
internal sealed unsafe class ImpactMemory : IDisposable
{
    private readonly MemoryMappedViewAccessor? _view;
    private readonly void* _copy;
    private int _disposed;

    private ImpactMemory(MemoryMappedViewAccessor? view, void* copy, byte* start, long length)
    {
        _view = view;
        _copy = copy;
        Start = start;
        Length = length;
    }

    ~ImpactMemory() => Release();

    /// <summary>The first byte.</summary>
    public byte* Start { get; }

    /// <summary>Number of bytes.</summary>
    public long Length { get; }

    /// <summary>Maps part of a file.</summary>
    /// <param name="path">The file; it must not change or shrink while mapped.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Number of bytes; at least a <see cref="SegmentFooter"/>.</param>
    public static ImpactMemory Map(string path, long offset, long length)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.RandomAccess);
        if (offset < 0 || length <= 0 || offset > file.Length - length)
        {
            throw new InvalidDataException($"{path} has {file.Length} bytes; {length} from {offset} cannot be mapped. The file is cut short.");
        }

        using var mapping = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        MemoryMappedViewAccessor view = mapping.CreateViewAccessor(offset, length, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        return new ImpactMemory(view, null, start + view.PointerOffset, length);
    }

    /// <summary>Copies a stream, for segments that lie inside another file or in no file at all.</summary>
    /// <param name="stream">Read from its place.</param>
    /// <param name="length">Number of bytes.</param>
    public static ImpactMemory Copy(Stream stream, long length)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var copy = (byte*)NativeMemory.AlignedAlloc((nuint)(length + ImpactFormat.Slack), ImpactFormat.Alignment);
        var memory = new ImpactMemory(null, copy, copy, length);
        for (long at = 0; at < length;)
        {
            var part = new Span<byte>(copy + at, (int)Math.Min(length - at, 1 << 20));
            stream.ReadExactly(part);
            at += part.Length;
        }

        new Span<byte>(copy + length, ImpactFormat.Slack).Clear();
        return memory;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }

        NativeMemory.AlignedFree(_copy);
    }
}
