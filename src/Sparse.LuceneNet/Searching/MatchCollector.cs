using Lucene.Net.Index;
using Lucene.Net.Search;

namespace Sparse.LuceneNet.Searching;

/// <summary>Gives each match with a score that is high enough to several collectors.</summary>
internal sealed class MatchCollector(double? minScore, CancellationToken cancellationToken, params ICollector[] collectors) : ICollector
{
    private const int CheckEvery = 4_096;

    private Scorer? _scorer;
    private int _seen;

    /// <inheritdoc/>
    public bool AcceptsDocsOutOfOrder => false;

    /// <inheritdoc/>
    public void SetScorer(Scorer scorer)
    {
        _scorer = scorer;
        foreach (ICollector collector in collectors)
        {
            collector.SetScorer(scorer);
        }
    }

    /// <inheritdoc/>
    public void SetNextReader(AtomicReaderContext context)
    {
        foreach (ICollector collector in collectors)
        {
            collector.SetNextReader(context);
        }
    }

    /// <inheritdoc/>
    public void Collect(int doc)
    {
        if (++_seen == CheckEvery)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _seen = 0;
        }

        if (minScore is { } least && !(_scorer!.GetScore() >= least))
        {
            return;
        }

        foreach (ICollector collector in collectors)
        {
            collector.Collect(doc);
        }
    }
}
