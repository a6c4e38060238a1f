using Lucene.Net.Analysis;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.Fusion;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Storage;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Hybrid;

/// <summary>Queries taken from the index's own documents, to see what fused scores are worth there.</summary>
/// <param name="searcher">A searcher of the index's view.</param>
/// <param name="analyzer">The analyzer of the text field.</param>
/// <param name="encoder">Encodes the queries.</param>
/// <param name="scale">Weight of one impact step.</param>
internal sealed class CalibrationSample(IndexSearcher searcher, Analyzer analyzer, ITermEncoder encoder, float scale)
{
    /// <summary>Queries unless said otherwise.</summary>
    public const int DefaultQueries = 64;

    private const int QueryWords = 8;

    /// <summary>Fits the scale.</summary>
    /// <param name="queries">Queries at most.</param>
    /// <returns>The scale; <see cref="FusionCalibration.None"/> for an index without texts.</returns>
    public FusionCalibration Fit(int queries)
    {
        List<(int Doc, string Text)> sample = Sample(queries);
        IReadOnlyList<TermVector> vectors = sample.Count == 0 ? [] : encoder.Encode([.. sample.Select(query => query.Text)]);
        List<double> background = [], best = [];
        for (int i = 0; i < sample.Count; i++)
        {
            TermVector vector = vectors[i];
            var search = new HybridSearch(searcher, analyzer, scale, new FusionOptions(), LexicalLeg.TextAlone);
            FusedHit[] hits = search.Run(
                new HybridQuery(
                    [.. WordQuery.Words(analyzer, sample[i].Text).Select(word => (word.Word, (float)word.Count))],
                    () => new SparseQuery(SparseFields.Sparse, vector, encoder.Vocabulary), []),
                null);
            if (hits.Length > 1 && hits.FirstOrDefault(hit => hit.Doc == sample[i].Doc) is { } own)
            {
                best.Add(own.Score);
                background.Add(hits[^1].Score);
            }
        }

        return FusionCalibration.Fit(background, best);
    }

    /// <summary>Eight words from the middle of each of evenly spread documents: the same for the same index.</summary>
    private List<(int Doc, string Text)> Sample(int queries)
    {
        var sample = new List<(int, string)>();
        int documents = searcher.IndexReader.MaxDoc;
        foreach (AtomicReaderContext leaf in searcher.IndexReader.Leaves)
        {
            for (int i = 0; i < leaf.AtomicReader.MaxDoc; i++)
            {
                // One document in documents / queries, wherever segments begin.
                long doc = leaf.DocBase + i;
                if (doc * queries / documents == (doc + 1) * queries / documents || leaf.AtomicReader.LiveDocs?.Get(i) == false)
                {
                    continue;
                }

                string[] words = DocumentFields.Read(searcher, (int)doc).FullText.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                if (words.Length > 0)
                {
                    sample.Add(((int)doc, string.Join(' ', words.Skip(Math.Max(0, (words.Length - QueryWords) / 2)).Take(QueryWords))));
                }
            }
        }

        return sample;
    }
}
