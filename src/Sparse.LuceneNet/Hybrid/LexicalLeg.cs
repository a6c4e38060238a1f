using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.Fusion;
using Sparse.LuceneNet.Fields;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Storage;

namespace Sparse.LuceneNet.Hybrid;

/// <summary>BM25 as a leg: finds documents, scores given ones, and says what it knows of the words.</summary>
/// <param name="searcher">Lucene's searcher, with our BM25.</param>
/// <param name="words">The query's words, each once, with their factors.</param>
/// <param name="fields">The fields to look for them in, each with its factor.</param>
internal sealed class LexicalLeg(IndexSearcher searcher, IReadOnlyList<(string Word, float Weight)> words, IReadOnlyDictionary<string, float> fields)
{
    /// <summary>Its name in options and results.</summary>
    public const string Name = "bm25";

    /// <summary>The fields unless said otherwise.</summary>
    public static IReadOnlyDictionary<string, float> TextAlone { get; } = new Dictionary<string, float>(StringComparer.Ordinal) { [SparseFields.Text] = 1 };

    private KnownWords Known => IndexView.Words(searcher);

    /// <summary>What the index knows of the words.</summary>
    public LegEvidence Evidence()
    {
        var similarity = (ExactLengthBm25)searcher.Similarity;
        var terms = new TermEvidence[words.Count];
        foreach ((string field, float factor) in fields)
        {
            // A word that several fields hold is held by as many documents as the field with most of them says, at least.
            long documents = ExactLengthBm25.CountOf(searcher.CollectionStatistics(field));
            for (int i = 0; i < terms.Length; i++)
            {
                int docFreq = Known.Documents(field, words[i].Word);
                terms[i] = new TermEvidence(terms[i].Bound + (words[i].Weight * factor * similarity.MostOf(documents, docFreq)), Math.Max(terms[i].Documents, docFreq));
            }
        }

        return LegEvidence.Of(terms, ExactLengthBm25.CountOf(searcher.CollectionStatistics(SparseFields.Text)));
    }

    /// <summary>Finds the best documents.</summary>
    /// <param name="depth">How many at most.</param>
    /// <param name="filter">Leaves only documents that it lets through; null for all.</param>
    public LegHit[] Search(int depth, Filter? filter) => filter is null && Kept() is { } kept
        ? WordSearch.Best(searcher.IndexReader, (ExactLengthBm25)searcher.Similarity, kept, depth)
        : Array.ConvertAll(searcher.Search(Query, filter, depth).ScoreDocs, hit => new LegHit(hit.Doc, hit.Score));

    /// <summary>The words in all fields, in the order of <see cref="Query"/>; null where the postings of one are not kept or its factor finds without scoring.</summary>
    private SearchedWord[]? Kept()
    {
        var kept = new SearchedWord[fields.Count * words.Count];
        int count = 0;
        foreach ((string field, float factor) in fields)
        {
            CollectionStatistics statistics = searcher.CollectionStatistics(field);
            foreach ((string word, float weight) in words)
            {
                if (!(weight * factor > 0) || Known.Postings(field, word) is not { } postings)
                {
                    return null;
                }

                double value = ExactLengthBm25.Idf(ExactLengthBm25.CountOf(statistics), postings.Docs.Length) * (weight * factor);
                kept[count++] = new SearchedWord(field, postings, value, ExactLengthBm25.AverageLengthOf(statistics));
            }
        }

        return kept;
    }

    /// <summary>The query that finds documents with a word of it.</summary>
    private Query Query => Clauses.Join([.. fields.SelectMany(place => words.Select(word => Known.Query(place.Key, word.Word, word.Weight * place.Value)))], Occur.SHOULD);

    /// <summary>Scores given documents, the same to the last bit in whatever segment and beside whatever others they stand.</summary>
    /// <param name="docs">Document numbers, ascending.</param>
    /// <returns>[docs] scores; 0 where no word is.</returns>
    public double[] Score(ReadOnlySpan<int> docs)
    {
        var scores = new double[docs.Length];
        if (docs.IsEmpty)
        {
            return scores;
        }

        var similarity = (ExactLengthBm25)searcher.Similarity;
        foreach ((string field, float factor) in fields)
        {
            CollectionStatistics statistics = searcher.CollectionStatistics(field);
            long documents = ExactLengthBm25.CountOf(statistics);
            double[] lengths = Lengths(field, docs, ExactLengthBm25.AverageLengthOf(statistics));
            foreach ((string word, float weight) in words)
            {
                // One word after the other, summed in double in the order of the words: Lucene's own sums depend on which scorer it takes.
                if (Known.Postings(field, word) is not { } postings)
                {
                    AddScores(searcher, searcher.CreateNormalizedWeight(Known.Query(field, word, weight * factor)), docs, scores);
                    continue;
                }

                // The same numbers as there, to the last bit.
                double value = ExactLengthBm25.Idf(documents, postings.Docs.Length) * (weight * factor);
                int from = 0;
                for (int i = 0; i < docs.Length && from < postings.Docs.Length; i++)
                {
                    if (postings.Frequency(docs[i], ref from) is > 0 and var frequency)
                    {
                        scores[i] += (float)(value * similarity.Saturation(frequency, lengths[i]));
                    }
                }
            }
        }

        return scores;
    }

    /// <summary>The words of given documents, over the average document's.</summary>
    private double[] Lengths(string field, ReadOnlySpan<int> docs, double average)
    {
        var lengths = new double[docs.Length];
        int next = 0;
        foreach (AtomicReaderContext leaf in searcher.IndexReader.Leaves)
        {
            int end = leaf.DocBase + leaf.AtomicReader.MaxDoc;
            NumericDocValues? norms = next < docs.Length && docs[next] < end ? leaf.AtomicReader.GetNormValues(field) : null;
            for (; next < docs.Length && docs[next] < end; next++)
            {
                lengths[next] = ExactLengthBm25.RelativeLength(norms, docs[next] - leaf.DocBase, average);
            }
        }

        return lengths;
    }

    /// <summary>Adds a weight's scores of given documents.</summary>
    /// <param name="searcher">The searcher.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="docs">Document numbers, ascending.</param>
    /// <param name="scores">[docs] added to.</param>
    public static void AddScores(IndexSearcher searcher, Weight weight, ReadOnlySpan<int> docs, Span<double> scores)
    {
        int next = 0;
        foreach (AtomicReaderContext leaf in searcher.IndexReader.Leaves)
        {
            int end = leaf.DocBase + leaf.AtomicReader.MaxDoc;
            if (next == docs.Length || docs[next] >= end)
            {
                continue;
            }

            Scorer? scorer = weight.GetScorer(leaf, null);
            for (; next < docs.Length && docs[next] < end; next++)
            {
                int doc = docs[next] - leaf.DocBase;
                if (scorer is not null && (scorer.DocID >= doc ? scorer.DocID : scorer.Advance(doc)) == doc)
                {
                    scores[next] += scorer.GetScore();
                }
            }
        }
    }
}
