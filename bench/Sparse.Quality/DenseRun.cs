using System.Globalization;
using System.Numerics.Tensors;
using Sparse.Encoders.Dense;
using Sparse.Evaluation;
using Sparse.Lab.Collections;

namespace Sparse.Quality;

/// <summary>A dense encoder over a collection: every document's cosine with every query, no index.</summary>
internal static class DenseRun
{
    private const int Depth = 100;

    // ../shared/models/README.md, all-MiniLM-L6-v2 in int8.
    private static readonly Dictionary<string, double> Reference = new() { ["cranfield"] = .502 };

    /// <summary>Measures and prints one line a collection.</summary>
    /// <returns>True when every figure with a reference lies within its tolerance.</returns>
    internal static bool Measure(DenseEncoder encoder, IEnumerable<Collection> collections)
    {
        bool isWithin = true;
        Console.WriteLine($"Dense: {encoder.Name} ({encoder.Fingerprint}), {encoder.Dimensions} dimensions, brute force");
        Console.WriteLine();
        Console.WriteLine("| collection | documents, queries | nDCG@10 | R@100 |");
        Console.WriteLine("|---|---|---|---|");
        foreach (Collection collection in collections)
        {
            TrecRun run = Rank(collection, encoder);
            double ndcg = Evaluation.Measure.Parse("nDCG@10").Evaluate(collection.Qrels, run).Mean;
            double recall = Evaluation.Measure.Parse("R@100").Evaluate(collection.Qrels, run).Mean;
            string beside = Reference.TryGetValue(collection.Name, out double reference)
                ? string.Create(CultureInfo.InvariantCulture, $" ({ndcg - reference:+0.0000;-0.0000})") : "";
            isWithin &= beside.Length == 0 || Math.Abs(ndcg - reference) <= ReferenceFigures.Tolerance;
            Console.WriteLine($"| {collection.Name} | {collection.Documents.Length}, {collection.Queries.Length} | {ndcg:F4}{beside} | {recall:F4} |");
        }

        return isWithin;
    }

    private static TrecRun Rank(Collection collection, DenseEncoder encoder)
    {
        float[][] documents = encoder.Encode([.. collection.Documents.Select(document => document.FullText)]);
        float[][] queries = encoder.Encode([.. collection.Queries.Select(query => query.Text)]);
        var run = new TrecRun();
        for (int i = 0; i < queries.Length; i++)
        {
            float[] query = queries[i];
            run.Add(collection.Queries[i].Id, [.. documents.Select((vector, place) => (Score: TensorPrimitives.Dot(query, vector), place))
                .OrderByDescending(hit => hit.Score).Take(Depth).Select(hit => new RunEntry(collection.Documents[hit.place].Id, hit.Score))]);
        }

        return run;
    }
}
