using Sparse.Vectors;

namespace Sparse.Search;

/// <summary>The oracle: scores every document from its forward vector. Every exact search must equal it in ids, scores and order.</summary>
public static class ExhaustiveSearch
{
    /// <summary>The k best documents of a collection.</summary>
    /// <param name="documents">Forward vectors by document number; null where the document is deleted or filtered out.</param>
    /// <param name="queryTerms">Term ids, ascending, each once.</param>
    /// <param name="queryWeights">Quantised weights, one a term; their sum ≤ <see cref="QueryQuantizer.MaxWeightSum"/>.</param>
    /// <param name="k">How many at most, ≥ 1.</param>
    /// <returns>Documents with a score above 0, best first by <see cref="ScoredDoc.CompareTo"/>; at most k.</returns>
    public static ScoredDoc[] TopK(IReadOnlyList<ImpactVector?> documents, ReadOnlySpan<int> queryTerms, ReadOnlySpan<ushort> queryWeights, int k)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var hits = new List<ScoredDoc>();
        for (int doc = 0; doc < documents.Count; doc++)
        {
            int score = documents[doc] is { } vector ? Score(vector, queryTerms, queryWeights) : 0;
            if (score > 0)
            {
                hits.Add(new ScoredDoc(doc, score));
            }
        }

        hits.Sort();
        return [.. hits.Take(k)];
    }

    /// <summary>The score of one document: Σ query weight × impact over shared terms.</summary>
    /// <param name="document">The document's impacts.</param>
    /// <param name="queryTerms">Term ids, ascending, each once.</param>
    /// <param name="queryWeights">Quantised weights, one a term.</param>
    /// <returns>0 ≤ score &lt; 2²⁴.</returns>
    /// <exception cref="ArgumentException">Terms and weights differ in number.</exception>
    public static int Score(ImpactVector document, ReadOnlySpan<int> queryTerms, ReadOnlySpan<ushort> queryWeights)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (queryTerms.Length != queryWeights.Length)
        {
            throw new ArgumentException($"{queryTerms.Length} query terms came with {queryWeights.Length} weights.", nameof(queryWeights));
        }

        int score = 0;
        for (int i = 0, j = 0; i < queryTerms.Length && j < document.Count;)
        {
            if (queryTerms[i] == document.Terms[j])
            {
                score += queryWeights[i++] * document.Impacts[j++];
            }
            else if (queryTerms[i] < document.Terms[j])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return score;
    }
}
