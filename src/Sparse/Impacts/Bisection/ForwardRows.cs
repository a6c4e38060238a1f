namespace Sparse.Impacts.Bisection;

/// <summary>Term ids of many documents in compressed rows: what <see cref="GraphBisection"/> reads.</summary>
/// <remarks>
/// Impacts play no part beyond what a caller makes of them: <see cref="ForwardRowsBuilder"/> names strong ones twice, under two ids.
/// </remarks>
internal sealed class ForwardRows
{
    /// <summary>Largest number of distinct terms; one 16-bit id is kept to mark a dropped term.</summary>
    public const int MaxTermCount = ushort.MaxValue;

    /// <summary>Largest number of term ids in all rows together: what an array holds.</summary>
    public static readonly long MaxPostings = Array.MaxLength;

    /// <summary>Makes rows over memory that stays the caller's and must not change while it is read.</summary>
    /// <param name="starts">[documents + 1], ascending from 0: document d owns terms[starts[d] .. starts[d + 1]).</param>
    /// <param name="terms">Term ids, each once in a row, in any order, below <paramref name="termCount"/>.</param>
    /// <param name="termCount">Number of term ids, 0 to <see cref="MaxTermCount"/>. A caller with more leaves out its rarest terms.</param>
    /// <exception cref="ArgumentException">Starts don't ascend from 0 to the number of terms, or an id is out of range.</exception>
    public ForwardRows(ReadOnlyMemory<long> starts, ReadOnlyMemory<ushort> terms, int termCount)
    {
        if (termCount is < 0 or > MaxTermCount)
        {
            throw new ArgumentException($"Term count {termCount} is not within 0 to {MaxTermCount}; leave out the rarest terms.", nameof(termCount));
        }

        ReadOnlySpan<long> from = starts.Span;
        if (from.Length == 0 || from[0] != 0 || from[^1] != terms.Length)
        {
            throw new ArgumentException($"Row starts must lead from 0 to {terms.Length}, the number of terms.", nameof(starts));
        }

        for (int doc = 1; doc < from.Length; doc++)
        {
            if (from[doc] < from[doc - 1])
            {
                throw new ArgumentException($"Row starts descend from {from[doc - 1]} to {from[doc]} at document {doc - 1}.", nameof(starts));
            }
        }

        // Checked once here, because the bisection indexes its tables by these ids without bounds checks.
        int largest = -1;
        foreach (ushort term in terms.Span)
        {
            largest = Math.Max(largest, term);
        }

        if (largest >= termCount)
        {
            throw new ArgumentException($"Term id {largest} is not below the term count {termCount}.", nameof(terms));
        }

        Starts = starts;
        Terms = terms;
        TermCount = termCount;
    }

    /// <summary>[DocCount + 1] row starts.</summary>
    public ReadOnlyMemory<long> Starts { get; }

    /// <summary>Term ids, row after row.</summary>
    public ReadOnlyMemory<ushort> Terms { get; }

    /// <summary>Number of term ids; each id is below it.</summary>
    public int TermCount { get; }

    /// <summary>Number of documents.</summary>
    public int DocCount => Starts.Length - 1;
}
