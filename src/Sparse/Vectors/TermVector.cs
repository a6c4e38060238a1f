namespace Sparse.Vectors;

/// <summary>A sparse vector over a vocabulary: ascending term ids, each with a positive weight.</summary>
/// <remarks>Immutable; the constructor proves its invariants, and later stages rely on them.</remarks>
public sealed class TermVector
{
    private readonly int[] _terms;
    private readonly float[] _weights;

    /// <summary>The vector without terms: that of an empty text.</summary>
    public static TermVector Empty { get; } = new([], []);

    /// <summary>Makes a vector from ids and weights of equal number.</summary>
    /// <param name="terms">Term ids, ascending, each once, ≥ 0. Owned by the new vector.</param>
    /// <param name="weights">Weights, finite and &gt; 0. Owned by the new vector.</param>
    /// <exception cref="ArgumentException">Lengths differ, ids do not ascend, or a weight is not finite and positive.</exception>
    public TermVector(int[] terms, float[] weights)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(weights);
        if (terms.Length != weights.Length)
        {
            throw new ArgumentException($"{terms.Length} terms came with {weights.Length} weights.", nameof(weights));
        }

        for (int i = 0; i < terms.Length; i++)
        {
            if (terms[i] < 0 || (i > 0 && terms[i] <= terms[i - 1]))
            {
                throw new ArgumentException($"Term ids must ascend from 0: id {terms[i]} at place {i}.", nameof(terms));
            }

            if (!(weights[i] > 0) || float.IsPositiveInfinity(weights[i]))
            {
                throw new ArgumentException($"Weight {weights[i]} of term {terms[i]} is not finite and positive.", nameof(weights));
            }
        }

        _terms = terms;
        _weights = weights;
    }

    /// <summary>Number of terms with a weight.</summary>
    public int Count => _terms.Length;

    /// <summary>Term ids, ascending.</summary>
    public ReadOnlySpan<int> Terms => _terms;

    /// <summary>Weights, in the order of <see cref="Terms"/>; finite and &gt; 0.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>Makes a vector from (term, weight) pairs in any order, each term once.</summary>
    /// <param name="pairs">Term ids ≥ 0 with weights finite and &gt; 0.</param>
    /// <returns>The vector.</returns>
    /// <exception cref="ArgumentException">A term occurs twice, or a weight is not finite and positive.</exception>
    public static TermVector FromPairs(IEnumerable<KeyValuePair<int, float>> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        KeyValuePair<int, float>[] sorted = [.. pairs.OrderBy(pair => pair.Key)];
        return new TermVector([.. sorted.Select(pair => pair.Key)], [.. sorted.Select(pair => pair.Value)]);
    }

    /// <summary>Merges vectors of the same vocabulary by the largest weight of each term: one vector of a text that was encoded in passages.</summary>
    /// <param name="vectors">The vectors.</param>
    /// <returns>Their terms, each with its largest weight; <see cref="Empty"/> of none.</returns>
    public static TermVector Max(IReadOnlyList<TermVector> vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        if (vectors.Count <= 1)
        {
            return vectors.Count == 0 ? Empty : vectors[0];
        }

        var largest = new float[vectors.Max(vector => vector.Count == 0 ? 0 : vector._terms[^1] + 1)];
        int count = 0;
        foreach (TermVector vector in vectors)
        {
            for (int i = 0; i < vector._terms.Length; i++)
            {
                ref float weight = ref largest[vector._terms[i]];
                count += weight == 0 ? 1 : 0;
                weight = Math.Max(weight, vector._weights[i]);
            }
        }

        var terms = new int[count];
        var weights = new float[count];
        for (int term = 0, at = 0; at < count; term++)
        {
            if (largest[term] > 0)
            {
                terms[at] = term;
                weights[at++] = largest[term];
            }
        }

        return new TermVector(terms, weights);
    }

    /// <summary>The dot product with another vector of the same vocabulary.</summary>
    /// <param name="other">The other vector.</param>
    /// <returns>Σ weight × weight over shared terms, in ascending order of terms, accumulated in double.</returns>
    public double Dot(TermVector other)
    {
        ArgumentNullException.ThrowIfNull(other);
        double sum = 0;
        for (int i = 0, j = 0; i < _terms.Length && j < other._terms.Length;)
        {
            if (_terms[i] == other._terms[j])
            {
                sum += (double)_weights[i++] * other._weights[j++];
            }
            else if (_terms[i] < other._terms[j])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return sum;
    }
}
