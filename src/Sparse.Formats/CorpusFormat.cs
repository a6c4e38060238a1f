namespace Sparse.Formats;

/// <summary>How an input is laid out.</summary>
public enum CorpusFormat
{
    /// <summary>By file name and, where that says nothing, by content; a folder with corpus.jsonl is BEIR's.</summary>
    Auto,

    /// <summary>BEIR: a folder with corpus.jsonl, that file, or a zip that holds it; <c>_id</c>, <c>title</c>, <c>text</c>.</summary>
    Beir,

    /// <summary>One JSON object a line.</summary>
    Jsonl,

    /// <summary>Plain text, one document a file; its id is the path.</summary>
    Text,

    /// <summary>Markdown, one document a file; the first heading is the title.</summary>
    Markdown,

    /// <summary>HTML, one document a file; the visible text.</summary>
    Html,

    /// <summary>Comma- or tab-separated values with a header line, quoted after RFC 4180.</summary>
    Csv,
}
