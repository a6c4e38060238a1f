using Sparse.Vectors;

namespace Sparse.Quality;

/// <summary>Exhaustive search over float weights, nothing quantised: the dot product in double; ties keep the order of the documents.</summary>
internal sealed class FloatSearch
{
    private readonly Dictionary<int, List<(int Doc, float Weight)>> _postings = [];
    private readonly int _documents;

    internal FloatSearch(IReadOnlyList<TermVector> documents)
    {
        _documents = documents.Count;
        for (int doc = 0; doc < documents.Count; doc++)
        {
            for (int i = 0; i < documents[doc].Count; i++)
            {
                int term = documents[doc].Terms[i];
                if (!_postings.TryGetValue(term, out List<(int Doc, float Weight)>? postings))
                {
                    _postings.Add(term, postings = []);
                }

                postings.Add((doc, documents[doc].Weights[i]));
            }
        }
    }

    /// <summary>The k best documents with a score above 0.</summary>
    internal (int Doc, double Score)[] TopK(TermVector query, int k)
    {
        var scores = new double[_documents];
        for (int i = 0; i < query.Count; i++)
        {
            if (_postings.TryGetValue(query.Terms[i], out List<(int Doc, float Weight)>? postings))
            {
                double weight = query.Weights[i];
                foreach ((int doc, float documentWeight) in postings)
                {
                    scores[doc] += weight * documentWeight;
                }
            }
        }

        return [.. scores.Select((score, doc) => (doc, score)).Where(hit => hit.score > 0).OrderByDescending(hit => hit.score).Take(k)];
    }
}
