using Lucene.Net.Codecs;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Postings.Version1;

namespace Sparse.LuceneNet.Tests.Postings;

/// <summary>Version 1 of the format.</summary>
public sealed class ImpactPostingsFormat1Tests : PostingsFormatConformance
{
    /// <inheritdoc/>
    public override bool TakesPackedVectors => false;

    /// <inheritdoc/>
    public override bool ChecksTerms => false;

    /// <inheritdoc/>
    public override PostingsFormat NewPostingsFormat(SparseFieldFormat format) => new ImpactPostingsFormat1(format);
}

/// <summary>Version 3, documents in their own order.</summary>
public sealed class ImpactPostingsFormatTests : PostingsFormatConformance
{
    /// <inheritdoc/>
    public override PostingsFormat NewPostingsFormat(SparseFieldFormat format) => new ImpactPostingsFormat(format);
}

/// <summary>Version 3, every merge reordered.</summary>
public sealed class ReorderedPostingsFormatTests : PostingsFormatConformance
{
    /// <inheritdoc/>
    public override PostingsFormat NewPostingsFormat(SparseFieldFormat format) => new ImpactPostingsFormat(format, reorderFrom: 1);
}
