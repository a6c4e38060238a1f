using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sparse.Encoders.Head;

/// <summary>For each term, how large the dot product of its rounded weights with a rounded place must be for its logit to be above 0.</summary>
/// <remarks>
/// A place is x·a + e and a term's weights are q·s + f, with small integers x and q and known lengths of the rests e and f. So logit =
/// constant + a·s·(x · q) + rests, and the rests are at most |x·a| |f| + |e| |weights| (Cauchy-Schwarz).
/// </remarks>
internal sealed unsafe class TermBounds
{
    // Above what a threshold can be off by in float arithmetic; a step is some 1/30,000 of the largest dot product.
    private const float Margin = 2;

    // As a float and as an integer: no dot product is beyond it.
    private const float Far = 1 << 30;

    private readonly float[] _constant;
    private readonly float[] _inverse;
    private readonly float[] _rest;
    private readonly float[] _norm;

    /// <summary>Makes bounds that no dot product of any place is above.</summary>
    internal TermBounds(int terms)
    {
        Count = (terms + GroupDots.Terms - 1) / GroupDots.Terms * GroupDots.Terms;
        (_constant, _inverse, _rest, _norm) = (new float[Count], new float[Count], new float[Count], new float[Count]);
        Array.Fill(_constant, float.NegativeInfinity);
        Array.Fill(_inverse, 1f);
    }

    /// <summary>Number of terms, those that fill the last group up included.</summary>
    internal int Count { get; }

    /// <summary>Sets a term's.</summary>
    /// <param name="term">Which.</param>
    /// <param name="constant">The logit of the centre, bias included.</param>
    /// <param name="scale">s, above 0.</param>
    /// <param name="rest">|f|.</param>
    /// <param name="norm">|weights|.</param>
    internal void Set(int term, double constant, float scale, double rest, double norm)
    {
        // A little more than computed, for the float arithmetic of the bound.
        const double More = 1.0001;
        _constant[term] = (float)(constant + (1e-5 * Math.Abs(constant)) + 1e-6);
        _inverse[term] = 1 / scale;
        _rest[term] = (float)(rest * More);
        _norm[term] = (float)(norm * More);
    }

    /// <summary>Thresholds of one text.</summary>
    /// <param name="step">a.</param>
    /// <param name="length">The most that |x·a| is.</param>
    /// <param name="rest">The most that |e| is.</param>
    /// <param name="thresholds">[<see cref="Count"/>], overwritten: a dot product must be greater.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Thresholds(float step, float length, float rest, Span<int> thresholds)
    {
        fixed (int* to = thresholds)
        {
            for (int term = 0; term < Count; term += Vector512<float>.Count)
            {
                At(term, 1 / step, length, rest, Far).Store(to + term);
            }
        }
    }

    /// <summary>Thresholds of 64 terms in one tile, for 16-bit sums.</summary>
    /// <param name="group">Which 64.</param>
    /// <param name="step">a.</param>
    /// <param name="length">The most that |x·a| is.</param>
    /// <param name="rest">The most that |e| is.</param>
    /// <param name="thresholds">[64], overwritten: a dot product must be greater.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Thresholds(int group, float step, float length, float rest, short* thresholds)
    {
        for (int i = 0; i < GroupDots.Terms; i += 2 * Vector512<float>.Count)
        {
            int term = (group * GroupDots.Terms) + i;
            Vector512.Narrow(At(term, 1 / step, length, rest, short.MaxValue), At(term + Vector512<float>.Count, 1 / step, length, rest, short.MaxValue)).Store(thresholds + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<int> At(int term, float inverseStep, float length, float rest, float far)
    {
        // Native, because what is too large is cut off before: 2026-11-30, a fifth of the sketch's time otherwise.
        Vector512<float> most = Vector512.LoadUnsafe(ref _constant[term]) + (Vector512.LoadUnsafe(ref _rest[term]) * length) + (Vector512.LoadUnsafe(ref _norm[term]) * rest);
        Vector512<float> needed = (most * Vector512.LoadUnsafe(ref _inverse[term]) * -inverseStep) - Vector512.Create(Margin);
        return Vector512.ConvertToInt32Native(Vector512.Floor(Vector512.MaxNative(Vector512.Create(-far - 1), Vector512.MinNative(Vector512.Create(far), needed))));
    }
}
