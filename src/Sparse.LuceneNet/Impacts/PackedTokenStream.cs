using Lucene.Net.Analysis.TokenAttributes;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Impacts;

/// <summary>The token of a <see cref="PackedImpactField"/>: the empty term, with the whole vector as payload; none where there are no terms.</summary>
internal sealed class PackedTokenStream : ImpactTokens
{
    private readonly IPayloadAttribute _payload;
    private readonly PackedVector _vector = new();
    private bool _given;

    public PackedTokenStream()
    {
        AddAttribute<ICharTermAttribute>();
        _payload = AddAttribute<IPayloadAttribute>();
    }

    /// <inheritdoc/>
    public override void Clear() => _vector.Clear();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The term is longer than Lucene's terms may be.</exception>
    public override void Add(string term, byte impact) => _vector.Add(term, impact);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A term is longer than Lucene's terms may be.</exception>
    public override void Add(ImpactVector vector, Vocabulary vocabulary) => _vector.Add(vector, vocabulary);

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _given = false;
    }

    /// <inheritdoc/>
    public override bool IncrementToken()
    {
        if (_given || _vector.IsEmpty)
        {
            return false;
        }

        _given = true;
        ClearAttributes();
        _payload.Payload = _vector.Bytes;
        return true;
    }
}
