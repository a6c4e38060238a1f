namespace Sparse.Evaluation;

/// <summary>Values of one measure over a run.</summary>
/// <param name="Measure">The measure.</param>
/// <param name="Mean">Mean over all judged queries; one without a result counts as 0.</param>
/// <param name="PerQuery">Query id → value, for each judged query, in the order of the judgements.</param>
public sealed record MeasureResult(Measure Measure, double Mean, IReadOnlyList<KeyValuePair<string, double>> PerQuery);
