using Sparse.LuceneNet.Impacts;

namespace Sparse.LuceneNet.Postings.Version2;

/// <summary>Holds all postings of one term, as the segment writer takes them.</summary>
internal sealed class ImpactTermBuffer(string segment, string field, SparseFieldFormat format) : ImpactConsumer(segment, field, format, 1024)
{
    /// <summary>Documents, ascending.</summary>
    public ReadOnlySpan<int> Documents => Docs;

    /// <summary>Their impacts.</summary>
    public ReadOnlySpan<byte> Values => Impacts;

    /// <inheritdoc/>
    protected override void MakeRoom() => Grow();
}
