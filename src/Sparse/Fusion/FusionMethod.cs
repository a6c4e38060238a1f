namespace Sparse.Fusion;

/// <summary>How the scores of several legs become one.</summary>
public enum FusionMethod
{
    /// <summary>Shares of what the query could score at most, weighted by what each leg knows of the query; see <see cref="LegEvidence"/>. A hit's score depends on query and index alone.</summary>
    Calibrated,

    /// <summary>The sum over legs of weight / (constant + rank).</summary>
    ReciprocalRank,

    /// <summary>Scores moved so that the leg's last hit has 0 and its best 1.</summary>
    MinMax,

    /// <summary>Scores in standard deviations from the mean of the leg's hits.</summary>
    ZScore,

    /// <summary>Scores divided by the length of the vector of the leg's scores.</summary>
    L2,

    /// <summary>Scores as they are.</summary>
    Raw,
}

/// <summary>What a document counts in a leg that did not return it.</summary>
public enum MissingScore
{
    /// <summary>Its score there, computed for it; the floor where a leg can't (a run from outside). Reciprocal rank: nothing.</summary>
    Exact,

    /// <summary>As much as the leg's last hit. Reciprocal rank: nothing.</summary>
    Floor,

    /// <summary>Nothing: a normalised score of 0.</summary>
    Zero,
}
