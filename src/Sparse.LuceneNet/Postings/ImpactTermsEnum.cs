using Lucene.Net.Index;
using Lucene.Net.Util;

namespace Sparse.LuceneNet.Postings;

/// <summary>Walks and seeks the terms of a sparse field; supports ordinals.</summary>
internal sealed class ImpactTermsEnum(ImpactTerms terms) : TermsEnum
{
    private readonly BytesRef _term = new(terms.Dictionary.Bytes);
    private int _ord = -1;

    /// <summary>The field.</summary>
    public ImpactTerms Terms => terms;

    /// <inheritdoc/>
    public override IComparer<BytesRef> Comparer => terms.Comparer;

    /// <inheritdoc/>
    public override BytesRef Term => _term;

    /// <inheritdoc/>
    public override long Ord => _ord;

    /// <inheritdoc/>
    public override int DocFreq => terms.Dictionary.DocFreq(_ord);

    /// <inheritdoc/>
    public override long TotalTermFreq => terms.Dictionary.DocFreq(_ord);

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        if (_ord + 1 >= terms.Dictionary.Count)
        {
            return false;
        }

        Position(_ord + 1);
        return true;
    }

    /// <inheritdoc/>
    [Obsolete("Use MoveNext() and Term instead, as Lucene.NET says of its own.")]
    public override BytesRef? Next() => MoveNext() ? _term : null;

    /// <inheritdoc/>
    public override SeekStatus SeekCeil(BytesRef text)
    {
        int found = terms.Dictionary.Seek(text);
        if (found >= 0)
        {
            Position(found);
            return SeekStatus.FOUND;
        }

        if (~found == terms.Dictionary.Count)
        {
            return SeekStatus.END;
        }

        Position(~found);
        return SeekStatus.NOT_FOUND;
    }

    /// <inheritdoc/>
    public override void SeekExact(long ord) => Position((int)ord);

    /// <inheritdoc/>
    public override DocsEnum Docs(IBits? liveDocs, DocsEnum? reuse, DocsFlags flags) => Postings(liveDocs, reuse);

    /// <inheritdoc/>
    public override DocsAndPositionsEnum DocsAndPositions(IBits? liveDocs, DocsAndPositionsEnum? reuse, DocsAndPositionsFlags flags) =>
        Postings(liveDocs, reuse);

    private ImpactPostingsEnum Postings(IBits? liveDocs, DocsEnum? reuse)
    {
        ImpactPostingsEnum postings = reuse is ImpactPostingsEnum mine && mine.Terms == terms ? mine : new ImpactPostingsEnum(terms);
        postings.Start(_ord, liveDocs);
        return postings;
    }

    private void Position(int ord)
    {
        _ord = ord;
        _term.Offset = terms.Dictionary.TermStart(ord);
        _term.Length = terms.Dictionary.TermLength(ord);
    }
}
