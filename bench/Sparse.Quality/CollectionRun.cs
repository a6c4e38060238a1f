using Sparse.Encoders.InferenceFree;
using Sparse.Encoders.Splade;
using Sparse.Evaluation;
using Sparse.Formats;
using Sparse.Lab.Collections;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Quality;

/// <summary>What one way of searching scored.</summary>
/// <param name="Ndcg">nDCG@10, mean over the judged queries.</param>
/// <param name="Recall">R@100.</param>
/// <param name="Empty">Queries that found nothing, or held nothing to search by.</param>
internal sealed record Figures(double Ndcg, double Recall, int Empty);

/// <summary>The index of one encoder.</summary>
/// <param name="Full">Queries by the same model, through the index.</param>
/// <param name="FullFloat">The same over float weights.</param>
/// <param name="Idf">Inference-free queries, through the index.</param>
/// <param name="IdfFloat">The same over float weights.</param>
/// <param name="DocumentTerms">Mean number of terms a document.</param>
/// <param name="QueryTerms">Mean number of terms a query by the model.</param>
/// <param name="Saturated">Weights above the range of impacts.</param>
/// <param name="Statistics">Size of the index.</param>
internal sealed record EncoderFigures(
    Figures Full, Figures FullFloat, Figures Idf, Figures IdfFloat, double DocumentTerms, double QueryTerms, long Saturated, IndexStatistics Statistics);

/// <summary>Runs a collection from raw text through Lucene directories.</summary>
internal sealed class CollectionRun(Collection collection, VectorCache cache, string indexFolder)
{
    private const int Depth = 100;
    private static readonly Measure Ndcg = Measure.Parse("nDCG@10");
    private static readonly Measure Recall = Measure.Parse("R@100");
    private readonly string[] _queries = [.. collection.Queries.Select(query => query.Text)];

    /// <summary>BM25 over title and text.</summary>
    internal Figures Bm25()
    {
        string folder = FreshFolder("bm25");
        using var index = SparseIndex.Create(folder, encoder: null);
        Collection.AddTo(index, collection.Documents, vectors: null);
        return Evaluate(i =>
        {
            try
            {
                return Rankings.Of(index.Search(_queries[i], Depth, new SearchOptions { Mode = SearchMode.Bm25, WithStoredFields = false }));
            }
            catch (ArgumentException)
            {
                // A query of stop words alone; Figures.Empty counts it.
                return [];
            }
        });
    }

    /// <summary>Everything about one encoder.</summary>
    /// <param name="encoder">Encodes documents and queries.</param>
    /// <param name="idf">Encodes queries for the same documents.</param>
    internal EncoderFigures Sparse(SpladeEncoder encoder, InferenceFreeEncoder idf)
    {
        TermVector[] documents = cache.Get($"{collection.Name}-documents", encoder, [.. collection.Documents.Select(document => document.FullText)]);
        TermVector[] queries = cache.Get($"{collection.Name}-queries", encoder, _queries);
        TermVector[] idfQueries = [.. idf.Encode(_queries)];

        string folder = FreshFolder(encoder.Identity.Name);
        using var index = SparseIndex.Create(folder, encoder);
        Collection.AddTo(index, collection.Documents, documents);
        var exact = new FloatSearch(documents);
        return new EncoderFigures(
            Evaluate(i => Search(index, queries[i], null)),
            Evaluate(i => Exact(exact, queries[i])),
            Evaluate(i => Search(index, idfQueries[i], idf)),
            Evaluate(i => Exact(exact, idfQueries[i])),
            documents.Average(vector => vector.Count),
            queries.Average(vector => vector.Count),
            index.SaturatedWeights,
            index.Statistics());
    }

    private static RunEntry[] Search(SparseIndex index, TermVector query, ITermEncoder? encoder) => query.Count == 0
        ? []
        : Rankings.Of(index.SearchVector(query, Depth, new SearchOptions { QueryEncoder = encoder, WithStoredFields = false }));

    private RunEntry[] Exact(FloatSearch search, TermVector query) =>
        [.. search.TopK(query, Depth).Select(hit => new RunEntry(collection.Documents[hit.Doc].Id, (float)hit.Score))];

    private Figures Evaluate(Func<int, RunEntry[]> search)
    {
        var run = new TrecRun();
        for (int i = 0; i < _queries.Length; i++)
        {
            run.Add(collection.Queries[i].Id, search(i));
        }

        return new Figures(
            Ndcg.Evaluate(collection.Qrels, run).Mean,
            Recall.Evaluate(collection.Qrels, run).Mean,
            run.QueryIds.Count(id => run.Ranking(id).Count == 0));
    }

    private string FreshFolder(string name)
    {
        string folder = Path.Combine(indexFolder, $"{collection.Name}-{name}");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        return folder;
    }
}
