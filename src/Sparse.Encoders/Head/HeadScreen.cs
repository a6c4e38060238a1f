using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sparse.Encoders.Head;

/// <summary>Finds the few terms of a text whose largest logit may be above 0, and the places where it may be, without computing the logits of the others.</summary>
/// <remarks>
/// <para>About one term in a hundred gets a weight. Hidden states less a fixed centre and weights are rounded to small integers, and
/// <see cref="TermBounds"/> says what a logit can be at most. What is left out is proven not to be above 0, not estimated, and what is
/// kept is computed exactly by <see cref="PooledHead"/>. So the precision of the integers, the centre, and a <see cref="HeadSketch"/>
/// that looks at fewer dimensions first, change how much is kept, and never a result.</para>
/// <para>2026-11-24, splade-tiny on SciFact: hidden states are of length 42, of which the centre takes all but some 17.</para>
/// </remarks>
internal sealed unsafe class HeadScreen
{
    // Length of a chunk of integer weights: half of what 16 bits hold, by the exponent, so that both sides are as fine.
    private const float WeightNorm = 178f;

    // What rounding can add to the length of a chunk of a place: half a unit in each of its dimensions.
    private const float RoundingNorm = 5.7f;

    // Groups of terms that are sketched before the terms that are left of them are looked at: enough to fill the calls.
    private const int BlockGroups = 8;

    private readonly int _dims;
    private readonly int _paddedDims;
    private readonly int _chunks;
    private readonly int _terms;
    private readonly float _placeNorm;
    private readonly sbyte[] _weights;
    private readonly int[] _starts;
    private readonly TermBounds _bounds;
    private readonly HeadSketch? _sketch;

    /// <summary>Rounds a head's weights.</summary>
    /// <param name="head">The head.</param>
    /// <param name="centre">[dims], near the mean of hidden states.</param>
    /// <param name="sketch">Of the same head; null for none.</param>
    internal HeadScreen(OutputHead head, float[] centre, HeadSketch? sketch = null)
    {
        _dims = head.Dims;
        _paddedDims = (_dims + 3) / 4 * 4;
        _terms = head.Terms;
        Centre = centre;
        _sketch = sketch;
        _chunks = (_dims + RowDots.ChunkDims - 1) / RowDots.ChunkDims;
        _weights = GC.AllocateUninitializedArray<sbyte>(_terms * _paddedDims);
        _starts = new int[_terms * _chunks];
        _bounds = new TermBounds(_terms);
        float longest = 1;
        for (int term = 0; term < _terms; term++)
        {
            longest = Math.Max(longest, Round(head, term));
        }

        _placeNorm = (short.MaxValue / longest) - RoundingNorm;
    }

    /// <summary>[dims], near the mean of hidden states.</summary>
    internal float[] Centre { get; }

    /// <summary>Finds the terms that a text may have.</summary>
    /// <param name="tiles">Its places.</param>
    /// <param name="room">Its <see cref="Room.Kept"/> are filled: for each tile, the terms that may have a logit above 0 there.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Select(PlaceTiles tiles, Room room)
    {
        room.Fit(tiles.Count, _paddedDims, _bounds.Count);
        RoundPlaces(tiles, room, out float step, out float length, out float rest);
        bool isUsual = float.IsFinite(length) && float.IsFinite(rest);
        if (isUsual)
        {
            _bounds.Thresholds(step, length, rest, room.Thresholds.AsSpan(0, _bounds.Count));
        }
        else
        {
            room.Thresholds.AsSpan().Fill(int.MinValue);
        }

        bool isSketched = isUsual && _sketch is not null && _sketch.Round(tiles, room.Sketch);
        int groups = _bounds.Count / GroupDots.Terms;
        for (int from = 0; from < groups; from += BlockGroups)
        {
            int to = Math.Min(groups, from + BlockGroups);
            for (int group = from; group < to; group++)
            {
                ulong all = (group + 1) * GroupDots.Terms <= _terms ? ulong.MaxValue : (1UL << (_terms % GroupDots.Terms)) - 1;
                for (int tile = 0; tile < tiles.Count; tile++)
                {
                    room.Masks[((group - from) * tiles.Count) + tile] = isSketched ? _sketch!.Above(group, tile, room.Sketch) : all;
                }
            }

            for (int tile = 0; tile < tiles.Count; tile++)
            {
                int count = 0;
                for (int group = from; group < to; group++)
                {
                    for (ulong mask = room.Masks[((group - from) * tiles.Count) + tile]; mask != 0; mask &= mask - 1)
                    {
                        int bit = (group * GroupDots.Terms) + BitOperations.TrailingZeroCount(mask);
                        room.Left[count++] = isSketched ? _sketch!.Term(bit) : bit;
                    }
                }

                Compare(room, tile, count);
            }
        }
    }

    // Keeps those of the terms left that may have a logit above 0 in a tile.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compare(Room room, int tile, int count)
    {
        List<int> kept = room.Kept[tile];
        fixed (sbyte* weights = _weights)
        fixed (int* starts = _starts, thresholds = room.Thresholds, left = room.Left)
        {
            byte* tilePlaces = room.Places.Start + ((long)tile * _paddedDims * PlaceTiles.Places);
            for (int i = 0; i < count; i += RowDots.Terms)
            {
                // What fills the last call up is computed again.
                for (int j = count; j < i + RowDots.Terms; j++)
                {
                    left[j] = left[count - 1];
                }

                ulong above = RowDots.Above(weights, starts, thresholds, left + i, tilePlaces, _paddedDims);
                for (int j = i; above != 0 && j < Math.Min(i + RowDots.Terms, count); j++, above >>= PlaceTiles.Places)
                {
                    if ((above & 0xFFFF) != 0)
                    {
                        kept.Add(left[j]);
                    }
                }
            }
        }
    }

    // Returns the length of its longest chunk of integers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Round(OutputHead head, int term)
    {
        ReadOnlySpan<float> row = head.Weights.AsSpan(term * _dims, _dims);
        double constant = head.Bias[term], square = 0, longest = 0;
        float largest = 0;
        for (int from = 0; from < _dims; from += RowDots.ChunkDims)
        {
            double chunk = 0;
            for (int k = from; k < Math.Min(_dims, from + RowDots.ChunkDims); k++)
            {
                chunk += (double)row[k] * row[k];
                constant += (double)row[k] * Centre[k];
                largest = Math.Max(largest, Math.Abs(row[k]));
            }

            square += chunk;
            longest = Math.Max(longest, chunk);
        }

        float scale = Math.Max((float)Math.Sqrt(longest) / WeightNorm, largest / GroupDots.MaxWeight);
        scale = scale > 0 ? scale : 1;
        Span<sbyte> weights = _weights.AsSpan(term * _paddedDims, _paddedDims);
        weights.Clear();
        double rest = 0, longestRounded = 0;
        for (int from = 0; from < _dims; from += RowDots.ChunkDims)
        {
            int sum = 0, norm = 0;
            for (int k = from; k < Math.Min(_dims, from + RowDots.ChunkDims); k++)
            {
                int rounded = Math.Clamp((int)MathF.Round(row[k] / scale), -GroupDots.MaxWeight, GroupDots.MaxWeight);
                weights[k] = (sbyte)rounded;
                sum += rounded;
                norm += rounded * rounded;
                double left = row[k] - ((double)scale * rounded);
                rest += left * left;
            }

            _starts[(term * _chunks) + (from / RowDots.ChunkDims)] = -128 * sum;
            longestRounded = Math.Max(longestRounded, norm);
        }

        _bounds.Set(term, constant, scale, Math.Sqrt(rest), Math.Sqrt(square));
        return (float)Math.Sqrt(longestRounded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RoundPlaces(PlaceTiles tiles, Room room, out float step, out float length, out float rest)
    {
        Vector512<float> longestChunk = default, largest = default, longestState = default, lengths = default, rests = default;
        float* states = tiles.States;
        byte* places = room.Places.Start;
        fixed (float* centre = Centre)
        {
            for (int tile = 0; tile < tiles.Count; tile++)
            {
                float* state = states + ((long)tile * _dims * PlaceTiles.Places);
                Vector512<float> whole = default, chunk = default;
                for (int k = 0; k < _dims; k++, state += PlaceTiles.Places)
                {
                    Vector512<float> raw = Vector512.Load(state), value = raw - Vector512.Create(centre[k]);
                    whole += raw * raw;
                    largest = Vector512.Max(largest, Vector512.Abs(value));
                    chunk = (k % RowDots.ChunkDims == 0 ? default : chunk) + (value * value);
                    longestChunk = Vector512.Max(longestChunk, chunk);
                }

                longestState = Vector512.Max(longestState, whole);
            }

            step = Math.Max(Math.Max(MathF.Sqrt(HeadSketch.Largest(longestChunk)) / _placeNorm, HeadSketch.Largest(largest) / sbyte.MaxValue), 1e-30f);
            float inverse = 1 / step;
            for (int tile = 0; tile < tiles.Count; tile++)
            {
                float* state = states + ((long)tile * _dims * PlaceTiles.Places);
                byte* place = places + ((long)tile * _paddedDims * PlaceTiles.Places);
                Vector512<float> own = default, left = default;
                Vector512<uint> bytes = default;
                for (int k = 0; k < _dims; k++, state += PlaceTiles.Places)
                {
                    Vector512<float> value = Vector512.Load(state) - Vector512.Create(centre[k]), rounded = Vector512.Round(value * inverse), near = rounded * step;
                    own += near * near;
                    left += (value - near) * (value - near);
                    bytes |= Vector512.ShiftLeft((Vector512.ConvertToInt32(rounded) + Vector512.Create(128)).AsUInt32(), k % 4 * 8);
                    if (k % 4 == 3 || k == _dims - 1)
                    {
                        bytes.Store((uint*)place);
                        place += 4 * PlaceTiles.Places;
                        bytes = default;
                    }
                }

                (lengths, rests) = (Vector512.Max(lengths, own), Vector512.Max(rests, left));
            }
        }

        // Float sums of dims products are off by at most dims × 2⁻²⁴ of the lengths; the exact logits are such sums too.
        length = MathF.Sqrt(HeadSketch.Largest(lengths)) * (1 + (1e-6f * _dims));
        rest = (MathF.Sqrt(HeadSketch.Largest(rests)) * (1 + (1e-6f * _dims))) + (2e-7f * _dims * MathF.Sqrt(HeadSketch.Largest(longestState)));
    }

    /// <summary>Arrays of one text, used again by the next.</summary>
    internal sealed class Room
    {
        internal int[] Thresholds = [];
        internal ulong[] Masks = [];

        internal AlignedArray<byte> Places { get; } = new();

        internal int[] Left { get; } = new int[(BlockGroups * GroupDots.Terms) + RowDots.Terms];

        internal List<List<int>> Kept { get; } = [];

        internal HeadSketch.Room Sketch { get; } = new();

        internal void Fit(int tiles, int dims, int terms)
        {
            Places.Fit(tiles * dims * PlaceTiles.Places);
            Thresholds = Thresholds.Length < terms ? new int[terms] : Thresholds;
            Masks = Masks.Length < tiles * BlockGroups ? new ulong[tiles * BlockGroups] : Masks;
            Kept.ForEach(kept => kept.Clear());
            while (Kept.Count < tiles)
            {
                Kept.Add([]);
            }
        }
    }
}
