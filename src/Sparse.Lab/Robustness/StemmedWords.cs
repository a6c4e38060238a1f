using Lucene.Net.Analysis;
using Lucene.Net.Analysis.TokenAttributes;
using Sparse.Analysis;

namespace Sparse.Lab.Robustness;

/// <summary>Words of texts as BM25 counts them: without stop words, stemmed.</summary>
/// <param name="language">The language.</param>
internal sealed class StemmedWords(string language) : IDisposable
{
    private readonly Analyzer _analyzer = LexicalAnalyzers.Create(language);

    /// <summary>The words of a text, in order.</summary>
    /// <param name="text">The text.</param>
    internal List<string> Of(string text)
    {
        var words = new List<string>();
        using TokenStream stream = _analyzer.GetTokenStream("text", text);
        ICharTermAttribute term = stream.AddAttribute<ICharTermAttribute>();
        stream.Reset();
        while (stream.IncrementToken())
        {
            words.Add(term.ToString()!);
        }

        stream.End();
        return words;
    }

    /// <inheritdoc/>
    public void Dispose() => _analyzer.Dispose();
}
