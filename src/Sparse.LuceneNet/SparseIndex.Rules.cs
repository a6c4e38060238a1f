using Sparse.LuceneNet.Rules;

namespace Sparse.LuceneNet;

/// <content>Rules.</content>
public sealed partial class SparseIndex
{
    private volatile RuleBook _rules = RuleBook.Empty;

    /// <summary>The rules that searches follow, in the order in which they were set.</summary>
    public IReadOnlyList<SearchRule> Rules => _rules.Rules;

    /// <summary>Every change of a rule, the oldest first.</summary>
    public IReadOnlyList<RuleChange> RuleHistory => _rules.History;

    /// <summary>Sets a rule, in place of one with the same id, and commits: it holds from the next search on, and for readers from their next refresh.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="by">Who sets it, for the record.</param>
    /// <exception cref="ArgumentException">The rule makes no sense.</exception>
    /// <exception cref="InvalidOperationException">The index is read-only.</exception>
    /// <exception cref="IOException">The disk is full or fails; the last commit stays.</exception>
    public void SetRule(SearchRule rule, string by = "")
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(by);
        Keep(_rules.With(rule, DateTimeOffset.UtcNow, by));
    }

    /// <summary>Takes a rule away, and commits.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="by">Who takes it away, for the record.</param>
    /// <returns>False when there is none of this id; nothing changes then.</returns>
    /// <exception cref="InvalidOperationException">The index is read-only.</exception>
    /// <exception cref="IOException">The disk is full or fails; the last commit stays.</exception>
    public bool RemoveRule(string id, string by = "")
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(by);
        RequireWriter();
        if (_rules.Without(id, DateTimeOffset.UtcNow, by) is not { } book)
        {
            return false;
        }

        Keep(book);
        return true;
    }

    private void Keep(RuleBook book)
    {
        RequireWriter().SetCommitData(book.WriteTo);
        Commit();
        _rules = book;
    }
}
