using Sparse.Evaluation;

namespace Sparse.LuceneNet;

/// <summary>A ranking made elsewhere (by a dense model, another engine) to be fused with the index's own legs.</summary>
/// <param name="Name">Its name, other than bm25, sparse and feedback.</param>
/// <param name="Ranking">Document ids with scores, best first; ids that the index does not hold are left out. Calibrated fusion takes
/// scores as shares of 1, as cosines are.</param>
public sealed record OutsideLeg(string Name, IReadOnlyList<RunEntry> Ranking);
