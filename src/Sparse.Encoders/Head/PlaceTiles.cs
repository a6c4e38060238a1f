using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sparse.Encoders.Head;

/// <summary>Rows of floats, 16 side by side: [tiles][dims][16]. What fills the last tile up repeats the first row.</summary>
internal sealed unsafe class PlaceTiles
{
    /// <summary>Rows of a tile.</summary>
    internal const int Places = 16;

    /// <summary>Rows of a matrix that <see cref="Dots"/> takes at once.</summary>
    internal const int DotRows = 4;

    private readonly AlignedArray<float> _states = new();
    private int[] _order = [];
    private float[] _distances = [];

    /// <summary>The numbers.</summary>
    internal float* States => _states.Start;

    /// <summary>Dimensions of a row.</summary>
    internal int Dims { get; private set; }

    /// <summary>Number of tiles.</summary>
    internal int Count { get; private set; }

    /// <summary>Takes rows.</summary>
    /// <param name="rows">[rows, dims].</param>
    /// <param name="dims">Dimensions of a row.</param>
    /// <param name="order">Which row comes where; empty: as they are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Fill(ReadOnlySpan<float> rows, int dims, ReadOnlySpan<int> order = default)
    {
        int count = rows.Length / dims;
        Dims = dims;
        Count = (count + Places - 1) / Places;
        float* states = _states.Fit(Count * dims * Places);
        for (int place = 0; place < Count * Places; place++)
        {
            int from = place < count ? place : 0;
            ReadOnlySpan<float> row = rows.Slice((order.IsEmpty ? from : order[from]) * dims, dims);
            float* tile = states + (place / Places * Places * dims) + (place % Places);
            for (int k = 0; k < row.Length; k++)
            {
                tile[k * Places] = row[k];
            }
        }
    }

    /// <summary>Takes rows, those near a point first, so that those of a tile are about as far from it.</summary>
    /// <param name="rows">[rows, dims].</param>
    /// <param name="point">[dims].</param>
    internal void FillByDistance(ReadOnlySpan<float> rows, float[] point)
    {
        int count = rows.Length / point.Length;
        if (_order.Length < count)
        {
            (_order, _distances) = (new int[count], new float[count]);
        }

        for (int i = 0; i < count; i++)
        {
            (_order[i], _distances[i]) = (i, Distance(rows.Slice(i * point.Length, point.Length), point));
        }

        _distances.AsSpan(0, count).Sort(_order.AsSpan(0, count));
        Fill(rows, point.Length, _order.AsSpan(0, count));
    }

    /// <summary>Dot products of four rows with the 16 of a tile: dimension after dimension in one order, each product rounded before it is
    /// added, so that a sum is the same on every instruction set and whatever else is in the tile.</summary>
    // Alone in a method, because with more alive around it the compiler spills its sums; a row at a time took three times as long (2026-11-24),
    // waiting for loads.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Dots(float* a, float* b, float* c, float* d, float* tile, int dims, Vector512<float>* sums)
    {
        Vector512<float> sumA = default, sumB = default, sumC = default, sumD = default;
        unchecked
        {
            for (int k = 0; k < dims; k++, tile += Places)
            {
                Vector512<float> state = Vector512.Load(tile);
                sumA += Vector512.Create(a[k]) * state;
                sumB += Vector512.Create(b[k]) * state;
                sumC += Vector512.Create(c[k]) * state;
                sumD += Vector512.Create(d[k]) * state;
            }
        }

        (sums[0], sums[1], sums[2], sums[3]) = (sumA, sumB, sumC, sumD);
    }

    /// <summary>A matrix times each row of a tile.</summary>
    /// <param name="matrix">[count, dims].</param>
    /// <param name="count">Its rows.</param>
    /// <param name="tile">One of <see cref="States"/>.</param>
    /// <param name="dims">Dimensions of a row.</param>
    /// <param name="products">[count][16], overwritten.</param>
    [SkipLocalsInit]
    internal static void Multiply(float* matrix, int count, float* tile, int dims, float* products)
    {
        Vector512<float>* sums = stackalloc Vector512<float>[DotRows];
        for (int i = 0; i < count; i += DotRows)
        {
            float* a = matrix + ((long)i * dims), b = i + 1 < count ? a + dims : a, c = i + 2 < count ? b + dims : b, d = i + 3 < count ? c + dims : c;
            Dots(a, b, c, d, tile, dims, sums);
            for (int j = 0; j < Math.Min(DotRows, count - i); j++)
            {
                sums[j].Store(products + ((i + j) * Places));
            }
        }
    }

    // Squared; what doesn't fill a vector hardly matters to an order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Distance(ReadOnlySpan<float> row, ReadOnlySpan<float> point)
    {
        ReadOnlySpan<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(row), widePoint = MemoryMarshal.Cast<float, Vector<float>>(point);
        Vector<float> squares = default;
        for (int i = 0; i < wide.Length; i++)
        {
            squares += (wide[i] - widePoint[i]) * (wide[i] - widePoint[i]);
        }

        return Vector.Sum(squares);
    }
}
