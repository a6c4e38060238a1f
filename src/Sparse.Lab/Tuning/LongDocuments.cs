using Sparse.Chunks;
using Sparse.Encoders.Splade;
using Sparse.Evaluation;
using Sparse.Formats;
using Sparse.Lab.Collections;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Lab.Tuning;

/// <summary>One way to search documents that are longer than an encoder reads.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Score">nDCG@10.</param>
/// <param name="Recall">R@100.</param>
/// <param name="Vectors">Vectors in the index.</param>
/// <param name="Bytes">Bytes of the index.</param>
internal sealed record LongDocumentWay(string Name, double Score, double Recall, int Vectors, long Bytes);

/// <summary>What reading the beginning alone loses (FirstP), and what passages bring, merged by their largest weights or kept (MaxP).</summary>
internal static class LongDocuments
{
    private const int Depth = 100;
    private static readonly Measure Ndcg = Measure.Parse("nDCG@10");
    private static readonly Measure Recall = Measure.Parse("R@100");

    /// <summary>Measures the ways.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="encoder">The encoder; passages are as long as it reads.</param>
    /// <param name="maxTokens">How far it reads.</param>
    /// <param name="folder">A folder for indexes.</param>
    /// <param name="progress">Told of each window of documents.</param>
    /// <param name="stop">Stops it.</param>
    internal static IEnumerable<LongDocumentWay> Run(Collection collection, SpladeEncoder encoder, int maxTokens, string folder, Action<string, int, int>? progress, CancellationToken stop)
    {
        TermVector[] queries = [.. encoder.Encode([.. collection.Queries.Select(query => query.Text)], stop)];
        var chunker = new Chunker(encoder.Tokenizer, new ChunkOptions { By = ChunkBy.Sentences, MaxTokens = maxTokens });
        foreach ((string name, SparseIndexOptions options) in new[]
        {
            ($"FirstP: the first {maxTokens} tokens", new SparseIndexOptions()),
            ("merged: the largest weights of all passages", new SparseIndexOptions { Chunker = chunker, Passages = PassageUse.Merge }),
            ("MaxP: every passage, the best one counts", new SparseIndexOptions { Chunker = chunker, Passages = PassageUse.Keep }),
        })
        {
            string place = Path.Combine(folder, "long");
            using (SparseIndex index = SparseIndex.Create(place, encoder, options))
            {
                int done = 0;
                foreach (CorpusDocument[] part in collection.Documents.Chunk(256))
                {
                    index.Add([.. part.Select(document => new SparseDocument(document.Id, document.Text) { Title = document.Title })], stop);
                    progress?.Invoke(name, done += part.Length, collection.Documents.Length);
                }

                index.Commit();
                var run = new TrecRun();
                foreach ((int i, QueryText query) in collection.Queries.Index())
                {
                    run.Add(query.Id, queries[i].Count == 0 ? [] : Rankings.Of(index.SearchVector(queries[i], Depth, new SearchOptions { WithStoredFields = false }, stop)));
                }

                IndexStatistics statistics = index.Statistics();
                yield return new LongDocumentWay(name, Ndcg.Evaluate(collection.Qrels, run).Mean, Recall.Evaluate(collection.Qrels, run).Mean, statistics.Passages, statistics.Bytes);
            }

            Directory.Delete(place, recursive: true);
        }
    }
}
