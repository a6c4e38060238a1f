using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sparse.Encoders.Splade;
using Sparse.Vectors;

namespace Sparse.Encoders.Head;

/// <summary>Hidden states to weights: the output head and SPLADE's max pooling in one, without a matrix of logits.</summary>
/// <remarks>
/// <see cref="HeadScreen"/> names the terms that can have a weight, and where; their logits are computed here, in float, dimension after dimension
/// in one order, each product rounded before it is added. So weights are those of the whole head, and the same on every
/// instruction set and whatever else is in the batch. The first documents are sampled for a <see cref="HeadSketch"/>, which makes
/// the ones after them faster and changes no weight.
/// </remarks>
/// <param name="head">The head.</param>
/// <param name="centre">[dims], near the mean of hidden states.</param>
/// <param name="activation">Of the largest logits.</param>
/// <param name="samples">Hidden states that the sketch is made from; 0: no sketch.</param>
internal sealed unsafe class PooledHead(OutputHead head, float[] centre, TermActivation activation, int samples = PooledHead.UsualSamples)
{
    // Every fourth place of 70 abstracts or so.
    internal const int UsualSamples = 4096;

    private volatile HeadScreen _screen = new(head, centre);
    private StateSample? _sample = samples > 0 && HeadSketch.Fits(head.Dims) ? new StateSample(samples, head.Dims) : null;

    /// <summary>Pools the hidden states of one text.</summary>
    /// <param name="hidden">[places, dims], one place at least; those that are pooled.</param>
    /// <param name="buffers">The caller's; not for two threads at once.</param>
    /// <param name="positions">Null, or [terms], overwritten for the terms of the vector: the first place with the largest logit.</param>
    /// <returns>The vector.</returns>
    internal TermVector Run(ReadOnlySpan<float> hidden, Buffers buffers, long[]? positions = null)
    {
        if (_sample?.Add(hidden) == true)
        {
            Learn();
        }

        HeadScreen screen = _screen;
        buffers.Tiles.FillByDistance(hidden, screen.Centre);
        screen.Select(buffers.Tiles, buffers.Screen);
        Span<float> largest = buffers.Largest(head.Terms);
        for (int tile = 0; tile < buffers.Tiles.Count; tile++)
        {
            Maximize(buffers.Tiles, tile, CollectionsMarshal.AsSpan(buffers.Screen.Kept[tile]), largest, buffers.Touched);
        }

        buffers.Terms.Clear();
        buffers.Weights.Clear();
        for (int word = 0; word < buffers.Touched.Length; word++)
        {
            for (ulong bits = buffers.Touched[word]; bits != 0; bits &= bits - 1)
            {
                int term = (word * 64) + BitOperations.TrailingZeroCount(bits);
                float weight = Weigh(largest[term] + head.Bias[term]);
                if (weight > 0)
                {
                    buffers.Terms.Add(term);
                    buffers.Weights.Add(weight);
                    if (positions is not null)
                    {
                        positions[term] = Place(hidden, term, largest[term]);
                    }
                }
            }
        }

        return buffers.Terms.Count == 0 ? TermVector.Empty : new TermVector([.. buffers.Terms], [.. buffers.Weights]);
    }

    // One thread does, while others go on without.
    private void Learn()
    {
        StateSample sample = _sample!;
        _sample = null;
        if (SharedSpectrum.Find(sample.States, head.Weights, head.Dims) is { } spectrum)
        {
            _screen = new HeadScreen(head, spectrum.Centre, new HeadSketch(head, spectrum));
        }
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

    // Raises each term's largest dot product by those of one tile, which stays in the first cache.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Maximize(PlaceTiles tiles, int tile, ReadOnlySpan<int> terms, Span<float> largest, ulong[] touched)
    {
        int dims = head.Dims, last = terms.Length - 1;
        Vector512<float>* sums = stackalloc Vector512<float>[PlaceTiles.DotRows];
        fixed (float* rows = head.Weights)
        {
            float* state = tiles.States + ((long)tile * dims * PlaceTiles.Places);
            for (int i = 0; i <= last; i += PlaceTiles.DotRows)
            {
                // Where fewer terms are left, the last one is computed again.
                float* a = rows + ((long)terms[i] * dims), b = rows + ((long)terms[Math.Min(i + 1, last)] * dims);
                float* c = rows + ((long)terms[Math.Min(i + 2, last)] * dims), d = rows + ((long)terms[Math.Min(i + 3, last)] * dims);
                PlaceTiles.Dots(a, b, c, d, state, dims, sums);
                for (int j = 0; j < Math.Min(PlaceTiles.DotRows, terms.Length - i); j++)
                {
                    int term = terms[i + j];
                    ulong bit = 1UL << (term % 64);
                    float known = (touched[term / 64] & bit) == 0 ? float.NegativeInfinity : largest[term];
                    touched[term / 64] |= bit;
                    Vector256<float> m8 = Vector256.Max(sums[j].GetLower(), sums[j].GetUpper());
                    Vector128<float> m4 = Vector128.Max(m8.GetLower(), m8.GetUpper());
                    largest[term] = Math.Max(Math.Max(Math.Max(known, m4[0]), m4[1]), Math.Max(m4[2], m4[3]));
                }
            }
        }
    }

    /// <summary>Arrays of one text, used again by the next.</summary>
    internal sealed class Buffers
    {
        private float[] _largest = [];

        internal PlaceTiles Tiles { get; } = new();

        internal HeadScreen.Room Screen { get; } = new();

        /// <summary>A bit for each term of <see cref="Largest"/>.</summary>
        internal ulong[] Touched { get; private set; } = [];

        internal List<int> Terms { get; } = [];

        internal List<float> Weights { get; } = [];

        /// <summary>A number for each term, none of them touched.</summary>
        internal Span<float> Largest(int terms)
        {
            if (_largest.Length != terms)
            {
                _largest = new float[terms];
                Touched = new ulong[(terms + 63) / 64];
            }

            Touched.AsSpan().Clear();
            return _largest;
        }
    }
}
