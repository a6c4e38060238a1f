using Lucene.Net.Analysis;
using Sparse.Tokens;

namespace Sparse.Analysis;

/// <summary>A model's word pieces as Lucene tokens: text searched in the model's own vocabulary, without a model run.</summary>
/// <remarks>
/// Each piece is one token, continuation prefix included ("##ing"), at a position of its own, with offsets into the original text.
/// Markers that stand for no text ([CLS], [UNK] and the like) leave a gap in the positions. Texts are not cut at a length.
/// Safe for concurrent use.
/// </remarks>
public sealed class WordPieceAnalyzer : Analyzer
{
    private readonly WordPieceTokenizer _tokenizer;

    /// <summary>Makes an analyzer.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    public WordPieceAnalyzer(WordPieceTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
    }

    /// <inheritdoc/>
    protected override TokenStreamComponents CreateComponents(string fieldName, TextReader reader) => new(new WordPieceStream(reader, _tokenizer));
}
