namespace Sparse.Fusion;

/// <summary>What one leg says of a hit.</summary>
/// <param name="Leg">The leg's name.</param>
/// <param name="Score">The leg's own score; null where it is not known: of a run from outside, or of a document without vectors yet.</param>
/// <param name="Normalized">The score on the scale of the fusion, before the leg's weight; of a document without vectors an assumed one.</param>
/// <param name="Weight">What it is multiplied by: the fused score is the sum of weight × normalised score.</param>
/// <param name="Rank">Its rank in the leg, from 1; null where the leg did not return it.</param>
public sealed record LegScore(string Leg, double? Score, double Normalized, double Weight, int? Rank);

/// <summary>A fused document.</summary>
/// <param name="Doc">Document number.</param>
/// <param name="Score">The fused score.</param>
/// <param name="Legs">What each leg says of it, in the order of the legs.</param>
public sealed record FusedHit(int Doc, double Score, IReadOnlyList<LegScore> Legs);
