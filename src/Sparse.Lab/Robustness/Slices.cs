using Sparse.Evaluation;
using Sparse.Formats;
using Sparse.Tokens;

namespace Sparse.Lab.Robustness;

/// <summary>A part of the queries with what they score.</summary>
/// <param name="By">What the queries were parted by.</param>
/// <param name="Name">Which part.</param>
/// <param name="Queries">How many queries.</param>
/// <param name="Mean">The measure's mean over them.</param>
internal sealed record Slice(string By, string Name, int Queries, double Mean);

/// <summary>Parts the queries of a run by what makes them hard: length, unknown words, few words in common with what is right, and novelty.</summary>
/// <remarks>
/// Overlap: the share of a query's stems that the relevant document with most of them has. Novelty after Zhan et al. 2022 (interpolation and
/// extrapolation): cosine of the words to the nearest training query, weighted by how rare they are there.
/// </remarks>
internal static class Slices
{
    /// <summary>Parts the queries.</summary>
    /// <param name="result">What each query scores.</param>
    /// <param name="queries">The queries; those without a text are left out.</param>
    /// <param name="words">Stems as BM25 has them.</param>
    /// <param name="tokenizer">The encoder's tokenizer; null where there is none.</param>
    /// <param name="relevant">The texts of a query's relevant documents; empty where they are not there.</param>
    /// <param name="training">Training queries; empty for none.</param>
    internal static IReadOnlyList<Slice> Of(
        MeasureResult result, IReadOnlyList<QueryText> queries, StemmedWords words, ITokenizer? tokenizer, Func<string, IReadOnlyList<string>> relevant, IReadOnlyList<QueryText> training)
    {
        Dictionary<string, double> scores = result.PerQuery.ToDictionary(query => query.Key, query => query.Value);
        QueryText[] judged = [.. queries.Where(query => scores.ContainsKey(query.Id))];
        var slices = new List<Slice>();
        Add("words in the query", query => query.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, [(4, "1 to 4"), (8, "5 to 8"), (16, "9 to 16"), (double.PositiveInfinity, "17 and more")]);
        if (tokenizer is not null)
        {
            Add("share of words that the vocabulary lacks", query => Unknown(query.Text, tokenizer), Shares);
        }

        Add("share of words in the best relevant document", query => Overlap(query, words, relevant(query.Id)), Shares);
        if (training.Count > 0)
        {
            var nearest = new NearestQuery(training, words);
            Add("likeness to the nearest training query", query => nearest.Similarity(query.Text), [(.25, "below .25 (new)"), (.5, ".25 to .5"), (.75, ".5 to .75"), (double.PositiveInfinity, ".75 and more (known)")]);
        }

        return slices;

        void Add(string by, Func<QueryText, double> value, (double Below, string Name)[] parts)
        {
            foreach (IGrouping<int, QueryText> part in judged.Select(query => (Query: query, Value: value(query))).Where(pair => !double.IsNaN(pair.Value))
                .GroupBy(pair => Array.FindIndex(parts, part => pair.Value <= part.Below), pair => pair.Query).OrderBy(group => group.Key))
            {
                slices.Add(new Slice(by, parts[part.Key].Name, part.Count(), part.Average(query => scores[query.Id])));
            }
        }
    }

    private static readonly (double, string)[] Shares = [(0, "none"), (1.0 / 3, "up to a third"), (2.0 / 3, "up to two thirds"), (.999, "more"), (double.PositiveInfinity, "all")];

    // A word that falls to pieces is one that the model has never learnt as a whole.
    private static double Unknown(string text, ITokenizer tokenizer)
    {
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('.', ',', ';', ':', '?', '!', '"', '(', ')')).Where(word => word.Length > 0).ToArray();
        return words.Length == 0 ? double.NaN : (double)words.Count(word => Pieces(tokenizer, word) > 1) / words.Length;
    }

    private static int Pieces(ITokenizer tokenizer, string word)
    {
        int pieces = 0;
        foreach (Token token in tokenizer.Encode(word, addSpecialTokens: false).Tokens)
        {
            pieces += token.IsAdded ? 0 : 1;
        }

        return pieces;
    }

    private static double Overlap(QueryText query, StemmedWords words, IReadOnlyList<string> relevant)
    {
        HashSet<string> asked = [.. words.Of(query.Text)];
        return asked.Count == 0 || relevant.Count == 0 ? double.NaN : relevant.Max(text => (double)words.Of(text).Distinct().Count(asked.Contains) / asked.Count);
    }

    /// <summary>Finds how near the nearest of many queries is.</summary>
    private sealed class NearestQuery
    {
        private readonly StemmedWords _words;
        private readonly Dictionary<string, List<(int Query, double Weight)>> _postings = [];
        private readonly int _count;

        public NearestQuery(IReadOnlyList<QueryText> queries, StemmedWords words)
        {
            _words = words;
            _count = queries.Count;
            List<string>[] stems = [.. queries.Select(query => words.Of(query.Text).Distinct().ToList())];
            Dictionary<string, int> frequencies = stems.SelectMany(list => list).CountBy(stem => stem).ToDictionary();
            _rarity = stem => Math.Log(1 + ((double)_count / Math.Max(1, frequencies.GetValueOrDefault(stem))));
            for (int i = 0; i < stems.Length; i++)
            {
                double norm = Math.Sqrt(stems[i].Sum(stem => Math.Pow(_rarity(stem), 2)));
                foreach (string stem in stems[i])
                {
                    (_postings.TryGetValue(stem, out List<(int, double)>? postings) ? postings : _postings[stem] = []).Add((i, _rarity(stem) / norm));
                }
            }
        }

        private readonly Func<string, double> _rarity;

        public double Similarity(string text)
        {
            string[] stems = [.. _words.Of(text).Distinct()];
            double norm = Math.Sqrt(stems.Sum(stem => Math.Pow(_rarity(stem), 2)));
            var sums = new Dictionary<int, double>();
            foreach (string stem in stems)
            {
                foreach ((int query, double weight) in _postings.GetValueOrDefault(stem, []))
                {
                    sums[query] = sums.GetValueOrDefault(query) + (weight * _rarity(stem) / norm);
                }
            }

            return stems.Length == 0 ? double.NaN : sums.Count == 0 ? 0 : Math.Min(1, sums.Values.Max());
        }
    }
}
