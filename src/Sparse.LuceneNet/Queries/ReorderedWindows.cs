using System.Buffers;
using System.Runtime.CompilerServices;
using Sparse.LuceneNet.Postings.Version2;
using Sparse.Search;

namespace Sparse.LuceneNet.Queries;

/// <summary>Windows of a segment with an order of its own: single documents looked up while few are asked for, then one window of all.</summary>
/// <remarks>
/// Postings in such an order come to documents in none, so that a document's score costs either a search for its posting in every term or
/// a sweep over the whole segment. Documents are looked up until that has cost about a quarter of the sweep: so a filter of few
/// documents is cheap, and asking for all of them costs a quarter more than it need.
/// </remarks>
/// <param name="impacts">The segment.</param>
/// <param name="sweep">A sweep over it that has read nothing yet.</param>
/// <param name="ordinals">Ordinals of the query's terms; negative where the segment has none.</param>
/// <param name="weights">Their weights.</param>
internal sealed class ReorderedWindows(MappedImpacts impacts, WindowSweep sweep, int[] ordinals, ushort[] weights)
    : ScoreWindows(impacts.Segment.Documents, sweep.Postings)
{
    private long _budget = sweep.Postings / 4;

    /// <inheritdoc/>
    public override bool MoveTo(int target, bool all)
    {
        using MappedImpacts.Lease lease = impacts.Acquire();
        for (; !all && _budget > 0 && target < Documents; target++)
        {
            if (LookUp(target) is > 0 and int score)
            {
                Scores = Scores.Length == 0 ? new int[1] : Scores;
                Scores[0] = score;
                Start = target;
                End = target + 1;
                return true;
            }
        }

        if (target >= Documents)
        {
            // The one large array is pooled; the one of a single score isn't.
            if (Scores.Length > 1)
            {
                ArrayPool<int>.Shared.Return(Scores);
            }

            Scores = [];
            Start = End = Documents;
            return false;
        }

        ReadAll();
        return true;
    }

    private int LookUp(int document)
    {
        int position = impacts.PositionOf(document), score = 0;
        for (int i = 0; i < ordinals.Length; i++)
        {
            if (ordinals[i] >= 0 && weights[i] > 0)
            {
                score += weights[i] * PostingLookup.Impact(impacts.Segment, ordinals[i], position);
                _budget -= LookUpCost(ordinals[i]);
            }
        }

        return score;
    }

    private unsafe int LookUpCost(int ordinal) => 40 + (impacts.Segment.Records[ordinal].Entries / 2);

    [SkipLocalsInit]
    private unsafe void ReadAll()
    {
        Scores = ArrayPool<int>.Shared.Rent(Documents);
        Scores.AsSpan(0, Documents).Clear();
        Start = 0;
        End = Documents;
        int* scores = stackalloc int[WindowSweep.WindowSize];
        ushort* places = stackalloc ushort[WindowSweep.WindowSize];
        fixed (int* byDocument = Scores)
        {
            for (int start = sweep.Next(0); start != WindowSweep.NoMore; start = sweep.Next(start + WindowSweep.WindowSize))
            {
                sweep.Read(start, WindowSweep.WindowSuperblocks, scores);
                int found = NonZeroScores.Find(scores, WindowSweep.WindowSize, places);
                int* order = impacts.Segment.Order + start;
                for (int i = 0; i < found; i++)
                {
                    byDocument[order[places[i]]] = scores[places[i]];
                }
            }
        }
    }
}
