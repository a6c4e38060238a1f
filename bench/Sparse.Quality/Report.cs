using System.Globalization;
using System.Text;
using Sparse.Lab.Collections;

namespace Sparse.Quality;

/// <summary>One collection's figures.</summary>
internal sealed record CollectionFigures(Collection Collection, Figures Bm25, EncoderFigures Fp32, EncoderFigures Int8);

/// <summary>The tables, as Markdown, and the figures that lie outside their limits.</summary>
internal sealed class Report
{
    private readonly StringBuilder _text = new();

    internal Report(IReadOnlyList<CollectionFigures> all, string command)
    {
        Line("# Retrieval quality, from raw text through Lucene directories");
        Line("");
        Line($"`{command}`");
        Line("");
        Line("nDCG@10, mean over the judged queries. Reference: ../shared/models/README.md (Python, float weights); the difference in brackets.");
        Line("fp32 = splade-tiny's folder, int8 = the built-in model; idf = queries without a model, over the same documents.");
        Line("");
        Line("| collection | documents, queries | BM25 | fp32 full | fp32 idf | int8 full | int8 idf |");
        Line("|---|---|---|---|---|---|---|");
        foreach (CollectionFigures figures in all)
        {
            ReferenceFigures? reference = ReferenceFigures.ByCollection.GetValueOrDefault(figures.Collection.Name);
            Line($"| {figures.Collection.Name} | {figures.Collection.Documents.Length}, {figures.Collection.Queries.Length} "
                + $"| {Beside(figures, "BM25", figures.Bm25, reference?.Bm25)} "
                + $"| {Beside(figures, "fp32 full", figures.Fp32.Full, reference?.Full)} | {Beside(figures, "fp32 idf", figures.Fp32.Idf, reference?.Idf)} "
                + $"| {Beside(figures, "int8 full", figures.Int8.Full, reference?.Full)} | {Beside(figures, "int8 idf", figures.Int8.Idf, reference?.Idf)} |");
        }

        Line("");
        Line("What 8-bit impacts and 16-bit query weights change: nDCG@10 through the index minus exhaustive search over float weights.");
        Line("");
        Line("| collection | fp32 full | fp32 idf | int8 full | int8 idf |");
        Line("|---|---|---|---|---|");
        foreach (CollectionFigures figures in all)
        {
            Line($"| {figures.Collection.Name} "
                + $"| {Loss(figures, "fp32 full", figures.Fp32.Full, figures.Fp32.FullFloat)} | {Loss(figures, "fp32 idf", figures.Fp32.Idf, figures.Fp32.IdfFloat)} "
                + $"| {Loss(figures, "int8 full", figures.Int8.Full, figures.Int8.FullFloat)} | {Loss(figures, "int8 idf", figures.Int8.Idf, figures.Int8.IdfFloat)} |");
        }

        Line("");
        Line("R@100, terms and size (int8 index). Empty: queries that found nothing.");
        Line("");
        Line("| collection | R@100 BM25 | fp32 full | int8 full | int8 idf | terms a document, a query | weights cut to 255 | bytes a posting | index MB | empty (BM25, full, idf) |");
        Line("|---|---|---|---|---|---|---|---|---|---|");
        foreach (CollectionFigures figures in all)
        {
            EncoderFigures int8 = figures.Int8;
            Line($"| {figures.Collection.Name} | {figures.Bm25.Recall:F4} | {figures.Fp32.Full.Recall:F4} | {int8.Full.Recall:F4} | {int8.Idf.Recall:F4} "
                + $"| {int8.DocumentTerms:F0}, {int8.QueryTerms:F0} | {int8.Saturated} | {int8.Statistics.BytesPerPosting:F2} | {int8.Statistics.Bytes / 1e6:F1} "
                + $"| {figures.Bm25.Empty}, {int8.Full.Empty}, {int8.Idf.Empty} |");
        }

        Line("");
        Line(Outside.Count == 0
            ? $"All within {ReferenceFigures.Tolerance} of the reference; no loss by impacts above {ReferenceFigures.QuantisationLoss}."
            : "Outside the limits: " + string.Join("; ", Outside) + ".");
    }

    /// <summary>Figures outside their limits.</summary>
    internal List<string> Outside { get; } = [];

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private string Beside(CollectionFigures figures, string what, Figures ours, double? reference)
    {
        if (reference is not { } expected)
        {
            return $"{ours.Ndcg:F4}";
        }

        double difference = ours.Ndcg - expected;
        // int8 may be better than the fp32 reference, but not worse.
        bool isOutside = difference < -ReferenceFigures.Tolerance || (difference > ReferenceFigures.Tolerance && !what.StartsWith("int8", StringComparison.Ordinal));
        if (isOutside)
        {
            Outside.Add($"{figures.Collection.Name} {what} {Signed(difference)}");
        }

        return $"{(isOutside ? "**" : "")}{ours.Ndcg:F4}{(isOutside ? "**" : "")} ({Signed(difference)})";
    }

    private string Loss(CollectionFigures figures, string what, Figures ours, Figures exact)
    {
        double difference = ours.Ndcg - exact.Ndcg;
        if (difference < -ReferenceFigures.QuantisationLoss)
        {
            Outside.Add($"{figures.Collection.Name} {what} impacts {Signed(difference)}");
        }

        return Signed(difference);
    }

    // Rounded first: a tiny negative difference would print as -+0.0000.
    private static string Signed(double difference) => (Math.Round(difference, 4) + 0.0).ToString("+0.0000;-0.0000", CultureInfo.InvariantCulture);

    private void Line(string text) => _text.Append(text).Append('\n');
}
