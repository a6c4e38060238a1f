namespace Sparse.Vectors;

/// <summary>A quantised term vector: ascending term ids, each with an impact of 1 to 255.</summary>
/// <remarks>weight ≈ impact × the field's scale; see <see cref="ImpactQuantizer"/>.</remarks>
public sealed class ImpactVector
{
    private readonly int[] _terms;
    private readonly byte[] _impacts;

    /// <summary>Makes a vector from ids and impacts of equal number.</summary>
    /// <param name="terms">Term ids, ascending, each once, ≥ 0. Owned by the new vector.</param>
    /// <param name="impacts">Impacts, 1 to 255. Owned by the new vector.</param>
    /// <exception cref="ArgumentException">Lengths differ, ids do not ascend, or an impact is 0.</exception>
    public ImpactVector(int[] terms, byte[] impacts)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(impacts);
        if (terms.Length != impacts.Length)
        {
            throw new ArgumentException($"{terms.Length} terms came with {impacts.Length} impacts.", nameof(impacts));
        }

        for (int i = 0; i < terms.Length; i++)
        {
            if (terms[i] < 0 || (i > 0 && terms[i] <= terms[i - 1]))
            {
                throw new ArgumentException($"Term ids must ascend from 0: id {terms[i]} at place {i}.", nameof(terms));
            }

            if (impacts[i] == 0)
            {
                throw new ArgumentException($"Impact of term {terms[i]} is 0; leave the term out instead.", nameof(impacts));
            }
        }

        _terms = terms;
        _impacts = impacts;
    }

    /// <summary>Number of terms with an impact.</summary>
    public int Count => _terms.Length;

    /// <summary>Term ids, ascending.</summary>
    public ReadOnlySpan<int> Terms => _terms;

    /// <summary>Impacts, in the order of <see cref="Terms"/>; 1 to 255.</summary>
    public ReadOnlySpan<byte> Impacts => _impacts;
}
