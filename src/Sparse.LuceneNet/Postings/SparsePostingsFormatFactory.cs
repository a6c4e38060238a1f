using Lucene.Net.Codecs;
using Lucene.Net.Util;
using Sparse.LuceneNet.Postings.Version1;

namespace Sparse.LuceneNet.Postings;

/// <summary>Resolves our format names, and asks the factory that was there before for all others.</summary>
internal sealed class SparsePostingsFormatFactory(IPostingsFormatFactory inner) : IPostingsFormatFactory, IServiceListable
{
    private readonly PostingsFormat[] _ours = [new ImpactPostingsFormat(), new ImpactPostingsFormat1()];

    /// <inheritdoc/>
    public ICollection<string> AvailableServices =>
        inner is IServiceListable list ? [.. list.AvailableServices, .. Names] : [.. Names];

    private IEnumerable<string> Names => _ours.Select(format => format.Name);

    /// <inheritdoc/>
    public PostingsFormat GetPostingsFormat(string name) =>
        Array.Find(_ours, format => format.Name == name) ?? inner.GetPostingsFormat(name);
}
