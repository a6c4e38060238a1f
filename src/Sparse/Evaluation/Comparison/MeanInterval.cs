namespace Sparse.Evaluation;

/// <summary>A mean and the interval in which the true one lies with a stated confidence.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Low">Lower end; minus infinity for a single value.</param>
/// <param name="High">Upper end; infinity for a single value.</param>
public readonly record struct MeanInterval(double Mean, double Low, double High);
