namespace Sparse.Server;

/// <summary>A search.</summary>
internal sealed record SearchRequest
{
    /// <summary>Any text.</summary>
    public string Query { get; init; } = "";

    /// <summary>"sparse", "bm25", or null for the index's own.</summary>
    public string? Mode { get; init; }

    /// <summary>"full" (the model, default) or "idf" (a table of term weights, faster).</summary>
    public string? Encoder { get; init; }

    /// <summary>Hits of the page.</summary>
    public int K { get; init; } = 10;

    /// <summary>Hits before the page.</summary>
    public int From { get; init; }

    /// <summary>Factors on the weights of the query's terms: 0 blocks a term, 2 doubles it.</summary>
    public Dictionary<string, float>? Edits { get; init; }
}

/// <summary>A term of the query.</summary>
/// <param name="Term">The word piece.</param>
/// <param name="Weight">Its weight after edits.</param>
/// <param name="IsExpansion">True where the query does not hold it.</param>
internal sealed record QueryTerm(string Term, float Weight, bool IsExpansion);

/// <summary>A part of a text to mark, in UTF-16 units.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">How long it is.</param>
internal sealed record Mark(int Start, int Length);

/// <summary>A hit.</summary>
internal sealed record Hit(int Rank, string Id, double Score, string? Title, string Text, IReadOnlyDictionary<string, string> Fields, IReadOnlyList<Mark> Marks);

/// <summary>What a search found.</summary>
internal sealed record SearchAnswer(
    string Index, string Mode, double Milliseconds, IReadOnlyList<Hit> Hits, IReadOnlyList<QueryTerm> Terms, IReadOnlyList<string> Warnings);
