using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sparse.Encoders.Head;

/// <summary>A first look at a head, at half the price of <see cref="HeadScreen"/>'s: the axes of <see cref="SharedSpectrum"/> that matter, and one
/// that bounds all others.</summary>
/// <remarks>
/// The dot product of what is on the other axes is at most the product of both lengths, which is the one further dimension, rounded
/// up. So what <see cref="TermBounds"/> says holds, and a term is left out of a tile only where its logits are proven not to be above 0.
/// </remarks>
internal sealed unsafe class HeadSketch
{
    // Length of a term's integer weights, half by the exponent of what 16 bits hold, so that both sides are as fine.
    private const float WeightNorm = 178f;

    // Float sums of n products are off by at most n × 2⁻²⁴ of the lengths, and axes by 2⁻²⁴. Of the states that is counted twice: for the turn and for
    // the logits, which are float sums too. Of the weights twice for what both roundings make of each other.
    private const float Rounding = 4e-7f;

    private readonly SharedSpectrum _spectrum;
    private readonly int _dims;
    private readonly int _kept;
    private readonly float[] _centre;
    private readonly float _centreNorm;
    private readonly float _placeNorm;
    private readonly float _error;
    private readonly AlignedArray<sbyte> _weights = new();
    private readonly short[] _starts;
    private readonly TermBounds _bounds;

    /// <summary>Rounds a head's weights.</summary>
    internal HeadSketch(OutputHead head, SharedSpectrum spectrum)
    {
        _spectrum = spectrum;
        _dims = head.Dims;
        _kept = (_dims / 4 * 2) - 1;
        Pairs = (_kept + 1) / 2;
        _bounds = new TermBounds(head.Terms);
        _weights.Fit(_bounds.Count * Pairs * 2);
        _starts = new short[_bounds.Count];
        _centre = [.. Enumerable.Range(0, _dims).Select(i => (float)Dot(spectrum.States.AsSpan(i * _dims, _dims), spectrum.Centre))];
        _centreNorm = (float)Math.Sqrt(Square(spectrum.Centre));
        _error = Rounding * _dims * (float)Math.Sqrt(Square(spectrum.States));
        double turning = Rounding * _dims * Math.Sqrt(Square(spectrum.Weights));
        var tiles = new PlaceTiles();
        var turned = new float[_dims * PlaceTiles.Places];
        float longest = 1;
        fixed (float* matrix = spectrum.Weights, to = turned)
        {
            for (int first = 0; first < head.Terms; first += PlaceTiles.Places)
            {
                int count = Math.Min(PlaceTiles.Places, head.Terms - first);
                tiles.Fill(head.Weights.AsSpan(first * _dims, count * _dims), _dims);
                PlaceTiles.Multiply(matrix, _dims, tiles.States, _dims, to);
                for (int lane = 0; lane < count; lane++)
                {
                    longest = Math.Max(longest, Round(head, first + lane, to + lane, turning));
                }
            }
        }

        // Rounding adds at most half a unit to each of a place's dimensions, and a whole one to the last.
        _placeNorm = (short.MaxValue / longest) - MathF.Sqrt((.25f * _kept) + 1);
    }

    /// <summary>True where a head has enough dimensions to leave some out, and so few that the axes are found in a moment: 768 took seconds.</summary>
    internal static bool Fits(int dims) => dims is >= 16 and <= 384;

    /// <summary>Half the dimensions of a rounded place.</summary>
    internal int Pairs { get; }

    /// <summary>Rounds the places of a text.</summary>
    /// <param name="tiles">The places.</param>
    /// <param name="room">Its <see cref="Room.Places"/> and <see cref="Room.Thresholds"/> are filled.</param>
    /// <returns>False where a number is too large or none, so that nothing can be said.</returns>
    internal bool Round(PlaceTiles tiles, Room room)
    {
        room.Fit(tiles.Count, _dims, Pairs, _bounds.Count);
        Turn(tiles, room, out float longest, out float largest, out float longestState);
        float step = Math.Max(Math.Max(longest / _placeNorm, largest / (sbyte.MaxValue - 1)), 1e-30f);
        RoundPlaces(tiles.Count, room, step, out float length, out float rest);
        rest += _error * (longestState + _centreNorm);
        if (!float.IsFinite(length) || !float.IsFinite(rest))
        {
            return false;
        }

        _bounds.Thresholds(step, length, rest, room.Thresholds.AsSpan(0, _bounds.Count));
        return true;
    }

    /// <summary>Looks at a tile.</summary>
    /// <param name="group">Which 64 terms.</param>
    /// <param name="tile">Which places.</param>
    /// <param name="room">After <see cref="Round(PlaceTiles, Room)"/>.</param>
    /// <returns>A bit for each term that may have a logit above 0.</returns>
    internal ulong Above(int group, int tile, Room room)
    {
        fixed (short* starts = _starts, thresholds = room.Thresholds)
        fixed (uint* places = room.Places)
        {
            return GroupDots.Above(_weights.Start + ((long)group * GroupDots.Terms * 2 * Pairs), starts + (group * GroupDots.Terms), thresholds + (group * GroupDots.Terms),
                places + ((long)tile * Pairs * PlaceTiles.Places), Pairs);
        }
    }

    // Returns the length of its integers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Round(OutputHead head, int term, float* turned, double turning)
    {
        double kept = 0, other = 0, largest = 0;
        for (int k = 0; k < _dims; k++)
        {
            double value = turned[k * PlaceTiles.Places];
            (kept, other) = k < _kept ? (kept + (value * value), other) : (kept, other + (value * value));
            largest = k < _kept ? Math.Max(largest, Math.Abs(value)) : largest;
        }

        double error = turning * Math.Sqrt(Square(head.Weights.AsSpan(term * _dims, _dims)));
        double length = Math.Sqrt(other) + error;
        float scale = (float)Math.Max(Math.Sqrt(kept + (length * length)) / WeightNorm, 1.01 * Math.Max(largest, length) / GroupDots.MaxWeight);
        scale = scale > 0 ? scale : 1;
        double rest = 0;
        int sum = 0, norm = 0;
        sbyte* weights = _weights.Start + ((long)(term / GroupDots.Terms) * GroupDots.Terms * 2 * Pairs) + (term % GroupDots.Terms * 2);
        for (int k = 0; k <= _kept; k++)
        {
            double value = k < _kept ? turned[k * PlaceTiles.Places] : length;
            int rounded = (int)(k < _kept ? Math.Round(value / scale) : Math.Ceiling(value / scale));
            weights[(k / 2 * GroupDots.Terms * 2) + (k % 2)] = (sbyte)rounded;
            sum += rounded;
            norm += rounded * rounded;
            double left = value - ((double)scale * rounded);
            rest += k < _kept ? left * left : 0;
        }

        _starts[term] = unchecked((short)(-128 * sum));
        _bounds.Set(term, head.Bias[term] + Dot(head.Weights.AsSpan(term * _dims, _dims), _spectrum.Centre), scale, Math.Sqrt(rest) + error, Math.Sqrt(kept + (length * length)));
        return MathF.Sqrt(norm);
    }

    // States on the new axes, and the length of each on those that are left out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Turn(PlaceTiles tiles, Room room, out float longest, out float largest, out float longestState)
    {
        Vector512<float> most = default, extreme = default, mostState = default;
        float* states = tiles.States, all = room.Turned.Start, lengths = room.Lengths.Start;
        fixed (float* matrix = _spectrum.States)
        {
            for (int tile = 0; tile < tiles.Count; tile++)
            {
                float* state = states + ((long)tile * _dims * PlaceTiles.Places), turned = all + ((long)tile * _dims * PlaceTiles.Places);
                PlaceTiles.Multiply(matrix, _dims, state, _dims, turned);
                Vector512<float> kept = default, other = default, whole = default;
                for (int k = 0; k < _dims; k++, state += PlaceTiles.Places, turned += PlaceTiles.Places)
                {
                    Vector512<float> raw = Vector512.Load(state), value = Vector512.Load(turned) - Vector512.Create(_centre[k]);
                    value.Store(turned);
                    whole += raw * raw;
                    if (k < _kept)
                    {
                        kept += value * value;
                        extreme = Vector512.Max(extreme, Vector512.Abs(value));
                    }
                    else
                    {
                        other += value * value;
                    }
                }

                // The rounding of float sums and of the axes is in the rest; this is that of the squares.
                Vector512<float> length = Vector512.Sqrt(other) * (1 + (1e-6f * _dims));
                length.Store(lengths + (tile * PlaceTiles.Places));
                extreme = Vector512.Max(extreme, length);
                most = Vector512.Max(most, kept + (length * length));
                mostState = Vector512.Max(mostState, whole);
            }
        }

        (longest, largest, longestState) = (MathF.Sqrt(Largest(most)) * (1 + (1e-6f * _dims)), Largest(extreme), MathF.Sqrt(Largest(mostState)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RoundPlaces(int count, Room room, float step, out float length, out float rest)
    {
        Vector512<float> lengths = default, rests = default;
        float inverse = 1 / step;
        float* all = room.Turned.Start, others = room.Lengths.Start;
        fixed (uint* places = room.Places)
        {
            for (int tile = 0; tile < count; tile++)
            {
                float* turned = all + ((long)tile * _dims * PlaceTiles.Places);
                uint* to = places + ((long)tile * Pairs * PlaceTiles.Places);
                Vector512<float> own = default, left = default;
                for (int pair = 0; pair < Pairs; pair++, turned += 2 * PlaceTiles.Places)
                {
                    Vector512<float> first = Vector512.Load(turned), second, near = Vector512.Round(first * inverse), near2;
                    own += (near * step) * (near * step);
                    left += (first - (near * step)) * (first - (near * step));
                    if (pair < Pairs - 1)
                    {
                        second = Vector512.Load(turned + PlaceTiles.Places);
                        near2 = Vector512.Round(second * inverse);
                        left += (second - (near2 * step)) * (second - (near2 * step));
                    }
                    else
                    {
                        near2 = Vector512.Ceiling(Vector512.Load(others + (tile * PlaceTiles.Places)) * inverse * 1.000001f);
                    }

                    own += (near2 * step) * (near2 * step);
                    Vector512<uint> bytes = (Vector512.ConvertToInt32(near) + Vector512.Create(128)).AsUInt32()
                        | Vector512.ShiftLeft((Vector512.ConvertToInt32(near2) + Vector512.Create(128)).AsUInt32(), 8);
                    bytes |= Vector512.ShiftLeft(bytes, 16);
                    bytes.GetLower().Store(to + (pair * PlaceTiles.Places / 2));
                    bytes.GetUpper().Store(to + ((Pairs + pair) * PlaceTiles.Places / 2));
                }

                (lengths, rests) = (Vector512.Max(lengths, own), Vector512.Max(rests, left));
            }
        }

        length = MathF.Sqrt(Largest(lengths)) * (1 + (1e-6f * _dims));
        rest = MathF.Sqrt(Largest(rests)) * (1 + (1e-6f * _dims));
    }

    /// <summary>The largest of 16 numbers; none where one is none.</summary>
    internal static float Largest(Vector512<float> values)
    {
        float largest = values[0];
        for (int i = 1; i < Vector512<float>.Count; i++)
        {
            largest = MathF.Max(largest, values[i]);
        }

        return largest;
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }

    private static double Square(ReadOnlySpan<float> values) => Dot(values, values);

    /// <summary>Arrays of one text, used again by the next.</summary>
    internal sealed class Room
    {
        internal uint[] Places = [];
        internal short[] Thresholds = [];

        internal AlignedArray<float> Turned { get; } = new();

        internal AlignedArray<float> Lengths { get; } = new();

        internal void Fit(int tiles, int dims, int pairs, int terms)
        {
            Places = Places.Length < tiles * pairs * PlaceTiles.Places ? new uint[tiles * pairs * PlaceTiles.Places] : Places;
            Turned.Fit(tiles * dims * PlaceTiles.Places);
            Lengths.Fit(tiles * PlaceTiles.Places);
            Thresholds = Thresholds.Length < terms ? new short[terms] : Thresholds;
        }
    }
}
