namespace Sparse.Encoders.Head;

/// <summary>Hidden states of the first documents. Safe for concurrent use.</summary>
/// <param name="size">How many states.</param>
/// <param name="dims">Dimensions of a state.</param>
internal sealed class StateSample(int size, int dims)
{
    // Neighbours are alike. Queries are not sampled, so that none of them waits for what only documents gain by.
    private const int Every = 4;
    private const int LeastPlaces = 64;

    private readonly float[] _states = new float[size * dims];
    private readonly Lock _lock = new();
    private int _count;

    /// <summary>[size, dims].</summary>
    internal ReadOnlySpan<float> States => _states;

    /// <summary>Takes some of a text's states.</summary>
    /// <param name="hidden">[places, dims].</param>
    /// <returns>True once: when there are enough.</returns>
    internal bool Add(ReadOnlySpan<float> hidden)
    {
        if (hidden.Length < LeastPlaces * dims)
        {
            return false;
        }

        lock (_lock)
        {
            if (_count == size)
            {
                return false;
            }

            for (int at = 0; at < hidden.Length && _count < size; at += Every * dims, _count++)
            {
                hidden.Slice(at, dims).CopyTo(_states.AsSpan(_count * dims));
            }

            return _count == size;
        }
    }
}
