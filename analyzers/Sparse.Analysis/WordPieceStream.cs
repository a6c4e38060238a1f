using Lucene.Net.Analysis;
using Lucene.Net.Analysis.TokenAttributes;
using Sparse.Tokens;

namespace Sparse.Analysis;

/// <summary>Reads a text whole and hands out its word pieces; see <see cref="WordPieceAnalyzer"/>.</summary>
internal sealed class WordPieceStream : Tokenizer
{
    private readonly WordPieceTokenizer _tokenizer;
    private readonly ICharTermAttribute _term;
    private readonly IOffsetAttribute _offset;
    private readonly IPositionIncrementAttribute _increment;
    private TokenSequence? _tokens;
    private int _next;

    public WordPieceStream(TextReader input, WordPieceTokenizer tokenizer)
        : base(input)
    {
        _tokenizer = tokenizer;
        _term = AddAttribute<ICharTermAttribute>();
        _offset = AddAttribute<IOffsetAttribute>();
        _increment = AddAttribute<IPositionIncrementAttribute>();
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _tokens = null;
        _next = 0;
    }

    /// <inheritdoc/>
    public override bool IncrementToken()
    {
        ClearAttributes();

        // Lucene's reader of a string gives null for an empty one.
        _tokens ??= _tokenizer.Encode(m_input.ReadToEnd() ?? "", int.MaxValue, addSpecialTokens: false);
        int skipped = 0;
        while (_next < _tokens.Count)
        {
            Sparse.Tokens.Token token = _tokens.Tokens[_next++];
            if (_tokenizer.SpecialIds.Contains(token.Id))
            {
                skipped++;
                continue;
            }

            _term.Append(_tokenizer.Vocabulary[token.Id]);
            _offset.SetOffset(CorrectOffset(token.Start), CorrectOffset(token.End));
            _increment.PositionIncrement = 1 + skipped;
            return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public override void End()
    {
        base.End();
        int end = CorrectOffset(_tokens?.Text.Length ?? 0);
        _offset.SetOffset(end, end);
    }
}
