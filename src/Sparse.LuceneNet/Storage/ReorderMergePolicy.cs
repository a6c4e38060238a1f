using Lucene.Net.Index;

namespace Sparse.LuceneNet.Storage;

/// <summary>Lucene's own choice of merges, but a forced merge to one segment rewrites a lone segment too, so that it is reordered.</summary>
internal sealed class ReorderMergePolicy : TieredMergePolicy
{
    /// <inheritdoc/>
    public override MergeSpecification? FindForcedMerges(SegmentInfos infos, int maxSegmentCount, IDictionary<SegmentCommitInfo, bool> segmentsToMerge)
    {
        ArgumentNullException.ThrowIfNull(infos);
        ArgumentNullException.ThrowIfNull(segmentsToMerge);

        // True stands for a segment that was there when the merge was asked for: one that it made itself is done.
        if (maxSegmentCount != 1 || infos.Count != 1 || !segmentsToMerge.TryGetValue(infos[0], out bool original) || !original)
        {
            return base.FindForcedMerges(infos, maxSegmentCount, segmentsToMerge);
        }

        var merges = new MergeSpecification();
        merges.Add(new OneMerge([infos[0]]));
        return merges;
    }
}
