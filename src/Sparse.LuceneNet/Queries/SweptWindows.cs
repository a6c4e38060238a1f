using System.Buffers;
using Sparse.Impacts;
using Sparse.LuceneNet.Postings.Version2;
using Sparse.Search;

namespace Sparse.LuceneNet.Queries;

/// <summary>Windows swept from the mapped postings of a segment in the order of documents.</summary>
/// <remarks>256 documents after a jump, doubling to 4,096 while documents are asked for one after the other.</remarks>
/// <param name="impacts">The segment.</param>
/// <param name="sweep">A sweep over it that has read nothing yet.</param>
internal sealed class SweptWindows(MappedImpacts impacts, WindowSweep sweep) : ScoreWindows(impacts.Segment.Documents, sweep.Postings)
{
    private int _superblocks;

    /// <inheritdoc/>
    public override unsafe bool MoveTo(int target, bool all)
    {
        using MappedImpacts.Lease lease = impacts.Acquire();
        _superblocks = all ? WindowSweep.WindowSuperblocks : target == End ? Math.Clamp(_superblocks * 2, 1, WindowSweep.WindowSuperblocks) : 1;
        int start = target < Documents ? sweep.Next(target) : WindowSweep.NoMore;
        if (start == WindowSweep.NoMore)
        {
            ArrayPool<int>.Shared.Return(Scores);
            Scores = [];
            Start = End = Documents;
            return false;
        }

        if (Scores.Length == 0)
        {
            Scores = ArrayPool<int>.Shared.Rent(WindowSweep.WindowSize);
        }

        fixed (int* scores = Scores)
        {
            sweep.Read(start, _superblocks, scores);
        }

        Start = start;
        End = (int)Math.Min(start + ((long)_superblocks * ImpactFormat.SuperblockSize), Documents);
        return true;
    }
}
