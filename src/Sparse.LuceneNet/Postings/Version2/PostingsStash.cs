using Sparse.Impacts;

namespace Sparse.LuceneNet.Postings.Version2;

/// <summary>Keeps the postings of all terms of a field in memory, 5 bytes each, until the order of the documents is known.</summary>
internal sealed class PostingsStash
{
    private readonly List<(int[] Docs, byte[] Impacts)> _terms = [];

    /// <summary>Adds the next term.</summary>
    /// <param name="docs">Documents; copied.</param>
    /// <param name="impacts">Their impacts; copied.</param>
    public void Add(ReadOnlySpan<int> docs, ReadOnlySpan<byte> impacts) => _terms.Add((docs.ToArray(), impacts.ToArray()));

    /// <summary>Finds an order that puts like documents next to each other.</summary>
    /// <param name="documents">Documents of the segment.</param>
    /// <returns>The document at each position.</returns>
    public int[] Order(int documents)
    {
        var starts = new long[documents + 1];
        foreach ((int[] docs, _) in _terms)
        {
            foreach (int doc in docs)
            {
                starts[doc + 1]++;
            }
        }

        for (int doc = 0; doc < documents; doc++)
        {
            starts[doc + 1] += starts[doc];
        }

        var terms = new int[starts[documents]];
        var weights = new byte[starts[documents]];
        long[] next = [.. starts];
        for (int term = 0; term < _terms.Count; term++)
        {
            (int[] docs, byte[] impacts) = _terms[term];
            for (int i = 0; i < docs.Length; i++)
            {
                long at = next[docs[i]]++;
                terms[at] = term;
                weights[at] = impacts[i];
            }
        }

        return GraphBisection.Order(starts, terms, weights, _terms.Count, new GraphBisection.Settings(Threads: Environment.ProcessorCount));
    }

    /// <summary>Writes all terms, and forgets them.</summary>
    /// <param name="writer">Takes them in the order in which they came.</param>
    public void MoveTo(ImpactSegmentWriter writer)
    {
        for (int term = 0; term < _terms.Count; term++)
        {
            writer.AddTerm(_terms[term].Docs, _terms[term].Impacts);
            _terms[term] = default;
        }

        _terms.Clear();
    }
}
