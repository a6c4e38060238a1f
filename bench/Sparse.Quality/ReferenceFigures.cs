namespace Sparse.Quality;

/// <summary>nDCG@10 as ../shared/models/README.md states it (Python, exact search over float weights), and how far ours may lie off.</summary>
/// <param name="Bm25">BM25, k1 .9, b .4, Porter, stop words.</param>
/// <param name="Full">splade-tiny, fp32, 256 tokens, both sides by the model.</param>
/// <param name="Idf">The same documents, queries weighted by the IDF table.</param>
internal sealed record ReferenceFigures(double Bm25, double Full, double Idf)
{
    /// <summary>Largest difference to the reference, BM25 and fp32 alike.</summary>
    internal const double Tolerance = 0.003;

    /// <summary>Most that u8 impacts may lose against float weights.</summary>
    internal const double QuantisationLoss = 0.002;

    internal static IReadOnlyDictionary<string, ReferenceFigures> ByCollection { get; } = new Dictionary<string, ReferenceFigures>
    {
        ["scifact"] = new(.676, .6436, .6332),
        ["nfcorpus"] = new(.321, .3069, .3111),
        ["cranfield"] = new(.491, .4912, .4807),
        ["cisi"] = new(.361, .3203, .3057),
        ["cacm"] = new(.475, .4306, .3607),
        ["vespa-docs-qa"] = new(.659, .6309, .6314),
        ["chunking-eval"] = new(.768, .7240, .7140),
    };
}
