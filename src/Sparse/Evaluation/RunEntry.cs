namespace Sparse.Evaluation;

/// <summary>One retrieved document of a run.</summary>
/// <param name="DocumentId">The document's id.</param>
/// <param name="Score">Its score, finite; 32 bits, as trec_eval keeps it.</param>
public readonly record struct RunEntry(string DocumentId, float Score);
