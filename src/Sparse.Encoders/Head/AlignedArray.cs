namespace Sparse.Encoders.Head;

/// <summary>Memory that starts with a cache line: 64-byte loads that cross one take twice as long. It lives as long as this object.</summary>
internal sealed unsafe class AlignedArray<T>
    where T : unmanaged
{
    private const int Line = 64;

    private T[] _array = [];

    /// <summary>The first number.</summary>
    internal T* Start { get; private set; }

    /// <summary>Makes room; what was in it is lost where it grows.</summary>
    /// <param name="count">Numbers that are needed.</param>
    /// <returns>The first of them.</returns>
    internal T* Fit(int count)
    {
        if (_array.Length < count + (Line / sizeof(T)))
        {
            _array = GC.AllocateArray<T>(count + (Line / sizeof(T)), pinned: true);
            fixed (T* first = _array)
            {
                Start = (T*)(((nint)first + Line - 1) & ~(nint)(Line - 1));
            }
        }

        return Start;
    }
}
