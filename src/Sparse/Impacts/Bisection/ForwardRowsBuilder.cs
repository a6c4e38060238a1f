namespace Sparse.Impacts.Bisection;

/// <summary>Gathers postings, told in any order, into the rows that <see cref="GraphBisection"/> reads.</summary>
/// <remarks>
/// Each posting is told twice, first to <see cref="Count"/>, then to <see cref="Add"/>, so that a merge can read its inputs twice
/// instead of holding them: memory is 2 bytes a kept posting (4 a strong one), 12 a document and 16 a term. Ordinals may exceed
/// <see cref="ForwardRows.MaxTermCount"/>: the most frequent terms get an id. A term in one document gets none, as it can't matter.
/// A posting of a strong impact stands for two ids, its term's and its strong term's: blocks then gather not just the documents
/// that have a term but those that have much of it, which is what bounds are made of.
/// Postings of a weak impact are left out: they bound nothing.
/// 2026-11-23, 385,000 bench documents, blocks visited for k = 10 by 100 queries of each set (splade, idf, long), bytes a posting and
/// CPU seconds on a busy machine. By least strong impact: none 744, 325, 591, 3.239, 10.3; 140 (11 % of the postings) 717, 304, 565,
/// 3.236, 11.0; 110 (21 %) 705, 298, 556, 3.237, 12.6; 85 (30 %) 692, 296, 543, 3.235, 11.7; 60 (42 %) 698, 301, 548, 3.238, 14.7.
/// With 85, by least impact kept: 10 (13 % fewer) 682, 290, 533, 3.242; 20 (25 % fewer) 680, 289, 518, 3.246.
/// Gains weighted by impact + 8 instead, posting by posting: 753, 306, 572, 3.268, 16.
/// </remarks>
internal sealed class ForwardRowsBuilder
{
    private const double WeakShare = .25;
    private const double StrongShare = .3;

    private readonly int _leastImpact;
    private readonly int _strongImpact;
    private readonly long _maxPostings;

    // [2 × terms]: how many documents have a term, and have much of it; then their ids, or −1 where it gets none.
    private readonly int[] _ids;
    private readonly int[] _lengths;
    private readonly long[] _starts;
    private ushort[]? _terms;
    private int _termCount;
    private long _counted;
    private long _added;

    /// <summary>Starts without postings.</summary>
    /// <param name="documents">Number of documents, ≥ 0.</param>
    /// <param name="terms">Number of term ordinals, ≥ 0.</param>
    /// <param name="impacts">The least impact kept, 0 for all, and the least that is strong, ≥ 1, 256 for none. See <see cref="ChooseImpacts"/>.</param>
    /// <param name="maxPostings">Postings to refuse more than, strong ones counted twice; tests make it small.</param>
    public ForwardRowsBuilder(int documents, int terms, (int Least, int Strong) impacts, long? maxPostings = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(documents);
        ArgumentOutOfRangeException.ThrowIfNegative(terms);
        ArgumentOutOfRangeException.ThrowIfLessThan(impacts.Strong, 1, nameof(impacts));
        (_leastImpact, _strongImpact) = impacts;
        _maxPostings = maxPostings ?? ForwardRows.MaxPostings;
        _ids = new int[checked(2 * terms)];
        _lengths = new int[documents];
        _starts = new long[documents + 1];
    }

    /// <summary>
    /// Impacts that leave out a quarter of the postings at most and take three tenths at most for strong, whatever the field's scale;
    /// more are left out, the weakest first, where rows could not hold the rest.
    /// </summary>
    /// <param name="impactCounts">[256], how many postings have each impact; a sample's will do.</param>
    /// <param name="maxPostings">What rows hold, strong postings counted twice; tests make it small.</param>
    /// <returns>The least impact kept, 0 to 256, and the least strong one, 1 to 256.</returns>
    public static (int Least, int Strong) ChooseImpacts(ReadOnlySpan<long> impactCounts, long? maxPostings = null)
    {
        long total = 0;
        foreach (long count in impactCounts[..256])
        {
            total += count;
        }

        int least = 0;
        for (long below = impactCounts[0]; least < 255 && below <= total * WeakShare; below += impactCounts[least])
        {
            least++;
        }

        int strong = 256;
        for (long reach = impactCounts[255]; strong > 1 && reach <= total * StrongShare; reach += impactCounts[strong - 1])
        {
            strong--;
        }

        long room = maxPostings ?? ForwardRows.MaxPostings;
        for (int impact = 255; impact >= least; impact--)
        {
            room -= impact >= strong ? 2 * impactCounts[impact] : impactCounts[impact];
            least = room < 0 ? impact + 1 : least;
        }

        return (least, strong);
    }

    /// <summary>First time: counts a posting.</summary>
    /// <param name="document">0 ≤ document &lt; documents.</param>
    /// <param name="term">0 ≤ term &lt; terms; each at most once a document.</param>
    /// <param name="impact">Its impact.</param>
    public void Count(int document, int term, byte impact)
    {
        if (impact < _leastImpact)
        {
            return;
        }

        int strong = impact >= _strongImpact ? 1 : 0;
        _ids[2 * term]++;
        _ids[(2 * term) + 1] += strong;
        _lengths[document] += 1 + strong;
        _counted++;
    }

    /// <summary>Second time: adds a posting that was counted.</summary>
    /// <param name="document">As counted.</param>
    /// <param name="term">As counted.</param>
    /// <param name="impact">As counted.</param>
    /// <exception cref="InvalidOperationException">More was counted than rows hold.</exception>
    public void Add(int document, int term, byte impact)
    {
        if (impact < _leastImpact)
        {
            return;
        }

        ushort[] terms = _terms ?? Reserve();
        _added++;
        Put(terms, document, _ids[2 * term]);
        if (impact >= _strongImpact)
        {
            Put(terms, document, _ids[(2 * term) + 1]);
        }
    }

    /// <summary>The rows of all that was added. The builder gives its memory to them and is spent.</summary>
    /// <exception cref="InvalidOperationException">Not all that was counted was added, or more was counted than rows hold.</exception>
    public ForwardRows Build()
    {
        ushort[] terms = _terms ?? Reserve();
        if (_added != _counted)
        {
            throw new InvalidOperationException($"{_counted} postings were counted but {_added} added; tell each posting once to both.");
        }

        // Terms without an id left room at the ends of rows.
        int write = 0;
        for (int document = 0; document < _lengths.Length; document++)
        {
            int start = (int)_starts[document];
            _starts[document] = write;
            terms.AsSpan(start, _lengths[document]).CopyTo(terms.AsSpan(write));
            write += _lengths[document];
        }

        _starts[^1] = write;
        return new ForwardRows(_starts, terms.AsMemory(0, write), _termCount);
    }

    private void Put(ushort[] terms, int document, int id)
    {
        if (id < 0)
        {
            return;
        }

        long at = _starts[document] + _lengths[document];
        if (at == _starts[document + 1])
        {
            throw new InvalidOperationException($"Document {document} was given more postings than were counted for it.");
        }

        terms[at] = (ushort)id;
        _lengths[document]++;
    }

    private ushort[] Reserve()
    {
        for (int document = 0; document < _lengths.Length; document++)
        {
            _starts[document + 1] = _starts[document] + _lengths[document];
            _lengths[document] = 0;
        }

        if (_starts[^1] > _maxPostings)
        {
            throw new InvalidOperationException(
                $"{_starts[^1]} postings (strong ones count twice) are more than the {_maxPostings} that can be reordered at once; merge fewer documents, or leave them in their order.");
        }

        AllotIds();
        return _terms = new ushort[_starts[^1]];
    }

    /// <summary>Numbers what two documents or more have in common; where that is too much, the most frequent of it.</summary>
    private void AllotIds()
    {
        int least = 2;
        int kept = _ids.Count(frequency => frequency >= least);
        if (kept > ForwardRows.MaxTermCount)
        {
            int[] frequencies = [.. _ids];
            Array.Sort(frequencies);
            least = frequencies[^ForwardRows.MaxTermCount];
        }

        // Those exactly at the limit may be too many: the first ones get what is left.
        int ties = ForwardRows.MaxTermCount - _ids.Count(frequency => frequency > least);
        for (int i = 0; i < _ids.Length; i++)
        {
            bool tie = _ids[i] == least && ties-- > 0;
            _ids[i] = _ids[i] > least || tie ? _termCount++ : -1;
        }
    }
}
