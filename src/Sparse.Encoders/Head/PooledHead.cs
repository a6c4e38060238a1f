using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sparse.Encoders.Splade;
using Sparse.Vectors;

namespace Sparse.Encoders.Head;

/// <summary>Hidden states to weights: the output head and SPLADE's max pooling in one, without a matrix of logits.</summary>
/// <remarks>
/// <see cref="HeadScreen"/> names the terms that can have a weight; their logits are computed here, in float, dimension after dimension
/// in one order, each product rounded before it is added. So weights are those of the whole head, and the same on every
/// instruction set and whatever else is in the batch.
/// </remarks>
internal sealed unsafe class PooledHead(OutputHead head, float[] centre, TermActivation activation)
{
    private const int Lanes = 16;
    private const int TilePlaces = 4 * Lanes;
    private const int TileTerms = 4;
    private readonly HeadScreen _screen = new(head, centre);

    /// <summary>Pools the hidden states of one text.</summary>
    /// <param name="hidden">[places, dims], one place at least; those that are pooled.</param>
    /// <param name="buffers">The caller's; not for two threads at once.</param>
    /// <param name="positions">Null, or [terms], overwritten for the terms of the vector: the first place with the largest logit.</param>
    /// <returns>The vector.</returns>
    internal TermVector Run(ReadOnlySpan<float> hidden, Buffers buffers, long[]? positions = null)
    {
        _screen.Select(hidden, ref buffers.Places, buffers.Kept);
        int count = hidden.Length / head.Dims;
        int tiles = (count + TilePlaces - 1) / TilePlaces;
        buffers.Tile(hidden, head.Dims, count, tiles);
        Span<float> largest = buffers.Largest(buffers.Kept.Count);
        largest.Fill(float.NegativeInfinity);
        for (int tile = 0; tile < tiles; tile++)
        {
            ReadOnlySpan<float> states = buffers.Tiles.AsSpan(tile * head.Dims * TilePlaces, head.Dims * TilePlaces);
            Maximize(head.Weights, CollectionsMarshal.AsSpan(buffers.Kept), states, Math.Min(TilePlaces, count - (tile * TilePlaces)), largest);
        }

        buffers.Terms.Clear();
        buffers.Weights.Clear();
        for (int i = 0; i < largest.Length; i++)
        {
            int term = buffers.Kept[i];
            float weight = Weigh(largest[i] + head.Bias[term]);
            if (weight > 0)
            {
                buffers.Terms.Add(term);
                buffers.Weights.Add(weight);
                if (positions is not null)
                {
                    positions[term] = Place(hidden, term, largest[i]);
                }
            }
        }

        return buffers.Terms.Count == 0 ? TermVector.Empty : new TermVector([.. buffers.Terms], [.. buffers.Weights]);
    }

    // The first place whose sum, in the order of Maximize, is the largest.
    private int Place(ReadOnlySpan<float> hidden, int term, float largest)
    {
        int place = 0;
        for (; place < hidden.Length / head.Dims; place++)
        {
            float sum = 0;
            for (int k = 0; k < head.Dims; k++)
            {
                sum += head.Weights[(term * head.Dims) + k] * hidden[(place * head.Dims) + k];
            }

            if (sum.Equals(largest) || sum > largest)
            {
                break;
            }
        }

        return place;
    }

    private float Weigh(float logit)
    {
        float weight = MathF.Log(1f + Math.Max(0f, logit));
        return activation == TermActivation.Log1pRelu ? MathF.Log(1f + weight) : weight;
    }

    // Raises each term's largest dot product by those of one tile, which stays in the first cache. Lanes are places: each sum has one order everywhere.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Maximize(float[] weights, ReadOnlySpan<int> terms, ReadOnlySpan<float> tile, int places, Span<float> largest)
    {
        int dims = tile.Length / TilePlaces, last = terms.Length - 1;
        Vector512<float>* best = stackalloc Vector512<float>[TileTerms];
        fixed (float* states = tile, rows = weights)
        {
            for (int i = 0; i <= last; i += TileTerms)
            {
                // Where fewer terms are left, the last one is computed again.
                float* a = rows + ((long)terms[i] * dims), b = rows + ((long)terms[Math.Min(i + 1, last)] * dims);
                float* c = rows + ((long)terms[Math.Min(i + 2, last)] * dims), d = rows + ((long)terms[Math.Min(i + 3, last)] * dims);
                if (places > Lanes)
                {
                    Tile64(a, b, c, d, states, dims, best);
                }
                else
                {
                    Tile16(a, b, c, d, states, dims, best);
                }

                for (int j = 0; j < Math.Min(TileTerms, terms.Length - i); j++)
                {
                    Vector256<float> m8 = Vector256.Max(best[j].GetLower(), best[j].GetUpper());
                    Vector128<float> m4 = Vector128.Max(m8.GetLower(), m8.GetUpper());
                    largest[i + j] = Math.Max(Math.Max(Math.Max(largest[i + j], m4[0]), m4[1]), Math.Max(m4[2], m4[3]));
                }
            }
        }
    }

    // 4 terms × 64 places: 16 sums in 32 registers. Alone in a method for the same reason as DotMaxima's tile; a term at a time took
    // three times as long (2026-11-24), waiting for loads.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile64(float* a, float* b, float* c, float* d, float* state, int dims, Vector512<float>* best)
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default, d0 = default, d1 = default, d2 = default, d3 = default;
        unchecked
        {
            for (int k = 0; k < dims; k++, state += TilePlaces)
            {
                Vector512<float> s0 = Vector512.Load(state), s1 = Vector512.Load(state + Lanes), s2 = Vector512.Load(state + (2 * Lanes)), s3 = Vector512.Load(state + (3 * Lanes));
                Vector512<float> w = Vector512.Create(a[k]);
                a0 += w * s0;
                a1 += w * s1;
                a2 += w * s2;
                a3 += w * s3;
                w = Vector512.Create(b[k]);
                b0 += w * s0;
                b1 += w * s1;
                b2 += w * s2;
                b3 += w * s3;
                w = Vector512.Create(c[k]);
                c0 += w * s0;
                c1 += w * s1;
                c2 += w * s2;
                c3 += w * s3;
                w = Vector512.Create(d[k]);
                d0 += w * s0;
                d1 += w * s1;
                d2 += w * s2;
                d3 += w * s3;
            }
        }

        best[0] = Vector512.Max(Vector512.Max(a0, a1), Vector512.Max(a2, a3));
        best[1] = Vector512.Max(Vector512.Max(b0, b1), Vector512.Max(b2, b3));
        best[2] = Vector512.Max(Vector512.Max(c0, c1), Vector512.Max(c2, c3));
        best[3] = Vector512.Max(Vector512.Max(d0, d1), Vector512.Max(d2, d3));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Tile16(float* a, float* b, float* c, float* d, float* state, int dims, Vector512<float>* best)
    {
        Vector512<float> a0 = default, b0 = default, c0 = default, d0 = default;
        unchecked
        {
            for (int k = 0; k < dims; k++, state += TilePlaces)
            {
                Vector512<float> s = Vector512.Load(state);
                a0 += Vector512.Create(a[k]) * s;
                b0 += Vector512.Create(b[k]) * s;
                c0 += Vector512.Create(c[k]) * s;
                d0 += Vector512.Create(d[k]) * s;
            }
        }

        (best[0], best[1], best[2], best[3]) = (a0, b0, c0, d0);
    }

    /// <summary>Arrays of one text, used again by the next.</summary>
    internal sealed class Buffers
    {
        internal byte[] Places = [];
        internal float[] Tiles = [];
        private float[] _largest = [];

        internal List<int> Kept { get; } = [];

        internal List<int> Terms { get; } = [];

        internal List<float> Weights { get; } = [];

        /// <summary>Room for a number a kept term.</summary>
        internal Span<float> Largest(int count)
        {
            _largest = _largest.Length < count ? new float[count + (count / 2)] : _largest;
            return _largest.AsSpan(0, count);
        }

        /// <summary>Makes tiles [dims][64 places]; what pads the last repeats the first place.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        internal void Tile(ReadOnlySpan<float> hidden, int dims, int count, int tiles)
        {
            if (Tiles.Length < tiles * dims * TilePlaces)
            {
                Tiles = new float[tiles * dims * TilePlaces];
            }

            for (int place = 0; place < tiles * TilePlaces; place++)
            {
                ReadOnlySpan<float> state = hidden.Slice((place < count ? place : 0) * dims, dims);
                Span<float> tile = Tiles.AsSpan(place / TilePlaces * TilePlaces * dims, TilePlaces * dims);
                for (int k = 0; k < state.Length; k++)
                {
                    tile[(k * TilePlaces) + (place % TilePlaces)] = state[k];
                }
            }
        }
    }
}
