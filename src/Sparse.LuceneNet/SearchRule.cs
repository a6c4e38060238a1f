namespace Sparse.LuceneNet;

/// <summary>What a rule does.</summary>
public enum RuleAction
{
    /// <summary>The term counts for nothing; or the document is not found.</summary>
    Block,

    /// <summary>The term's weight in the query, or the document's score, times <see cref="SearchRule.Factor"/>.</summary>
    Boost,

    /// <summary>The term has weight <see cref="SearchRule.Factor"/> in the query, whether the query holds it or not; or the document stands at <see cref="SearchRule.Position"/>.</summary>
    Pin,

    /// <summary>A query that says <see cref="SearchRule.Term"/> is searched for <see cref="SearchRule.To"/> too, at <see cref="SearchRule.Factor"/> times its weight.</summary>
    Synonym,
}

/// <summary>A correction of what searches find, kept in the index and applied to queries: no document is indexed anew.</summary>
/// <param name="Id">A name of its own.</param>
/// <param name="Action">What it does.</param>
public sealed record SearchRule(string Id, RuleAction Action)
{
    /// <summary>A term of the vocabulary, and the word that BM25's analyzer makes of it; of a synonym: words in a row. Null for a rule about a document.</summary>
    public string? Term { get; init; }

    /// <summary>Id of a document. Null for a rule about a term.</summary>
    public string? Document { get; init; }

    /// <summary>Only for queries with these words in a row, in any case; a word that ends in * stands for all that begin so. Null for all queries.</summary>
    public string? Query { get; init; }

    /// <summary>Of a synonym: the words to search for too.</summary>
    public string? To { get; init; }

    /// <summary>Finite and above 0; 1 by default.</summary>
    public float Factor { get; init; } = 1;

    /// <summary>Of a pinned document: its place among the hits, from 1.</summary>
    public int Position { get; init; } = 1;
}

/// <summary>One line of the record of a rule's changes.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="By">Who, as the caller said; empty where nobody did.</param>
/// <param name="IsRemoval">True where the rule was taken away.</param>
/// <param name="Rule">The rule as it was set or had been.</param>
public sealed record RuleChange(DateTimeOffset At, string By, bool IsRemoval, SearchRule Rule);
