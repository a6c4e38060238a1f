namespace Sparse.Search;

/// <summary>A document and its integer score. Ordered best first: score descending, then document ascending; a total order.</summary>
/// <param name="Doc">Document number, ≥ 0.</param>
/// <param name="Score">Σ query weight × impact, 0 ≤ Score &lt; 2²⁴.</param>
public readonly record struct ScoredDoc(int Doc, int Score) : IComparable<ScoredDoc>
{
    /// <summary>Negative when this document ranks before <paramref name="other"/>.</summary>
    /// <param name="other">Another scored document.</param>
    /// <returns>Negative, zero or positive.</returns>
    public int CompareTo(ScoredDoc other) => Score != other.Score ? other.Score.CompareTo(Score) : Doc.CompareTo(other.Doc);

    /// <summary>True when <paramref name="left"/> ranks before <paramref name="right"/>.</summary>
    public static bool operator <(ScoredDoc left, ScoredDoc right) => left.CompareTo(right) < 0;

    /// <summary>True when <paramref name="left"/> ranks after <paramref name="right"/>.</summary>
    public static bool operator >(ScoredDoc left, ScoredDoc right) => left.CompareTo(right) > 0;

    /// <summary>True when <paramref name="left"/> ranks before <paramref name="right"/> or equals it.</summary>
    public static bool operator <=(ScoredDoc left, ScoredDoc right) => left.CompareTo(right) <= 0;

    /// <summary>True when <paramref name="left"/> ranks after <paramref name="right"/> or equals it.</summary>
    public static bool operator >=(ScoredDoc left, ScoredDoc right) => left.CompareTo(right) >= 0;
}
