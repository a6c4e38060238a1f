using Sparse.Vectors;

namespace Sparse.LuceneNet;

/// <summary>A document to add to a <see cref="SparseIndex"/>, or one read back from it.</summary>
public sealed class SparseDocument
{
    /// <summary>Makes a document.</summary>
    /// <param name="id">The document's own id, not empty; a document added later with the same id replaces this one.</param>
    /// <param name="text">The text to encode, to search and to show; may be empty.</param>
    public SparseDocument(string id, string text)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(text);
        Id = id;
        Text = text;
    }

    /// <summary>The document's own id.</summary>
    public string Id { get; }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>The title, or null; it goes before the text into the encoder and into the BM25 field.</summary>
    public string? Title { get; init; }

    /// <summary>Further fields, stored and returned with hits; the index's own (<see cref="SparseIndexOptions.Fields"/>) are filtered, counted, sorted or searched by too, an empty value standing for none. Names other than those of <see cref="SparseFields"/>.</summary>
    public IDictionary<string, string> Fields { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The vector made elsewhere by the index's encoder, or null to have it made now. Not read back.</summary>
    public TermVector? Vector { get; init; }

    /// <summary>What the encoder and the BM25 field get: title, a blank, text; the text alone where there is no title.</summary>
    public string FullText => string.IsNullOrEmpty(Title) ? Text : Title + " " + Text;
}
