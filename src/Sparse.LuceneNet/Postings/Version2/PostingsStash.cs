using Sparse.Impacts;
using Sparse.Impacts.Bisection;

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
        var impactCounts = new long[256];
        foreach ((_, byte[] impacts) in _terms)
        {
            foreach (byte impact in impacts)
            {
                impactCounts[impact]++;
            }
        }

        var rows = new ForwardRowsBuilder(documents, _terms.Count, ForwardRowsBuilder.ChooseImpacts(impactCounts));
        ForEach(rows.Count);
        ForEach(rows.Add);
        return GraphBisection.Order(rows.Build(), new BisectionOptions());
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

    private void ForEach(Action<int, int, byte> tell)
    {
        for (int term = 0; term < _terms.Count; term++)
        {
            (int[] docs, byte[] impacts) = _terms[term];
            for (int i = 0; i < docs.Length; i++)
            {
                tell(docs[i], term, impacts[i]);
            }
        }
    }
}
