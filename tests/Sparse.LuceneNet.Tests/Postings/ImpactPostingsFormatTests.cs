using Lucene.Net.Codecs;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings;

namespace Sparse.LuceneNet.Tests.Postings;

/// <summary>Version 1 of the format.</summary>
public sealed class ImpactPostingsFormatTests : PostingsFormatConformance
{
    /// <inheritdoc/>
    public override PostingsFormat NewPostingsFormat(SparseFieldFormat format) => new ImpactPostingsFormat(format);
}
