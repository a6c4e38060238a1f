using Sparse.Vectors;

namespace Sparse.Encoders.Splade;

/// <summary>Which of a vector's terms an encoder keeps.</summary>
/// <param name="TopTerms">The heaviest so many; null for all.</param>
/// <param name="KeepsOwnTerms">Keep the text's own terms besides, however light.</param>
/// <remarks>
/// VDR keeps the top terms and the text's own (Zhou et al., ICLR 2024, github.com/jzhoubu/vsearch); a lexical model its own alone,
/// which is 0 top terms. Markers are no terms of a text.
/// </remarks>
internal sealed record TermSelection(int? TopTerms, bool KeepsOwnTerms)
{
    /// <summary>Keeps all terms.</summary>
    public static TermSelection All { get; } = new(null, false);

    /// <summary>Keeps the text's own terms.</summary>
    public static TermSelection OwnTerms { get; } = new(0, true);

    /// <summary>Leaves the other terms out.</summary>
    /// <param name="vector">A text's vector.</param>
    /// <param name="ids">Its ids.</param>
    /// <param name="markers">Ids of markers.</param>
    /// <returns>The vector with the terms that are kept; of equal weights the lower term goes first.</returns>
    public TermVector Apply(TermVector vector, ReadOnlySpan<int> ids, IReadOnlySet<int> markers)
    {
        if (TopTerms is not { } top || vector.Count <= top)
        {
            return vector;
        }

        HashSet<int> kept = [];
        if (KeepsOwnTerms)
        {
            foreach (int id in ids)
            {
                if (!markers.Contains(id))
                {
                    kept.Add(id);
                }
            }
        }

        if (top > 0)
        {
            int[] terms = vector.Terms.ToArray();
            float[] keys = Array.ConvertAll(vector.Weights.ToArray(), weight => -weight);
            Array.Sort(keys, terms);
            float last = -keys[top - 1];
            int heavier = 0;
            foreach (float weight in vector.Weights)
            {
                heavier += weight > last ? 1 : 0;
            }

            int equal = top - heavier;
            for (int i = 0; i < vector.Count; i++)
            {
                if (vector.Weights[i] > last || (vector.Weights[i].Equals(last) && equal-- > 0))
                {
                    kept.Add(vector.Terms[i]);
                }
            }
        }

        int[] order = [.. Enumerable.Range(0, vector.Count).Where(i => kept.Contains(vector.Terms[i]))];
        return new TermVector(Array.ConvertAll(order, i => vector.Terms[i]), Array.ConvertAll(order, i => vector.Weights[i]));
    }
}
