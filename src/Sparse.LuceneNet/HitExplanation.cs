namespace Sparse.LuceneNet;

/// <summary>A word that gave a term its weight.</summary>
/// <param name="Word">The whole word as it is written, or the model's marker ([CLS]) where no word did.</param>
/// <param name="Start">Its first UTF-16 index, in the query, the title or the text.</param>
/// <param name="End">The index after it; equal to <paramref name="Start"/> for a marker.</param>
/// <param name="Position">The token that won the max pooling, counted from 0 with the markers; −1 for words of BM25.</param>
/// <param name="Sentence">Of a document: the sentence of the text, from 1, or 0 for the title. Of a query: 1.</param>
public sealed record WordSource(string Word, int Start, int End, int Position, int Sentence);

/// <summary>What one term adds to a hit's score.</summary>
/// <param name="Term">Sparse: a term of the vocabulary. BM25: a word as the analyzer leaves it, with its field where that is not the text.</param>
/// <param name="QueryWeight">Sparse: its weight in the query, an integer. BM25: 0.</param>
/// <param name="Impact">Sparse: its impact in the document, 1 to 255. BM25: 0.</param>
/// <param name="Points"><paramref name="QueryWeight"/> × <paramref name="Impact"/>.</param>
/// <param name="Score">What it adds to the score: sparse <paramref name="Points"/> × 2^<see cref="HitExplanation.Exponent"/>, without rounding.</param>
/// <param name="Share"><paramref name="Score"/> over the hit's score.</param>
/// <param name="IsExact">True when query and document hold the term themselves; false when one of them has it by expansion.</param>
public sealed record MatchedTerm(string Term, int QueryWeight, int Impact, long Points, double Score, double Share, bool IsExact)
{
    /// <summary>The word of the query that brought the term; null where the encoder does not tell.</summary>
    public WordSource? InQuery { get; init; }

    /// <summary>The word of the document that brought the term; null where the encoder does not tell or reads less of the text.</summary>
    public WordSource? InDocument { get; init; }

    /// <summary>Id of the rule that gave the term its weight in the query; null for none.</summary>
    public string? Rule { get; init; }
}

/// <summary>Why a document was found.</summary>
/// <param name="Points">
/// Sparse: the integer score, exactly the sum of the terms' <see cref="MatchedTerm.Points"/> and of <see cref="RulePoints"/>; times
/// 2^<paramref name="Exponent"/> it is the hit's score. BM25 has no integers: its terms' scores sum to the hit's but for float rounding.
/// </param>
/// <param name="Exponent">The power of two of one point; −149 to 104.</param>
/// <param name="Terms">The terms that matched, the largest share first.</param>
public sealed record HitExplanation(long Points, int Exponent, IReadOnlyList<MatchedTerm> Terms)
{
    /// <summary>Points that rules for this document added or took.</summary>
    public long RulePoints { get; init; }

    /// <summary>Ids of the rules for this document that were applied.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];
}

/// <summary>A stretch to mark.</summary>
/// <param name="Start">First UTF-16 index.</param>
/// <param name="End">The index after it.</param>
/// <param name="Score">What the terms it stands for add to the score.</param>
public readonly record struct TextSpan(int Start, int End, double Score);

/// <summary>The part of a hit's text that explains it best.</summary>
/// <param name="Passage">The part, cut at sentences where they are short enough, else at words.</param>
/// <param name="Start">Its first UTF-16 index in the text.</param>
/// <param name="Spans">Words to mark, by their indices in <paramref name="Passage"/>, ascending and apart.</param>
/// <param name="TitleSpans">Words to mark in the title.</param>
public sealed record HitHighlight(string Passage, int Start, IReadOnlyList<TextSpan> Spans, IReadOnlyList<TextSpan> TitleSpans);
