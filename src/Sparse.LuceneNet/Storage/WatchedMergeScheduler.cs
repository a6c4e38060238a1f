using Lucene.Net.Index;

namespace Sparse.LuceneNet.Storage;

/// <summary>Lucene's background merges, but an error in one is handed over in place of ending the process.</summary>
internal sealed class WatchedMergeScheduler(Action<Exception> onFailure) : ConcurrentMergeScheduler
{
    /// <inheritdoc/>
    protected override void HandleMergeException(Exception exc) => onFailure(exc);
}
