namespace Sparse.Search;

/// <summary>Which of the exact algorithms a search uses.</summary>
internal enum SweepPolicy
{
    /// <summary>The one that looks cheaper once the best blocks are known.</summary>
    Choose,

    /// <summary>Bound-ordered visits to the end.</summary>
    Never,

    /// <summary>A sweep over all postings.</summary>
    Always,
}
