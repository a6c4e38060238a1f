namespace Sparse.Formats;

/// <summary>Choices for reading a corpus.</summary>
public sealed record CorpusOptions
{
    /// <summary>JSON field or CSV column with the id; null takes the first there is of _id, id, docid, doc_id.</summary>
    public string? IdField { get; init; }

    /// <summary>
    /// JSON fields or CSV columns with the text, joined by blanks in this order; empty takes <c>title</c> as the title and the
    /// first there is of text, contents, content, body. When several are named and the first is <c>title</c>, it is the title.
    /// </summary>
    public IReadOnlyList<string> TextFields { get; init; } = [];

    /// <summary>Leave the marks of headings (as #) and of fenced code in the text of Markdown files, so that it can be cut at headings; default false.</summary>
    public bool KeepHeadings { get; init; }

    /// <summary>Called for each bad line or file, which is then skipped; null throws at the first.</summary>
    public Action<BadInputException>? OnBadInput { get; init; }
}
