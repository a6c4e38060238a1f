using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sparse.Encoders.Head;

/// <summary>Finds the few terms of a text whose largest logit may be above 0, without computing the logits of the others.</summary>
/// <remarks>
/// <para>About one term in a hundred gets a weight. Hidden states less a fixed centre are x·a + e, weights are q·s + f, with small
/// integers x and q and known lengths of the rests e and f. So logit = bias + weight · centre + a·s·(x · q) + rests, and the rests are
/// at most |x·a| |f| + |e| |weight| (Cauchy-Schwarz). A term is left out only if even so its logit is not above 0: that is proven, not
/// estimated, and whatever is kept is computed exactly by <see cref="PooledHead"/>. So the precision of x and q, and the
/// centre, change how much is kept, and never a result.</para>
/// <para>2026-11-24, splade-tiny on SciFact: hidden states are of length 42, of which the centre takes all but some 17.</para>
/// </remarks>
internal sealed unsafe class HeadScreen
{
    // Length of a chunk of integer weights: half of what 16 bits hold, by the exponent, so that both sides are as fine.
    private const float WeightNorm = 178f;

    // What rounding can add to the length of a chunk of a place: half a unit in each of its dimensions.
    private const float RoundingNorm = 5.7f;

    private readonly int _dims;
    private readonly int _paddedDims;
    private readonly int _chunks;
    private readonly int _shift;
    private readonly float[] _centre;
    private readonly float _placeNorm;
    private readonly sbyte[] _weights;
    private readonly int[] _starts;
    private readonly float[] _constant;
    private readonly float[] _scale;
    private readonly float[] _rest;
    private readonly float[] _norm;

    /// <summary>Rounds a head's weights.</summary>
    /// <param name="head">The head.</param>
    /// <param name="centre">[dims], near the mean of hidden states.</param>
    internal HeadScreen(OutputHead head, float[] centre)
    {
        _dims = head.Dims;
        _paddedDims = (_dims + 3) / 4 * 4;
        _centre = centre;
        _chunks = (_dims + DotMaxima.ChunkDims - 1) / DotMaxima.ChunkDims;
        _shift = _chunks == 1 ? 0 : BitOperations.Log2((uint)_chunks - 1) + 1;
        int groups = (head.Terms + DotMaxima.GroupTerms - 1) / DotMaxima.GroupTerms;
        _weights = GC.AllocateArray<sbyte>((groups * DotMaxima.GroupTerms * _paddedDims) + 64, pinned: true);
        _starts = new int[groups * _chunks * DotMaxima.GroupTerms];
        _constant = new float[head.Terms];
        _scale = new float[head.Terms];
        _rest = new float[head.Terms];
        _norm = new float[head.Terms];
        float longest = 1;
        fixed (sbyte* unaligned = _weights)
        {
            sbyte* weights = Align(unaligned);
            for (int term = 0; term < head.Terms; term++)
            {
                longest = Math.Max(longest, Round(head, term, weights));
            }
        }

        _placeNorm = (short.MaxValue / longest) - RoundingNorm;
    }

    /// <summary>Finds the terms that a text may have.</summary>
    /// <param name="hidden">[places, dims].</param>
    /// <param name="places">Room for the rounded places, grown as needed.</param>
    /// <param name="kept">Overwritten with the terms, ascending.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Select(ReadOnlySpan<float> hidden, ref byte[] places, List<int> kept)
    {
        kept.Clear();
        int count = hidden.Length / _dims;
        int padded = (count + DotMaxima.TilePlaces - 1) / DotMaxima.TilePlaces * DotMaxima.TilePlaces;
        if (places.Length < padded * _paddedDims)
        {
            places = new byte[padded * _paddedDims];
        }

        RoundPlaces(hidden, count, padded, places, out float step, out float length, out float rest);
        int* maxima = stackalloc int[DotMaxima.GroupTerms];
        float shifted = step * (1 << _shift);
        float lost = _shift == 0 ? 0f : _chunks;
        fixed (sbyte* unaligned = _weights)
        fixed (int* starts = _starts)
        fixed (byte* x = places)
        {
            sbyte* weights = Align(unaligned);
            for (int from = 0; from < _constant.Length; from += DotMaxima.GroupTerms)
            {
                DotMaxima.Compute(weights + ((long)from * _paddedDims), starts + (from * _chunks), x, padded, _paddedDims, _shift, maxima);
                int to = Math.Min(_constant.Length, from + DotMaxima.GroupTerms);
                for (int term = from; term < to; term++)
                {
                    float most = _constant[term] + (shifted * _scale[term] * (maxima[term - from] + lost)) + (length * _rest[term]) + (rest * _norm[term]);
                    if (!(most <= 0))
                    {
                        kept.Add(term);
                    }
                }
            }
        }
    }

    // Returns the length of its longest chunk of integers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Round(OutputHead head, int term, sbyte* weights)
    {
        ReadOnlySpan<float> row = head.Weights.AsSpan(term * _dims, _dims);
        double constant = head.Bias[term], square = 0, longest = 0;
        float largest = 0;
        for (int from = 0; from < _dims; from += DotMaxima.ChunkDims)
        {
            double chunk = 0;
            for (int k = from; k < Math.Min(_dims, from + DotMaxima.ChunkDims); k++)
            {
                chunk += (double)row[k] * row[k];
                constant += (double)row[k] * _centre[k];
                largest = Math.Max(largest, Math.Abs(row[k]));
            }

            square += chunk;
            longest = Math.Max(longest, chunk);
        }

        float scale = Math.Max((float)Math.Sqrt(longest) / WeightNorm, largest / DotMaxima.MaxWeight);
        scale = scale > 0 ? scale : 1;
        int group = term / DotMaxima.GroupTerms, lane = term % DotMaxima.GroupTerms;
        double rest = 0, longestRounded = 0;
        for (int from = 0; from < _dims; from += DotMaxima.ChunkDims)
        {
            int sum = 0, norm = 0;
            for (int k = from; k < Math.Min(_dims, from + DotMaxima.ChunkDims); k++)
            {
                int rounded = Math.Clamp((int)MathF.Round(row[k] / scale), -DotMaxima.MaxWeight, DotMaxima.MaxWeight);
                weights[((long)group * DotMaxima.GroupTerms * _paddedDims) + (k / 4 * DotMaxima.GroupTerms * 4) + (lane * 4) + (k % 4)] = (sbyte)rounded;
                sum += rounded;
                norm += rounded * rounded;
                double left = row[k] - ((double)scale * rounded);
                rest += left * left;
            }

            _starts[(((group * _chunks) + (from / DotMaxima.ChunkDims)) * DotMaxima.GroupTerms) + lane] = (-128 * sum) & 0xFFFF;
            longestRounded = Math.Max(longestRounded, norm);
        }

        // A little more than computed, for the float arithmetic of the bound.
        const float Margin = 1.0001f;
        _constant[term] = (float)constant + (1e-5f * (float)Math.Abs(constant)) + 1e-6f;
        _scale[term] = scale;
        _rest[term] = (float)Math.Sqrt(rest) * Margin;
        _norm[term] = (float)Math.Sqrt(square) * Margin;
        return (float)Math.Sqrt(longestRounded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RoundPlaces(ReadOnlySpan<float> hidden, int count, int padded, byte[] places, out float step, out float length, out float rest)
    {
        float longestChunk = 0, largest = 0, longestState = 0;
        for (int place = 0; place < count; place++)
        {
            ReadOnlySpan<float> state = hidden.Slice(place * _dims, _dims);
            float whole = 0;
            for (int from = 0; from < _dims; from += DotMaxima.ChunkDims)
            {
                float chunk = 0;
                for (int k = from; k < Math.Min(_dims, from + DotMaxima.ChunkDims); k++)
                {
                    float value = state[k] - _centre[k];
                    chunk += value * value;
                    whole += state[k] * state[k];
                    largest = Math.Max(largest, Math.Abs(value));
                }

                longestChunk = Math.Max(longestChunk, chunk);
            }

            longestState = Math.Max(longestState, whole);
        }

        step = Math.Max(Math.Max(MathF.Sqrt(longestChunk) / _placeNorm, largest / sbyte.MaxValue), 1e-30f);
        float inverse = 1 / step, lengthSquare = 0, restSquare = 0;
        for (int place = 0; place < count; place++)
        {
            ReadOnlySpan<float> state = hidden.Slice(place * _dims, _dims);
            Span<byte> row = places.AsSpan(place * _paddedDims, _paddedDims);
            float own = 0, left = 0;
            for (int k = 0; k < _dims; k++)
            {
                float value = state[k] - _centre[k];
                int rounded = unchecked((int)MathF.Round(value * inverse));
                row[k] = unchecked((byte)(rounded + 128));
                float near = rounded * step;
                own += near * near;
                left += (value - near) * (value - near);
            }

            row[_dims..].Fill(128);
            lengthSquare = Math.Max(lengthSquare, own);
            restSquare = Math.Max(restSquare, left);
        }

        for (int place = count; place < padded; place++)
        {
            places.AsSpan(0, _paddedDims).CopyTo(places.AsSpan(place * _paddedDims));
        }

        // Float sums of dims products are off by at most dims × 2⁻²⁴ of the lengths; the exact logits are such sums too.
        length = MathF.Sqrt(lengthSquare) * (1 + (1e-6f * _dims));
        rest = (MathF.Sqrt(restSquare) * (1 + (1e-6f * _dims))) + (2e-7f * _dims * MathF.Sqrt(longestState));
    }

    private static sbyte* Align(sbyte* memory) => (sbyte*)(((nint)memory + 63) & ~63);
}
