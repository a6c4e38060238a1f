using Sparse.Encoders.Splade;
using Sparse.Evaluation;
using Sparse.Formats;
using Sparse.Fusion;
using Sparse.Lab.Collections;
using Sparse.LuceneNet;
using Sparse.Vectors;

namespace Sparse.Quality;

/// <summary>One way of searching: its nDCG@10 a query.</summary>
internal sealed record Way(string Name, double[] Ndcg)
{
    internal double Mean => Ndcg.Average();
}

/// <summary>Legs and fusions of one collection.</summary>
/// <param name="Collection">Its name.</param>
/// <param name="Legs">Each leg alone.</param>
/// <param name="Fusions">Fusions of them, the default first.</param>
internal sealed record FusionFigures(string Collection, Way[] Legs, Way[] Fusions)
{
    internal Way Better => Legs.MaxBy(leg => leg.Mean)!;
}

/// <summary>Fuses the legs of a collection, whole and crippled.</summary>
internal sealed class FusionRun(Collection collection, VectorCache cache, DenseCache? dense, SpladeEncoder encoder, string indexFolder)
{
    private const int Hits = 10;

    internal static readonly (string Name, FusionOptions Options)[] Fusions =
    [
        ("default", new()),
        ("without feedback", new() { Feedback = 0 }),
        ("z-score", new() { Method = FusionMethod.ZScore }),
        ("min-max", new() { Method = FusionMethod.MinMax }),
        ("L2", new() { Method = FusionMethod.L2 }),
        ("reciprocal rank", new() { Method = FusionMethod.ReciprocalRank }),
        ("raw", new() { Method = FusionMethod.Raw }),
    ];

    private static readonly Measure Ndcg = Measure.Parse("nDCG@10");
    private readonly string[] _queries = [.. collection.Queries.Select(query => query.Text)];

    /// <summary>BM25 and the model, as they are.</summary>
    internal FusionFigures Whole() => Run("whole", document => document.FullText, vector => vector, withDense: false);

    /// <summary>BM25 and the model with a dense leg beside them.</summary>
    internal FusionFigures WithDense() => Run("whole", document => document.FullText, vector => vector, withDense: true);

    /// <summary>BM25 over titles alone; a document without one has no words.</summary>
    internal FusionFigures TitlesAlone() => Run("titles", document => document.Title ?? "", vector => vector, withDense: false);

    /// <summary>A model that has lost every term of an odd id.</summary>
    internal FusionFigures HalfTheTerms() => Run("half", document => document.FullText, Half, withDense: false);

    /// <summary>An index of words alone whose upgrade is half done: every other document has its vector.</summary>
    internal FusionFigures HalfUpgraded() => Run("partial", document => document.FullText, vector => vector, withDense: false, isHalfUpgraded: true);

    private static TermVector Half(TermVector vector)
    {
        int[] kept = [.. Enumerable.Range(0, vector.Count).Where(i => vector.Terms[i] % 2 == 0)];
        return new TermVector([.. kept.Select(i => vector.Terms[i])], [.. kept.Select(i => vector.Weights[i])]);
    }

    private FusionFigures Run(string variant, Func<CorpusDocument, string> text, Func<TermVector, TermVector> change, bool withDense, bool isHalfUpgraded = false)
    {
        TermVector[] documents = cache.Get($"{collection.Name}-documents", encoder, [.. collection.Documents.Select(document => document.FullText)]);
        TermVector[] queries = cache.Get($"{collection.Name}-queries", encoder, _queries);
        string folder = Path.Combine(indexFolder, $"fusion-{collection.Name}-{variant}");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        SparseDocument[] made = [.. collection.Documents.Select((document, i) => new SparseDocument(document.Id, text(document)) { Vector = change(documents[i]) })];
        if (isHalfUpgraded)
        {
            using SparseIndex words = SparseIndex.Create(folder, encoder: null);
            words.Add(made);
            words.Commit();
        }

        using SparseIndex index = isHalfUpgraded ? SparseIndex.OpenToUpgrade(folder, encoder) : SparseIndex.Create(folder, encoder);
        index.Add([.. made.Where((_, i) => !isHalfUpgraded || i % 2 == 0)]);
        index.Commit();
        OutsideLeg[]? denseLegs = withDense ? Dense(folder) : null;
        Way[] legs =
        [
            Measured("BM25", i => Search(index, i, new() { Mode = SearchMode.Bm25 })),
            Measured("sparse", i => queries[i].Count == 0 ? [] : Rankings.Of(index.SearchVector(queries[i], Hits, new() { WithStoredFields = false }))),
            .. denseLegs is null ? (Way[])[] : [Measured("dense", i => [.. denseLegs[i].Ranking])],
        ];
        return new FusionFigures(collection.Name, legs, [.. Fusions.Select(fusion => Measured(fusion.Name, i => Search(index, i, new()
        {
            Mode = SearchMode.Hybrid,
            Fusion = fusion.Options,
            QueryVector = queries[i],
            OutsideLegs = denseLegs is null ? [] : [denseLegs[i]],
        })))]);
    }

    private RunEntry[] Search(SparseIndex index, int query, SearchOptions options)
    {
        try
        {
            return Rankings.Of(index.Search(_queries[query], Hits, options with { WithStoredFields = false }));
        }
        catch (ArgumentException)
        {
            // A query of stop words alone finds nothing by BM25.
            return [];
        }
    }

    // As an application has it: rounded to int8, in a file that is mapped.
    private OutsideLeg[] Dense(string folder)
    {
        float[][] documents = dense!.Get($"{collection.Name}-documents", [.. collection.Documents.Select(document => document.FullText)]);
        float[][] queries = dense.Get($"{collection.Name}-queries", _queries);
        string path = Path.Combine(folder, "dense");
        DenseLeg.Write(path, [.. collection.Documents.Select((document, i) => (document.Id, documents[i]))]);
        using DenseLeg leg = DenseLeg.Open(path);
        return [.. queries.Select(query => leg.Search(query))];
    }

    private Way Measured(string name, Func<int, RunEntry[]> search)
    {
        var run = new TrecRun();
        for (int i = 0; i < _queries.Length; i++)
        {
            run.Add(collection.Queries[i].Id, search(i));
        }

        return new Way(name, [.. Ndcg.Evaluate(collection.Qrels, run).PerQuery.Select(query => query.Value)]);
    }
}
