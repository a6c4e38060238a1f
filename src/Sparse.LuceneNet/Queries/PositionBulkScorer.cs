using System.Runtime.CompilerServices;
using Lucene.Net.Search;
using Lucene.Net.Util;
using Sparse.LuceneNet.Postings.Version2;
using Sparse.Search;

namespace Sparse.LuceneNet.Queries;

/// <summary>Collects a segment with an order of its own in that order: for collectors that take documents in any.</summary>
/// <remarks>Spares the scores of all documents at once, which an ascending order of documents needs.</remarks>
/// <param name="weight">Whose scorer it is.</param>
/// <param name="impacts">The segment.</param>
/// <param name="sweep">A sweep over it that has read nothing yet.</param>
/// <param name="step">Score of one integer step.</param>
/// <param name="acceptDocs">Documents that may match, or null for all.</param>
/// <param name="inOrder">Makes a scorer in the order of documents, for callers that ask for part of them.</param>
internal sealed class PositionBulkScorer(Weight weight, MappedImpacts impacts, WindowSweep sweep, float step, IBits? acceptDocs, Func<SparseScorer> inOrder) : BulkScorer
{
    private SparseScorer? _inOrder;

    /// <inheritdoc/>
    public override bool Score(ICollector collector, int max)
    {
        if (max < impacts.Segment.Documents || _inOrder is not null)
        {
            _inOrder ??= inOrder();
            collector.SetScorer(_inOrder);
            return _inOrder.Collect(collector, max);
        }

        using MappedImpacts.Lease lease = impacts.Acquire();
        CollectAll(collector);
        return false;
    }

    [SkipLocalsInit]
    private unsafe void CollectAll(ICollector collector)
    {
        var hit = new Hit(weight);
        collector.SetScorer(hit);
        int* scores = stackalloc int[WindowSweep.WindowSize];
        ushort* places = stackalloc ushort[WindowSweep.WindowSize];
        for (int start = sweep.Next(0); start != WindowSweep.NoMore; start = sweep.Next(start + WindowSweep.WindowSize))
        {
            sweep.Read(start, WindowSweep.WindowSuperblocks, scores);
            int found = NonZeroScores.Find(scores, WindowSweep.WindowSize, places);
            int* order = impacts.Segment.Order + start;
            for (int i = 0; i < found; i++)
            {
                int doc = order[places[i]];
                if (acceptDocs is null || acceptDocs.Get(doc))
                {
                    hit.Doc = doc;
                    hit.Score = scores[places[i]] * step;
                    collector.Collect(doc);
                }
            }
        }
    }

    /// <summary>What the collector asks for the score of the document that it is given; it can't be moved.</summary>
    private sealed class Hit(Weight weight) : Scorer(weight)
    {
        public int Doc { get; set; } = -1;

        public float Score { get; set; }

        public override int DocID => Doc;

        public override int Freq => 1;

        public override float GetScore() => Score;

        public override int NextDoc() => throw new NotSupportedException("Documents are collected in no order here; a collector can't move on by itself.");

        public override int Advance(int target) => NextDoc();

        public override long GetCost() => 1;
    }
}
