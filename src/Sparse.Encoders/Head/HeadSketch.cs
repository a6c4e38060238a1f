using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sparse.Encoders.Head;

/// <summary>A first look at a head, at less than half the price of <see cref="HeadScreen"/>'s: the axes of <see cref="SharedSpectrum"/> that matter, stage by
/// stage, each with a bound of all axes that follow.</summary>
/// <remarks>
/// The dot product of what is on other axes is at most the product of both lengths, which are rounded
/// up. So what <see cref="TermBounds"/> says holds, and a term is left out of a tile only where its logits are proven not to be above 0. Terms lie in
/// the order of how far from the centre a state must be for them to be above 0, so that those side by side are done with at once.
/// </remarks>
internal sealed unsafe class HeadSketch
{
    // Length of a term's integer weights, half by the exponent of what 16 bits hold, so that both sides are as fine.
    private const float WeightNorm = 178f;

    // Lengths of what is on other axes are this much finer for places, which have 8 bits for them and weights 7.
    private const float Stretch = 1.5f;

    // What a term's length is before it is rounded up and above what comes of the stages after it.
    private const float MostLength = 115f;

    // Float sums of n products are off by at most n × 2⁻²⁴ of the lengths, and axes by 2⁻²⁴. Of the states that is counted twice: for the turn and for
    // the logits, which are float sums too. Of the weights twice for what both roundings make of each other.
    private const float Rounding = 4e-7f;

    private readonly SharedSpectrum _spectrum;
    private readonly int _dims;
    private readonly int _pairs;
    private readonly int _kept;
    private readonly int _steps;
    private readonly float[] _centre;
    private readonly float _centreNorm;
    private readonly float _placeNorm;
    private readonly float _mostLength;
    private readonly float _error;
    private readonly int[] _order;
    private readonly AlignedArray<sbyte> _weights = new();
    private readonly short[] _starts;
    private readonly TermBounds _bounds;

    /// <summary>Rounds a head's weights.</summary>
    internal HeadSketch(OutputHead head, SharedSpectrum spectrum)
    {
        _spectrum = spectrum;
        _dims = head.Dims;
        _pairs = _dims * 5 / 64 * 4 / GroupDots.Stages;
        _kept = GroupDots.Stages * _pairs * 2;
        _steps = GroupDots.Stages * (_pairs + 1);
        _bounds = new TermBounds(head.Terms);
        _weights.Fit(_bounds.Count * _steps * 2);
        _starts = new short[_bounds.Count * GroupDots.Stages];
        _centre = [.. Enumerable.Range(0, _dims).Select(i => (float)Dot(spectrum.States.AsSpan(i * _dims, _dims), spectrum.Centre))];
        _centreNorm = (float)Math.Sqrt(Square(spectrum.Centre));
        _error = Rounding * _dims * (float)Math.Sqrt(Square(spectrum.States));
        double turning = Rounding * _dims * Math.Sqrt(Square(spectrum.Weights));
        _order = [.. Enumerable.Range(0, head.Terms)];
        var needed = new float[head.Terms];
        ForEach(head, (term, turned) => needed[term] = Needed(head, term, turned));
        Array.Sort(needed, _order);
        float longest = 1;
        ForEach(head, (slot, turned) => longest = Math.Max(longest, Round(head, slot, turned, turning)));

        // Rounding adds at most half a unit to each of a place's dimensions, and a whole one a stage to its length on other axes.
        float added = MathF.Sqrt(.25f * _kept) + GroupDots.Stages;
        _placeNorm = (short.MaxValue / longest) - added;
        _mostLength = byte.MaxValue - (Stretch * added);
    }

    /// <summary>True where a head has enough dimensions to leave some out, and so few that the axes are found in a moment: 768 took seconds.</summary>
    internal static bool Fits(int dims) => dims is >= 16 and <= 384;

    /// <summary>The term of a bit: 64 a group.</summary>
    internal int Term(int bit) => _order[bit];

    /// <summary>Rounds the places of a text.</summary>
    /// <param name="tiles">The places.</param>
    /// <param name="room">It is filled.</param>
    /// <returns>False where a number is too large or none, so that nothing can be said.</returns>
    internal bool Round(PlaceTiles tiles, Room room)
    {
        room.Fit(tiles.Count, _dims, _steps);
        bool isUsual = true;
        for (int tile = 0; tile < tiles.Count; tile++)
        {
            Turn(tiles, tile, room, out float longest, out float largest, out float longestLength, out float longestState);
            float step = Math.Max(Math.Max(longest / _placeNorm, largest / (sbyte.MaxValue - 1)), Math.Max(Stretch * longestLength / _mostLength, 1e-30f));
            RoundPlaces(tile, room, step, out float length, out float rest);
            rest += _error * (longestState + _centreNorm);
            room.Scales[tile] = (step, length, rest);
            isUsual &= float.IsFinite(length) && float.IsFinite(rest);
        }

        return isUsual;
    }

    /// <summary>Looks at a tile.</summary>
    /// <param name="group">Which 64 terms.</param>
    /// <param name="tile">Which places.</param>
    /// <param name="room">After <see cref="Round(PlaceTiles, Room)"/>.</param>
    /// <returns>A bit for each <see cref="Term"/> that may have a logit above 0.</returns>
    [SkipLocalsInit]
    internal ulong Above(int group, int tile, Room room)
    {
        short* thresholds = stackalloc short[GroupDots.Terms];
        (float step, float length, float rest) = room.Scales[tile];
        _bounds.Thresholds(group, step, length, rest, thresholds);
        fixed (short* starts = _starts)
        fixed (uint* places = room.Places)
        {
            return GroupDots.Above(_weights.Start + ((long)group * GroupDots.Terms * 2 * _steps), starts + (group * GroupDots.Terms * GroupDots.Stages), thresholds,
                places + ((long)tile * _steps * PlaceTiles.Places), _pairs);
        }
    }

    private unsafe delegate void TurnedTerm(int slot, float* turned);

    // Terms in their order, on the new axes: 16 numbers apart.
    private void ForEach(OutputHead head, TurnedTerm work)
    {
        var tiles = new PlaceTiles();
        float[] rows = new float[_dims * PlaceTiles.Places], turned = new float[_dims * PlaceTiles.Places];
        fixed (float* matrix = _spectrum.Weights, to = turned)
        {
            for (int first = 0; first < _order.Length; first += PlaceTiles.Places)
            {
                int count = Math.Min(PlaceTiles.Places, _order.Length - first);
                for (int lane = 0; lane < count; lane++)
                {
                    head.Weights.AsSpan(_order[first + lane] * _dims, _dims).CopyTo(rows.AsSpan(lane * _dims));
                }

                tiles.Fill(rows.AsSpan(0, count * _dims), _dims);
                PlaceTiles.Multiply(matrix, _dims, tiles.States, _dims, to);
                for (int lane = 0; lane < count; lane++)
                {
                    work(first + lane, to + lane);
                }
            }
        }
    }

    // How far from the centre a state must be for a logit above 0.
    private float Needed(OutputHead head, int term, float* turned)
    {
        double square = 0;
        for (int k = 0; k < _dims; k++)
        {
            square += (double)turned[k * PlaceTiles.Places] * turned[k * PlaceTiles.Places];
        }

        return (float)(-Constant(head, term) / Math.Max(Math.Sqrt(square), 1e-30));
    }

    private double Constant(OutputHead head, int term) => head.Bias[term] + Dot(head.Weights.AsSpan(term * _dims, _dims), _spectrum.Centre);

    // Returns the length of its integers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Round(OutputHead head, int slot, float* turned, double turning)
    {
        int term = _order[slot], group = slot / GroupDots.Terms, lane = slot % GroupDots.Terms;
        double error = turning * Math.Sqrt(Square(head.Weights.AsSpan(term * _dims, _dims)));
        double whole = 0, largest = 0, rest = 0;
        Span<double> lengths = stackalloc double[GroupDots.Stages];
        for (int k = _dims - 1; k >= 0; k--)
        {
            double value = turned[k * PlaceTiles.Places];
            whole += value * value;
            largest = k < _kept ? Math.Max(largest, Math.Abs(value)) : largest;
            if (k <= _kept && k > 0 && k % (2 * _pairs) == 0)
            {
                lengths[(k / (2 * _pairs)) - 1] = Math.Sqrt(whole) + error;
            }
        }

        double norm = Math.Sqrt(whole) + error;
        float scale = (float)Math.Max(norm / WeightNorm, 1.01 * Math.Max(largest / GroupDots.MaxWeight, lengths[0] / (Stretch * MostLength)));
        scale = scale > 0 ? scale : 1;
        sbyte* weights = _weights.Start + ((long)group * GroupDots.Terms * 2 * _steps) + (lane * 2);
        Span<int> squares = stackalloc int[GroupDots.Stages], bounds = stackalloc int[GroupDots.Stages];
        for (int stage = GroupDots.Stages - 1; stage >= 0; stage--)
        {
            double after = stage == GroupDots.Stages - 1 ? 0 : Math.Sqrt((squares[stage + 1] / (Stretch * Stretch)) + (bounds[stage + 1] * bounds[stage + 1]));
            bounds[stage] = (int)Math.Ceiling(Math.Max(lengths[stage] / (scale * Stretch), after) * 1.0000001);
            int sum = 0;
            for (int k = 0; k < 2 * _pairs; k++)
            {
                double value = turned[((stage * 2 * _pairs) + k) * PlaceTiles.Places];
                int rounded = (int)Math.Round(value / scale);
                weights[(((stage * (_pairs + 1)) + (k / 2)) * GroupDots.Terms * 2) + (k % 2)] = (sbyte)rounded;
                sum += rounded;
                squares[stage] += rounded * rounded;
                double left = value - ((double)scale * rounded);
                rest += left * left;
            }

            weights[((stage * (_pairs + 1)) + _pairs) * GroupDots.Terms * 2] = (sbyte)bounds[stage];
            _starts[(((group * GroupDots.Stages) + stage) * GroupDots.Terms) + lane] = unchecked((short)(-128 * sum));
        }

        _bounds.Set(slot, Constant(head, term), scale, Math.Sqrt(rest) + error, norm);
        double longest = 0, soFar = 0;
        for (int stage = 0; stage < GroupDots.Stages; stage++)
        {
            soFar += squares[stage];
            longest = Math.Max(longest, soFar + (Stretch * Stretch * bounds[stage] * bounds[stage]));
        }

        return (float)Math.Sqrt(longest);
    }

    // States on the new axes, and the length of each on those after each stage.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Turn(PlaceTiles tiles, int tile, Room room, out float longest, out float largest, out float longestLength, out float longestState)
    {
        Vector512<float> extreme = default, states = default, whole = default, length = default;
        float* state = tiles.States + ((long)tile * _dims * PlaceTiles.Places), turned = room.Turned.Start, lengths = room.Lengths.Start;
        fixed (float* matrix = _spectrum.States)
        {
            PlaceTiles.Multiply(matrix, _dims, state, _dims, turned);
        }

        // From the last axis to the first. The rounding of float sums and of the axes is in the rest; this is that of the squares.
        int next = _kept;
        for (int k = _dims - 1; k >= 0; k--)
        {
            Vector512<float> raw = Vector512.Load(state + (k * PlaceTiles.Places)), value = Vector512.Load(turned + (k * PlaceTiles.Places)) - Vector512.Create(_centre[k]);
            value.Store(turned + (k * PlaceTiles.Places));
            states += raw * raw;
            whole += value * value;
            extreme = k < _kept ? Vector512.Max(extreme, Vector512.Abs(value)) : extreme;
            if (k == next && k > 0)
            {
                length = Vector512.Sqrt(whole) * (1 + (1e-6f * _dims));
                length.Store(lengths + (((k / (2 * _pairs)) - 1) * PlaceTiles.Places));
                next -= 2 * _pairs;
            }
        }

        (longest, longestLength) = (MathF.Sqrt(Largest(whole)) * (1 + (1e-6f * _dims)), Largest(length));
        (largest, longestState) = (Largest(extreme), MathF.Sqrt(Largest(states)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RoundPlaces(int tile, Room room, float step, out float length, out float rest)
    {
        float inverse = 1 / step;
        Vector512<float> own = default, left = default, bound = default, squares = default;
        fixed (uint* places = room.Places)
        {
            uint* to = places + ((long)tile * _steps * PlaceTiles.Places);
            for (int stage = GroupDots.Stages - 1; stage >= 0; stage--)
            {
                float* turned = room.Turned.Start + (stage * 2 * _pairs * PlaceTiles.Places);
                Vector512<float> after = Vector512.Sqrt((squares * (Stretch * Stretch)) + (bound * bound));
                Vector512<float> real = Vector512.Load(room.Lengths.Start + (stage * PlaceTiles.Places)) * (inverse * Stretch);
                bound = Vector512.Ceiling(Vector512.Max(real, after) * 1.000001f);
                int at = stage * (_pairs + 1);
                Store(Vector512.ConvertToInt32(bound).AsUInt32(), to + ((at + _pairs) * PlaceTiles.Places / 2));
                if (stage == GroupDots.Stages - 1)
                {
                    own = bound * (step / Stretch) * (bound * (step / Stretch));
                }

                squares = default;
                for (int pair = 0; pair < _pairs; pair++, at++, turned += 2 * PlaceTiles.Places)
                {
                    Vector512<float> first = Vector512.Load(turned), second = Vector512.Load(turned + PlaceTiles.Places);
                    Vector512<float> near = Vector512.Round(first * inverse), near2 = Vector512.Round(second * inverse);
                    squares += (near * near) + (near2 * near2);
                    left += (first - (near * step)) * (first - (near * step));
                    left += (second - (near2 * step)) * (second - (near2 * step));
                    Store((Vector512.ConvertToInt32(near) + Vector512.Create(128)).AsUInt32()
                        | Vector512.ShiftLeft((Vector512.ConvertToInt32(near2) + Vector512.Create(128)).AsUInt32(), 8), to + (at * PlaceTiles.Places / 2));
                }

                own += squares * (step * step);
            }
        }

        length = MathF.Sqrt(Largest(own)) * (1 + (1e-6f * _dims));
        rest = MathF.Sqrt(Largest(left)) * (1 + (1e-6f * _dims));

        void Store(Vector512<uint> bytes, uint* at)
        {
            bytes |= Vector512.ShiftLeft(bytes, 16);
            bytes.GetLower().Store(at);
            bytes.GetUpper().Store(at + (_steps * PlaceTiles.Places / 2));
        }
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
        internal (float Step, float Length, float Error)[] Scales = [];

        internal AlignedArray<float> Turned { get; } = new();

        internal AlignedArray<float> Lengths { get; } = new();

        internal void Fit(int tiles, int dims, int steps)
        {
            Places = Places.Length < tiles * steps * PlaceTiles.Places ? new uint[tiles * steps * PlaceTiles.Places] : Places;
            Scales = Scales.Length < tiles ? new (float Step, float Length, float Error)[tiles] : Scales;
            Turned.Fit(dims * PlaceTiles.Places);
            Lengths.Fit(GroupDots.Stages * PlaceTiles.Places);
        }
    }
}
