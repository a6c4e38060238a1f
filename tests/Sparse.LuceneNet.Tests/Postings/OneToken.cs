using Lucene.Net.Analysis;
using Lucene.Net.Analysis.TokenAttributes;
using Lucene.Net.Util;

namespace Sparse.LuceneNet.Tests.Postings;

/// <summary>A stream of one token with any payload, as a faulty application might send it.</summary>
internal sealed class OneToken : TokenStream
{
    private readonly string _text;
    private readonly byte[]? _bytes;
    private readonly ICharTermAttribute _term;
    private readonly IPayloadAttribute _payload;
    private bool _given;

    public OneToken(string text, byte[]? payload)
    {
        _text = text;
        _bytes = payload;
        _term = AddAttribute<ICharTermAttribute>();
        _payload = AddAttribute<IPayloadAttribute>();
    }

    public override bool IncrementToken()
    {
        if (_given)
        {
            return false;
        }

        _given = true;
        ClearAttributes();
        _term.Append(_text);
        _payload.Payload = _bytes is null ? null : new BytesRef(_bytes);
        return true;
    }
}
