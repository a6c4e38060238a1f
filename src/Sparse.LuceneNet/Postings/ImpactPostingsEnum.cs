using Lucene.Net.Index;
using Lucene.Net.Util;

namespace Sparse.LuceneNet.Postings;

/// <summary>Postings as Lucene sees them: frequency 1, position 0, the impact as a payload of one byte; deleted documents left out.</summary>
internal sealed class ImpactPostingsEnum(ImpactTerms terms) : DocsAndPositionsEnum
{
    private readonly ImpactCursor _cursor = terms.NewCursor();
    private readonly BytesRef _payload = new(1) { Length = 1 };
    private IBits? _liveDocs;
    private int _doc;

    /// <summary>The field.</summary>
    public ImpactTerms Terms => terms;

    /// <summary>All postings of the term from the current one on, for merges; null where documents are left out.</summary>
    public ImpactCursor? Cursor => _liveDocs is null ? _cursor : null;

    /// <inheritdoc/>
    public override int DocID => _doc;

    /// <inheritdoc/>
    public override int Freq => 1;

    /// <inheritdoc/>
    public override int StartOffset => -1;

    /// <inheritdoc/>
    public override int EndOffset => -1;

    /// <summary>Goes before the first posting of a term.</summary>
    /// <param name="ord">The term's ordinal.</param>
    /// <param name="liveDocs">The documents to return, or null for all.</param>
    public void Start(int ord, IBits? liveDocs)
    {
        _liveDocs = liveDocs;
        _doc = -1;
        _cursor.Start(ord);
    }

    /// <inheritdoc/>
    public override int NextDoc()
    {
        if (_doc >= 0 && _cursor.Doc == _doc)
        {
            _cursor.Skip(1);
        }

        return NextLive();
    }

    /// <inheritdoc/>
    public override int Advance(int target)
    {
        _cursor.SeekTo(target);
        return NextLive();
    }

    /// <inheritdoc/>
    public override int NextPosition() => 0;

    /// <inheritdoc/>
    public override BytesRef GetPayload()
    {
        _payload.Bytes[0] = _cursor.Impact;
        return _payload;
    }

    /// <inheritdoc/>
    public override long GetCost() => _cursor.DocFreq;

    private int NextLive()
    {
        while (_cursor.Doc != NO_MORE_DOCS && _liveDocs is not null && !_liveDocs.Get(_cursor.Doc))
        {
            _cursor.Skip(1);
        }

        return _doc = _cursor.Doc;
    }
}
