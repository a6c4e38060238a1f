using Lucene.Net.Analysis.TokenAttributes;
using Lucene.Net.Util;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Impacts;

/// <summary>The tokens of an <see cref="ImpactField"/>: every term at position 0 with its impact as payload. No garbage per token.</summary>
internal sealed class ImpactTokenStream : ImpactTokens
{
    private readonly ICharTermAttribute _term;
    private readonly IPositionIncrementAttribute _increment;
    private readonly IPayloadAttribute _payload;
    private readonly BytesRef _impact = new(1) { Length = 1 };
    private readonly List<string> _terms = [];
    private readonly List<byte> _impacts = [];
    private int _index;

    public ImpactTokenStream()
    {
        _term = AddAttribute<ICharTermAttribute>();
        _increment = AddAttribute<IPositionIncrementAttribute>();
        _payload = AddAttribute<IPayloadAttribute>();
    }

    /// <inheritdoc/>
    public override void Clear()
    {
        _terms.Clear();
        _impacts.Clear();
    }

    /// <inheritdoc/>
    public override void Add(string term, byte impact)
    {
        _terms.Add(term);
        _impacts.Add(impact);
    }

    /// <inheritdoc/>
    public override void Add(ImpactVector vector, Vocabulary vocabulary)
    {
        for (int i = 0; i < vector.Count; i++)
        {
            Add(vocabulary[vector.Terms[i]], vector.Impacts[i]);
        }
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _index = 0;
    }

    /// <inheritdoc/>
    public override bool IncrementToken()
    {
        if (_index == _terms.Count)
        {
            return false;
        }

        ClearAttributes();
        _term.Append(_terms[_index]);

        // Lucene wants the first increment positive; no more, so that all terms share one position.
        _increment.PositionIncrement = _index == 0 ? 1 : 0;
        _impact.Bytes[0] = _impacts[_index++];
        _payload.Payload = _impact;
        return true;
    }
}
