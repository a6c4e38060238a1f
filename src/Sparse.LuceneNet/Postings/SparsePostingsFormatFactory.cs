using Lucene.Net.Codecs;
using Lucene.Net.Util;

namespace Sparse.LuceneNet.Postings;

/// <summary>Resolves our format names, and asks the factory that was there before for all others.</summary>
internal sealed class SparsePostingsFormatFactory(IPostingsFormatFactory inner) : IPostingsFormatFactory, IServiceListable
{
    private readonly ImpactPostingsFormat _impacts = new();

    /// <inheritdoc/>
    public ICollection<string> AvailableServices =>
        inner is IServiceListable list ? [.. list.AvailableServices, _impacts.Name] : [_impacts.Name];

    /// <inheritdoc/>
    public PostingsFormat GetPostingsFormat(string name) => name == _impacts.Name ? _impacts : inner.GetPostingsFormat(name);
}
