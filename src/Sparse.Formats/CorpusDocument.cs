namespace Sparse.Formats;

/// <summary>One document as its file holds it.</summary>
/// <param name="Id">Its id, not empty.</param>
/// <param name="Title">Its title, or empty.</param>
/// <param name="Text">Its text without the title, or empty.</param>
/// <param name="Fields">Every further field by name; nested JSON as JSON text.</param>
public sealed record CorpusDocument(string Id, string Title, string Text, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>Title and text with a blank between them: what encoders and the text field get.</summary>
    public string FullText => Title.Length == 0 ? Text : Text.Length == 0 ? Title : $"{Title} {Text}";
}
