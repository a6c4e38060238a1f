namespace Sparse.Fusion;

/// <summary>A document and its score in a leg.</summary>
/// <param name="Doc">Document number, ≥ 0.</param>
/// <param name="Score">Finite; larger is better.</param>
public readonly record struct LegHit(int Doc, double Score);

/// <summary>One way of searching, as fusion sees it: a score and a rank for each candidate.</summary>
public sealed class FusionLeg
{
    private readonly double[] _scores;
    private readonly double[] _assumed;
    private readonly int[] _ranks;

    /// <summary>Puts a leg's hits beside the candidates.</summary>
    /// <param name="name">Its name, unique among the legs.</param>
    /// <param name="ranking">Its hits, best first, each document once.</param>
    /// <param name="candidates">The documents to fuse, ascending; hits that are not among them count for the statistics alone.</param>
    /// <param name="scores">[candidates] each one's score in this leg, 0 where nothing matches; null where only the hits' are known.</param>
    /// <param name="evidence">What the leg knows of the query; null counts scores as shares of 1, and the leg as knowing everything.</param>
    /// <param name="assumed">[candidates] the score to assume for a document that the leg can't know, NaN for those it can; empty where it can know all.</param>
    public FusionLeg(
        string name, IReadOnlyList<LegHit> ranking, ReadOnlySpan<int> candidates, ReadOnlySpan<double> scores = default, LegEvidence? evidence = null, ReadOnlySpan<double> assumed = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(ranking);
        if (scores.Length != 0 && scores.Length != candidates.Length)
        {
            throw new ArgumentException($"There are {scores.Length} scores for {candidates.Length} candidates.", nameof(scores));
        }

        if (assumed.Length != 0 && assumed.Length != candidates.Length)
        {
            throw new ArgumentException($"There are {assumed.Length} assumed scores for {candidates.Length} candidates.", nameof(assumed));
        }

        Name = name;
        Ranking = ranking;
        Evidence = evidence ?? LegEvidence.Whole;
        _ranks = new int[candidates.Length];
        _scores = new double[candidates.Length];
        _scores.AsSpan().Fill(double.NaN);
        for (int i = 0; i < ranking.Count; i++)
        {
            int at = candidates.BinarySearch(ranking[i].Doc);
            if (at >= 0)
            {
                _ranks[at] = i + 1;
                _scores[at] = ranking[i].Score;
            }
        }

        // One score a document, whichever way it was found: a sum of floats may differ in its last bit from list to lookup.
        scores.CopyTo(_scores);
        _assumed = assumed.ToArray();
        for (int i = 0; i < _assumed.Length; i++)
        {
            _scores[i] = double.IsNaN(_assumed[i]) ? _scores[i] : double.NaN;
        }
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its hits, best first.</summary>
    public IReadOnlyList<LegHit> Ranking { get; }

    /// <summary>What it knows of the query.</summary>
    public LegEvidence Evidence { get; }

    /// <summary>Share of the query that this leg alone can answer, 0 (default) to 1: so much of the other legs' weight becomes its own.</summary>
    public double Claim { get; init; }

    /// <summary>The rank of a candidate, from 1; null where the leg did not return it.</summary>
    /// <param name="candidate">Its place among the candidates.</param>
    public int? RankOf(int candidate) => _ranks[candidate] == 0 ? null : _ranks[candidate];

    /// <summary>The score of a candidate; null where it is not known.</summary>
    /// <param name="candidate">Its place among the candidates.</param>
    public double? ScoreOf(int candidate) => double.IsNaN(_scores[candidate]) ? null : _scores[candidate];

    /// <summary>The score that a candidate is assumed to have, which the leg can't know; null for all others.</summary>
    /// <param name="candidate">Its place among the candidates.</param>
    public double? AssumedOf(int candidate) => _assumed.Length == 0 || double.IsNaN(_assumed[candidate]) ? null : _assumed[candidate];

    /// <summary>The rank that a score would have among the hits.</summary>
    /// <param name="score">A score.</param>
    /// <returns>From 1: after all hits with a larger score.</returns>
    internal int RankAt(double score)
    {
        int rank = 1;
        while (rank <= Ranking.Count && Ranking[rank - 1].Score > score)
        {
            rank++;
        }

        return rank;
    }
}
